// One run of assay scan, from paths to exit code.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Cli.Files;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Hosting.Packs;
using Assay.Hub.Targets;
using Assay.Policies;
using Assay.Reports;
using Assay.Sandbox;
using Assay.Scanning;
using Assay.Store;
using Assay.Store.Scans;

namespace Assay.Cli.Commands;

/// <summary>One run of <c>assay scan</c>: walks, scans and reports, file by file.</summary>
internal sealed class ScanRun(Host host, ScanArguments arguments)
{
    /// <summary>The format of what <c>assay policy init</c> writes.</summary>
    internal const string PolicyFormat = "policy";

    /// <summary>The format of what <c>assay baseline</c> writes.</summary>
    internal const string BaselineFormat = "baseline";

    private IgnoreList? _ignore;

    /// <summary>Runs and returns the exit code.</summary>
    public int Run()
    {
        // Everything that can be wrong with the command is found before the first file is touched.
        (ScanLimits limits, long standardInput) = LimitOption.Read(arguments.Limits);
        HeapFence.Set(limits);
        ReportFile? file = arguments.Output is null or "-" ? null : new ReportFile(arguments.Output, arguments.Inputs);
        ReportFile? facts = arguments.Facts is null ? null : new ReportFile(arguments.Facts, arguments.Inputs);
        CertificateFile? certificate = arguments.Certificate is null ? null : new CertificateFile(arguments.Certificate, arguments.Paths, arguments.Inputs);
        (string Format, ReportFile File)[] further = [.. arguments.Reports.Select(Further)];
        ReportFile[] files = [.. new[] { file, facts, certificate?.File }.OfType<ReportFile>(), .. further.Select(f => f.File)];
        if (files.SelectMany((one, at) => files.Skip(at + 1).Select(other => (one, other))).Any(p => p.one.IsSameAs(p.other)))
        {
            throw new UsageException("Two reports, or a report and the facts, cannot go into one file.");
        }

        using RemoteInputs? remote = RemoteInputs.Open(host, arguments.Paths);
        string[] local = [.. arguments.Paths.Where(p => !RemoteTarget.IsRemote(p))];
        FileScratch scratch = new(host.TemporaryDirectory, limits.InflatedInMemory);
        RuleSet rules = RulePacks.Load(arguments.Rules, arguments.Effects);
        using TestLoader? loader = arguments.Sandbox is null ? null : new TestLoader(arguments.Sandbox);
        TrustedWords? words = arguments.NoPolicy ? null : TrustedWords.Of(host, arguments.Decisions);
        Scanner scanner = new(new ScanOptions
        {
            Limits = limits,
            Rules = rules,
            Policy = PolicyOf(host, rules, local, arguments.Policy, arguments.Baseline, arguments.NoPolicy),
            Scratch = scratch,
            // One file is examined on this thread: to start another would cost more than a small one does.
            Jobs = arguments.Paths is [var only] && remote is null && !Directory.Exists(only) ? 1 : arguments.Jobs,
            DigestAll = arguments.Digest || certificate is not null || words?.AsksForDigests == true,
            TestLoad = loader,
            // A folder is also judged as a whole, by the facts of its files.
            KeepFacts = facts is not null || words is not null || IsAskedFor("cyclonedx") || arguments.Paths.Any(Directory.Exists) || remote is { HasWhole: true },
        });

        using ModelStore? store = arguments.Store is null ? null : host.OpenStore(arguments.Store, true);
        StoredScan? stored = store is null ? null : new StoredScan(store, scanner, facts is not null || words is not null || IsAskedFor("cyclonedx"));
        string? ignore = arguments.Ignore ?? (arguments.NoPolicy ? null : OfHouse(host, local, HouseFile.Ignore, "--ignore-file"));
        _ignore = ignore is null ? null : HouseFile.ReadIgnore(ignore);
        FileWalk walk = Walk();
        foreach (ReportFile one in files)
        {
            one.KeepOutOf(walk);
        }

        if (arguments.Store is not null)
        {
            StoreOption.KeepOutOf(walk, arguments.Store);
        }

        IEnumerable<ScanInput> inputs = remote is null ? walk.Inputs() : walk.Inputs().Concat(remote.Inputs(Which(), stored is null ? null : stored.Knows));
        using ScratchSpace spool = scratch.Create();
        if (arguments.Paths.Contains(MemberPath.StandardInput))
        {
            if (host.IsInputClosed())
            {
                throw new UsageException("There is no standard input to read.");
            }

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

        if (!arguments.Quiet)
        {
            remote?.Tell();
            if (walk.LeftOutByHouse > 0)
            {
                host.Error.WriteLine(Escape.Visible($"assay: {ignore} leaves out {(walk.LeftOutByHouse == 1 ? "a file or folder" : $"{walk.LeftOutByHouse} files and folders")}, which {(walk.LeftOutByHouse == 1 ? "was" : "were")} not looked at; --no-policy examines all, --show-ignored names them."));
            }
        }

        if (host.Cancellation.IsCancellationRequested)
        {
            host.Error.WriteLine($"assay: Cancelled; {tally.Examined} {(tally.Examined == 1 ? "file was" : "files were")} examined, and the report names what was not.");
        }

        int code = tally.Code(arguments.FailOn);
        if (certificate?.Write(host, scanner.Head, rules) == false && code == ExitCode.Passed)
        {
            code = ExitCode.Incomplete;
        }

        if (stored is null)
        {
            return code;
        }

        if (!arguments.Quiet || stored.Tally.Fault is not null)
        {
            host.Error.WriteLine($"assay: {Escape.Visible(arguments.Store!.Shown)}: {stored.Tally}{(stored.Tally.Fault is { } fault ? " " + Escape.Visible(fault) : "")}");
        }

        // What was told is right; that it is not kept is no pass all the same.
        return stored.Tally.Fault is not null && code is ExitCode.Passed or ExitCode.Nothing ? ExitCode.Incomplete : code;

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
            LiveProgress progress = new(host, () => Walk().Inputs().LongCount() + (remote?.Count(Which()) ?? 0)) { Network = remote is null ? null : () => remote.Bytes };
            using StreamWriter writer = host.Writer(terminal ? progress.Covering(stream) : stream);
            using IScanReport main = ReportOf(arguments.Format, writer, scanner.Head, scratch, look with { Quiet = arguments.Quiet, Verbose = arguments.Verbose });
            Open(0, [main]);

            // Each further report is written while its file is open, and takes its place when all of it is there.
            void Open(int at, List<IScanReport> reports)
            {
                if (at == further.Length)
                {
                    Fill(new ReportTee(reports));
                    return;
                }

                further[at].File.Write(stream =>
                {
                    using StreamWriter other = host.Writer(stream);
                    using IScanReport report = ReportOf(further[at].Format, other, scanner.Head, scratch, look with { Colour = false, Width = 100 });
                    Open(at + 1, [.. reports, report]);
                });
            }

            void Fill(IScanReport report)
            {
                BundleSheet bundles = new(rules, scanner.Options.Policy, scanner.Head.Day, limits);
                Func<ScanResult, ScanResult> said = words?.Over(rules, scanner.Options.Policy, scanner.Head.Day) ?? (static r => r);
                bool show = arguments.Progress && !arguments.Quiet && host.ErrorIsTerminal;
                void Scan()
                {
                    IEnumerable<ScanInput> some = show ? progress.Watching(inputs) : inputs;
                    foreach (ScanResult scanned in stored?.Run(some, progress, host.Cancellation) ?? host.Scan(scanner, some, progress, host.Cancellation))
                    {
                        if (scanned.Report?.Read is { } read)
                        {
                            kept?.Write(read);
                        }

                        ScanResult result = said(scanned);
                        tally.Add(result);
                        certificate?.Add(result);

                        bundles.Add(result);

                        // Of what was read only the bill of materials tells something: licences and data sets.
                        report.Add(IsAskedFor("cyclonedx") ? result : result.WithoutFacts());
                    }
                }

                progress.Run(Scan, show);
                if (arguments.Format is PolicyFormat or BaselineFormat)
                {
                    // A draft of a part looks like one of all, and would take the place of one.
                    host.Cancellation.ThrowIfCancellationRequested();
                }

                IReadOnlyList<BundleReport> wholes = bundles.End();
                if (!host.Cancellation.IsCancellationRequested)
                {
                    stored?.Keep(wholes);
                }

                End(report, wholes, tally, new LeftAside(walk.LeftAside, walk.LeftAside, walk.LeftAsideFiles));
            }
        }
    }

    private bool IsAskedFor(string format) => arguments.Format == format || arguments.Reports.Any(r => r.StartsWith(format + "=", StringComparison.Ordinal));

    private (string Format, ReportFile File) Further(string report)
    {
        int at = report.IndexOf('=', StringComparison.Ordinal);
        string format = at > 0 ? report[..at] : "";
        return ListingOptions.Formats.Contains(format) && at + 1 < report.Length
            ? (format, new ReportFile(report[(at + 1)..], arguments.Inputs))
            : throw new UsageException($"--report {report} is not FORMAT=FILE with one of the formats {string.Join(", ", ListingOptions.Formats)}.");
    }

    /// <summary>The policy that was named, or else the one of the house, with the baseline.</summary>
    internal static Policy PolicyOf(Host host, RuleSet rules, IReadOnlyList<string> examined, string? named, string? baseline, bool none)
    {
        string? house = named is null && !none ? OfHouse(host, examined, HouseFile.Policy, "--policy") : null;
        Policy policy = named is not null ? RulePacks.ReadPolicy(named, rules)
            : house is not null ? RulePacks.ReadPolicy(house, rules) with { Name = Path.GetRelativePath(host.Directory, house) }
            : Policy.None;
        return baseline is null ? policy : policy.With(RulePacks.ReadPolicy(baseline, rules));
    }

    /// <summary>The policy in which the house may name a store: the one that was named, or that of the house unless it lies in what is examined.</summary>
    internal static string? HousePolicy(Host host, IReadOnlyList<string> examined, string? named) =>
        named ?? (HouseFile.Find(HouseFile.Policy, host.Directory) is { } file && !HouseFile.LiesIn(file, examined.Where(p => p != MemberPath.StandardInput && !RemoteTarget.IsRemote(p))) ? file : null);

    /// <summary>A file of the house; what lies in what is examined is named and not used.</summary>
    private static string? OfHouse(Host host, IReadOnlyList<string> examined, string name, string option)
    {
        if (HouseFile.Find(name, host.Directory) is not { } file)
        {
            return null;
        }

        string shown = Path.GetRelativePath(host.Directory, file);
        if (!HouseFile.LiesIn(file, examined.Where(p => p != MemberPath.StandardInput)))
        {
            return file;
        }

        host.Error.WriteLine($"assay: {Escape.Visible(shown)} lies in what is examined and may have come with it, so it is not applied; {option} {Escape.Visible(shown)} applies it.");
        return null;
    }

    /// <summary>Ends a report with what the folders are as a whole.</summary>
    internal static void End(IScanReport report, IReadOnlyList<BundleReport> bundles, ScanTally tally, LeftAside aside)
    {
        foreach (BundleReport bundle in bundles)
        {
            tally.Add(bundle);
            report.Add(bundle);
        }

        report.Finish(aside);
    }

    /// <summary>A report in the format that was asked for.</summary>
    internal static IScanReport ReportOf(string format, StreamWriter writer, ScanHead head, Scratch scratch, TextReportOptions look) => format switch
    {
        "json" => new JsonReport(writer.BaseStream, head),
        "jsonl" => new JsonLinesReport(writer.BaseStream, head),
        PolicyFormat => new PolicyDraft(writer, head, DraftKind.Policy),
        BaselineFormat => new PolicyDraft(writer, head, DraftKind.Baseline),
        "sarif" => new SarifReport(writer.BaseStream, head, scratch),
        "html" => new HtmlReport(writer.BaseStream, head, scratch),
        "cyclonedx" => new CycloneDxReport(writer.BaseStream, head, scratch),
        "markdown" => new MarkdownReport(writer.BaseStream, head, scratch),
        "junit" => new JUnitReport(writer.BaseStream, head),
        _ => new TextReport(writer, head, look),
    };

    private WalkOptions Which() => new() { Include = [.. arguments.Include.Select(g => new Glob(g))], Exclude = [.. arguments.Exclude.Select(g => new Glob(g))], Ignore = _ignore };

    private FileWalk Walk() => new(arguments.Paths.Where(p => p != MemberPath.StandardInput && !RemoteTarget.IsRemote(p)), Which(), host.Cancellation);
}
