// The findings of one file in the text report.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;

namespace Assay.Reports;

/// <summary>
/// Writes the findings of one file: each rule once with why it matters and what to do, and under it each place with its
/// evidence. Remarks (info and low) take one entry each.
/// </summary>
internal static class TextFinding
{
    private const int PlacesShown = 3;
    private const int EvidenceShown = 6;
    private const int NotesShown = 5;
    private const int Hang = 12;

    /// <summary>Writes the findings that decide the verdict.</summary>
    public static void Write(TextPage page, string target, IReadOnlyList<Finding> findings, bool verbose)
    {
        Finding? last = null;
        foreach (IGrouping<(string Id, Severity Severity), Finding> group in findings
            .Where(f => f.Severity >= Severity.Medium)
            .GroupBy(f => (f.Rule.Id, f.Severity)))
        {
            Finding[] places = [.. group];
            Rule rule = places[0].Rule;
            page.Blank();
            string severity = Words.Of(group.Key.Severity).ToUpperInvariant();
            page.Entry(2, new Piece(severity, InkOf(group.Key.Severity)), Hang, new Piece(rule.Title, Ink.Strong), new Piece($"({rule.Id})", Ink.Faint, true));
            int shown = verbose ? places.Length : Math.Min(places.Length, PlacesShown);
            for (int at = 0; at < shown; at++)
            {
                Place(page, target, places[at], at == 0 ? "what" : "also");
                Loaders(page, places[at], last, isFirst: at == 0);
                if (verbose)
                {
                    page.Entry(4, TextReport.Label("content"), Hang, ContentKey(places[at]));
                }

                last = places[at];
            }

            if (places.Length > shown)
            {
                page.Entry(4, "", Hang, new Piece($"and {Words.Count(places.Length - shown, "more place")} like these; --format json lists all", Ink.Faint));
            }

            page.Entry(4, TextReport.Label("why"), Hang, rule.Why);
            page.Entry(4, TextReport.Label("do"), Hang, rule.Fix);
            if (rule.References.Count > 0)
            {
                page.Entry(4, TextReport.Label("see"), Hang, new Piece(string.Join(", ", rule.References), Ink.Faint));
            }
        }
    }

    /// <summary>Writes the findings that are only worth knowing.</summary>
    public static void Notes(TextPage page, string target, IReadOnlyList<Finding> findings, bool verbose)
    {
        Finding[] notes = [.. findings.Where(f => f.Severity < Severity.Medium)];
        int shown = verbose ? notes.Length : Math.Min(notes.Length, NotesShown);
        foreach (Finding note in notes.Take(shown))
        {
            page.Entry(4, TextReport.Label("note"), Hang, Escape.Cut(note.Message, 400), new Piece($"({note.Rule.Id}, {string.Join(' ', Where(target, Inside(target, note.Path), note.Offset, 0).Select(p => p.Text))})", Ink.Faint));
            if (verbose)
            {
                page.Entry(4, "", Hang, new Piece("content", Ink.Faint), ContentKey(note));
            }
        }

        if (notes.Length > shown)
        {
            page.Entry(4, "", Hang, new Piece($"and {Words.Count(notes.Length - shown, "more note")}; --format json lists all", Ink.Faint));
        }
    }

    /// <summary>Writes what the user's policy waived.</summary>
    public static void Waived(TextPage page, Judgement judgement)
    {
        foreach (WaivedFinding waived in judgement.Waived)
        {
            page.Entry(4, new Piece("waived", Ink.Warning), Hang,
                Escape.Cut(waived.Finding.Message, 400),
                new Piece($"({waived.Finding.Rule.Id}, {Words.Of(waived.Finding.Severity)}; waived {WhatFor(waived.Waiver)})", Ink.Faint));
        }

        foreach (WaivedUnread waived in judgement.WaivedUnread)
        {
            page.Entry(4, new Piece("unread", Ink.Warning), Hang,
                Escape.Cut(waived.Unread.Detail.Length > 0 ? waived.Unread.Detail : Words.Meaning(waived.Unread.Cause), 400),
                new Piece($"({Words.Of(waived.Unread.Cause)}; accepted {WhatFor(waived.Waiver)})", Ink.Faint));
        }
    }

    /// <summary>What a waiver binds to, its end and its reason.</summary>
    internal static string WhatFor(Waiver waiver) =>
        (waiver.File is null ? "for this content" : "for this file") + (waiver.Path is null ? "" : $" under {waiver.Path}")
        + waiver.Expires?.ToString(" 'until' yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) + ": " + waiver.Reason;

    private static Piece ContentKey(Finding finding) =>
        finding.IsContentPartial ? "not known in full: nothing can be waived" : new Piece(finding.ContentKey, Whole: true);

    /// <summary>A place: the path where it is not the file itself, the offset, the length.</summary>
    public static Piece[] Where(string target, string path, long offset, long length)
    {
        Piece at = new($"offset {offset:N0}", Whole: true);
        Piece[] stretch = length > 0 ? [at, new Piece($"({Words.Count(length, "byte")})", Whole: true)] : [at];
        return path == target ? stretch : [new Piece($"{path},", Whole: true), .. stretch];
    }

    /// <summary>A path without that of the file, which stands above it.</summary>
    private static string Inside(string target, string path) =>
        path.Length > target.Length && path.StartsWith(target, StringComparison.Ordinal) ? path[target.Length..] : path;

    private static void Place(TextPage page, string target, Finding finding, string label)
    {
        page.Entry(4, TextReport.Label(label), Hang, Escape.Cut(finding.Message, 600));
        page.Entry(4, TextReport.Label("where"), Hang, Where(target, finding.Path, finding.Offset, finding.Length));
        Evidence[] shown = [.. finding.Evidence.Take(EvidenceShown)];
        int widest = Math.Min(16, shown.Select(e => TextWidth.Of(Escape.Visible(e.Kind))).DefaultIfEmpty(0).Max());
        for (int at = 0; at < shown.Length; at++)
        {
            // The kind stands in its own column; a second label inside the text.
            string kind = Escape.Visible(shown[at].Kind).PadRight(widest);
            Piece text = new(Escape.Cut(shown[at].Text, 300), Ink.Strong);
            string seen = (at == 0 ? "seen" : "").PadRight(Hang - 4);
            page.Entry(4, TextReport.Label(seen + kind), Hang + widest + 1, shown[at].Offset is long offset
                ? [text, new Piece($"(offset {offset:N0})", Ink.Faint, true)]
                : [text]);
        }

        if (finding.Evidence.Count > EvidenceShown)
        {
            page.Entry(4, "", Hang, new Piece($"and {finding.Evidence.Count - EvidenceShown:N0} more", Ink.Faint));
        }

        string sure = finding.Confidence == Confidence.High ? "" : $"; confidence {Words.Of(finding.Confidence)}";
        string reached = finding.Reached switch
        {
            "yes" => "a loader gets there",
            "no" => "no loader known to Assay gets there",
            _ => "whether a loader gets there is unknown",
        };
        page.Entry(4, TextReport.Label("when"), Hang, $"{PhaseOf(finding.Phase)}; {reached}{sure}");
    }

    /// <summary>Who gets there; once per file where it is the same for all findings.</summary>
    private static void Loaders(TextPage page, Finding finding, Finding? last, bool isFirst)
    {
        if (last is not null && finding.Loaders.SequenceEqual(last.Loaders))
        {
            if (isFirst && finding.Loaders.Count > 0)
            {
                page.Entry(4, TextReport.Label("loaders"), Hang, new Piece("as above", Ink.Faint));
            }

            return;
        }

        string label = "loaders";
        for (int at = 0; at < finding.Loaders.Count; at++)
        {
            // Those of which there is nothing more to say share a line.
            LoaderUse use = finding.Loaders[at];
            string names = use.Loader;
            while (IsPlain(use) && at + 1 < finding.Loaders.Count && IsPlain(finding.Loaders[at + 1]))
            {
                names += ", " + finding.Loaders[++at].Loader;
            }

            string versions = use.Versions.Length > 0 ? $" {use.Versions}" : "";
            string safe = use.SafeSetting.Length > 0 ? $": {use.SafeSetting}" : "";
            page.Entry(4, TextReport.Label(label), Hang, $"{names}{versions}{safe}");
            label = "";
        }

        if (finding.Loaders is [{ } first, ..] && (first.Of.Length > 0 || first.From > 0))
        {
            string of = first.Of.Length > 0 ? $"{first.Of}, once somebody has unpacked it" : "the file";
            page.Entry(4, "", Hang, new Piece(first.From > 0 ? $"given {of}, from offset {first.From:N0} on" : $"given {of}", Ink.Faint));
        }
    }

    private static bool IsPlain(LoaderUse use) => use.Versions.Length + use.SafeSetting.Length == 0;

    private static string PhaseOf(string phase) => phase switch
    {
        "extract" => "the archive is unpacked",
        "load" => "the file is loaded",
        "init" => "the model is built",
        "infer" => "the model is run",
        "use" => "the repository's code is used",
        _ => phase,
    };

    private static Ink InkOf(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => Ink.Danger,
        Severity.Medium => Ink.Warning,
        _ => Ink.Faint,
    };
}
