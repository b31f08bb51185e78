// assay formats: which formats are read, and which are only recognised.
using System.CommandLine;
using Assay.Formats;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay formats</c>.</summary>
internal static class FormatsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Option<string> format = ListingOptions.Format();
        Option<bool> noColour = ListingOptions.NoColour();
        Command command = new("formats", "List the formats that are read or recognised.") { format, noColour };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(format) == "json")
            {
                CatalogReport.Formats(FormatCatalog.Kinds, host.Output);
            }
            else
            {
                using StreamWriter writer = host.Writer();
                CatalogReport.Formats(FormatCatalog.Kinds, writer, ListingOptions.Look(host, parsed.GetValue(noColour)));
            }

            return ExitCode.Passed;
        });
        return command;
    }
}
