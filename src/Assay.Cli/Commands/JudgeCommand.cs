// assay judge: judges facts that a scan has written, without the bytes.
using System.CommandLine;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Cli.Files;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary><c>assay judge FILE</c>: the report that a scan would give, by other rules or another policy perhaps.</summary>
internal static class JudgeCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> file = new("FILE") { Description = "What assay scan --facts has written." };
        Option<string> format = ListingOptions.ReportFormat();
        Option<string?> output = new("--output", "-o") { Description = "Write the report to this file instead of standard output.", HelpName = "FILE" };
        Option<string> failOn = ListingOptions.FailOn();
        Option<string?> policy = ListingOptions.Policy();
        Option<bool> noPolicy = ListingOptions.NoPolicy();
        Option<string?> baseline = ListingOptions.Baseline();
        Option<string?> rules = ListingOptions.Rules();
        Option<string[]> effects = ListingOptions.Effects();
        Option<bool> quiet = new("--quiet", "-q") { Description = "Text: one line for each file that did not pass." };
        Option<bool> verbose = ListingOptions.Verbose();
        Option<bool> noColour = ListingOptions.NoColour();
        Command command = new("judge", "Judge the facts of an earlier scan again, without the files.") { file, format, output, failOn, policy, noPolicy, baseline, rules, effects, quiet, verbose, noColour };
        command.SetAction(parsed =>
        {
            RuleSet set = RulePacks.Load(parsed.GetValue(rules), parsed.GetValue(effects) ?? []);
            Policy decided = ScanRun.PolicyOf(host, set, [], parsed.GetValue(policy), parsed.GetValue(baseline), parsed.GetValue(noPolicy));
            ReportFile? report = parsed.GetValue(output) is { } path ? new ReportFile(path, CommandInputs.Of(host, parsed, null, output)) : null;
            TextReportOptions look = ListingOptions.Look(host, parsed.GetValue(noColour)) with { Quiet = parsed.GetValue(quiet), Verbose = parsed.GetValue(verbose) };
            string facts = parsed.GetValue(file)!;
            string how = parsed.GetValue(format)!;
            ScanTally tally = new();
            if (report is null)
            {
                Judge(facts, set, decided, stream: host.Output, how, look, host, tally);
            }
            else
            {
                report.Write(stream => Judge(facts, set, decided, stream, how, look with { Colour = false, Width = 100 }, host, tally));
            }

            return tally.Code(ListingOptions.Mildest(parsed.GetValue(failOn)));
        });
        return command;
    }

    /// <summary>Writes the report on the facts in a file, input by input as they are read.</summary>
    private static void Judge(string file, RuleSet rules, Policy policy, Stream stream, string format, TextReportOptions look, Host host, ScanTally tally)
    {
        using FileStream facts = SettingFile.Open("file of facts", file);
        try
        {
            FactFileReader reader = new(facts);
            DateOnly today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            ScanHead head = new()
            {
                Version = Scanner.Version,
                RulesVersion = rules.Version,
                RulesDigest = rules.Digest,
                EffectPacks = rules.EffectPacks,
                Policy = policy,
                Day = today,
                Limits = reader.Limits,
            };
            BundleSheet bundles = new(rules, policy, today, reader.Limits);
            using StreamWriter writer = host.Writer(stream);
            using IScanReport report = ScanRun.ReportOf(format, writer, head, new FileScratch(host.TemporaryDirectory, reader.Limits.InflatedInMemory), look);
            foreach (FactSet set in reader.Inputs())
            {
                host.Cancellation.ThrowIfCancellationRequested();
                ScanResult result = new(set.Path, TargetReport.Of(set, Policies.Judge.Of(set, rules, policy, today), keepFacts: true));
                tally.Add(result);
                bundles.Add(result);
                report.Add(result.WithoutFacts());
            }

            ScanRun.End(report, bundles.End(), tally, new LeftAside(reader.Ignored, 0, null));
        }
        catch (MalformedException e)
        {
            throw new UsageException($"The facts in {file} cannot be used: {e.Message}");
        }
        catch (IOException e)
        {
            throw new UsageException($"The facts in {file} cannot be read: {FileFault.Of(e)}.");
        }
    }
}
