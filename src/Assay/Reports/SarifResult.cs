// Results, artifacts and locations as SARIF describes them.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>Writes findings as SARIF results, files and folders as artifacts, and where things stand.</summary>
internal static class SarifResult
{
    /// <summary>The index of what is no artifact of the run.</summary>
    public const int NoArtifact = -1;

    /// <summary>A folder's path as that of a folder.</summary>
    public static string FolderUri(BundleReport bundle) => bundle.Path.TrimEnd('/') + "/";

    /// <summary>Writes a file as an artifact.</summary>
    public static void Artifact(Utf8JsonWriter json, TargetReport target)
    {
        json.WriteStartObject();
        json.WriteStartObject("location");
        json.WriteString("uri", SarifText.Uri(target.Path));
        json.WriteEndObject();
        json.WriteStartArray("roles");
        json.WriteStringValue("analysisTarget");
        json.WriteEndArray();
        if (target.Size is long size)
        {
            json.WriteNumber("length", size);
        }

        if (target.Sha256 is string digest)
        {
            json.WriteStartObject("hashes");
            json.WriteString("sha-256", digest);
            json.WriteEndObject();
        }

        json.WriteStartObject("properties");
        json.WriteString("verdict", Words.Of(target.Verdict));
        json.WriteStartArray("formats");
        foreach (string format in target.Formats)
        {
            json.WriteStringValue(format);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes a folder as an artifact.</summary>
    public static void Folder(Utf8JsonWriter json, BundleReport bundle)
    {
        json.WriteStartObject();
        json.WriteStartObject("location");
        json.WriteString("uri", SarifText.Uri(FolderUri(bundle)));
        json.WriteEndObject();
        json.WriteStartArray("roles");
        json.WriteStringValue("directory");
        json.WriteEndArray();
        json.WriteStartObject("properties");
        json.WriteString("verdict", Words.Of(bundle.Judgement.Verdict));
        json.WriteNumber("files", bundle.Files);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes a finding as a result.</summary>
    public static void Write(Utf8JsonWriter json, string target, int index, Finding finding, int rule, WaivedFinding? waived)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule.Id);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", SarifRule.Level(finding.Severity));
        json.WriteStartObject("message");
        json.WriteString("text", SarifText.Message(Sentence(finding)));
        json.WriteEndObject();
        json.WriteStartArray("locations");
        Location(json, target, index, finding.Path, finding.Offset, finding.Length, finding.Line);
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        // The content key: an alert that somebody dismissed must not swallow another command at the same place.
        json.WriteString("assayContent/v1", Escape.WellFormed(finding.ContentKey));
        // The only key that GitHub reads; without it, an alert follows a hash of "line 1" of a binary file.
        json.WriteString("primaryLocationLineHash", Escape.WellFormed(finding.ContentKey) + ":1");
        json.WriteEndObject();
        if (waived is not null)
        {
            json.WriteStartArray("suppressions");
            json.WriteStartObject();
            json.WriteString("kind", "external");
            json.WriteString("status", "accepted");
            json.WriteString("justification", Escape.Visible(waived.Waiver.Reason));
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteStartObject("properties");
        json.WriteString("severity", Words.Of(finding.Severity));
        json.WriteString("confidence", Words.Of(finding.Confidence));
        json.WriteString("phase", Escape.Visible(finding.Phase));
        json.WriteString("reached", Escape.Visible(finding.Reached));
        json.WriteString("key", Escape.Visible(finding.Key));
        JsonFindings.Loaders(json, finding, Escape.Visible);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes what was not read as a result, bound to the bytes and the place as findings are to their content.</summary>
    public static void Unread(Utf8JsonWriter json, TargetReport target, int index, UnreadFact unread, int rule)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", "unread/" + Words.Of(unread.Cause));
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", SarifRule.Level(Severity.Medium));
        json.WriteStartObject("message");
        string detail = unread.Detail.Length > 0 ? unread.Detail : Words.Meaning(unread.Cause);
        json.WriteString("text", SarifText.Message($"Not read: {Escape.Cut(detail, 400)} At {unread.Path}, offset {unread.Offset}."));
        json.WriteEndObject();
        json.WriteStartArray("locations");
        Location(json, target.Path, index, unread.Path, unread.Offset, unread.Length);
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        string member = unread.Path.StartsWith(target.Path, StringComparison.Ordinal) ? unread.Path[target.Path.Length..] : unread.Path;
        string bound = string.Create(CultureInfo.InvariantCulture, $"{target.Sha256 ?? target.Path}\0{member}\0{unread.Offset}\0{Words.Of(unread.Cause)}");
        string print = Sha256.HexOf(Encoding.UTF8.GetBytes(bound))[..32];
        json.WriteString("assayContent/v1", print);
        json.WriteString("primaryLocationLineHash", print + ":1");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Sentence(Finding finding)
    {
        StringBuilder text = new(finding.Message);
        text.Append(CultureInfo.InvariantCulture, $" At {finding.Path}, offset {finding.Offset}.");
        foreach (Evidence evidence in finding.Evidence.Take(8))
        {
            text.Append(CultureInfo.InvariantCulture, $" {evidence.Kind}: {Escape.Cut(evidence.Text, 400)}.");
        }

        return text.ToString();
    }

    /// <summary>Writes where something stands; without an index of an artifact where it is <see cref="NoArtifact"/>.</summary>
    public static void Location(Utf8JsonWriter json, string target, int index, string path, long offset, long length, int? line = null)
    {
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", SarifText.Uri(target));
        if (index != NoArtifact)
        {
            json.WriteNumber("index", index);
        }

        json.WriteEndObject();
        json.WriteStartObject("region");
        // Viewers that know lines only show nothing for a result that has none, and a binary file has no other line.
        json.WriteNumber("startLine", line ?? 1);
        bool member = path != target;
        if (!member)
        {
            json.WriteNumber("byteOffset", offset);
            json.WriteNumber("byteLength", length);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        if (member)
        {
            // The offset counts inflated bytes of the member, which no region of the file could name.
            json.WriteStartArray("logicalLocations");
            json.WriteStartObject();
            json.WriteString("fullyQualifiedName", Escape.Visible(path));
            json.WriteString("kind", "member");
            json.WriteStartObject("properties");
            json.WriteNumber("byteOffset", offset);
            json.WriteNumber("byteLength", length);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
