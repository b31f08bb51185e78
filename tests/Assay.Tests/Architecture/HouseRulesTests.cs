// The rules of the house that no compiler checks.
using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Tests.Architecture;

public sealed partial class HouseRulesTests
{
    private const int LongestFile = 500;
    private const int LargestBinary = 64 << 10;

    /// <summary>What the program may carry of effect packs in all.</summary>
    private const int LargestPacks = 8 << 20;
    private static readonly string[] BannedFolders = ["Utils", "Util", "Helpers", "Helper", "Common", "Base", "Manager", "Managers", "Misc", "Shared"];

    private static readonly string[] Ours = ["src", "tests", "bench"];

    private static IEnumerable<string> AllSources => Ours.SelectMany(Repository.Sources);

    [Fact]
    public void EverySourceFileSaysWhatItIsFor() =>
        Offenders.None(AllSources.Where(f => !Sentence().IsMatch(File.ReadLines(Repository.Full(f)).FirstOrDefault() ?? "")));

    [Fact]
    public void NoSourceFileIsLong() =>
        Offenders.None(AllSources.Where(f => File.ReadLines(Repository.Full(f)).Count() > LongestFile));

    [Fact]
    public void NamespacesAreFileScoped() =>
        Offenders.None(AllSources.Where(f => BlockNamespace().IsMatch(SourceText.CodeOnly(Repository.Read(f)))));

    [Fact]
    public void NoFolderOrFileIsADrawerForOddments() =>
        Offenders.None(AllSources.Where(f => f.Split('/', '.').Any(p => BannedFolders.Contains(p))));

    [Fact]
    public void NothingCommittedNamesAPathOfSomebodysMachine()
    {
        // Rules and tests may quote a home folder as the target of an attack; nobody needs the paths of a build machine.
        List<string> named = [];
        foreach (string file in Repository.Files)
        {
            if (ReadText(file) is not { } text)
            {
                continue;
            }

            bool quotes = file.StartsWith("rules/", StringComparison.Ordinal) || file.StartsWith("tests/", StringComparison.Ordinal);
            if (BuildPath().IsMatch(text) || (!quotes && HomePath().IsMatch(text)))
            {
                named.Add(file);
            }
        }

        Offenders.None(named);
    }

    [Fact]
    public void NoCommittedBinaryIsLarge() =>
        Offenders.None(Repository.Files.Where(f => !IsEffectPack(f) && new FileInfo(Repository.Full(f)).Length > LargestBinary && ReadText(f) is null));

    [Fact]
    public void EffectPacksOfTheProgramAreSmall() => Assert.InRange(Repository.Files.Where(IsEffectPack).Sum(f => new FileInfo(Repository.Full(f)).Length), 1, LargestPacks);

    [Fact]
    public void TextIsUtf8WithoutByteOrderMarkAndWithUnixLineEnds() =>
        Offenders.None(Ours.SelectMany(Repository.Sources).Where(f =>
        {
            byte[] bytes = File.ReadAllBytes(Repository.Full(f));
            return bytes.AsSpan().StartsWith("\uFEFF"u8) || bytes.Contains((byte)'\r') || bytes is not [.., (byte)'\n'];
        }));

    [Fact]
    public void EveryRoomHasTests()
    {
        IEnumerable<string> untested = Rooms.Floors.Keys
            .Where(room => Repository.Sources($"src/Assay/{room}").Any(HasBehaviour))
            .Where(room => !Repository.Sources($"tests/Assay.Tests/{room}").Any(IsTest));
        Offenders.None(untested);
    }

    [Fact]
    public void EveryFormatAndDetectorFolderHasItsMirroredTests()
    {
        IEnumerable<string> untested = Repository.Sources("src/Assay")
            .Where(f => f.Split('/') is ["src", "Assay", "Formats" or "Detection" or "Containers", _, _, ..])
            .Select(f => string.Join('/', f.Split('/')[2..4]))
            .Distinct()
            .Where(folder => !Repository.Sources($"tests/Assay.Tests/{folder}").Any(IsTest));
        Offenders.None(untested);
    }

    [Fact]
    public void EveryLinkInTheDocumentsLeadsSomewhere()
    {
        List<string> dangling = [];
        foreach (string file in Repository.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)))
        {
            string folder = Path.GetDirectoryName(Repository.Full(file))!;
            foreach (Match link in Link().Matches(Repository.Read(file)))
            {
                string target = link.Groups[1].Value;
                if (!target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, target)))
                {
                    dangling.Add($"{file}: {target}");
                }
            }
        }

        Offenders.None(dangling);
    }

    private static bool IsTest(string file) => file.EndsWith("Tests.cs", StringComparison.Ordinal);

    // A file that only declares data (a record, an enum) has nothing to test.
    private static bool HasBehaviour(string file) => Behaviour().IsMatch(SourceText.CodeOnly(Repository.Read(file)));

    private static string? ReadText(string file)
    {
        byte[] bytes = File.ReadAllBytes(Repository.Full(file));
        try
        {
            return bytes.Contains((byte)0) ? null : new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsEffectPack(string file) => file.StartsWith("effects/", StringComparison.Ordinal) && file.EndsWith(".pack", StringComparison.Ordinal);

    [GeneratedRegex(@"^// \S[^\r\n]{12,}[.?!]$")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^namespace\s+[\w.]+\s*\{?\s*$", RegexOptions.Multiline)]
    private static partial Regex BlockNamespace();

    [GeneratedRegex(@"(?<![\w.~}\-])/work/[a-z]")]
    private static partial Regex BuildPath();

    [GeneratedRegex(@"(?<![\w.~}\-])/(home/[a-z]+|root)/")]
    private static partial Regex HomePath();

    [GeneratedRegex(@"\b(return|throw|yield|foreach|while)\b")]
    private static partial Regex Behaviour();
}
