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

/// <summary>One run of <c>assay scan</c>: walks, scans and reports, file by file.</summary>
internal sealed class ScanRun(Host host, ScanArguments arguments)
{
    /// <summary>Runs and returns the exit code.</summary>
    public int Run()
    {
        // Everything that can be wrong with the command is found before the first file is touched.
        (ScanLimits limits, long standardInput) = LimitOption.Read(arguments.Limits);
        HeapFence.Set(limits);
        ReportFile? file = arguments.Output is null ? null : new ReportFile(arguments.Output);
        ReportFile? facts = arguments.Facts is null ? null : new ReportFile(arguments.Facts);
        if (file is not null && facts is not null && file.IsSameAs(facts))
        {
            throw new UsageException("The report and the facts cannot go into one file.");
        }

        FileScratch scratch = new(host.TemporaryDirectory, limits.InflatedInMemory);
        RuleSet rules = RulePacks.Load(arguments.Rules, arguments.Effects);
        using TestLoader? loader = arguments.Sandbox is null ? null : new TestLoader(arguments.Sandbox);
        Scanner scanner = new(new ScanOptions
        {
            Limits = limits,
            Rules = rules,
            Policy = arguments.Policy is null ? Policy.None : RulePacks.ReadPolicy(arguments.Policy, rules),
            Scratch = scratch,
            // One file is examined on this thread: to start another would cost more than a small one does.
            Jobs = arguments.Paths is [var only] && !Directory.Exists(only) ? 1 : arguments.Jobs,
            DigestAll = arguments.Digest,
            TestLoad = loader,
            // A folder is also judged as a whole, by the facts of its files.
            KeepFacts = facts is not null || arguments.Format == "cyclonedx" || arguments.Paths.Any(Directory.Exists),
        });

        FileWalk walk = Walk();
        file?.KeepOutOf(walk);
        facts?.KeepOutOf(walk);
        IEnumerable<ScanInput> inputs = walk.Inputs();
        using ScratchSpace spool = scratch.Create();
        if (arguments.Paths.Contains(MemberPath.StandardInput))
        {
            inputs = inputs.Prepend(StreamSpool.Read(MemberPath.StandardInput, host.Input, spool, LimitOption.InputLimit, standardInput, host.Cancellation));
        }

        ScanTally tally = new();
        FactFileWriter? kept = null;
        if (facts is null)
        {
            ReportTo(file);
        }
        else
        {
            facts.Write(stream =>
            {
                // Not disposed: the end flushes it, and the file is the caller's to close.
                kept = new FactFileWriter(new BufferedStream(stream, 1 << 16), Scanner.Version, limits);
                ReportTo(file);
                kept.End(tally.Ignored + walk.LeftAside);
            });
        }

        if (host.Cancellation.IsCancellationRequested)
        {
            host.Error.WriteLine($"assay: Cancelled; {tally.Examined} {(tally.Examined == 1 ? "file was" : "files were")} examined, and the report names what was not.");
        }

        return tally.Code(arguments.FailOn);

        void ReportTo(ReportFile? file)
        {
            if (file is null)
            {
                Report(host.Output, host.OutputIsTerminal, arguments.Look);
            }
            else
            {
                file.Write(stream => Report(stream, false, arguments.Look with { Colour = false, Width = 100 }));
            }
        }

        void Report(Stream stream, bool terminal, TextReportOptions look)
        {
            LiveProgress progress = new(host, () => Walk().Inputs().LongCount());
            using StreamWriter writer = host.Writer(terminal ? progress.Covering(stream) : stream);
            using IScanReport report = ReportOf(arguments.Format, writer, scanner.Head, scratch, look with { Quiet = arguments.Quiet, Verbose = arguments.Verbose });
            BundleSheet bundles = new(rules, scanner.Options.Policy, scanner.Head.Day, limits);
            void Scan()
            {
                foreach (ScanResult result in host.Scan(scanner, inputs, progress, host.Cancellation))
                {
                    tally.Add(result);
                    if (result.Report?.Read is { } read)
                    {
                        kept?.Write(read);
                    }

                    bundles.Add(result);

                    // Of what was read only the bill of materials tells something: licences and data sets.
                    report.Add(arguments.Format == "cyclonedx" ? result : result.WithoutFacts());
                }
            }

            progress.Run(Scan, show: arguments.Progress && !arguments.Quiet && host.ErrorIsTerminal);
            End(report, bundles, tally, walk.LeftAside);
        }
    }

    /// <summary>Ends a report with what the folders are as a whole.</summary>
    internal static void End(IScanReport report, BundleSheet bundles, ScanTally tally, long leftAside)
    {
        foreach (BundleReport bundle in bundles.End())
        {
            tally.Add(bundle);
            report.Add(bundle);
        }

        report.Finish(leftAside);
    }

    /// <summary>A report in the format that was asked for.</summary>
    internal static IScanReport ReportOf(string format, StreamWriter writer, ScanHead head, Scratch scratch, TextReportOptions look) => format switch
    {
        "json" => new JsonReport(writer.BaseStream, head),
        "sarif" => new SarifReport(writer.BaseStream, head, scratch),
        "html" => new HtmlReport(writer.BaseStream, head, scratch),
        "cyclonedx" => new CycloneDxReport(writer.BaseStream, head, scratch),
        "markdown" => new MarkdownReport(writer.BaseStream, head, scratch),
        "junit" => new JUnitReport(writer.BaseStream, head),
        _ => new TextReport(writer, head, look),
    };

    private FileWalk Walk()
    {
        WalkOptions which = new() { Include = [.. arguments.Include.Select(g => new Glob(g))], Exclude = [.. arguments.Exclude.Select(g => new Glob(g))] };
        return new FileWalk(arguments.Paths.Where(p => p != MemberPath.StandardInput), which, host.Cancellation);
    }
}
