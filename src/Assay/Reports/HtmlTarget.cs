// One file, or one folder, in the HTML report.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>Writes one file or folder as HTML: what it is, what was found with its evidence, what was not read, what was waived.</summary>
internal static class HtmlTarget
{
    private const int MostPlaces = 100;
    private const int MostItems = 200;
    private const int LongestText = 4000;

    /// <summary>Writes a file.</summary>
    public static void Write(StringBuilder html, TargetReport target)
    {
        Begin(html, target.Path, target.Verdict, TextTarget.State(target), TextTarget.Kind(target), isOpen: target.Verdict >= Verdict.Suspicious);
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"lead\">{HtmlPage.Text(TextTarget.Lead(target) ?? $"It {TextTarget.Sentence(target)}")}</p>\n");
        Purpose(html, target);
        html.Append("<table class=\"evidence\">\n");
        Row(html, "SHA-256", target.Sha256 ?? "");
        Row(html, "bytes", target.Bytes.Unknown > 0 ? $"{target.Bytes.Parsed:N0} parsed, {target.Bytes.Data:N0} stepped over as data, {target.Bytes.Unknown:N0} unaccounted for" : "");
        html.Append("</table>\n");
        Loads(html, target);
        Judged(html, target.Path, target.Judgement);
        End(html);
    }

    /// <summary>Writes a folder.</summary>
    public static void Write(StringBuilder html, BundleReport bundle)
    {
        Begin(html, bundle.Path, bundle.Judgement.Verdict, Words.Of(bundle.Judgement.Verdict).ToUpperInvariant(), $"folder, {Words.Count(bundle.Files, "file")} together", isOpen: bundle.Judgement.Findings.Any(f => f.Severity >= Severity.Medium));
        Judged(html, bundle.Path, bundle.Judgement);
        End(html);
    }

    private static void Begin(StringBuilder html, string path, Verdict verdict, string state, string kind, bool isOpen)
    {
        string word = Words.Of(verdict);
        html.Append(CultureInfo.InvariantCulture, $"<details class=\"file\" data-verdict=\"{word}\"{(isOpen ? " open" : "")}>\n<summary><span class=\"badge {word}\">{state}</span> ");
        html.Append(CultureInfo.InvariantCulture, $"<span class=\"path\">{HtmlPage.Text(path)}</span> <span class=\"soft\">{HtmlPage.Text(kind)}</span></summary>\n<div>\n");
    }

    private static void End(StringBuilder html) => html.Append("</div>\n</details>\n");

    /// <summary>What its code is for: purposes, what it reaches, and the code that was recovered.</summary>
    private static void Purpose(StringBuilder html, TargetReport target)
    {
        if (Account.Of(target.Findings) is not { } account)
        {
            return;
        }

        html.Append("<section class=\"finding\">\n<h2>What for</h2>\n<table class=\"evidence\">\n");
        Row(html, "looks like", string.Join(", ", account.Purposes));
        for (int at = 0; at < account.Reached.Count; at++)
        {
            Row(html, at == 0 ? "reaches" : "", Escape.Cut(account.Reached[at], LongestText));
        }

        html.Append("</table>\n");
        if (account.Lines.Length > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<details open>\n<summary>{HtmlPage.Text($"Code, {account.CodeFrom}")}</summary>\n<pre>");
            foreach (string line in account.Lines.Take(MostItems))
            {
                html.Append(HtmlPage.Text(Escape.Cut(line, LongestText))).Append('\n');
            }

            html.Append(account.Lines.Length > MostItems ? $"and {account.Lines.Length - MostItems:N0} more lines\n" : "").Append("</pre>\n</details>\n");
        }

        html.Append("</section>\n");
    }

    /// <summary>How test loads ended and what was seen in them, in order of time.</summary>
    private static void Loads(StringBuilder html, TargetReport target)
    {
        if (LoadAccount.Of(target) is not { } loads)
        {
            return;
        }

        html.Append("<section class=\"finding\">\n<h2>Test load</h2>\n<table class=\"evidence\">\n");
        foreach (string ending in loads.Endings)
        {
            Row(html, "load", ending);
        }

        Row(html, "seen", loads.Seen);
        html.Append("</table>\n");
        if (loads.Events.Count > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<details open>\n<summary>In order of time; [n&lt;m] is process n, started by m</summary>\n<table class=\"evidence\">\n");
            foreach (BehaviourFact seen in loads.Events.Take(MostItems))
            {
                Row(html, $"{seen.Loader}, {seen.Phase}", $"{LoadAccount.Process(seen)} {LoadAccount.Describe(seen)} {LoadAccount.Source(seen)}");
            }

            html.Append(loads.Events.Count > MostItems ? $"</table>\n<p class=\"soft\">and {Words.Count(loads.Events.Count - MostItems, "more event")}</p>\n</details>\n" : "</table>\n</details>\n");
        }

        html.Append("</section>\n");
    }

    private static void Judged(StringBuilder html, string target, Judgement judgement)
    {
        foreach (Finding[] places in ReportGroups.Deciding(judgement.Findings))
        {
            Group(html, target, places);
        }

        List(html, "Notes", ReportGroups.Notes(judgement.Findings), f => $"{HtmlPage.Text(Escape.Cut(f.Message, LongestText))} <span class=\"soft\">({HtmlPage.Text(f.Rule.Id)}, {HtmlPage.Text(ReportGroups.Place(target, f))})</span>");
        List(html, "Not read", judgement.Unread, u => $"<span class=\"incomplete\">{Words.Of(u.Cause)}</span>: {HtmlPage.Text(Escape.Cut(u.Detail.Length > 0 ? u.Detail : Words.Meaning(u.Cause), LongestText))} <span class=\"soft path\">{HtmlPage.Text(u.Path)}, offset {u.Offset:N0}</span>");
        List(html, "Waived", judgement.Waived, w => $"{HtmlPage.Text(Escape.Cut(w.Finding.Message, LongestText))} <span class=\"soft\">({HtmlPage.Text(w.Finding.Rule.Id)}; {HtmlPage.Text(TextFinding.WhatFor(w.Waiver))})</span>");
        List(html, "Not read, and accepted", judgement.WaivedUnread, w => $"{HtmlPage.Text(Escape.Cut(w.Unread.Detail, LongestText))} <span class=\"soft\">({HtmlPage.Text(TextFinding.WhatFor(w.Waiver))})</span>");
    }

    private static void Group(StringBuilder html, string target, Finding[] places)
    {
        Rule rule = places[0].Rule;
        string severity = Words.Of(places[0].Severity);
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"finding\">\n<h2><span class=\"badge {severity}\">{severity.ToUpperInvariant()}</span> {HtmlPage.Text(rule.Title)} <span class=\"soft\">{HtmlPage.Text(rule.Id)}</span></h2>\n");
        foreach (Finding place in places.Take(MostPlaces))
        {
            html.Append(CultureInfo.InvariantCulture, $"<details>\n<summary>{HtmlPage.Text(Escape.Cut(place.Message, LongestText))}</summary>\n<table class=\"evidence\">\n");
            Row(html, "where", ReportGroups.Place(target, place));
            foreach (Evidence evidence in place.Evidence.Take(MostItems))
            {
                Row(html, evidence.Kind, Escape.Cut(evidence.Text, LongestText) + (evidence.Offset is long at ? string.Create(CultureInfo.InvariantCulture, $" (offset {at:N0})") : ""));
            }

            Row(html, "loaders", ReportGroups.Loaders(place));
            Row(html, "confidence", Words.Of(place.Confidence));
            Row(html, "reached", place.Reached);
            Row(html, "content key", place.IsContentPartial ? "" : place.ContentKey);
            html.Append("</table>\n</details>\n");
        }

        if (places.Length > MostPlaces)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">and {Words.Count(places.Length - MostPlaces, "more place")}</p>\n");
        }

        html.Append(CultureInfo.InvariantCulture, $"<p><b>Why.</b> {HtmlPage.Text(rule.Why)}</p>\n<p><b>What to do.</b> {HtmlPage.Text(rule.Fix)}</p>\n");
        if (rule.References.Count > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">See {HtmlPage.Text(string.Join(", ", rule.References))}</p>\n");
        }

        html.Append("</section>\n");
    }

    private static void List<T>(StringBuilder html, string title, IReadOnlyList<T> items, Func<T, string> line)
    {
        if (items.Count == 0)
        {
            return;
        }

        html.Append(CultureInfo.InvariantCulture, $"<h3>{title}</h3>\n<ul>\n");
        foreach (T item in items.Take(MostItems))
        {
            html.Append("<li>").Append(line(item)).Append("</li>\n");
        }

        html.Append(items.Count > MostItems ? $"<li>and {items.Count - MostItems:N0} more</li>\n</ul>\n" : "</ul>\n");
    }

    private static void Row(StringBuilder html, string head, string text)
    {
        if (text.Length > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th>{HtmlPage.Text(head)}</th><td>{HtmlPage.Text(text)}</td></tr>\n");
        }
    }
}
