// The report for pull requests and issues: Markdown as GitHub and GitLab show it.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// Writes a report as Markdown (CommonMark, and GitHub's tables). The verdict and the counts stand first, then each file that did not pass, then those that passed. Text from
/// files stands in code spans or is escaped: it can be no link, no mention, no HTML and no other heading.
/// </summary>
public sealed class MarkdownReport : IScanReport
{
    private const int PlacesShown = 5;
    private const int EvidenceShown = 8;
    private const int CodeShown = 30;
    private const int EventsShown = 40;
    private const int PassedShown = 100;
    private readonly Stream _output;
    private readonly ScanHead _head;
    private readonly TextSpool _body;
    private readonly List<string> _passed = [];
    private readonly ReportSummary _summary = new();

    /// <summary>Files that passed with nothing to say about them.</summary>
    private long _plain;

    /// <summary>Begins a report on <paramref name="output"/>, which stays open.</summary>
    public MarkdownReport(Stream output, ScanHead head, Scratch scratch)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(scratch);
        (_output, _head) = (output, head);
        _body = new TextSpool(scratch);
    }

    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        _summary.Add(result);
        if (result.Report is not { } target)
        {
            return;
        }

        if (target.Verdict == Verdict.Passed && ReportGroups.Notes(target.Findings).Length == 0 && target.Waived.Count + target.WaivedUnread.Count == 0 && !target.IsTestLoaded)
        {
            _plain++;
            if (_passed.Count < PassedShown)
            {
                _passed.Add(target.Path);
            }

            return;
        }

        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"\n## {TextTarget.State(target)} {Code(target.Path)}\n\n");
        text.Append(Plain(TextTarget.Lead(target) ?? $"It {TextTarget.Sentence(target)}")).Append("\n\n");
        string kind = TextTarget.Kind(target);
        text.Append(kind.Length > 0 ? Plain(kind) : "").Append(target.Sha256 is { } digest ? $" · SHA-256 `{digest}`" : "").Append('\n');
        Purpose(text, target);
        Loads(text, target);
        Judged(text, target.Path, target.Judgement);
        _body.Add(text);
    }

    /// <summary>What its code is for: purposes, what it reaches, and the code that was recovered.</summary>
    private static void Purpose(StringBuilder text, TargetReport target)
    {
        if (Account.Of(target.Findings) is not { } account)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"\n### What for\n\nIt looks like {Plain(string.Join(", ", account.Purposes))}.\n");
        if (account.Reached.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"It reaches {string.Join(", ", account.Reached.Select(r => Code(Escape.Cut(r, 200))))}.\n");
        }

        if (account.Lines.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nCode, {Plain(account.CodeFrom)}\n\n");
            foreach (string line in account.Lines.Take(CodeShown))
            {
                // Indented code ends with its line whatever the line says; a fence could be closed by it.
                text.Append("    ").Append(Escape.Visible(Escape.Cut(line, 300))).Append('\n');
            }

            text.Append(account.Lines.Length > CodeShown ? $"\nand {Words.Count(account.Lines.Length - CodeShown, "more line")}\n" : "");
        }
    }

    /// <summary>How test loads ended and what was seen in them.</summary>
    private static void Loads(StringBuilder text, TargetReport target)
    {
        if (LoadAccount.Of(target) is not { } loads)
        {
            return;
        }

        text.Append("\n### Test load\n\n");
        foreach (string ending in loads.Endings)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {Plain(ending)}\n");
        }

        if (loads.Events.Count == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"- Seen: {Plain(loads.Seen)}.\n");
            return;
        }

        text.Append("\n| with | when | process | what |\n|---|---|---|---|\n");
        foreach (BehaviourFact seen in loads.Events.Take(EventsShown))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Plain(seen.Loader)} | {Plain(seen.Phase)} | {Plain(LoadAccount.Process(seen))} | {Code(LoadAccount.Describe(seen))} {Plain(LoadAccount.Source(seen))} |\n");
        }

        text.Append(loads.Events.Count > EventsShown ? $"\nand {Words.Count(loads.Events.Count - EventsShown, "more event")}\n" : "");
    }

    /// <inheritdoc/>
    public void Add(BundleReport bundle)
    {
        _summary.Add(bundle);
        Judgement judgement = bundle.Judgement;
        if (judgement.Findings.Count + judgement.Unread.Count + judgement.Waived.Count == 0)
        {
            return;
        }

        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"\n## {(judgement.Verdict == Verdict.Passed && judgement.Waived.Count > 0 ? "PASSED BY WAIVER" : Badge(judgement.Verdict))} folder {Code(bundle.Path)}\n\n{Words.Count(bundle.Files, "file")} together\n");
        Judged(text, bundle.Path, judgement);
        _body.Add(text);
    }

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
    {
        _summary.Add(aside);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# Assay: {Badge(_summary.Verdict)}\n\n{Plain(ReportGroups.Sentence(_summary))}\n\n");
        text.Append("| malicious | suspicious | incomplete | passed | ignored | critical | high | medium | low | info |\n|---|---|---|---|---|---|---|---|---|---|\n|");
        foreach (Verdict verdict in (Verdict[])[Verdict.Malicious, Verdict.Suspicious, Verdict.Incomplete, Verdict.Passed])
        {
            text.Append(CultureInfo.InvariantCulture, $" {_summary[verdict]:N0} |");
        }

        text.Append(CultureInfo.InvariantCulture, $" {_summary.Ignored:N0} |");
        foreach (Severity severity in (Severity[])[Severity.Critical, Severity.High, Severity.Medium, Severity.Low, Severity.Info])
        {
            text.Append(CultureInfo.InvariantCulture, $" {_summary[severity]:N0} |");
        }

        Write(text.Append('\n'));
        _body.CopyTo(_output);
        text.Clear();
        if (_passed.Count > 0)
        {
            text.Append("\n## Passed\n\n");
            foreach (string path in _passed)
            {
                text.Append("- ").Append(Code(path)).Append('\n');
            }

            if (_plain > _passed.Count)
            {
                text.Append(CultureInfo.InvariantCulture, $"- and {_plain - _passed.Count:N0} more\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"\n---\n\nAssay {_head.Version}, rules {_head.RulesVersion} (`{_head.RulesDigest}`)");
        text.Append(_head.Policy.Name.Length > 0 ? $", policy {Code(_head.Policy.Name)} (`{_head.Policy.Digest}`)\n" : "\n");
        Write(text);
        _output.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _body.Dispose();

    private static void Judged(StringBuilder text, string target, Judgement judgement)
    {
        foreach (Finding[] places in ReportGroups.Deciding(judgement.Findings))
        {
            Rule rule = places[0].Rule;
            text.Append(CultureInfo.InvariantCulture, $"\n### {Words.Of(places[0].Severity).ToUpperInvariant()}: {Plain(rule.Title)} (`{rule.Id}`)\n\n");
            foreach (Finding place in places.Take(PlacesShown))
            {
                text.Append(CultureInfo.InvariantCulture, $"- {Plain(Escape.Cut(place.Message, 600))} At {Code(ReportGroups.Place(target, place))}");
                string loaders = ReportGroups.Loaders(place);
                text.Append(loaders.Length > 0 ? $", by {Plain(loaders)}\n" : "\n");
                foreach (Evidence evidence in place.Evidence.Take(EvidenceShown))
                {
                    text.Append(CultureInfo.InvariantCulture, $"  - {Plain(evidence.Kind)}: {Code(Escape.Cut(evidence.Text, 300))}\n");
                }
            }

            if (places.Length > PlacesShown)
            {
                text.Append(CultureInfo.InvariantCulture, $"- and {Words.Count(places.Length - PlacesShown, "more place")}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"\n**Why:** {Plain(rule.Why)}\n\n**What to do:** {Plain(rule.Fix)}\n");
            if (rule.References.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n**See:** {string.Join(", ", rule.References.Select(Code))}\n");
            }
        }

        List("Notes", ReportGroups.Notes(judgement.Findings), f => $"{Plain(Escape.Cut(f.Message, 400))} (`{f.Rule.Id}`)");
        List("Not read", judgement.Unread, u => $"{Words.Of(u.Cause)}: {Plain(Escape.Cut(u.Detail.Length > 0 ? u.Detail : Words.Meaning(u.Cause), 400))} At {Code($"{u.Path}, offset {u.Offset:N0}")}");
        List("Waived", judgement.Waived, w => $"{Plain(Escape.Cut(w.Finding.Message, 400))} (`{w.Finding.Rule.Id}`; waived {Plain(TextFinding.WhatFor(w.Waiver))})");
        List("Not read, and accepted", judgement.WaivedUnread, w => $"{Words.Of(w.Unread.Cause)}: {Plain(Escape.Cut(w.Unread.Detail, 400))} ({Plain(TextFinding.WhatFor(w.Waiver))})");

        void List<T>(string title, IReadOnlyList<T> items, Func<T, string> line)
        {
            if (items.Count == 0)
            {
                return;
            }

            text.Append(CultureInfo.InvariantCulture, $"\n**{title}**\n\n");
            foreach (T item in items.Take(20))
            {
                text.Append("- ").Append(line(item)).Append('\n');
            }

            if (items.Count > 20)
            {
                text.Append(CultureInfo.InvariantCulture, $"- and {items.Count - 20:N0} more\n");
            }
        }
    }

    private static string Badge(Verdict verdict) => Words.Of(verdict).ToUpperInvariant();

    /// <summary>A text that cannot be markup: what Markdown or HTML would take for some is a character reference or stands behind a backslash.</summary>
    private static string Plain(string text)
    {
        StringBuilder plain = new();
        foreach (char c in Escape.Visible(text))
        {
            _ = c switch
            {
                '<' => plain.Append("&lt;"),
                '>' => plain.Append("&gt;"),
                '&' => plain.Append("&amp;"),
                '@' => plain.Append("&#64;"),
                '\\' or '`' or '*' or '_' or '[' or ']' or '#' or '|' or '~' or '$' => plain.Append('\\').Append(c),
                _ => plain.Append(c),
            };
        }

        // No address is a link, and no line begins a list or a heading of its own.
        _ = plain.Length > 0 && plain[0] is '-' or '+' or '=' ? plain.Insert(0, '\\') : plain;
        return plain.Replace("://", "&#58;//").Replace("www.", "www&#46;").ToString();
    }

    /// <summary>A code span around a text, with a longer fence than any inside.</summary>
    private static string Code(string text)
    {
        string visible = Escape.Visible(text).Replace("|", "\\u{7c}", StringComparison.Ordinal);
        int longest = 0;
        int run = 0;
        foreach (char c in visible)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        string fence = new('`', longest + 1);
        return visible.Length == 0 ? "` `" : longest > 0 || visible[0] == ' ' || visible[^1] == ' ' ? $"{fence} {visible} {fence}" : fence + visible + fence;
    }

    private void Write(StringBuilder text) => _output.Write(Encoding.UTF8.GetBytes(text.ToString()));
}
