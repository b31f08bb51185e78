// A repository as a reviewer reads it: what runs and when, what is only there, what may go, what a loader must be.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Detection.Sources;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Inspection;

/// <summary>One thing that runs or is opened when the model is installed, loaded or used.</summary>
/// <param name="When">When: <c>install</c>, <c>import</c>, <c>load</c>, <c>infer</c>, <c>cell</c>, <c>use</c> ...</param>
/// <param name="File">The file, as reports print it.</param>
/// <param name="Line">The line, where the file is a text.</param>
/// <param name="What">What happens, in one sentence.</param>
/// <param name="Severity">How much harm it can mean; null where nothing speaks against it.</param>
/// <param name="Rule">The rule that says so; empty where there is none.</param>
public sealed record ReviewStep(string When, string File, int? Line, string What, Severity? Severity, string Rule);

/// <summary>A file that could be left out.</summary>
/// <param name="File">The file.</param>
/// <param name="Why">Why it is not needed, and who takes it all the same.</param>
public sealed record ReviewSpare(string File, string Why);

/// <summary>A version that a loader must have at least.</summary>
/// <param name="Package">The package.</param>
/// <param name="Version">The version.</param>
/// <param name="Why">What an older one has.</param>
public sealed record ReviewVersion(string Package, string Version, string Why);

/// <summary>What a review of a repository comes to.</summary>
public sealed record RepositoryReview
{
    private const int MostSteps = 400;
    private static readonly string[] s_order = ["install", "extract", "import", "load", "init", "infer", "cell", "use", "call"];

    /// <summary>What reports call the repository.</summary>
    public required string Path { get; init; }

    /// <summary>What it is judged to be.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>How many files were examined.</summary>
    public required int Files { get; init; }

    /// <summary>The files that somebody takes when the model is used, and what happens then.</summary>
    public required IReadOnlyList<ReviewWay> Ways { get; init; }

    /// <summary>What runs, in the order in which it happens; findings first within a time.</summary>
    public required IReadOnlyList<ReviewStep> Steps { get; init; }

    /// <summary>How many further steps are not listed.</summary>
    public required int More { get; init; }

    /// <summary>Files with code of which nothing runs by itself.</summary>
    public required IReadOnlyList<string> OnlyThere { get; init; }

    /// <summary>Files that could be left out.</summary>
    public required IReadOnlyList<ReviewSpare> Spare { get; init; }

    /// <summary>Versions that loaders must have at least.</summary>
    public required IReadOnlyList<ReviewVersion> Versions { get; init; }

    /// <summary>What was not read, file by file.</summary>
    public required IReadOnlyList<UnreadFact> Unread { get; init; }

    /// <summary>Reviews what a scan came to; the reports of the files must carry their facts.</summary>
    /// <param name="files">The reports of the files.</param>
    /// <param name="whole">What the files are together.</param>
    public static RepositoryReview Of(IReadOnlyList<TargetReport> files, BundleReport whole)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(whole);
        Finding[] findings = [.. files.SelectMany(f => f.Findings).Concat(whole.Judgement.Findings)];
        List<ReviewStep> steps = [.. findings.Where(f => f.Severity >= Severity.Low && f.Rule.Id != "payload-intent").Select(f => new ReviewStep(f.Phase, f.Path, f.Line, f.Message, f.Severity, f.Rule.Id))];
        HashSet<(string, int?)> told = [.. steps.Select(s => (s.File, s.Line))];
        foreach ((CodeFact code, SourceUse use, string via) in BundleCode.Uses([.. files.SelectMany(f => f.Facts)]))
        {
            if (use.Phase is not "call" && told.Add((code.Path, use.Line)))
            {
                string place = use.Function.Length > 0 ? $" in {use.Function}" : "";
                steps.Add(new ReviewStep(use.Phase, code.Path, use.Line, $"{use.Callee}{place}{(via.Length > 0 ? ", called from " + via : "")}", null, ""));
            }
        }

        HashSet<string> running = [.. steps.Select(s => Outer(s.File))];
        ReviewStep[] ordered = [.. steps.OrderBy(s => s.Severity is >= Severity.Medium ? 0 : 1).ThenBy(s => Array.IndexOf(s_order, s.When) is >= 0 and int at ? at : s_order.Length)
            .ThenByDescending(s => s.Severity ?? Severity.Info).ThenBy(s => s.File, StringComparer.Ordinal).ThenBy(s => s.Line ?? 0)];
        IReadOnlyList<ReviewWay> ways = ReviewWay.Of(files, ordered, files.Any(f => f.Path == whole.Path) ? Folder(whole.Path) : whole.Path);
        running.UnionWith(ways.Select(w => w.File));
        return new RepositoryReview
        {
            Path = whole.Path,
            // A file by itself is no bundle, and is what it was judged to be.
            Verdict = files.Select(f => f.Verdict).Append(whole.Judgement.Verdict).Max(),
            Files = files.Count,
            // Shards say the same thing thirty times: they are one line.
            Ways = [.. ways.GroupBy(w => (w.Who, w.Does, w.Severity)).Select(g => g.First() with { More = g.Count() - 1 })],
            Steps = [.. ordered.Take(MostSteps)],
            More = Math.Max(0, ordered.Length - MostSteps),
            OnlyThere = [.. files.Where(f => f.Facts.Any(x => x is CodeFact) && !running.Contains(f.Path)).Select(f => f.Path).Order(StringComparer.Ordinal)],
            Spare = [.. SpareOf(files)],
            Versions = [.. VersionsOf(findings)],
            Unread = [.. files.SelectMany(f => f.Unread)],
        };
    }

    /// <summary>The file that an artifact lies in.</summary>
    internal static string Outer(string path) => path.IndexOf("!/", StringComparison.Ordinal) is > 0 and int inner ? path[..inner] : path;

    /// <summary>Files that no loader needs where those beside them are: the table says which, and who takes them all the same.</summary>
    private static IEnumerable<ReviewSpare> SpareOf(IReadOnlyList<TargetReport> files)
    {
        HashSet<string> folders = [.. files.Where(f => f.Path.EndsWith(".safetensors", StringComparison.Ordinal)).Select(f => Folder(f.Path))];
        string[][] rows = [.. EmbeddedTable.Rows("detection/spare.tsv")];
        foreach (TargetReport file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            string name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
            string[]? row = Array.Find(rows, r => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(r[0], name) && (r[1] is "always" || folders.Contains(Folder(file.Path))));
            if (row is not null)
            {
                yield return new ReviewSpare(file.Path, row[2]);
            }
        }
    }

    private static IEnumerable<ReviewVersion> VersionsOf(Finding[] findings)
    {
        HashSet<string> references = [.. findings.SelectMany(f => f.Rule.References)];
        return EmbeddedTable.Rows("formats/advisories.tsv").Where(r => references.Contains(r[4])).Select(r => new ReviewVersion(r[0], r[2], $"{r[3]} ({r[4]})"));
    }

    private static string Folder(string path) => path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : "";
}
