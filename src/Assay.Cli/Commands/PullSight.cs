// What a scan saw of the files of a pull.
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>What a scan saw of files, by their names, and of all of them together.</summary>
internal sealed class PullSight
{
    /// <summary>Formats of which no loader runs anything.</summary>
    private static readonly string[] s_inert = ["safetensors", "gguf", "json", "hf-config", "hf-tokenizer", "weight-index", "sentencepiece", "media", "text"];

    private static readonly string[] s_running =
        [".py", ".pyc", ".pyd", ".pth", ".ipynb", ".sh", ".bash", ".js", ".mjs", ".cjs", ".bat", ".cmd", ".ps1", ".so", ".dll", ".dylib", ".exe", ".jar", ".html", ".htm", ".svg", ".whl", ".lua", ".rb", ".pl", ".jinja"];

    private readonly Dictionary<string, TargetReport?> _files = new(StringComparer.Ordinal);
    private readonly ScanTally _tally = new();

    private PullSight()
    {
    }

    /// <summary>What the files are together; null where there is only one.</summary>
    public BundleReport? Whole { get; private set; }

    /// <summary>The worst verdict of a file.</summary>
    public Verdict Worst => _files.Values.Select(f => f?.Verdict ?? Verdict.Passed).DefaultIfEmpty(Verdict.Passed).Max();

    /// <summary>Scans <paramref name="inputs"/>, whose paths begin with <paramref name="root"/>.</summary>
    public static PullSight Of(Host host, Scanner scanner, IEnumerable<ScanInput> inputs, string root)
    {
        PullSight sight = new();
        BundleSheet sheet = new(scanner.Options.Rules, scanner.Options.Policy, scanner.Head.Day, scanner.Options.Limits);
        foreach (ScanResult result in host.Scan(scanner, inputs, null, host.Cancellation))
        {
            sight._tally.Add(result);
            sheet.Add(result);
            sight._files[result.Path.Length > root.Length ? result.Path[(root.Length + 1)..] : result.Path] = result.WithoutFacts().Report;
        }

        host.Cancellation.ThrowIfCancellationRequested();
        sight.Whole = sheet.End().SingleOrDefault();
        if (sight.Whole is { } whole)
        {
            sight._tally.Add(whole);
        }

        return sight;
    }

    /// <summary>The exit code that a scan would give.</summary>
    public int Code(Verdict? failOn) => _tally.Code(failOn);

    /// <summary>The verdict of a file; one that is no model has passed, and one that was not examined has not.</summary>
    public Verdict VerdictOf(string name) => _files.TryGetValue(name, out TargetReport? report) ? report?.Verdict ?? Verdict.Passed : Verdict.Incomplete;

    /// <summary>The files with a verdict of <paramref name="mildest"/> or worse.</summary>
    public IEnumerable<string> Of(Verdict mildest) => _files.Where(f => f.Value?.Verdict >= mildest).Select(f => f.Key).Order(StringComparer.Ordinal);

    /// <summary>Why a file has not passed.</summary>
    public string WhyOf(string name) => _files.GetValueOrDefault(name) switch
    {
        { Findings: [var worst, ..] } when worst.Severity >= Severity.Medium => worst.Rule.Title,
        { Unread: [var unread, ..] } => unread.Detail,
        { Findings: [var worst, ..] } => worst.Rule.Title,
        _ => "it was not examined",
    };

    /// <summary>Whether a file is of a kind of which no loader runs anything, and nothing at all was said about it: a configuration that names code is none.</summary>
    public bool IsInert(string name) =>
        !s_running.Contains(Path.GetExtension(name).ToLowerInvariant())
        && _files.TryGetValue(name, out TargetReport? report) && (report is null || (report.Findings.Count == 0 && report.Formats.All(f => s_inert.Contains(f))));
}
