// Methods of str that take texts apart or search in them.
using System.Numerics;
using System.Text;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Methods of str that take texts apart or search in them.</summary>
internal static class TextSearch
{
    private static readonly char[] s_white = [' ', '\t', '\n', '\r', '\u000b', '\u000c', '\u001c', '\u001d', '\u001e', '\u001f', '\u0085', '\u00a0'];

    private static readonly System.Buffers.SearchValues<char> s_blanks = System.Buffers.SearchValues.Create(s_white);

    public static void Add(Dictionary<string, PureFunction> all)
    {
        all["str.split"] = (f, a) => Split(f, a, right: false);
        all["str.rsplit"] = (f, a) => Split(f, a, right: true);
        all["str.splitlines"] = (f, a) => a.Text(0) is { } x && a.Count == 1 && !x.Any(c => c is '\v' or '\f' or (>= '\u001c' and <= '\u001e') or '\u0085' or '\u2028' or '\u2029')
            ? Parts(f, Lines(x), a.At(0))
            : FoldedValue.Unknown;
        all["str.partition"] = (f, a) => Partition(f, a, right: false);
        all["str.rpartition"] = (f, a) => Partition(f, a, right: true);
        all["str.startswith"] = (_, a) => a.Count == 2 && a.Text(0) is { } x && a.Text(1) is { } y ? new FoldedBool(x.StartsWith(y, StringComparison.Ordinal)) : FoldedValue.Unknown;
        all["str.endswith"] = (_, a) => a.Count == 2 && a.Text(0) is { } x && a.Text(1) is { } y ? new FoldedBool(x.EndsWith(y, StringComparison.Ordinal)) : FoldedValue.Unknown;
        all["str.__contains__"] = (_, a) => a.Text(0) is { } x && a.Text(1) is { } y ? new FoldedBool(x.Contains(y, StringComparison.Ordinal)) : FoldedValue.Unknown;
        all["str.find"] = (_, a) => Arguments.Number(Find(a, last: false));
        all["str.rfind"] = (_, a) => Arguments.Number(Find(a, last: true));
        all["str.index"] = (_, a) => Arguments.Number(Find(a, last: false) is { Sign: >= 0 } at ? at : null);
        all["str.rindex"] = (_, a) => Arguments.Number(Find(a, last: true) is { Sign: >= 0 } at ? at : null);
        all["str.count"] = (_, a) => a.Count == 2 && a.Text(0) is { } x && a.Text(1) is { Length: > 0 } y ? new FoldedInt(CountOf(x, y)) : FoldedValue.Unknown;
    }

    private static FoldedValue Parts(Folder f, IReadOnlyList<string> parts, FoldedValue from, SequenceKind kind = SequenceKind.List) =>
        f.Budget.Items(parts.Count)
            ? new FoldedSequence(kind, [.. parts.Select(p => new FoldedText(p) { Layers = from.Layers })])
            : FoldedValue.Unknown;

    private static FoldedValue Split(Folder f, IReadOnlyList<FoldedValue> a, bool right)
    {
        if (a.Text(0) is not { } text || a.Small(2, -1) is not { } most || (!a.IsNone(1) && a.Text(1) is not { Length: > 0 }))
        {
            return FoldedValue.Unknown;
        }

        bool white = a.IsNone(1);
        string[] parts = white ? text.Split(s_white, StringSplitOptions.RemoveEmptyEntries) : text.Split(a.Text(1)!);
        if (most >= 0 && (white ? parts.Length > most + 1 : parts.Length > most + 1))
        {
            if (white)
            {
                return Parts(f, Words(text, most, right), a[0]);
            }

            string separator = a.Text(1)!;
            parts = right
                ? [string.Join(separator, parts[..^most]), .. parts[^most..]]
                : [.. parts[..most], string.Join(separator, parts[most..])];
        }

        return Parts(f, parts, a[0]);
    }

    /// <summary>The first or last words between blanks; the rest keeps its inner blanks.</summary>
    private static List<string> Words(string text, int most, bool right)
    {
        List<string> words = [];
        string rest = right ? text.TrimEnd(s_white) : text.TrimStart(s_white);
        while (words.Count < most && rest.Length > 0)
        {
            int at = right ? rest.AsSpan().LastIndexOfAny(s_blanks) : rest.AsSpan().IndexOfAny(s_blanks);
            words.Add(at < 0 ? rest : right ? rest[(at + 1)..] : rest[..at]);
            rest = at < 0 ? "" : right ? rest[..at].TrimEnd(s_white) : rest[at..].TrimStart(s_white);
        }

        if (rest.Length > 0)
        {
            words.Add(rest);
        }

        if (right)
        {
            words.Reverse();
        }

        return words;
    }

    private static FoldedValue Partition(Folder f, IReadOnlyList<FoldedValue> a, bool right)
    {
        if (a.Text(0) is not { } text || a.Text(1) is not { Length: > 0 } separator)
        {
            return FoldedValue.Unknown;
        }

        int at = right ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        string[] parts = at < 0
            ? right ? ["", "", text] : [text, "", ""]
            : [text[..at], separator, text[(at + separator.Length)..]];
        return Parts(f, parts, a[0], SequenceKind.Tuple);
    }

    private static List<string> Lines(string text)
    {
        List<string> lines = [.. text.ReplaceLineEndings("\n").Split('\n')];
        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
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

        int found = last
            ? text.AsSpan(start, end - start).LastIndexOf(part)
            : text.AsSpan(start, end - start).IndexOf(part);
        return found < 0 ? -1 : found + start;
    }

    private static int CountOf(string text, string part)
    {
        int count = 0;
        for (int at = 0; (at = text.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length)
        {
            count++;
        }

        return count;
    }
}
