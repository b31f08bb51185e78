// Options that the listing commands share.
using System.CommandLine;
using Assay.Policies;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary>Options that the listing commands share.</summary>
internal static class ListingOptions
{
    /// <summary>The formats of reports.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["text", "json", "jsonl", "sarif", "html", "markdown", "junit", "cyclonedx"];

    /// <summary><c>--format text|json</c>.</summary>
    public static Option<string> Format()
    {
        Option<string> format = new("--format") { Description = "How to write: text or json.", HelpName = "text|json", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        return format;
    }

    /// <summary><c>--format text|json|jsonl|sarif|html|markdown|junit|cyclonedx</c> of reports.</summary>
    public static Option<string> ReportFormat()
    {
        Option<string> format = new("--format", "-f") { Description = "How to report: text, json (docs/scan.schema.json), jsonl (a line for each file), sarif (2.1.0), html, markdown, junit or cyclonedx (1.6).", HelpName = "text|json|sarif|html|markdown|junit|cyclonedx", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong([.. Formats]);
        return format;
    }

    /// <summary><c>--fail-on suspicious|malicious|never</c>.</summary>
    public static Option<string> FailOn()
    {
        Option<string> failOn = new("--fail-on") { Description = "The mildest verdict that gives exit code 1.", HelpName = "suspicious|malicious|never", DefaultValueFactory = _ => "suspicious" };
        failOn.AcceptOnlyFromAmong("suspicious", "malicious", "never");
        return failOn;
    }

    /// <summary>What <c>--fail-on</c> means: the mildest verdict that gives exit code 1, or null for none.</summary>
    public static Verdict? Mildest(string? failOn) => failOn switch
    {
        "malicious" => Verdict.Malicious,
        "never" => null,
        _ => Verdict.Suspicious,
    };

    /// <summary><c>--policy FILE</c>.</summary>
    public static Option<string?> Policy() =>
        new("--policy") { Description = "Your policy (docs/policy.md): waivers and allowed modules. Without it assay.yaml is looked for.", HelpName = "FILE" };

    /// <summary><c>--no-policy</c>.</summary>
    public static Option<bool> NoPolicy() => new("--no-policy") { Description = "Apply no policy, and leave nothing out, whatever lies here." };

    /// <summary><c>--baseline FILE</c>.</summary>
    public static Option<string?> Baseline() =>
        new("--baseline") { Description = "What assay baseline has written: what was there then does not count.", HelpName = "FILE" };

    /// <summary><c>--verbose</c>.</summary>
    public static Option<bool> Verbose() => new("--verbose", "-v") { Description = "Text: every place of a finding, with the content key that policies bind to." };

    /// <summary><c>--no-color</c>.</summary>
    public static Option<bool> NoColour() => new("--no-color") { Description = "Write text without colour (as NO_COLOR does)." };

    /// <summary><c>--rules DIR</c>.</summary>
    public static Option<string?> Rules() =>
        new("--rules") { Description = "A directory of further rule packs (*.yaml).", HelpName = "DIR" };

    /// <summary><c>--effects PACK</c>.</summary>
    public static Option<string[]> Effects() =>
        new("--effects") { Description = "An effect pack: what callables of further packages do; may be repeated.", HelpName = "PACK" };

    /// <summary>How text on standard output looks.</summary>
    public static TextReportOptions Look(Host host, bool noColour) => new()
    {
        Width = host.Width,
        Colour = host.OutputIsTerminal && !host.NoColour && !noColour,
    };
}
