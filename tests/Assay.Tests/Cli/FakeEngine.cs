// Stands in for the engine where a test is about the program around it.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Cli;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Reports;

namespace Assay.Tests.Cli;

/// <summary>
/// Judges an input by its first word: <c>evil</c>, <c>odd</c>, <c>broken</c> (unread), <c>oddbroken</c>, <c>text</c> (ignored); all
/// else passes.
/// </summary>
internal static class FakeEngine
{
    public static IEnumerable<ScanResult> Scan(Scanner scanner, IEnumerable<ScanInput> inputs, IProgress<ScanProgress>? progress, CancellationToken cancellation)
    {
        int done = 0;
        foreach (ScanInput input in inputs)
        {
            TargetReport? target = cancellation.IsCancellationRequested && input.Open is not null ? Unread(input.Path, UnreadCause.Cancelled, "cancelled") : One(input);
            progress?.Report(new ScanProgress(++done, input.Path, target?.Verdict));
            yield return new ScanResult(input.Path, target);
        }
    }

    private static TargetReport? One(ScanInput input)
    {
        if (input.Open is null)
        {
            return Unread(input.Path, input.Cause, input.Unreadable!);
        }

        using ByteSource bytes = input.Open();
        TargetReport target = new() { Path = input.Path, Size = bytes.Length, Verdict = Verdict.Passed, Artifacts = 1, Bytes = (bytes.Length, 0, 0) };
        string word = System.Text.Encoding.UTF8.GetString(bytes.ReadUpTo(0, 20)).Trim();
        return word switch
        {
            "text" => null,
            "evil" => target with { Verdict = Verdict.Malicious, Findings = [ReportSamples.Hit(ReportSamples.Command, input.Path, "evil")] },
            "odd" => target with { Verdict = Verdict.Suspicious, Findings = [ReportSamples.Hit(ReportSamples.Unknown, input.Path, "odd")] },
            "oddbroken" => target with
            {
                Verdict = Verdict.Suspicious,
                Findings = [ReportSamples.Hit(ReportSamples.Unknown, input.Path, "odd")],
                Unread = Unread(input.Path, UnreadCause.Truncated, "").Unread,
            },
            "broken" => Unread(input.Path, UnreadCause.Truncated, "") with { Size = bytes.Length },
            _ => target,
        };
    }

    private static TargetReport Unread(string path, UnreadCause cause, string detail) => new()
    {
        Path = path,
        Verdict = Verdict.Incomplete,
        Unread = [new UnreadFact { Path = path, Cause = cause, Detail = detail }],
    };
}
