// Methods of str that take texts apart or search in them.
using System.Buffers;
using System.Numerics;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Methods of str that take texts apart or search in them.</summary>
internal static class TextSearch
{
    private static readonly SearchValues<char> s_blanks = SearchValues.Create(" \t\n\r\u000b\u000c\u001c\u001d\u001e\u001f\u0085\u00a0");

    /// <summary>What ends a line for Python and is not looked at here.</summary>
    private static readonly SearchValues<char> s_rareEnds = SearchValues.Create("\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    public static void Add(Dictionary<string, PureFunction> all)
    {
        all["str.split"] = (f, a) => Split(f, a, right: false);
        all["str.rsplit"] = (f, a) => Split(f, a, right: true);
        all["str.splitlines"] = (f, a) => a.Text(0) is { } x && a.Count == 1 && !x.AsSpan().ContainsAny(s_rareEnds) ? Lines(f, x, a[0]) : FoldedValue.Unknown;
        all["str.partition"] = (f, a) => Partition(f, a, right: false);
        all["str.rpartition"] = (f, a) => Partition(f, a, right: true);
        all["str.startswith"] = (_, a) => a.Count == 2 && a.Text(0) is { } x && a.Text(1) is { } y ? new FoldedBool(x.StartsWith(y, StringComparison.Ordinal)) : FoldedValue.Unknown;
        all["str.endswith"] = (_, a) => a.Count == 2 && a.Text(0) is { } x && a.Text(1) is { } y ? new FoldedBool(x.EndsWith(y, StringComparison.Ordinal)) : FoldedValue.Unknown;
        all["str.__contains__"] = (_, a) => a.Text(0) is { } x && a.Text(1) is { } y ? new FoldedBool(LinearSearch.First(x, y) >= 0) : FoldedValue.Unknown;
        all["str.find"] = (_, a) => Arguments.Number(Find(a, last: false));
        all["str.rfind"] = (_, a) => Arguments.Number(Find(a, last: true));
        all["str.index"] = (_, a) => Arguments.Number(Find(a, last: false) is { Sign: >= 0 } at ? at : null);
        all["str.rindex"] = (_, a) => Arguments.Number(Find(a, last: true) is { Sign: >= 0 } at ? at : null);
        all["str.count"] = (_, a) => a.Count == 2 && a.Text(0) is { } x && a.Text(1) is { Length: > 0 } y ? new FoldedInt(CountOf(x, y)) : FoldedValue.Unknown;
    }

    /// <summary>The parts of a text at ranges.</summary>
    private static FoldedValue Parts(Folder f, string text, List<Range> ranges, FoldedValue from) =>
        f.Budget.Items(ranges.Count)
            ? new FoldedSequence(SequenceKind.List, [.. ranges.Select(r => new FoldedText(text[r]) { Layers = from.Layers })])
            : FoldedValue.Unknown;

    private static FoldedValue Split(Folder f, IReadOnlyList<FoldedValue> a, bool right)
    {
        if (a.Text(0) is not { } text || a.Small(2, -1) is not { } most || (!a.IsNone(1) && a.Text(1) is not { Length: > 0 }))
        {
            return FoldedValue.Unknown;
        }

        int cuts = most < 0 ? int.MaxValue : most;
        List<Range>? ranges = a.IsNone(1) ? Words(text, cuts, right) : Between(text, a.Text(1)!, cuts, right);

        // Null where there are more parts than a sequence may have.
        return ranges is null ? f.GiveUp() : Parts(f, text, ranges, a[0]);
    }

    /// <summary>The words between blanks; behind the last cut the text stays whole, with the blanks at its far end.</summary>
    private static List<Range>? Words(string text, int cuts, bool right)
    {
        List<Range> words = [];
        int from = 0;
        int to = text.Length;
        while ((right ? text.AsSpan(0, to).LastIndexOfAnyExcept(s_blanks) : text.AsSpan(from).IndexOfAnyExcept(s_blanks)) is >= 0 and int found)
        {
            if (words.Count > FoldBudget.MaxItems)
            {
                return null;
            }

            bool whole = words.Count == cuts;
            if (right)
            {
                int start = whole ? 0 : text.AsSpan(0, found).LastIndexOfAny(s_blanks) + 1;
                words.Add(start..(found + 1));
                to = start;
            }
            else
            {
                int start = from + found;
                int length = text.AsSpan(start).IndexOfAny(s_blanks);
                from = whole || length < 0 ? text.Length : start + length;
                words.Add(start..from);
            }
        }

        if (right)
        {
            words.Reverse();
        }

        return words;
    }

    /// <summary>The parts between separators.</summary>
    private static List<Range>? Between(string text, string separator, int cuts, bool right)
    {
        List<Range> parts = [];
        int from = 0;
        int to = text.Length;
        foreach (int at in LinearSearch.All(text, separator, right))
        {
            if (parts.Count == cuts)
            {
                break;
            }

            if (parts.Count > FoldBudget.MaxItems)
            {
                return null;
            }

            parts.Add(right ? (at + separator.Length)..to : from..at);
            (from, to) = right ? (from, at) : (at + separator.Length, to);
        }

        parts.Add(from..to);
        if (right)
        {
            parts.Reverse();
        }

        return parts;
    }

    private static FoldedValue Partition(Folder f, IReadOnlyList<FoldedValue> a, bool right)
    {
        if (a.Text(0) is not { } text || a.Text(1) is not { Length: > 0 } separator || !f.Budget.Room(text.Length))
        {
            return FoldedValue.Unknown;
        }

        int at = right ? LinearSearch.Last(text, separator) : LinearSearch.First(text, separator);
        string[] parts = at < 0
            ? right ? ["", "", text] : [text, "", ""]
            : [text[..at], separator, text[(at + separator.Length)..]];
        return new FoldedSequence(SequenceKind.Tuple, [.. parts.Select(p => new FoldedText(p) { Layers = a[0].Layers })]);
    }

    private static FoldedValue Lines(Folder f, string text, FoldedValue from)
    {
        List<Range> lines = [];
        int start = 0;
        while (start < text.Length)
        {
            int length = text.AsSpan(start).IndexOfAny('\n', '\r');
            int end = length < 0 ? text.Length : start + length;
            lines.Add(start..end);
            start = end + (end + 1 < text.Length && text[end] == '\r' && text[end + 1] == '\n' ? 2 : 1);
            if (lines.Count > FoldBudget.MaxItems)
            {
                return f.GiveUp();
            }
        }

        return Parts(f, text, lines, from);
    }

    private static BigInteger? Find(IReadOnlyList<FoldedValue> a, bool last)
    {
        if (a.Text(0) is not { } text || a.Text(1) is not { } part || !PythonCharacters.IsSimple(text) || (part.Length == 0 && a.Count > 2))
        {
            return null;
        }

        (int start, int end) = PythonSlice.Bounds(a.IsNone(2) ? null : a.Int(2), a.IsNone(3) ? null : a.Int(3), text.Length);
        if (start > end)
        {
            return -1;
        }

        ReadOnlySpan<char> inside = text.AsSpan(start, end - start);
        int found = last ? LinearSearch.Last(inside, part) : LinearSearch.First(inside, part);
        return found < 0 ? -1 : found + start;
    }

    /// <summary>How often a part is in a text, without overlaps.</summary>
    internal static int CountOf(string text, string part)
    {
        int count = 0;
        foreach (int _ in LinearSearch.All(text, part))
        {
            count++;
        }

        return count;
    }
}
