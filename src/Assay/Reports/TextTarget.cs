// One file in the text report.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>Writes one file of the text report: what it is, what it would do and what for, what was not read.</summary>
internal static class TextTarget
{
    private const int UnreadShown = 8;
    private const int CodeShown = 12;
    private const int Hang = 12;

    /// <summary>Writes <paramref name="target"/>; a heading is left out where the first line of the report says the same.</summary>
    public static void Write(TextPage page, TargetReport target, bool verbose, bool heading = true)
    {
        if (heading)
        {
            string state = State(target);
            page.Entry(0, new Piece(state, TextReport.InkOf(target.Verdict)), Math.Max(Hang, state.Length + 2), new Piece(target.Path, Ink.Strong, true));
        }

        if (Lead(target) is { } lead)
        {
            page.Entry(2, "", 2, lead);
            page.Blank();
        }

        string kind = Kind(target);
        if (kind.Length > 0)
        {
            page.Entry(2, TextReport.Label("file"), Hang, kind);
        }

        if (target.Sha256 is string digest)
        {
            page.Entry(2, TextReport.Label("sha256"), Hang, new Piece(digest, Whole: true));
        }

        if (target.Bytes.Unknown > 0)
        {
            page.Entry(2, TextReport.Label("bytes"), Hang,
                $"{target.Bytes.Parsed:N0} parsed, {target.Bytes.Data:N0} stepped over as data, {target.Bytes.Unknown:N0} unaccounted for");
        }

        TextFinding.Write(page, target.Path, target.Findings, verbose);
        Purpose(page, target.Findings);
        Notes(page, target, verbose);
        TextEvents.Write(page, target, brief: false);
        Unread(page, target);
    }

    /// <summary>Whether it passes only because the policy says so.</summary>
    public static bool IsByWaiver(TargetReport target) => target.Verdict == Verdict.Passed && target.Waived.Count + target.WaivedUnread.Count > 0;

    /// <summary>Whether somebody has decided that it is not to be loaded.</summary>
    private static bool IsDenied(TargetReport target) => target.Findings.Any(f => f.Subject.Name == SaidOfFile.Denied);

    /// <summary>Whether all that is missing is the test load that was asked for.</summary>
    private static bool IsNotLoaded(TargetReport target) =>
        target.Verdict == Verdict.Incomplete && target.Unread.Count > 0 && target.Unread.All(u => u.Cause == UnreadCause.NotDetonated);

    /// <summary>
    /// What it came to, in the words of the screen: the verdict, or that nothing of it was looked at, that it was read and could not be loaded, or that the
    /// policy lets it pass.
    /// </summary>
    public static string State(TargetReport target) => target.Verdict switch
    {
        Verdict.Malicious when IsDenied(target) => "DENIED",
        Verdict.Passed when IsByWaiver(target) => "PASSED BY WAIVER",
        Verdict.Incomplete when target.Bytes.Parsed + target.Bytes.Data == 0 => "NOT CHECKED",
        _ when IsNotLoaded(target) => "NOT LOADED",
        _ => Words.Of(target.Verdict).ToUpperInvariant(),
    };

    /// <summary>What that means, behind the path.</summary>
    public static string Sentence(TargetReport target) => target.Verdict switch
    {
        Verdict.Malicious when IsDenied(target) => "was denied by somebody whom you trust. Do not load it.",
        Verdict.Malicious => "would do harm when loaded. Do not load it.",
        Verdict.Suspicious => "cannot be shown to be harmless.",
        Verdict.Incomplete when target is { Size: null, Unread: [{ Cause: UnreadCause.Missing }] } => "is not there.",
        Verdict.Incomplete when target.Bytes.Parsed + target.Bytes.Data == 0 => "was not looked into; nothing can be said about it.",
        _ when IsNotLoaded(target) => "was read to the end and nothing was found, but the test load that was asked for did not take place or did not come to an end.",
        Verdict.Incomplete => "was not read to the end; nothing was found in what was read.",
        _ when IsByWaiver(target) => "would not pass without your policy.",
        _ => $"was read to the end, and nothing {(target.Findings.Count > 0 ? "but notes " : "")}was found.",
    };

    /// <summary>What would happen, in one sentence: what the worst finding says, what that is hidden in, what it looks like and what it reaches.</summary>
    internal static string? Lead(TargetReport target)
    {
        if (target.Findings.FirstOrDefault(f => f.Severity >= Severity.Medium) is not { } worst || Account.Of(target.Findings) is not { } account)
        {
            return null;
        }

        string hidden = account.Layers.Count > 0 ? $", hidden in {string.Join(", ", account.Layers)}" : "";
        string reaches = account.Reached.Count > 0 ? $"; it reaches {string.Join(", ", account.Reached.Take(4).Select(r => Escape.Cut(r, 80)))}" : "";
        return $"{worst.Rule.Title}{hidden}. It looks like {string.Join(", ", account.Names)}{reaches}.";
    }

    /// <summary>What its code is for: purposes, what it reaches, and the code that was recovered.</summary>
    internal static void Purpose(TextPage page, IReadOnlyList<Finding> findings)
    {
        if (Account.Of(findings) is not { } account)
        {
            return;
        }

        page.Blank();
        page.Line(2, new Piece("WHAT FOR", Ink.Strong));
        page.Entry(4, TextReport.Label("looks"), Hang, $"like {string.Join(", ", account.Purposes)}");
        string label = "reaches";
        foreach (string reached in account.Reached)
        {
            page.Entry(4, TextReport.Label(label), Hang, new Piece(Escape.Cut(reached, 200), Ink.Strong, true));
            label = "";
        }

        string[] lines = account.Lines;
        if (lines.Length == 0)
        {
            return;
        }

        page.Entry(4, TextReport.Label("code"), Hang, new Piece(account.CodeFrom, Ink.Faint));
        foreach (string line in lines.Take(CodeShown))
        {
            string visible = Escape.Visible(line);
            bool fits = TextWidth.Of(visible) <= page.Width - Hang - 1;
            page.Line(Hang, fits ? visible : visible[..TextWidth.Fitting(visible, page.Width - Hang - 2)] + "…");
        }

        if (lines.Length > CodeShown)
        {
            page.Line(Hang, new Piece($"and {Words.Count(lines.Length - CodeShown, "more line")}", Ink.Faint));
        }
    }

    private static void Notes(TextPage page, TargetReport target, bool verbose)
    {
        if (target.Waived.Count + target.WaivedUnread.Count + ReportGroups.Notes(target.Findings).Length > 0)
        {
            page.Blank();
            page.Line(2, new Piece("NOTES", Ink.Faint));
        }

        TextFinding.Notes(page, target.Path, target.Findings, verbose);
        TextFinding.Waived(page, target.Judgement);
    }

    /// <summary>The formats that the file was read as, and its size.</summary>
    public static string Kind(TargetReport target)
    {
        string formats = string.Join(", ", target.Formats);
        string size = target.Size is long bytes ? Words.Size(bytes) : "";
        string members = target.Artifacts > 1 ? $", {Words.Count(target.Artifacts - 1, "part")} inside" : "";
        return (formats.Length, size.Length) switch
        {
            (0, _) => size,
            (_, 0) => formats,
            _ => $"{formats}, {size}{members}",
        };
    }

    private static void Unread(TextPage page, TargetReport target)
    {
        if (target.Unread.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line(2, new Piece("NOT READ", Ink.Unsure), target.Unread.Count == 1 ? "" : $"  {target.Unread.Count:N0} parts");
        foreach (UnreadFact unread in target.Unread.Take(UnreadShown))
        {
            string detail = unread.Detail.Length > 0 ? unread.Detail : Words.Meaning(unread.Cause);
            page.Entry(4, TextReport.Label("what"), Hang, new Piece(Words.Of(unread.Cause) + ":", Ink.Unsure), Escape.Cut(detail, 400));
            if (unread.Path != target.Path || unread.Offset > 0)
            {
                page.Entry(4, TextReport.Label("where"), Hang, TextFinding.Where(target.Path, unread.Path, unread.Offset, unread.Length));
            }
        }

        if (target.Unread.Count > UnreadShown)
        {
            page.Line(4, new Piece($"and {Words.Count(target.Unread.Count - UnreadShown, "more part")}; --format json lists all", Ink.Faint));
        }
    }
}
