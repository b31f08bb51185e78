// One file in the text report.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>Writes one file of the text report: what it is, what was found, what was not read.</summary>
internal static class TextTarget
{
    private const int UnreadShown = 8;
    private const int Hang = 12;

    /// <summary>Writes <paramref name="target"/>.</summary>
    public static void Write(TextPage page, TargetReport target, bool verbose)
    {
        string verdict = Words.Of(target.Verdict).ToUpperInvariant();
        page.Entry(0, new Piece(verdict, TextReport.InkOf(target.Verdict)), Hang, new Piece(target.Path, Ink.Strong, true));
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
        if (target.Waived.Count + target.WaivedUnread.Count > 0 || target.Findings.Any(f => f.Severity < Severity.Medium))
        {
            page.Blank();
            page.Line(2, new Piece("NOTES", Ink.Faint));
        }

        TextFinding.Notes(page, target.Path, target.Findings, verbose);
        TextFinding.Waived(page, target.Judgement);
        TextEvents.Write(page, target, brief: false);
        Unread(page, target);
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
