// Findings, what was not read and waivers, in the report for programs.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;

namespace Assay.Reports;

/// <summary>Writes findings, what was not read and waivers as JSON.</summary>
internal static class JsonFindings
{
    /// <summary>What is written is handed on in pieces: a buffer that holds a thousand long findings is grown and copied again and again.</summary>
    private const int MostPending = 64 << 10;

    /// <summary>Writes findings, and those that a policy waives.</summary>
    public static void Findings(Utf8JsonWriter json, IReadOnlyList<Finding> findings, IReadOnlyList<WaivedFinding> waived)
    {
        json.WriteStartArray("findings");
        foreach (Finding finding in findings)
        {
            json.WriteStartObject();
            Body(json, finding);
            json.WriteEndObject();
            if (json.BytesPending > MostPending)
            {
                json.Flush();
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("waived");
        foreach (WaivedFinding one in waived)
        {
            json.WriteStartObject();
            Body(json, one.Finding);
            json.WriteStartObject("waiver");
            Body(json, one.Waiver);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes which loaders come to a finding; <paramref name="escape"/> makes texts of files fit for whoever shows them.</summary>
    public static void Loaders(Utf8JsonWriter json, Finding finding, Func<string, string> escape)
    {
        json.WriteStartArray("loaders");
        foreach (LoaderUse use in finding.Loaders)
        {
            json.WriteStartObject();
            json.WriteString("loader", escape(use.Loader));
            json.WriteString("versions", escape(use.Versions));
            json.WriteString("safeSetting", escape(use.SafeSetting));
            if (use.Of.Length > 0)
            {
                json.WriteString("of", escape(use.Of));
            }

            if (use.From > 0)
            {
                json.WriteNumber("from", use.From);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes what a waiver says.</summary>
    public static void Body(Utf8JsonWriter json, Waiver waiver)
    {
        if (waiver.Rule is { } rule)
        {
            Text(json, "rule", rule);
            json.WriteStartArray("contents");
            foreach (string content in waiver.Contents)
            {
                json.WriteStringValue(content);
            }

            json.WriteEndArray();
        }
        else
        {
            json.WriteStartArray("unread");
            foreach (UnreadCause cause in waiver.Unread)
            {
                json.WriteStringValue(Words.Of(cause));
            }

            json.WriteEndArray();
        }

        json.WriteString("file", waiver.File);
        json.WriteString("path", waiver.Path is null ? null : Escape.WellFormed(waiver.Path));
        Text(json, "reason", waiver.Reason);
        Text(json, "by", waiver.By);
        json.WriteBoolean("baseline", waiver.IsBaseline);
        json.WriteString("expires", waiver.Expires?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Writes what was not read.</summary>
    public static void Body(Utf8JsonWriter json, UnreadFact unread)
    {
        Text(json, "path", unread.Path);
        json.WriteNumber("offset", unread.Offset);
        json.WriteString("cause", Words.Of(unread.Cause));
        Text(json, "detail", unread.Detail);
    }

    private static void Body(Utf8JsonWriter json, Finding finding)
    {
        json.WriteString("rule", finding.Rule.Id);
        json.WriteString("severity", Words.Of(finding.Severity));
        json.WriteString("confidence", Words.Of(finding.Confidence));
        Text(json, "title", finding.Rule.Title);
        Text(json, "message", finding.Message);
        json.WriteStartObject("where");
        Text(json, "path", finding.Path);
        json.WriteNumber("offset", finding.Offset);
        json.WriteNumber("length", finding.Length);
        if (finding.Line is int line)
        {
            json.WriteNumber("line", line);
        }

        json.WriteEndObject();
        json.WriteStartArray("evidence");
        foreach (Evidence evidence in finding.Evidence)
        {
            json.WriteStartObject();
            Text(json, "kind", evidence.Kind);
            Text(json, "text", evidence.Text);
            if (evidence.Offset is long offset)
            {
                json.WriteNumber("offset", offset);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        Loaders(json, finding, Escape.WellFormed);
        Text(json, "why", finding.Rule.Why);
        Text(json, "fix", finding.Rule.Fix);
        Text(json, "phase", finding.Phase);
        Text(json, "reached", finding.Reached);
        json.WriteStartArray("references");
        foreach (string reference in finding.Rule.References)
        {
            json.WriteStringValue(Escape.WellFormed(reference));
        }

        json.WriteEndArray();
        Text(json, "key", finding.Key);

        // Nothing can be bound to a content that is not known in full.
        json.WriteString("contentKey", finding.IsContentPartial ? null : finding.ContentKey);
    }

    /// <summary>Writes waivers by themselves.</summary>
    public static void Waivers(Utf8JsonWriter json, string name, IReadOnlyList<Waiver> waivers)
    {
        json.WriteStartArray(name);
        foreach (Waiver waiver in waivers)
        {
            json.WriteStartObject();
            Body(json, waiver);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, string name, string value) => json.WriteString(name, Escape.WellFormed(value));
}
