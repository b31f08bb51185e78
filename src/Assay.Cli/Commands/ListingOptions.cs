// Options that the listing commands share.
using System.CommandLine;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary>Options that the listing commands share.</summary>
internal static class ListingOptions
{
    /// <summary><c>--format text|json</c>.</summary>
    public static Option<string> Format()
    {
        Option<string> format = new("--format") { Description = "How to write: text or json.", HelpName = "text|json", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        return format;
    }

    /// <summary><c>--no-color</c>.</summary>
    public static Option<bool> NoColour() => new("--no-color") { Description = "Write text without colour (as NO_COLOR does)." };

    /// <summary><c>--rules DIR</c>.</summary>
    public static Option<string?> Rules() =>
        new("--rules") { Description = "A directory of further rule packs (*.yaml).", HelpName = "DIR" };

    /// <summary>How text on standard output looks.</summary>
    public static TextReportOptions Look(Host host, bool noColour) => new()
    {
        Width = host.Width,
        Colour = host.OutputIsTerminal && !host.NoColour && !noColour,
    };
}
