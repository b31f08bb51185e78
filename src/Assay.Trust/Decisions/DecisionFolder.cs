// A folder of decisions, one file each.
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Trust.Signing;
using Assay.Trust.Storage;

namespace Assay.Trust.Decisions;

/// <summary>
/// A folder of decisions, one file each. What lies in it is believed only as far as keys are trusted: who can write the folder can take decisions away, and add none.
/// </summary>
public sealed class DecisionFolder(string path)
{
    /// <summary>The name of a folder that is found beside where one works.</summary>
    public const string HouseName = "assay-decisions";

    private const string DecisionEnd = ".decision.json";
    private const string RevocationEnd = ".revocation.json";
    private const int Longest = 1 << 20;
    private const int Most = 100_000;

    /// <summary>Where it is.</summary>
    public string Path { get; } = path;

    /// <summary>What lies in it, in the order of the files' names; what is neither is named in <paramref name="broken"/>.</summary>
    /// <exception cref="SettingException">It cannot be read.</exception>
    public (IReadOnlyList<Decision> Decisions, IReadOnlyList<Revocation> Revocations) Read(List<string> broken)
    {
        ArgumentNullException.ThrowIfNull(broken);
        List<Decision> decisions = [];
        List<Revocation> revocations = [];
        string[] files;
        try
        {
            files = [.. Directory.EnumerateFiles(Path, "*.json").Where(f => f.EndsWith(DecisionEnd, StringComparison.Ordinal) || f.EndsWith(RevocationEnd, StringComparison.Ordinal)).Take(Most + 1).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SettingFile.Unreadable("folder of decisions", Path, FileFault.Of(e));
        }

        if (files.Length > Most)
        {
            throw new SettingException($"The folder of decisions {Path} cannot be used: it holds more than {Most} of them.");
        }

        foreach (string file in files)
        {
            Envelope? envelope = Envelope.Read(SettingFile.Read("decision", file, Longest));
            if (Decision.Read(envelope) is { } decision)
            {
                decisions.Add(decision);
            }
            else if (Revocation.Read(envelope) is { } revocation)
            {
                revocations.Add(revocation);
            }
            else
            {
                broken.Add(file);
            }
        }

        return (decisions, revocations);
    }

    /// <summary>Keeps a decision; one with the same text is replaced (it has another signature more).</summary>
    /// <exception cref="SettingException">It cannot be written.</exception>
    public string Keep(Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return Keep(decision.Envelope, DecisionEnd);
    }

    /// <summary>Keeps a revocation.</summary>
    /// <exception cref="SettingException">It cannot be written.</exception>
    public string Keep(Revocation revocation)
    {
        ArgumentNullException.ThrowIfNull(revocation);
        return Keep(revocation.Envelope, RevocationEnd);
    }

    private string Keep(Envelope envelope, string ending)
    {
        string file = System.IO.Path.Join(Path, envelope.Id + ending);
        SmallFile.Write(file, envelope.Write(), replace: true);
        return file;
    }
}
