// What a file would do in words, from the findings that say what its code is for.
using Assay.Detection;
using Assay.Detection.Facts;

namespace Assay.Reports;

/// <summary>
/// What the code of a file is for: its purposes, what it reaches, and the code that was recovered. It is told once for each file; the findings that it is made of are no notes beside it.
/// </summary>
internal sealed class Account
{
    private const int MostReached = 12;

    /// <summary>What indicators name that a person can look for elsewhere, the most telling first.</summary>
    private static readonly string[] s_reached = ["url", "host", "ip", "path"];

    private Account(IReadOnlyList<Finding> told)
    {
        Told = told;
        bool sure = told.Any(f => f.Confidence == Confidence.High);
        Finding[] purposes = [.. told.Where(f => f.Confidence >= (sure ? Confidence.Medium : Confidence.Low)).OrderByDescending(f => f.Confidence)];
        Purposes = [.. purposes.Select(Purpose).Distinct()];
        Names = [.. purposes.Where(f => f.Confidence == purposes[0].Confidence).Select(Name).Distinct()];
        Evidence[] indicators = [.. told.SelectMany(f => f.Evidence)];
        string[] urls = [.. indicators.Where(e => e.Kind == "url").Select(e => e.Text)];

        // A URL names its host.
        Reached = [.. indicators
            .Where(e => s_reached.Contains(e.Kind) && (e.Kind == "url" || !urls.Any(u => u.Contains(e.Text, StringComparison.Ordinal))))
            .OrderBy(e => Array.IndexOf(s_reached, e.Kind))
            .Select(e => e.Text)
            .Distinct()
            .Take(MostReached)];

        Finding? deepest = told.Where(f => TextOf(f).Length > 0).MaxBy(f => (LayersOf(f).Length * 100_000L) + TextOf(f).Length);
        string code = deepest is null ? "" : TextOf(deepest);
        Layers = deepest is null ? [] : LayersOf(deepest);
        string[] lines = code.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Lines = lines.Length == 1 && Layers.Count == 0 ? [] : [.. lines.Select(line => line.TrimEnd('\r'))];
    }

    /// <summary>The account of a file with these findings, or null where nothing says what it is for.</summary>
    public static Account? Of(IReadOnlyList<Finding> findings)
    {
        Finding[] told = [.. findings.Where(f => f.Subject.Kind == FactKinds.Intent.Name && f.Severity < Severity.Medium)];
        return told.Length > 0 ? new Account(told) : null;
    }

    /// <summary>The findings that it tells.</summary>
    public IReadOnlyList<Finding> Told { get; }

    /// <summary>What for, with the words that show it, the surest first: <c>credential theft ('.aws/credentials')</c>.</summary>
    public IReadOnlyList<string> Purposes { get; }

    /// <summary>The surest of them in bare words: <c>credential theft</c>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>URLs, hosts, addresses and paths in the code.</summary>
    public IReadOnlyList<string> Reached { get; }

    /// <summary>The lines of the code that was recovered, as far as it was kept; none where what is called says it all: a command of one line stands there.</summary>
    public string[] Lines { get; }

    /// <summary>Where the code was found.</summary>
    public string CodeFrom => Layers.Count > 0 ? $"found inside {string.Join(", ", Layers)}:" : "as it would run:";

    /// <summary>What the code was hidden in, outermost first.</summary>
    public IReadOnlyList<string> Layers { get; }

    private static string Purpose(Finding finding)
    {
        string[] words = [.. finding.Evidence.Where(e => e.Kind == "word").Select(e => $"'{e.Text}'")];
        return Name(finding) + (words.Length > 0 ? $" ({string.Join(", ", words)})" : "");
    }

    private static string Name(Finding finding) => finding.Subject.Name.Replace('-', ' ');

    private static string TextOf(Finding finding) => finding.Evidence.FirstOrDefault(e => e.Kind == "text")?.Text ?? "";

    private static string[] LayersOf(Finding finding) => [.. finding.Evidence.Where(e => e.Kind == "layer").Select(e => e.Text)];
}
