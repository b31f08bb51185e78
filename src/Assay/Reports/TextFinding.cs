// The findings of one file in the text report.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;

namespace Assay.Reports;

/// <summary>
/// Writes the findings of one file: each rule once, and under it each place. Why a rule matters and what to do stands at the end of a report
/// (<see cref="TextAdvice"/>), once for all files. Remarks (info and low) take one entry each.
/// </summary>
internal static class TextFinding
{
    private const int PlacesShown = 3;
    private const int MessageShown = 300;
    private const int NotesShown = 5;
    private const int Hang = 12;

    /// <summary>Writes the findings that decide the verdict.</summary>
    public static void Write(TextPage page, string target, IReadOnlyList<Finding> findings, bool verbose)
    {
        Finding? last = null;
        foreach (Finding[] places in ReportGroups.Deciding(findings))
        {
            (Rule rule, Severity severity) = (places[0].Rule, places[0].Severity);
            page.Blank();
            page.Entry(2, new Piece(Words.Of(severity).ToUpperInvariant(), InkOf(severity)), Hang, new Piece(rule.Title, Ink.Strong), new Piece($"({rule.Id})", Ink.Faint, true));
            int shown = verbose ? places.Length : Math.Min(places.Length, PlacesShown);
            for (int at = 0; at < shown; at++)
            {
                Place(page, target, places[at], at == 0 ? "what" : "also", verbose);
                if (last is null || !places[at].Loaders.SequenceEqual(last.Loaders))
                {
                    Loaders(page, places[at]);
                }

                if (verbose)
                {
                    page.Entry(4, TextReport.Label("content"), Hang, ContentKey(places[at]));
                }

                last = places[at];
            }

            if (places.Length > shown)
            {
                page.Entry(4, "", Hang, new Piece($"and {Words.Count(places.Length - shown, "more place")} like these; -v shows all", Ink.Faint));
            }
        }
    }

    /// <summary>Writes the findings that are only worth knowing.</summary>
    public static void Notes(TextPage page, string target, IReadOnlyList<Finding> findings, bool verbose)
    {
        Finding[] notes = ReportGroups.Notes(findings);
        int shown = verbose ? notes.Length : Math.Min(notes.Length, NotesShown);
        foreach (Finding note in notes.Take(shown))
        {
            page.Entry(4, TextReport.Label("note"), Hang, Escape.Cut(note.Message, 400), new Piece($"({note.Rule.Id}, {string.Join(' ', Where(target, Inside(target, note.Path), note.Offset, 0, note.Line).Select(p => p.Text))})", Ink.Faint));
            if (verbose)
            {
                page.Entry(4, "", Hang, new Piece("content", Ink.Faint), ContentKey(note));
            }
        }

        if (notes.Length > shown)
        {
            page.Entry(4, "", Hang, new Piece($"and {Words.Count(notes.Length - shown, "more note")}; -v shows all", Ink.Faint));
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
        + (waiver.By.Length > 0 ? $" by {waiver.By}" : "") + waiver.Expires?.ToString(" 'until' yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) + ": " + waiver.Reason;

    private static Piece ContentKey(Finding finding) =>
        finding.IsContentPartial ? "not known in full: nothing can be waived" : new Piece(finding.ContentKey, Whole: true);

    /// <summary>A place: the path where it is not the file itself, the offset, the length.</summary>
    public static Piece[] Where(string target, string path, long offset, long length, int? line = null)
    {
        Piece at = new(line is null ? $"offset {offset:N0}" : $"line {line:N0}, offset {offset:N0}", Whole: true);
        Piece[] stretch = length > 0 ? [at, new Piece($"({Words.Count(length, "byte")})", Whole: true)] : [at];
        return path == target ? stretch : [new Piece($"{path},", Whole: true), .. stretch];
    }

    /// <summary>A path without that of the file, which stands above it.</summary>
    private static string Inside(string target, string path) =>
        path.Length > target.Length && path.StartsWith(target, StringComparison.Ordinal) ? path[target.Length..] : path;

    private static void Place(TextPage page, string target, Finding finding, string label, bool verbose)
    {
        page.Entry(4, TextReport.Label(label), Hang, Escape.Cut(finding.Message, verbose ? 600 : MessageShown));
        page.Entry(4, TextReport.Label("where"), Hang, Where(target, finding.Path, finding.Offset, finding.Length, finding.Line));
        if (verbose)
        {
            Evidence(page, finding);
        }

        // What is usual goes without saying: it happens when the file is loaded, for sure.
        List<string> when = [];
        if (finding.Phase != "load")
        {
            when.Add(PhaseOf(finding.Phase));
        }

        if (finding.Reached != "yes")
        {
            when.Add(finding.Reached == "no" ? "no loader known to Assay gets there" : "whether a loader gets there is unknown");
        }

        if (finding.Confidence != Confidence.High)
        {
            when.Add($"confidence {Words.Of(finding.Confidence)}");
        }

        if (when.Count > 0)
        {
            page.Entry(4, TextReport.Label("when"), Hang, string.Join("; ", when));
        }
    }

    private static void Evidence(TextPage page, Finding finding)
    {
        int widest = Math.Min(16, finding.Evidence.Select(e => TextWidth.Of(Escape.Visible(e.Kind))).DefaultIfEmpty(0).Max());
        for (int at = 0; at < finding.Evidence.Count; at++)
        {
            // The kind stands in its own column; a second label inside the text.
            Evidence seen = finding.Evidence[at];
            string kind = Escape.Visible(seen.Kind).PadRight(widest);
            Piece text = new(Escape.Cut(seen.Text, 300), Ink.Strong);
            page.Entry(4, TextReport.Label((at == 0 ? "seen" : "").PadRight(Hang - 4) + kind), Hang + widest + 1, seen.Offset is long offset
                ? [text, new Piece($"(offset {offset:N0})", Ink.Faint, true)]
                : [text]);
        }
    }

    /// <summary>Who gets there, and with which setting not; once per file where it is the same for all findings.</summary>
    private static void Loaders(TextPage page, Finding finding)
    {
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
        "extract" => "when the archive is unpacked",
        "load" => "when the file is loaded",
        "init" => "when the model is built",
        "infer" => "when the model is run",
        "use" => "when the repository's code is used",
        "import" => "when the source is imported",
        "install" => "when it is installed or built",
        "cell" => "when the cells of the notebook are run",
        "call" => "when somebody calls the function",
        _ => phase,
    };

    internal static Ink InkOf(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => Ink.Danger,
        Severity.Medium => Ink.Warning,
        _ => Ink.Faint,
    };
}
