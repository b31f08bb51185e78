// All results of a scan together, for tests that look at several of them.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Tests.Builders;

/// <summary>All results of a scan.</summary>
internal sealed record ScanReport
{
    public required ScanHead Head { get; init; }

    public required IReadOnlyList<TargetReport> Targets { get; init; }

    public IReadOnlyList<BundleReport> Bundles { get; init; } = [];

    public int Ignored { get; init; }

    public Policy Policy
    {
        init => Head = Head with { Policy = value, Day = new DateOnly(2026, 11, 1) };
    }

    public Verdict Verdict => Targets.Count == 0 ? Verdict.Passed : Targets.Max(t => t.Verdict);

    /// <summary>Scans <paramref name="inputs"/>.</summary>
    public static ScanReport Of(ScanOptions options, IEnumerable<ScanInput> inputs, IProgress<ScanProgress>? progress = null, CancellationToken? cancellation = null)
    {
        Scanner scanner = new(options);
        return Of(scanner, scanner.ScanAsync(inputs, progress, cancellation ?? TestContext.Current.CancellationToken));
    }

    /// <summary>Scans <paramref name="bundle"/>.</summary>
    public static ScanReport Of(ScanOptions options, IBundle bundle)
    {
        Scanner scanner = new(options);
        return Of(scanner, scanner.ScanAsync(bundle, null, TestContext.Current.CancellationToken));
    }

    private static ScanReport Of(Scanner scanner, IAsyncEnumerable<ScanResult> scan)
    {
        ScanResult[] results = [.. scan.ToBlockingEnumerable(CancellationToken.None)];
        return new ScanReport
        {
            Head = scanner.Head,
            Targets = [.. results.Select(r => r.Report).OfType<TargetReport>()],
            Ignored = results.Count(r => r.Report is null),
        };
    }

    /// <summary>Hands the results to a report, which is thereby finished.</summary>
    public void WriteTo(IScanReport report)
    {
        foreach (TargetReport target in Targets)
        {
            report.Add(new ScanResult(target.Path, target));
        }

        foreach (BundleReport bundle in Bundles)
        {
            report.Add(bundle);
        }

        report.Finish(new LeftAside(Ignored, 0, null));
    }
}
