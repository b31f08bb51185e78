// A rule as SARIF describes it to viewers.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Detection;

namespace Assay.Reports;

/// <summary>Writes a rule as a SARIF <c>reportingDescriptor</c>.</summary>
internal static class SarifRule
{
    /// <summary>The SARIF level of a severity.</summary>
    public static string Level(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => "error",
        Severity.Medium => "warning",
        _ => "note",
    };

    /// <summary>What was not read for a cause, as a rule: viewers of code scanning show results and no notifications.</summary>
    public static Rule OfUnread(UnreadCause cause) => new()
    {
        Id = "unread/" + Words.Of(cause),
        Title = "A part of a file was not read",
        Severity = Severity.Medium,
        Confidence = Confidence.High,
        Why = Words.Meaning(cause) + " What was read holds nothing, and what was not read can hold anything.",
        Fix = "Do not take it for clean. Look at the file in another way, get it again from its publisher, or accept in your policy, for a while, that these bytes are not read.",
    };

    /// <summary>Writes <paramref name="rule"/>.</summary>
    public static void Write(Utf8JsonWriter json, Rule rule)
    {
        json.WriteStartObject();
        json.WriteString("id", rule.Id);
        Multiformat(json, "shortDescription", SarifText.Message(rule.Title), null);
        Multiformat(json, "fullDescription", SarifText.Message(rule.Why), null);
        Multiformat(json, "help", SarifText.Message(Help(rule)), Markdown(rule));
        if (rule.References.FirstOrDefault(IsLink) is string link)
        {
            json.WriteString("helpUri", link);
        }

        json.WriteStartObject("defaultConfiguration");
        json.WriteString("level", Level(rule.Severity));
        json.WriteEndObject();
        json.WriteStartObject("properties");
        // GitHub sorts alerts by this number, a CVSS score as text.
        json.WriteString("security-severity", rule.Severity switch
        {
            Severity.Critical => "9.5",
            Severity.High => "8.0",
            Severity.Medium => "5.5",
            Severity.Low => "3.0",
            _ => "1.0",
        });
        json.WriteString("precision", rule.Confidence switch
        {
            Confidence.High => "very-high",
            Confidence.Medium => "high",
            _ => "medium",
        });
        json.WriteStartArray("tags");
        foreach (string tag in rule.Tags.Append("security").Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteStringValue(Escape.Visible(tag));
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Multiformat(Utf8JsonWriter json, string name, string text, string? markdown)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        if (markdown is not null)
        {
            json.WriteString("markdown", markdown);
        }

        json.WriteEndObject();
    }

    private static string Help(Rule rule)
    {
        StringBuilder help = new();
        help.Append(rule.Why).Append(" What to do: ").Append(rule.Fix);
        if (rule.References.Count > 0)
        {
            help.Append(" See ").AppendJoin(", ", rule.References).Append('.');
        }

        return help.ToString();
    }

    private static string Markdown(Rule rule)
    {
        StringBuilder help = new();
        help.Append("**Why it matters.** ").Append(Plain(rule.Why)).Append("\n\n**What to do.** ").Append(Plain(rule.Fix)).Append('\n');
        if (rule.References.Count > 0)
        {
            help.Append("\n**References**\n\n");
            foreach (string reference in rule.References)
            {
                help.Append("- ").Append(IsLink(reference) ? $"<{reference}>" : Plain(reference)).Append('\n');
            }
        }

        return help.ToString();
    }

    private static bool IsLink(string reference) =>
        reference.StartsWith("https://", StringComparison.Ordinal) && System.Uri.IsWellFormedUriString(reference, UriKind.Absolute);

    /// <summary>Text in which Markdown and HTML see nothing of their own; a rule pack may come from anywhere.</summary>
    private static string Plain(string text)
    {
        StringBuilder plain = new(text.Length + 16);
        foreach (char one in Escape.Visible(text))
        {
            switch (one)
            {
                case '<':
                    plain.Append("&lt;");
                    break;
                case '&':
                    plain.Append("&amp;");
                    break;
                case '\\' or '`' or '*' or '_' or '[' or ']' or '#' or '|' or '!':
                    plain.Append('\\').Append(one);
                    break;
                // Braces are placeholders here as in plain text (SARIF 2.1.0, 3.11.5).
                case '{' or '}':
                    plain.Append(one).Append(one);
                    break;
                default:
                    plain.Append(one);
                    break;
            }
        }

        return plain.ToString();
    }
}
