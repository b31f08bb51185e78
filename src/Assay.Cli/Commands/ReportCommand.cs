// assay report: what goes to the publisher of a harmful file, or to a hub's security team.
using System.CommandLine;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Trust.Response;

namespace Assay.Cli.Commands;

/// <summary><c>assay report FILE -o DIR</c>.</summary>
internal static class ReportCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> file = new("FILE") { Description = "The file." };
        Option<string> output = new("--output", "-o") { Description = "The new folder that the report goes to.", HelpName = "DIR", Required = true };
        Option<bool> payload = new("--with-payload") { Description = "Put the file itself in, coded so that no loader takes it for a model." };
        Option<string?> publisher = new("--publisher") { Description = "Who gives the advisory out; otherwise the user's name.", HelpName = "NAME" };
        Option<string?> space = new("--namespace") { Description = "A URL that the publisher of the advisory owns; CSAF asks for one.", HelpName = "URL", };
        Option<string?> rules = ListingOptions.Rules();
        Option<string[]> effects = ListingOptions.Effects();
        Command command = new("report", "Write a report on a harmful file: a letter, the evidence, and an advisory as OSV and CSAF.") { file, output, payload, publisher, space, rules, effects };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            if (!FileKinds.IsRegular(path))
            {
                throw new UsageException($"There is no file {path} to report.");
            }

            TargetReport report = Write(host, path, RulePacks.Load(parsed.GetValue(rules), parsed.GetValue(effects) ?? []), parsed.GetValue(output)!, parsed.GetValue(payload), parsed.GetValue(publisher), parsed.GetValue(space));
            using StreamWriter writer = host.Writer();
            writer.WriteLine(Escape.Visible($"{Advisory.IdOf(report)} is in {parsed.GetValue(output)}: {Advisory.SummaryOf(report)}."));
            return ExitCode.Passed;
        });
        return command;
    }

    /// <summary>Writes the report on a file, whatever the user's policy says of it.</summary>
    internal static TargetReport Write(Host host, string path, RuleSet rules, string folder, bool payload, string? publisher, string? space)
    {
        if (space is not null && !Uri.TryCreate(space, UriKind.Absolute, out _))
        {
            throw new UsageException($"--namespace takes a URL, and not {space}.");
        }

        Examination examination = new(host, rules, Policy.None);
        TargetReport report = examination.Nameless(path) ?? throw new UsageException($"There is nothing to report about {path}: it is no model.");
        AdvisoryIssuer issuer = new(publisher ?? (host.User.Length > 0 ? host.User : "unknown"), space ?? "https://publisher.invalid", TimeProvider.System.GetUtcNow());
        ReportBundle.Write(folder, report, examination.Head, issuer, payload ? CertificateFile.Bytes(path) : null);
        return report;
    }
}
