// Many files of which there is something to say, a row each.
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>Writes rows: the verdict, the file, what it would do first, and what for.</summary>
internal static class TextTable
{
    private const int VerdictColumns = 13;
    private const int MessageShown = 160;
    private const int AddressShown = 32;

    /// <summary>How wide the column of paths is: as wide as the longest that leaves room for the rest.</summary>
    public static int Columns(TextPage page, IEnumerable<string> paths)
    {
        int most = page.Width / 2;
        return paths.Select(p => TextWidth.Of(Escape.Visible(p))).Where(w => w <= most).DefaultIfEmpty(most / 2).Max();
    }

    /// <summary>A sentence with its long addresses cut: what stands behind them says what to do, and must not fall to them.</summary>
    private static string Brief(string sentence) => sentence.Contains("://", StringComparison.Ordinal)
        ? string.Join(' ', sentence.Split(' ').Select(w => w.Length > AddressShown && w.Contains("://", StringComparison.Ordinal) ? w[..AddressShown] + "..." + (w[^1] is ')' or ',' or ';' or ':' ? w[^1..] : "") : w))
        : sentence;

    /// <summary>Writes the row of a file.</summary>
    public static void Row(TextPage page, int columns, TargetReport target) => Row(page, columns, target.Path, target.Judgement);

    /// <summary>Writes the row of a file or a folder.</summary>
    public static void Row(TextPage page, int columns, string path, Judgement judgement)
    {
        Finding[] worst = [.. judgement.Findings.Where(f => f.Severity >= Severity.Medium)];
        string what = worst.Length > 0 ? Escape.Cut(Brief(worst[0].Message), MessageShown)
            : judgement.Unread.Count > 0 ? Escape.Cut(Brief(judgement.Unread[0].Detail is { Length: > 0 } detail ? detail : Words.Meaning(judgement.Unread[0].Cause)), MessageShown)
            : "";
        int others = worst.Select(f => f.Rule.Id).Distinct().Count() - 1;
        string more = others > 0 ? $" (and {Words.Count(others, "more rule")})" : "";
        string inside = worst.Length > 0 && worst[0].Path.Length > path.Length && worst[0].Path.StartsWith(path, StringComparison.Ordinal) ? $" In {worst[0].Path[path.Length..].TrimStart('!', '/')}." : "";
        int width = TextWidth.Of(Escape.Visible(path));
        string verdict = Words.Of(judgement.Verdict);
        Piece name = new(path + new string(' ', Math.Max(0, columns - width)), Ink.Strong, true);
        Piece label = new(verdict, TextReport.InkOf(judgement.Verdict));
        int hang = VerdictColumns + columns + 2;
        if (width <= columns && page.Width - hang >= 30)
        {
            page.Row(2, label, VerdictColumns, name, hang, what + more + inside);
        }
        else
        {
            page.Entry(2, label, VerdictColumns, new Piece(path, Ink.Strong, true));
            page.Entry(VerdictColumns + 2, "", VerdictColumns + 2, what + more + inside);
        }
    }
}
