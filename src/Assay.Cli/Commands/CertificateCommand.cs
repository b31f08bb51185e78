// assay certificate check: holds a certificate of a pass to the file that it is about.
using System.CommandLine;
using System.Globalization;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Packs;
using Assay.Reports;
using Assay.Trust.Certificates;
using Assay.Trust.Checking;

namespace Assay.Cli.Commands;

/// <summary><c>assay certificate check CERTIFICATE MODEL</c>: 0 where every claim holds, 1 where one does not, 2 where some rest on effect packs alone.</summary>
internal static class CertificateCommand
{
    private const int Longest = 256 << 20;
    private const int MostTold = 50;

    /// <summary>The command.</summary>
    public static Command Create(Host host) => new("certificate", "Certificates of a pass, which assay scan --certificate writes.") { Check(host) };

    private static Command Check(Host host)
    {
        Argument<string> certificate = new("CERTIFICATE") { Description = "What assay scan --certificate has written." };
        Argument<string> model = new("MODEL") { Description = "The file that it is about." };
        Option<bool> accept = new("--accept-packs") { Description = "Take the rules and effect packs of this Assay at their word for callables that the checker does not know itself, where they say that a call does nothing that acts." };
        Command command = new("check", "Read the file a second time, by a small program that shares nothing with the scan, and hold every claim to it.") { certificate, model, accept };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(certificate)!;
            byte[] text;
            using (FileStream stream = SettingFile.Open("certificate", path))
            {
                text = stream.Length <= Longest ? new byte[stream.Length] : throw new UsageException($"The certificate {path} cannot be used: it is too long for one.");
                stream.ReadExactly(text);
            }

            Certificate claimed = CertificateChecker.Read(text) ?? throw new UsageException($"The certificate {path} cannot be used: it is not what assay scan --certificate has written.");
            CertificateCheck check = CertificateChecker.Check(claimed, CertificateFile.Bytes(parsed.GetValue(model)!));
            using StreamWriter writer = host.Writer();
            foreach (CertificateFault fault in check.Faults.Take(MostTold))
            {
                writer.WriteLine(Escape.Visible($"{fault.Claim}: {fault.Sentence}"));
            }

            if (check.Faults.Count > 0)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The certificate does not hold: {check.Faults.Count} {(check.Faults.Count == 1 ? "claim" : "claims")} of it."));
                return ExitCode.Findings;
            }

            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The certificate holds: {claimed.Parts.Count} parts, {check.Verified} imports, calls and states, {claimed.Callables.Count} callables."));

            // A certificate says of itself who issued it, so what it says of packs is nobody's word: those that are here count.
            RuleSet? rules = parsed.GetValue(accept) && check.Resting.Count > 0 ? RulePacks.Load(null) : null;
            string[] open = [.. check.Resting.Where(n => rules is null || !CertificateIssuing.IsHarmlessHere(rules, n))];
            foreach (string name in open.Take(MostTold))
            {
                writer.WriteLine(Escape.Visible(rules is null ? $"Only the issuer's effect packs say that {name} is harmless." : $"The effect packs here do not say that {name} is harmless."));
            }

            return open.Length == 0 ? ExitCode.Passed : ExitCode.Incomplete;
        });
        return command;
    }
}
