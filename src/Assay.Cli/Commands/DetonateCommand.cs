// assay detonate: loads models for real in a box and says what they did.
using System.CommandLine;
using Assay.Policies;
using Assay.Store.Databases;

namespace Assay.Cli.Commands;

/// <summary><c>assay detonate PATH...</c>: a scan with test loads.</summary>
internal static class DetonateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host, IReadOnlyList<string> arguments)
    {
        Argument<string[]> paths = new("PATH") { Description = "Files and directories, or - for standard input.", Arity = ArgumentArity.ZeroOrMore };
        Option<string> format = ListingOptions.ReportFormat();
        Option<string?> output = new("--output", "-o") { Description = "Write the report to this file instead of standard output.", HelpName = "FILE" };
        Option<string?> policy = ListingOptions.Policy();
        Option<bool> noPolicy = ListingOptions.NoPolicy();
        Option<string?> baseline = ListingOptions.Baseline();
        Option<string?> rules = ListingOptions.Rules();
        Option<string[]> effects = ListingOptions.Effects();
        Option<bool> quiet = new("--quiet", "-q") { Description = "Text: one line for each file that did not pass. No progress." };
        Option<bool> verbose = ListingOptions.Verbose();
        Option<bool> noColour = ListingOptions.NoColour();
        SandboxSwitches switches = new();
        Command command = new("detonate", "Load models for real, in a box, and say what they did.") { paths, format, output, policy, noPolicy, baseline, rules, effects, quiet, verbose, noColour };
        switches.AddTo(command);
        Func<ParseResult, StoreAddress?> store = StoreOption.AddTo(host, command, parsed => parsed.GetValue(noPolicy) ? null : ScanRun.HousePolicy(host, parsed.GetValue(paths) ?? [], parsed.GetValue(policy)));
        command.SetAction(parsed => new ScanRun(host, new ScanArguments
        {
            Paths = ScanCommand.Paths(parsed.GetValue(paths) ?? [], arguments),
            Format = parsed.GetValue(format)!,
            Output = parsed.GetValue(output),
            Inputs = Files.CommandInputs.Of(host, parsed, store(parsed), output, paths),
            // Libraries are shared between loads, so a few side by side are enough.
            Jobs = Math.Min(4, Environment.ProcessorCount),
            FailOn = Verdict.Suspicious,
            Policy = parsed.GetValue(policy),
            NoPolicy = parsed.GetValue(noPolicy),
            Baseline = parsed.GetValue(baseline),
            Rules = parsed.GetValue(rules),
            Effects = parsed.GetValue(effects) ?? [],
            Quiet = parsed.GetValue(quiet),
            Progress = true,
            Verbose = parsed.GetValue(verbose),
            Look = ListingOptions.Look(host, parsed.GetValue(noColour)),
            Sandbox = switches.Read(parsed),
            Store = store(parsed),
        }).Run());
        return command;
    }
}
