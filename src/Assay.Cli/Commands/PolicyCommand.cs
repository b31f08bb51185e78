// assay policy and assay baseline: what a house has decided.
using System.CommandLine;
using System.Globalization;
using Assay.Detection;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay policy check|init</c> and <c>assay baseline</c>.</summary>
internal static class PolicyCommand
{
    /// <summary><c>assay policy</c>.</summary>
    public static Command Create(Host host, IReadOnlyList<string> arguments) =>
        new("policy", "Check the policy of a house, or draft one.") { Check(host), Init(host, arguments) };

    /// <summary><c>assay baseline PATH... -o FILE</c>.</summary>
    public static Command CreateBaseline(Host host, IReadOnlyList<string> arguments) =>
        Draft(host, arguments, new Command("baseline", "Write down what is found today, so that assay scan --baseline fails for what is new only."), ScanRun.BaselineFormat);

    private static Command Init(Host host, IReadOnlyList<string> arguments) =>
        Draft(host, arguments, new Command("init", "Draft a policy that accepts what is found here, for this content only; each entry needs a reason."), ScanRun.PolicyFormat);

    private static Command Draft(Host host, IReadOnlyList<string> arguments, Command command, string format)
    {
        Argument<string[]> paths = new("PATH") { Description = "Files and directories.", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> output = new("--output", "-o") { Description = "Write it to this file instead of standard output.", HelpName = "FILE" };
        Option<string?> policy = ListingOptions.Policy();
        Option<string?> rules = ListingOptions.Rules();
        Option<string[]> effects = ListingOptions.Effects();
        command.Add(paths);
        command.Add(output);
        command.Add(policy);
        command.Add(rules);
        command.Add(effects);
        command.SetAction(parsed =>
        {
            string[] given = parsed.GetValue(paths) ?? [];
            if (format == ScanRun.PolicyFormat && given.Length == 0)
            {
                Empty(host, parsed.GetValue(output), Files.CommandInputs.Of(host, parsed, null, output));
                return ExitCode.Passed;
            }

            string[] scanned = ScanCommand.Paths(given, arguments);
            if (scanned.FirstOrDefault(p => p != "-" && !File.Exists(p) && !Directory.Exists(p)) is { } missing)
            {
                throw new UsageException($"There is nothing at {missing}.");
            }

            int code = new ScanRun(host, new ScanArguments
            {
                Paths = scanned,
                Inputs = Files.CommandInputs.Of(host, parsed, null, output, paths),
                Format = format,
                Output = parsed.GetValue(output),
                FailOn = null,
                Jobs = Environment.ProcessorCount,
                Policy = parsed.GetValue(policy),
                NoPolicy = true,
                Rules = parsed.GetValue(rules),
                Effects = parsed.GetValue(effects) ?? [],
                Progress = false,
            }).Run();

            // That something is found, or not read, is what the draft is about.
            return code is ExitCode.Findings or ExitCode.Incomplete && !host.Cancellation.IsCancellationRequested ? ExitCode.Passed : code;
        });
        return command;
    }

    /// <summary>A policy that decides nothing yet.</summary>
    private static void Empty(Host host, string? output, Files.CommandInputs inputs)
    {
        const string Text = "# What this house has decided about models (docs/policy.md). assay policy init PATH drafts waivers for what is found there.\nwaivers: []\n\n# Modules of your own, of which no pack knows what they do: waives unknown code only, never what does harm.\nallowed-modules: []\n";
        if (output is null or "-")
        {
            using StreamWriter writer = host.Writer();
            writer.Write(Text);
            return;
        }

        Files.ReportFile file = new(output, inputs);
        if (file.Real is not null)
        {
            throw new UsageException($"{output} is there already.");
        }

        file.Write(stream =>
        {
            using StreamWriter writer = host.Writer(stream);
            writer.Write(Text);
        });
    }

    /// <summary><c>assay policy check [FILE]</c>: 0 where the policy can be used and all of it holds, 1 where some of it has ended.</summary>
    private static Command Check(Host host)
    {
        Argument<string?> file = new("FILE") { Description = "The policy; without it assay.yaml is looked for.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> directory = ListingOptions.Rules();
        Command command = new("check", "Check a policy: read it, and say what of it has ended.") { file, directory };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file) ?? HouseFile.Find(HouseFile.Policy, host.Directory)
                ?? throw new UsageException($"There is no {HouseFile.Policy} here or above; assay policy init writes one.");
            RuleSet rules = RulePacks.Load(parsed.GetValue(directory));
            Policy policy = RulePacks.ReadPolicy(path, rules);
            DateOnly today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            Waiver[] ended = [.. policy.Waivers.Where(w => w.IsExpired(today))];
            using StreamWriter writer = host.Writer();
            foreach (Waiver waiver in ended)
            {
                writer.WriteLine(Escape.Visible(string.Create(CultureInfo.InvariantCulture, $"Ended on {waiver.Expires:yyyy-MM-dd}: {waiver} ({waiver.Reason}).")));
            }

            foreach (Waiver waiver in policy.Waivers.Where(w => w.By.Length == 0))
            {
                writer.WriteLine(Escape.Visible($"Nobody is named as having decided it (by): {waiver} ({waiver.Reason})."));
            }

            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Escape.Visible(path)}: {policy.Waivers.Count} waivers, {ended.Length} ended; {policy.AllowedModules.Count} allowed modules; digest {policy.Digest[..12]}."));
            return ended.Length == 0 ? ExitCode.Passed : ExitCode.Findings;
        });
        return command;
    }
}
