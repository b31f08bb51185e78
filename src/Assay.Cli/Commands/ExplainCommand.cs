// assay explain RULE: everything that is known about one rule.
using System.CommandLine;
using Assay.Detection;
using Assay.Hosting.Packs;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay explain RULE</c>.</summary>
internal static class ExplainCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> id = new("RULE") { Description = "The id of a rule; assay rules lists them." };
        Option<bool> noColour = ListingOptions.NoColour();
        Option<string?> directory = ListingOptions.Rules();
        Command command = new("explain", "Explain a rule: why it matters and what to do.") { id, directory, noColour };
        command.SetAction(parsed =>
        {
            string wanted = parsed.GetValue(id)!;
            RuleSet rules = RulePacks.Load(parsed.GetValue(directory));
            Rule? rule = rules.Rules.FirstOrDefault(r => r.Id.Equals(wanted, StringComparison.OrdinalIgnoreCase));
            if (rule is null)
            {
                string[] near = [.. rules.Rules.Select(r => r.Id).Where(i => i.Contains(wanted, StringComparison.OrdinalIgnoreCase)).Take(5)];
                throw new UsageException($"There is no rule {wanted}; {(near.Length > 0 ? $"there is {string.Join(", ", near)}." : "assay rules lists them all.")}");
            }

            using StreamWriter writer = host.Writer();
            CatalogReport.Explain(rule, writer, ListingOptions.Look(host, parsed.GetValue(noColour)));
            return ExitCode.Passed;
        });
        return command;
    }
}
