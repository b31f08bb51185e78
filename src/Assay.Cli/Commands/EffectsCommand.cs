// assay effects: what is known of callables.
using System.CommandLine;
using System.Text;
using Assay.Detection;
using Assay.Effects.Packs;
using Assay.Hosting.Files;
using Assay.Hosting.Packs;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay effects</c>.</summary>
internal static class EffectsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host) => new("effects", "What Assay knows of callables.") { Show(host), EffectsBuildCommand.Create(host) };

    private static Command Show(Host host)
    {
        Argument<string> name = new("NAME") { Description = "The dotted name of a callable: pandas.read_pickle" };
        Option<string?> evidence = new("--evidence") { Description = "The evidence of an effect pack: the lines on which effects rest, and the calls that lead there.", HelpName = "FILE" };
        Option<string[]> effects = ListingOptions.Effects();
        Option<string?> rules = ListingOptions.Rules();
        Option<string> format = ListingOptions.Format();
        Option<bool> noColour = ListingOptions.NoColour();
        Command command = new("show", "Show what is known of a callable: each way in, each effect, which value decides, and where that comes from.") { name, evidence, effects, rules, format, noColour };
        command.SetAction(parsed =>
        {
            if (string.IsNullOrWhiteSpace(parsed.GetValue(name)))
            {
                throw new UsageException("Name a callable: assay effects show os.system.");
            }

            RuleSet set = RulePacks.Load(parsed.GetValue(rules), parsed.GetValue(effects) ?? []);
            using StreamReader? rests = parsed.GetValue(evidence) is { } file ? new StreamReader(SettingFile.Open("evidence", file), Encoding.UTF8) : null;
            try
            {
                if (parsed.GetValue(format) == "json")
                {
                    EffectReport.Show(set, parsed.GetValue(name)!, rests, host.Output);
                }
                else
                {
                    using StreamWriter writer = host.Writer();
                    EffectReport.Show(set, parsed.GetValue(name)!, rests, writer, ListingOptions.Look(host, parsed.GetValue(noColour)));
                }
            }
            catch (EffectPackException e)
            {
                throw new UsageException($"{parsed.GetValue(evidence)}: {e.Message}");
            }

            return ExitCode.Passed;
        });
        return command;
    }
}
