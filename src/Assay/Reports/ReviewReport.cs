// A review of a repository, and what changed between two versions, as text, Markdown and JSON.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Inspection;
using Assay.Policies;

namespace Assay.Reports;

/// <summary>Writes reviews and differences. Text from files is escaped: it can be no colour code, no link and no heading.</summary>
public static class ReviewReport
{
    private const int LongestCode = 160;
    private const int Listed = 60;

    /// <summary>Writes a review as text, or as Markdown.</summary>
    /// <param name="review">The review.</param>
    /// <param name="writer">Where it goes.</param>
    /// <param name="isMarkdown">Whether it is Markdown.</param>
    /// <param name="code">The line of a file; null where there is none.</param>
    public static void Write(RepositoryReview review, TextWriter writer, bool isMarkdown, Func<string, int, string?> code)
    {
        ArgumentNullException.ThrowIfNull(review);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(code);
        Page page = new(writer, isMarkdown);
        string prefix = review.Path.TrimEnd('/') + "/";
        string Short(string file) => file.StartsWith(prefix, StringComparison.Ordinal) ? file[prefix.Length..] : file;
        page.Title($"{Words.Of(review.Verdict).ToUpperInvariant()}  {review.Path}", $"{Words.Count(review.Files, "file")} examined");
        ReviewStep[] bad = [.. review.Steps.Where(s => s.Severity >= Severity.Medium)];
        Steps(page, "What speaks against it", bad, Short, code);
        Ways(page, review.Ways, Short);
        Steps(page, "What else runs, step by step", [.. review.Steps.Except(bad)], Short, code);
        if (review.More > 0)
        {
            page.Item($"and {Words.Count(review.More, "more step")}; JSON lists as many as are kept");
        }

        page.List("What is only there (somebody has to call it)", [.. review.OnlyThere.Select(Short)]);
        page.List("What could be left out", [.. review.Spare.Select(s => $"{Short(s.File)}: {s.Why}")]);
        page.List("What a loader must be at least", [.. review.Versions.Select(v => $"{v.Package} {v.Version}: older ones have {v.Why}")]);
        page.List("What was not read", [.. review.Unread.Select(u => $"{Short(u.Path)}: {u.Detail}")]);
    }

    /// <summary>Writes a review as JSON.</summary>
    public static void Json(RepositoryReview review, Stream output, Func<string, int, string?> code)
    {
        ArgumentNullException.ThrowIfNull(review);
        ArgumentNullException.ThrowIfNull(code);
        using Utf8JsonWriter json = new(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("schema", "assay.review/1");
        json.WriteString("path", Escape.WellFormed(review.Path));
        json.WriteString("verdict", Words.Of(review.Verdict));
        json.WriteNumber("files", review.Files);
        json.WriteStartArray("ways");
        foreach (ReviewWay way in review.Ways)
        {
            json.WriteStartObject();
            json.WriteString("file", Escape.WellFormed(way.File));
            json.WriteNumber("more", way.More);
            json.WriteString("who", Escape.WellFormed(way.Who));
            json.WriteString("does", Escape.WellFormed(way.Does));
            json.WriteString("severity", way.Severity is { } harm ? Words.Of(harm) : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("steps");
        foreach (ReviewStep step in review.Steps)
        {
            json.WriteStartObject();
            json.WriteString("when", step.When);
            json.WriteString("file", Escape.WellFormed(step.File));
            if (step.Line is int line)
            {
                json.WriteNumber("line", line);
                json.WriteString("code", code(RepositoryReview.Outer(step.File), line) is { } text ? Escape.WellFormed(text) : null);
            }

            json.WriteString("what", Escape.WellFormed(step.What));
            json.WriteString("severity", step.Severity is { } severity ? Words.Of(severity) : null);
            json.WriteString("rule", step.Rule);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("moreSteps", review.More);
        Texts(json, "onlyThere", review.OnlyThere);
        json.WriteStartArray("spare");
        foreach (ReviewSpare spare in review.Spare)
        {
            json.WriteStartObject();
            json.WriteString("file", Escape.WellFormed(spare.File));
            json.WriteString("why", spare.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("versions");
        foreach (ReviewVersion version in review.Versions)
        {
            json.WriteStartObject();
            json.WriteString("package", version.Package);
            json.WriteString("atLeast", version.Version);
            json.WriteString("why", version.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Texts(json, "unread", [.. review.Unread.Select(u => $"{u.Path}: {u.Detail}")]);
        json.WriteEndObject();
    }

    /// <summary>Writes what changed as text, or as Markdown.</summary>
    public static void Write(RepositoryDiff diff, TextWriter writer, bool isMarkdown)
    {
        ArgumentNullException.ThrowIfNull(diff);
        ArgumentNullException.ThrowIfNull(writer);
        Page page = new(writer, isMarkdown);
        page.Title($"{Words.Of(diff.Verdicts.Old)} -> {Words.Of(diff.Verdicts.New)}", $"{Words.Count(diff.Changes.Count, "change")}, {Words.Count(diff.Same, "file")} the same");
        foreach (IGrouping<int, BehaviourChange> risk in diff.Changes.GroupBy(c => c.Risk))
        {
            page.List(risk.Key switch { >= 4 => "Critical", 3 => "High", 2 => "Worth a look", 1 => "Of little weight", _ => "Of no weight" }, [.. risk.Select(c => $"{(c.IsNew ? "+" : "-")} {(c.File.Length > 0 ? c.File : "the files together")}: {c.Kind} {c.What}")]);
        }

        if (diff.Unread.Count > 0)
        {
            page.List("Not read to the end, so that changes may be missing", diff.Unread);
        }
    }

    /// <summary>Writes what changed as JSON.</summary>
    public static void Json(RepositoryDiff diff, Stream output)
    {
        ArgumentNullException.ThrowIfNull(diff);
        using Utf8JsonWriter json = new(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("schema", "assay.diff/1");
        json.WriteString("oldVerdict", Words.Of(diff.Verdicts.Old));
        json.WriteString("newVerdict", Words.Of(diff.Verdicts.New));
        json.WriteNumber("sameFiles", diff.Same);
        Texts(json, "unread", diff.Unread);
        json.WriteStartArray("changes");
        foreach (BehaviourChange change in diff.Changes)
        {
            json.WriteStartObject();
            json.WriteString("file", Escape.WellFormed(change.File));
            json.WriteString("change", change.IsNew ? "added" : "removed");
            json.WriteString("kind", change.Kind);
            json.WriteString("what", Escape.WellFormed(change.What));
            json.WriteNumber("risk", change.Risk);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(Escape.WellFormed(text));
        }

        json.WriteEndArray();
    }

    private static void Ways(Page page, IReadOnlyList<ReviewWay> ways, Func<string, string> name)
    {
        if (ways.Count > 0)
        {
            page.Heading("How it is loaded");
        }

        foreach (ReviewWay way in ways.Take(Listed))
        {
            page.Item($"{name(way.File)}{(way.More > 0 ? $" and {Words.Count(way.More, "more file")} like it" : "")}: {way.Who}");
            page.Below($"{(way.Severity is { } harm ? Words.Of(harm) + ": " : "")}{way.Does}");
        }

        if (ways.Count > Listed)
        {
            page.Item($"and {Words.Count(ways.Count - Listed, "more file")}; JSON lists them all");
        }
    }

    private static void Steps(Page page, string heading, ReviewStep[] steps, Func<string, string> name, Func<string, int, string?> code)
    {
        if (steps.Length == 0)
        {
            return;
        }

        page.Heading(heading);
        foreach (ReviewStep step in steps)
        {
            string severity = step.Severity is { } known ? $"{Words.Of(known)}: " : "";
            string place = step.Line is int line ? string.Create(CultureInfo.InvariantCulture, $"{name(step.File)}:{line}") : name(step.File);
            page.Item($"[{step.When}] {place}  {severity}{step.What}{(step.Rule.Length > 0 ? $" ({step.Rule})" : "")}");
            if (step.Line is int at && code(RepositoryReview.Outer(step.File), at) is { } text && text.Trim().Length > 0)
            {
                page.Code(text.Trim());
            }
        }
    }

    /// <summary>Headings, items and lines of code, as text or as Markdown.</summary>
    private sealed class Page(TextWriter writer, bool isMarkdown)
    {
        public void Title(string title, string below)
        {
            writer.Write(isMarkdown ? $"# {Plain(title)}\n\n{Plain(below)}\n" : $"{Plain(title)}\n  {Plain(below)}\n");
        }

        public void Heading(string heading) => writer.Write(isMarkdown ? $"\n## {heading}\n\n" : $"\n{heading.ToUpperInvariant()}\n");

        public void Item(string text) => writer.Write(isMarkdown ? $"- {Plain(text)}\n" : $"  {Plain(text)}\n");

        public void Below(string text) => writer.Write(isMarkdown ? $"  - {Plain(text)}\n" : $"      {Plain(text)}\n");

        public void Code(string line)
        {
            string shown = Escape.Visible(line.Length > LongestCode ? line[..(LongestCode - 3)] + "..." : line);
            writer.Write(isMarkdown ? $"  `{shown.Replace('`', '\'')}`\n" : $"      | {shown}\n");
        }

        public void List(string heading, IReadOnlyList<string> items)
        {
            if (items.Count == 0)
            {
                return;
            }

            Heading(heading);
            foreach (string item in items.Take(Listed))
            {
                Item(item);
            }

            if (items.Count > Listed)
            {
                Item($"and {Words.Count(items.Count - Listed, "more")}");
            }
        }

        /// <summary>Text that a terminal and a reader of Markdown take for nothing but text.</summary>
        private string Plain(string text)
        {
            string visible = Escape.Visible(text);
            if (!isMarkdown)
            {
                return visible;
            }

            System.Text.StringBuilder escaped = new(visible.Length + 16);
            foreach (char c in visible)
            {
                escaped.Append(c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '#' or '|' or '!' or '@' ? "\\" : "").Append(c);
            }

            return escaped.ToString();
        }
    }
}
