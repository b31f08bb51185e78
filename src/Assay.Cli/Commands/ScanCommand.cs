// assay scan: examines files and directories and says what would run.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Assay.Cli.Files;
using Assay.Policies;
using Assay.Reports;
using Assay.Sandbox;
using Assay.Store.Databases;

namespace Assay.Cli.Commands;

/// <summary><c>assay scan PATH...</c>: the arguments and options; <see cref="ScanRun"/> does the work.</summary>
internal static class ScanCommand
{
    /// <summary>The command. <paramref name="arguments"/> tell a path behind <c>--</c> from a mistyped option.</summary>
    public static Command Create(Host host, IReadOnlyList<string> arguments)
    {
        Argument<string[]> paths = new("PATH") { Description = "Files and directories, - for standard input, or what lies on a server: hf://owner/name, https://... (docs/hub.md).", Arity = ArgumentArity.ZeroOrMore };
        Option<string> format = ListingOptions.ReportFormat();
        Option<string?> output = new("--output", "-o") { Description = "Write the report to this file instead of standard output.", HelpName = "FILE" };
        Option<string> failOn = ListingOptions.FailOn();
        Option<string[]> include = new("--include") { Description = "Examine only walked files that match (*.pt, models/**); may be repeated.", HelpName = "GLOB" };
        Option<string[]> exclude = new("--exclude") { Description = "Leave out walked files and directories that match; wins over --include.", HelpName = "GLOB" };
        Option<int> jobs = new("--jobs", "-j") { Description = "Files examined side by side; by default one per processor.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount, CustomParser = Jobs };
        Option<string[]> reports = new("--report") { Description = "Write a further report (sarif=FILE); may be repeated.", HelpName = "FORMAT=FILE" };
        Option<string?> policy = ListingOptions.Policy();
        Option<bool> noPolicy = ListingOptions.NoPolicy();
        Option<string?> decisions = DecisionPlaces.Option();
        Option<string?> baseline = ListingOptions.Baseline();
        Option<string?> ignore = new("--ignore-file") { Description = "Patterns of what to leave out. Without it .assayignore is looked for.", HelpName = "FILE" };
        Option<string?> rules = ListingOptions.Rules();
        Option<string[]> effects = ListingOptions.Effects();
        Option<string[]> limit = new("--limit") { Description = "Change a limit (inflated-bytes=16GiB); docs/cli.md lists them.", HelpName = "NAME=VALUE" };
        Option<string?> facts = new("--facts") { Description = "Also write what was read to this file, for assay judge.", HelpName = "FILE" };
        Option<string?> certificate = new("--certificate") { Description = "Also write a certificate of the pass of one file to this file, for assay certificate check.", HelpName = "FILE" };
        Option<bool> digest = new("--digest") { Description = "Digest files above 64 MB as well." };
        Option<bool> quiet = new("--quiet", "-q") { Description = "Text: one line for each file that did not pass. No progress." };
        Option<bool> verbose = ListingOptions.Verbose();
        Option<bool> showIgnored = new("--show-ignored") { Description = "Text: the names of the files that were ignored; JSON always has them." };
        Option<bool> noProgress = new("--no-progress") { Description = "Show no progress." };
        Option<bool> noColour = ListingOptions.NoColour();
        Option<bool> detonate = new("--detonate") { Description = "Load the files for real as well, in a box (docs/sandbox.md); needs Linux and bubblewrap." };
        SandboxSwitches switches = new();
        Command command = new("scan", "Examine model files: what would each loader run?")
        {
            paths, format, output, reports, failOn, include, exclude, ignore, jobs, policy, noPolicy, decisions, baseline, rules, effects, limit, facts, certificate, digest, quiet, verbose, showIgnored, noProgress, noColour, detonate,
        };
        switches.AddTo(command);
        Func<ParseResult, StoreAddress?> store = StoreOption.AddTo(host, command, parsed => parsed.GetValue(noPolicy) ? null : ScanRun.HousePolicy(host, parsed.GetValue(paths) ?? [], parsed.GetValue(policy)));
        Option<bool> noStore = new("--no-store") { Description = "Use no store, whatever ASSAY_STORE or the policy says." };
        command.Add(noStore);
        command.SetAction(parsed =>
        {
            if (!parsed.GetValue(detonate) && switches.Given(parsed) is { } option)
            {
                throw new UsageException($"{option} is about test loads: it goes with --detonate, or with assay detonate.");
            }

            ScanArguments scan = new()
            {
                Paths = Paths(parsed.GetValue(paths) ?? [], arguments),
                Format = parsed.GetValue(format)!,
                Output = parsed.GetValue(output),
                Inputs = CommandInputs.Of(host, parsed, parsed.GetValue(noStore) ? null : store(parsed), output, reports, facts, certificate, paths),
                FailOn = ListingOptions.Mildest(parsed.GetValue(failOn)),
                Include = parsed.GetValue(include) ?? [],
                Exclude = parsed.GetValue(exclude) ?? [],
                Jobs = parsed.GetValue(jobs),
                Reports = parsed.GetValue(reports) ?? [],
                Policy = parsed.GetValue(policy),
                NoPolicy = parsed.GetValue(noPolicy),
                Decisions = parsed.GetValue(decisions),
                Baseline = parsed.GetValue(baseline),
                Ignore = parsed.GetValue(ignore),
                Rules = parsed.GetValue(rules),
                Effects = parsed.GetValue(effects) ?? [],
                Limits = parsed.GetValue(limit) ?? [],
                Facts = parsed.GetValue(facts),
                Certificate = parsed.GetValue(certificate),
                Digest = parsed.GetValue(digest),
                Quiet = parsed.GetValue(quiet),
                Verbose = parsed.GetValue(verbose),
                Progress = !parsed.GetValue(noProgress),
                Look = ListingOptions.Look(host, parsed.GetValue(noColour)) with { ShowIgnored = parsed.GetValue(showIgnored) },
                Store = parsed.GetValue(noStore) ? null : store(parsed),
                Sandbox = parsed.GetValue(detonate) ? switches.Read(parsed) : null,
            };
            return new ScanRun(host, scan).Run();
        });
        return command;
    }

    private static int Jobs(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int jobs) && jobs is >= 1 and <= 1024)
        {
            return jobs;
        }

        result.AddError("--jobs takes a whole number from 1 to 1024.");
        return 1;
    }

    internal static string[] Paths(string[] paths, IReadOnlyList<string> arguments)
    {
        if (paths.Length == 0)
        {
            throw new UsageException("Name a file or a directory to scan, or - for standard input.");
        }

        HashSet<string> literal = [.. arguments.SkipWhile(a => a != "--").Skip(1)];
        string? option = paths.FirstOrDefault(p => p.Length > 1 && p[0] == '-' && !literal.Contains(p));
        return option is null
            ? paths
            : throw new UsageException($"There is no option {option}; a path that begins with - goes behind --.");
    }
}

/// <summary>What the user asked a scan to do.</summary>
internal sealed record ScanArguments
{
    public required IReadOnlyList<string> Paths { get; init; }

    public required string Format { get; init; }

    public string? Output { get; init; }

    /// <summary>What is read, the paths aside: nothing is written there.</summary>
    public required CommandInputs Inputs { get; init; }

    /// <summary>The mildest verdict that gives exit code 1, or null for none.</summary>
    public Verdict? FailOn { get; init; }

    public IReadOnlyList<string> Include { get; init; } = [];

    public IReadOnlyList<string> Exclude { get; init; } = [];

    public int Jobs { get; init; } = 1;

    /// <summary>Further reports, each as <c>FORMAT=FILE</c>.</summary>
    public IReadOnlyList<string> Reports { get; init; } = [];

    public string? Policy { get; init; }

    /// <summary>Whether no policy is looked for, and nothing that leaves files out.</summary>
    public bool NoPolicy { get; init; }

    /// <summary>The folder of decisions that apply, or null for those of the house and the user.</summary>
    public string? Decisions { get; init; }

    public string? Baseline { get; init; }

    public string? Ignore { get; init; }

    public string? Rules { get; init; }

    public IReadOnlyList<string> Effects { get; init; } = [];

    public IReadOnlyList<string> Limits { get; init; } = [];

    /// <summary>The file that gets the facts, or null.</summary>
    public string? Facts { get; init; }

    /// <summary>The file that gets a certificate of the pass, or null.</summary>
    public string? Certificate { get; init; }

    public bool Digest { get; init; }

    public bool Quiet { get; init; }

    public bool Verbose { get; init; }

    public bool Progress { get; init; }

    /// <summary>The store that remembers, or null for none.</summary>
    public StoreAddress? Store { get; init; }

    /// <summary>How test loads are done, or null for none.</summary>
    public SandboxOptions? Sandbox { get; init; }

    public TextReportOptions Look { get; init; } = new();
}
