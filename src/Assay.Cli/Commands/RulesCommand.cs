// assay rules: the rules in force.
using System.CommandLine;
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Hosting.Packs;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay rules</c>.</summary>
internal static class RulesCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Option<string> format = ListingOptions.Format();
        Option<bool> noColour = ListingOptions.NoColour();
        Option<string?> directory = ListingOptions.Rules();
        Command command = new("rules", "List the rules in force.") { format, directory, noColour };
        command.SetAction(parsed =>
        {
            RuleSet rules = RulePacks.Load(parsed.GetValue(directory));
            if (parsed.GetValue(format) == "json")
            {
                CatalogReport.Rules(rules, host.Output);
            }
            else
            {
                using StreamWriter writer = host.Writer();
                CatalogReport.Rules(rules, writer, ListingOptions.Look(host, parsed.GetValue(noColour)));
            }

            return ExitCode.Passed;
        });
        command.Add(Check(host));
        return command;
    }

    /// <summary><c>assay rules check DIR</c>: 0 where the packs can be used and their examples hold, 1 where not.</summary>
    private static Command Check(Host host)
    {
        Argument<string> directory = new("DIR") { Description = "A directory of rule packs (*.yaml)." };
        Command command = new("check", "Check rule packs: read them, hold them against the rules that come with Assay, run their examples.") { directory };
        command.SetAction(parsed =>
        {
            RulePackReport report = RulePackCheck.Check(RulePacks.Read(parsed.GetValue(directory)!));
            using StreamWriter writer = host.Writer();
            foreach (RulePackException error in report.Errors)
            {
                writer.WriteLine(Escape.Visible(error.Message));
            }

            foreach (string rule in report.Unproven)
            {
                writer.WriteLine($"The rule {rule} has no example that hits, or none that passes.");
            }

            writer.WriteLine($"{report.Rules} rules, {report.Examples} examples, {(report.Errors.Count == 0 ? "no errors" : report.Errors.Count == 1 ? "1 error" : $"{report.Errors.Count} errors")}.");
            return report.Errors.Count == 0 ? ExitCode.Passed : ExitCode.Findings;
        });
        return command;
    }
}
