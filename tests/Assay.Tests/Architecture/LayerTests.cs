// Holds the floor plan: a room uses lower floors only.
using System.Text.RegularExpressions;

namespace Assay.Tests.Architecture;

public sealed partial class LayerTests
{
    private static readonly Type[] Types = [.. typeof(Assay.Bytes.ByteSource).Assembly.GetTypes()];

    [Fact]
    public void EveryTypeLivesInARoom()
    {
        IEnumerable<string> homeless = Types
            .Where(t => Rooms.Of(t.Namespace) is { } room && !Rooms.Floors.ContainsKey(room))
            .Select(t => t.FullName!);
        Offenders.None(homeless);
    }

    [Fact]
    public void EveryFolderIsItsNamespace()
    {
        IEnumerable<string> strangers = Repository.Sources("src/Assay")
            .Where(f => Namespace().Match(SourceText.CodeOnly(Repository.Read(f))) is { Success: true } found
                && found.Groups[1].Value != f["src/".Length..f.LastIndexOf('/')].Replace('/', '.'));
        Offenders.None(strangers);
    }

    [Fact]
    public void CompiledRoomsUseLowerFloorsOnly()
    {
        SortedSet<string> wrong = new(StringComparer.Ordinal);
        foreach (Type type in Types)
        {
            if (Rooms.Of(type.Namespace) is not { } room)
            {
                continue;
            }

            foreach (Type used in CompiledUses.Of(type))
            {
                if (Rooms.Of(used.Namespace) is { } other && !Rooms.MayUse(room, other))
                {
                    wrong.Add($"{type.FullName} uses {used.FullName}");
                }
            }
        }

        Offenders.None(wrong);
    }

    [Fact]
    public void WrittenRoomsNameLowerFloorsOnly()
    {
        SortedSet<string> wrong = new(StringComparer.Ordinal);
        foreach (string file in Repository.Sources("src/Assay"))
        {
            string room = file.Split('/')[2];
            foreach (Match named in LibraryName().Matches(SourceText.CodeOnly(Repository.Read(file))))
            {
                if (!Rooms.MayUse(room, named.Groups[1].Value))
                {
                    wrong.Add($"{file} names {named.Value}");
                }
            }
        }

        Offenders.None(wrong);
    }

    [Fact]
    public void ReadersNeverJudge()
    {
        IEnumerable<string> judges = Types
            .Where(t => Rooms.Readers.Contains(Rooms.Of(t.Namespace)))
            .SelectMany(t => CompiledUses.Of(t).Where(u => Rooms.Of(u.Namespace) is "Detection" or "Policies").Select(u => $"{t.FullName} uses {u.FullName}"));
        Offenders.None(judges);
    }

    [Fact]
    public void ReadersDoNotSpeakOfJudgement()
    {
        IEnumerable<string> speakers = Repository.Sources("src/Assay")
            .Where(f => Rooms.Readers.Contains(f.Split('/')[2]))
            .Where(f => Judgement().IsMatch(SourceText.CodeOnly(Repository.Read(f))));
        Offenders.None(speakers);
    }

    [Fact]
    public void DetectorsNeverParse()
    {
        // Detection sits on a floor where it could see sources of bytes and codecs; facts are all it may look at.
        string[] parsing = ["Codecs", "Containers", "Pickle", "Code", "Tensors", "Evaluation", "Formats"];
        string[] bytes = ["ByteSource", "IFormat", "Artifact", "ReadContext", "ProbeView"];
        IEnumerable<string> parsers = Types
            .Where(t => Rooms.Of(t.Namespace) == "Detection")
            .SelectMany(t => CompiledUses.Of(t)
                .Where(u => (Rooms.Of(u.Namespace) is { } room && parsing.Contains(room)) || (Rooms.Of(u.Namespace) is not null && bytes.Contains(u.Name)))
                .Select(u => $"{t.FullName} uses {u.FullName}"));
        Offenders.None(parsers);
    }

    [Fact]
    public void EveryExceptionIsStillNeeded()
    {
        IEnumerable<string> idle = Rooms.Exceptions
            .Where(e => !Types.Any(t => Rooms.Of(t.Namespace) == e.From && CompiledUses.Of(t).Any(u => Rooms.Of(u.Namespace) == e.To)))
            .Select(e => $"{e.From} to {e.To}");
        Offenders.None(idle);
        Assert.All(Rooms.Exceptions, e => Assert.False(string.IsNullOrWhiteSpace(e.Reason)));
    }

    [GeneratedRegex(@"^namespace\s+([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"(?<![\w.])Assay\.(\w+)")]
    private static partial Regex LibraryName();

    [GeneratedRegex(@"\b(Finding|Severity|RuleSet|Rule|Judgement|Verdict)\b")]
    private static partial Regex Judgement();
}
