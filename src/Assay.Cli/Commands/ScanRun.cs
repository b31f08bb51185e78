// One run of assay scan, from paths to exit code.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Cli.Files;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Reports;
using Assay.Sandbox;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>One run of <c>assay scan</c>: walks, scans, reports.</summary>
internal sealed class ScanRun(Host host, ScanArguments arguments)
{
    /// <summary>Runs and returns the exit code.</summary>
    public int Run()
    {
        // Everything that can be wrong with the command is found before the first file is touched.
        (ScanLimits limits, long standardInput) = LimitOption.Read(arguments.Limits);
        ReportFile? file = arguments.Output is null ? null : new ReportFile(arguments.Output);
        FileScratch scratch = new(host.TemporaryDirectory, limits.InflatedInMemory);
        RuleSet rules = RulePacks.Load(arguments.Rules);
        using TestLoader? loader = arguments.Sandbox is null ? null : new TestLoader(arguments.Sandbox);
        ScanOptions options = new()
        {
            Limits = limits,
            Rules = rules,
            Policy = arguments.Policy is null ? Policy.None : RulePacks.ReadPolicy(arguments.Policy, rules),
            Scratch = scratch,
            Jobs = arguments.Jobs,
            DigestAll = arguments.Digest,
            TestLoad = loader,
        };

        WalkOptions which = new() { Include = [.. arguments.Include.Select(g => new Glob(g))], Exclude = [.. arguments.Exclude.Select(g => new Glob(g))] };
        FileWalk walk = new(arguments.Paths.Where(p => p != "-"), which, host.Cancellation);
        file?.KeepOutOf(walk);
        List<ScanInput> inputs = [.. walk.Inputs()];
        using ScratchSpace spool = scratch.Create();
        if (arguments.Paths.Contains("-"))
        {
            inputs.Insert(0, StreamSpool.Read("-", host.Input, spool, LimitOption.InputLimit, standardInput, host.Cancellation));
        }

        LiveProgress progress = new(host, inputs.Count);
        bool show = arguments.Progress && !arguments.Quiet && host.ErrorIsTerminal;
        ScanReport report = progress.Run(() => host.Scan(options, inputs, progress, host.Cancellation), show);
        report = report with { Ignored = report.Ignored + walk.LeftAside };

        if (host.Cancellation.IsCancellationRequested)
        {
            report = WithCancelled(report, inputs, progress);
        }

        Write(report, file);
        if (host.Cancellation.IsCancellationRequested)
        {
            host.Error.WriteLine($"assay: Cancelled; {progress.Done} of {inputs.Count} files were examined.");
        }

        return Code(report);
    }

    /// <summary>
    /// The report with an entry for each input that was not come to: a report of a part must not pass for one of the whole.
    /// </summary>
    private static ScanReport WithCancelled(ScanReport report, List<ScanInput> inputs, LiveProgress progress)
    {
        HashSet<string> told = [.. report.Targets.Select(t => t.Path)];
        IEnumerable<TargetReport> missing = inputs
            .Where(i => !told.Contains(i.Path) && !progress.IsDone(i.Path))
            .Select(i => new TargetReport
            {
                Path = i.Path,
                Verdict = Verdict.Incomplete,
                Unread = [new UnreadFact { Path = i.Path, Cause = UnreadCause.Cancelled, Detail = "The scan was cancelled before it was examined." }],
            });
        return report with { Targets = [.. report.Targets.Concat(missing).OrderBy(t => t.Path, StringComparer.Ordinal)] };
    }

    private int Code(ScanReport report)
    {
        if (report.Targets.Any(t => t.Verdict >= Verdict.Suspicious && t.Verdict >= arguments.FailOn))
        {
            return ExitCode.Findings;
        }

        if (report.Targets.Any(t => t.Unread.Any(u => u.Cause == UnreadCause.NotDetonated)))
        {
            return ExitCode.NotDetonated;
        }

        if (host.Cancellation.IsCancellationRequested || report.Targets.Any(t => t.Unread.Count > 0 || t.Verdict == Verdict.Incomplete))
        {
            return ExitCode.Incomplete;
        }

        return report.Targets.Count == 0 ? ExitCode.Nothing : ExitCode.Passed;
    }

    private void Write(ScanReport report, ReportFile? file)
    {
        if (file is not null)
        {
            file.Write(stream => Write(report, stream, arguments.Look with { Colour = false, Width = 100 }));
            return;
        }

        try
        {
            Write(report, host.Output, arguments.Look);
            host.Output.Flush();
        }
        catch (IOException)
        {
            // Whoever reads has gone (scan | head); the exit code still holds.
        }
    }

    private void Write(ScanReport report, Stream stream, TextReportOptions look)
    {
        switch (arguments.Format)
        {
            case "json":
                JsonReport.Write(report, stream);
                break;
            case "sarif":
                SarifReport.Write(report, stream);
                break;
            default:
                using (StreamWriter writer = new(stream, new System.Text.UTF8Encoding(false), 1 << 14, leaveOpen: true))
                {
                    TextReport.Write(report, writer, look with { Quiet = arguments.Quiet });
                }

                break;
        }
    }
}
