// Lists what Assay knows: its rules and its formats, for people and for programs.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Detection;

namespace Assay.Reports;

/// <summary>Writes the rules and the formats as text or JSON.</summary>
public static class CatalogReport
{
    /// <summary>Writes one line per rule.</summary>
    public static void Rules(RuleSet rules, TextWriter writer, TextReportOptions options)
    {
        TextPage page = Page(writer, options);
        int id = Widest(rules.Rules.Select(r => r.Id));
        foreach (Rule rule in rules.Rules)
        {
            string severity = Words.Of(rule.Severity);
            page.Entry(0, new Piece(rule.Id, Ink.Strong), id + 2, new Piece(severity.PadRight(8), Whole: true), rule.Title);
        }

        page.Line(0, new Piece($"{Words.Count(rules.Rules.Count, "rule")}, version {rules.Version}; explain one with: assay explain RULE", Ink.Faint));
    }

    /// <summary>Writes the rules as a JSON document of schema <c>assay.rules/1</c>.</summary>
    public static void Rules(RuleSet rules, Stream output)
    {
        using (Utf8JsonWriter json = new(output, JsonReport.Layout))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay.rules/1");
            json.WriteString("version", rules.Version);
            json.WriteString("digest", rules.Digest);
            json.WriteStartArray("rules");
            foreach (Rule rule in rules.Rules)
            {
                json.WriteStartObject();
                json.WriteString("id", rule.Id);
                json.WriteString("severity", Words.Of(rule.Severity));
                json.WriteString("confidence", Words.Of(rule.Confidence));
                json.WriteString("title", Escape.WellFormed(rule.Title));
                json.WriteString("why", Escape.WellFormed(rule.Why));
                json.WriteString("fix", Escape.WellFormed(rule.Fix));
                Texts(json, "references", rule.References);
                Texts(json, "tags", rule.Tags);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Writes everything that is known about one rule.</summary>
    public static void Explain(Rule rule, TextWriter writer, TextReportOptions options)
    {
        const int Hang = 12;
        TextPage page = Page(writer, options);
        page.Entry(0, new Piece(rule.Id, Ink.Strong), TextWidth.Of(Escape.Visible(rule.Id)) + 2, new Piece(rule.Title, Ink.Strong));
        page.Blank();
        page.Entry(2, TextReport.Label("severity"), Hang, $"{Words.Of(rule.Severity)} (confidence {Words.Of(rule.Confidence)}): {Effect(rule)}");
        page.Entry(2, TextReport.Label("why"), Hang, rule.Why);
        page.Entry(2, TextReport.Label("do"), Hang, rule.Fix);
        bool first = true;
        foreach (string reference in rule.References)
        {
            page.Entry(2, TextReport.Label(first ? "see" : ""), Hang, new Piece(reference, Whole: true));
            first = false;
        }

        if (rule.Tags.Count > 0)
        {
            page.Entry(2, TextReport.Label("tags"), Hang, string.Join(", ", rule.Tags));
        }

        page.Entry(2, TextReport.Label("waive"), Hang, $"only by a policy of your own (--policy FILE) that names {rule.Id}, a reason, and the finding's contentKey or the file's SHA-256 (--format json says both)");
    }

    /// <summary>Writes one line per format.</summary>
    public static void Formats(IReadOnlyList<IFormatKind> formats, TextWriter writer, TextReportOptions options)
    {
        TextPage page = Page(writer, options);
        int id = Widest(formats.Select(f => f.Id));
        int name = Widest(formats.Select(f => f.Name));
        foreach (FormatSupport support in (ReadOnlySpan<FormatSupport>)[FormatSupport.Full, FormatSupport.Recognised])
        {
            IFormatKind[] some = [.. formats.Where(f => f.Support == support).OrderBy(f => f.Id, StringComparer.Ordinal)];
            if (some.Length == 0)
            {
                continue;
            }

            page.Line(0, new Piece(support == FormatSupport.Full
                ? "Read: everything that a loader would run"
                : "Recognised: reported as incomplete, not yet supported", Ink.Faint));
            foreach (IFormatKind format in some)
            {
                page.Entry(2, new Piece(format.Id, Ink.Strong), id + 4, new Piece(format.Name.PadRight(name), Whole: true), string.Join(' ', format.Extensions));
            }

            page.Blank();
        }

        page.Line(0, new Piece("A file is known by its content; an extension is only a hint.", Ink.Faint));
    }

    /// <summary>Writes the formats as a JSON document of schema <c>assay.formats/1</c>.</summary>
    public static void Formats(IReadOnlyList<IFormatKind> formats, Stream output)
    {
        using (Utf8JsonWriter json = new(output, JsonReport.Layout))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay.formats/1");
            json.WriteStartArray("formats");
            foreach (IFormatKind format in formats)
            {
                json.WriteStartObject();
                json.WriteString("id", format.Id);
                json.WriteString("name", format.Name);
                json.WriteString("support", format.Support == FormatSupport.Full ? "full" : "recognised");
                Texts(json, "extensions", format.Extensions);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static string Effect(Rule rule) => (rule.Severity, rule.Confidence) switch
    {
        (>= Severity.High, not Confidence.Low) => "a finding makes the verdict malicious",
        ( >= Severity.Medium, _) => "a finding makes the verdict suspicious",
        _ => "a finding is a note and leaves the verdict as it is",
    };

    private static TextPage Page(TextWriter writer, TextReportOptions options) => TextPage.Of(writer, options);

    private static int Widest(IEnumerable<string> texts) => texts.Select(t => TextWidth.Of(Escape.Visible(t))).DefaultIfEmpty(0).Max();

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(Escape.WellFormed(text));
        }

        json.WriteEndArray();
    }
}
