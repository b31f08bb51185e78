// assay rules: the rules in force.
using System.CommandLine;
using Assay.Detection;
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
        return command;
    }
}
