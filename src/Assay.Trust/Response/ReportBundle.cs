// What goes to the publisher of a harmful file, or to the security team of a hub.
using System.Globalization;
using System.Text;
using Assay.Detection;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Trust.Quarantine;

namespace Assay.Trust.Response;

/// <summary>
/// Writes a folder for the publisher of a file or the security team of a hub: a letter, the evidence for people and for programs, and an advisory as OSV and CSAF. The payload itself is left out unless it is
/// asked for, and then in the form in which quarantine keeps it. The folder is there whole or not at all.
/// </summary>
public static class ReportBundle
{
    /// <summary>The file of a bundle that holds the payload.</summary>
    public const string Payload = "payload.quarantine";

    /// <summary>Writes the bundle on <paramref name="report"/> to the new folder <paramref name="folder"/>.</summary>
    /// <param name="folder">Where it goes; nothing may be there.</param>
    /// <param name="report">The report, with a digest and findings.</param>
    /// <param name="head">What it rests on.</param>
    /// <param name="issuer">Who reports.</param>
    /// <param name="payload">The bytes of the file, where they are to be in the bundle; null otherwise.</param>
    /// <exception cref="SettingException">There is nothing to report, or the folder cannot be written.</exception>
    public static void Write(string folder, TargetReport report, ScanHead head, AdvisoryIssuer issuer, byte[]? payload)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(issuer);
        if (Advisory.Findings(report).Length == 0 || report.Sha256 is null)
        {
            throw new SettingException($"There is nothing to report about {report.Path}: {(report.Verdict == Verdict.Incomplete ? "it was not read to the end, and nothing was found" : "it passed")}.");
        }

        string full = Path.GetFullPath(folder);
        string parent = Path.GetDirectoryName(full) ?? "/";
        if (Path.Exists(full) || !Directory.Exists(parent))
        {
            throw new SettingException($"The report cannot be written to {folder}: {(Path.Exists(full) ? "there is something already" : "there is no such directory")}.");
        }

        string temporary = AbandonedOutput.NewName(parent);
        try
        {
            Directory.CreateDirectory(temporary);
            File(temporary, "advisory.osv.json", s => Advisory.WriteOsv(s, report, issuer));
            File(temporary, "advisory.csaf.json", s => Advisory.WriteCsaf(s, report, issuer));
            File(temporary, "evidence.json", s => Evidence(s, report, head));
            File(temporary, "evidence.txt", s => EvidenceText(s, report, head));
            File(temporary, "README.md", s => s.Write(Encoding.UTF8.GetBytes(Letter(report, head, issuer, payload is not null))));
            if (payload is not null)
            {
                File(temporary, Payload, s => Coded(s, payload));
            }

            Directory.Move(temporary, full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The report cannot be written to {folder}: {FileFault.Of(e)}.");
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private static void Evidence(Stream stream, TargetReport report, ScanHead head)
    {
        using JsonReport json = new(stream, head);
        json.Add(new ScanResult(report.Path, Anonymous(report)));
        json.Finish();
    }

    private static void EvidenceText(Stream stream, TargetReport report, ScanHead head)
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        using TextReport text = new(writer, head, new TextReportOptions { Verbose = true });
        text.Add(new ScanResult(report.Path, Anonymous(report)));
        text.Finish();
    }

    /// <summary>The report without facts, which hold secrets as they are.</summary>
    private static TargetReport Anonymous(TargetReport report) => report with { Read = null };

    private static string Letter(TargetReport report, ScanHead head, AdvisoryIssuer issuer, bool hasPayload)
    {
        Finding[] findings = Advisory.Findings(report);
        string name = Escape.Visible(Path.GetFileName(report.Path)).Replace('`', '\'');
        StringBuilder letter = new();
        void Line(string text = "") => letter.Append(text).Append('\n');
        Line($"# {Advisory.IdOf(report)}: {Advisory.SummaryOf(report)}");
        Line();
        Line($"Reported by {Escape.Visible(issuer.Publisher)} on {issuer.At.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}. Severity: {findings.Max(f => f.Severity).ToString().ToLowerInvariant()}.");
        Line();
        Line("| | |");
        Line("|---|---|");
        Line($"| file | `{name}` |");
        Line($"| SHA-256 | `{report.Sha256}` |");
        Line($"| size | {report.Size ?? 0} bytes |");
        Line($"| formats | {string.Join(", ", report.Formats)} |");
        Line();
        Line("## What loading it would do");
        Line();
        foreach (IGrouping<string, Finding> rule in findings.GroupBy(f => f.Rule.Id))
        {
            Finding first = rule.First();
            Line($"- **{first.Rule.Title}** ({first.Severity.ToString().ToLowerInvariant()}, `{first.Rule.Id}`, {rule.Count()} {(rule.Count() == 1 ? "place" : "places")}). {first.Rule.Why}");
        }

        Line();
        Line("`evidence.txt` shows each place with what is called and the code that was recovered, `evidence.json` the same for programs. Secrets are masked.");
        Line();
        Line("## How to see it without harm");
        Line();
        Line("The file was read and not loaded. Whoever has a file of this digest sees the same with:");
        Line();
        Line("```");
        Line("assay scan FILE");
        Line("assay pickle decompile FILE");
        Line("```");
        Line();
        Line(hasPayload
            ? $"`{Payload}` is the file, coded so that no loader takes it for a model: a line, 32 random bytes, and the file added to the key stream of AES-256 in counter mode under them."
            : "The file itself is not part of this report.");
        Line();
        Line("## What to do");
        Line();
        Line("1. Take the file, and every file of this digest, out of reach; keep a copy where nothing loads it (`assay quarantine`).");
        Line("2. Find out how it came to be there: a publisher's account or build may be in other hands.");
        Line("3. Tell those who have downloaded it. Who has loaded it should treat the machine and the secrets on it as known to others.");
        Line("4. Publish `advisory.osv.json` or `advisory.csaf.json`, drafts that name the file by its digest; the publisher's name and namespace in them are yours to fill in.");
        Line();
        Line($"Found by Assay {head.Version}, rules {head.RulesVersion} ({head.RulesDigest[..Math.Min(12, head.RulesDigest.Length)]}).");
        return letter.ToString();
    }

    private static void Coded(Stream stream, byte[] payload)
    {
        (QuarantineCoding coding, byte[] header) = QuarantineCoding.New();
        using (coding)
        {
            byte[] coded = [.. payload];
            coding.Apply(coded, 0);
            stream.Write(header);
            stream.Write(coded);
        }
    }

    private static void File(string folder, string name, Action<Stream> write)
    {
        using FileStream stream = new(Path.Join(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        write(stream);
        stream.Flush(flushToDisk: true);
    }
}
