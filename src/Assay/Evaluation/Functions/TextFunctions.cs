// Methods of str that make new texts.
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Methods of str that make new texts.</summary>
internal static class TextFunctions
{
    private const string White = " \t\n\r\u000b\u000c\u001c\u001d\u001e\u001f\u0085\u00a0";

    public static void Add(Dictionary<string, PureFunction> all)
    {
        all["str.join"] = Join;
        all["str.replace"] = Replace;
        all["str.__add__"] = (f, a) => a.Text(0) is { } x && a.Text(1) is { } y && f.Budget.Room(x.Length + (long)y.Length) ? f.Made(x + y, a) : FoldedValue.Unknown;
        all["str.__mul__"] = (f, a) => Repeat(f, a);
        all["str.__getitem__"] = (f, a) => f.GetItem(a.At(0), a.At(1));
        all["str.__str__"] = (_, a) => a.At(0);
        all["str.__len__"] = (_, a) => a.Text(0) is { } x ? new FoldedInt(PythonCharacters.Count(x)) : FoldedValue.Unknown;
        all["str.lower"] = (f, a) => f.Made(Ascii(a)?.ToLowerInvariant(), a);
        all["str.casefold"] = all["str.lower"];
        all["str.upper"] = (f, a) => f.Made(Ascii(a)?.ToUpperInvariant(), a);
        all["str.swapcase"] = (f, a) => f.Made(Ascii(a) is { } x ? string.Concat(x.Select(Swap)) : null, a);
        all["str.capitalize"] = (f, a) => f.Made(Ascii(a) is { } x ? x.Length == 0 ? x : char.ToUpperInvariant(x[0]) + x[1..].ToLowerInvariant() : null, a);
        all["str.title"] = (f, a) => f.Made(Ascii(a) is { } x ? Title(x) : null, a);
        all["str.strip"] = (f, a) => Strip(f, a, true, true);
        all["str.lstrip"] = (f, a) => Strip(f, a, true, false);
        all["str.rstrip"] = (f, a) => Strip(f, a, false, true);
        all["str.removeprefix"] = (f, a) => a.Text(0) is { } x && a.Text(1) is { } p ? f.Made(x.StartsWith(p, StringComparison.Ordinal) ? x[p.Length..] : x, a) : FoldedValue.Unknown;
        all["str.removesuffix"] = (f, a) => a.Text(0) is { } x && a.Text(1) is { } p ? f.Made(p.Length > 0 && x.EndsWith(p, StringComparison.Ordinal) ? x[..^p.Length] : x, a) : FoldedValue.Unknown;
        all["str.zfill"] = (f, a) => ZeroFill(f, a);
        all["str.ljust"] = (f, a) => Justify(f, a, left: true);
        all["str.rjust"] = (f, a) => Justify(f, a, left: false);
        all["str.translate"] = Translate;
        all["str.maketrans"] = MakeTranslation;
        all["str.format"] = (f, a) => a.Text(0) is { } x ? f.Made(TextFormat.Format(f, x, [.. a.Skip(1)], FoldedDict.Empty), a) : FoldedValue.Unknown;
        all["str.__mod__"] = (f, a) => a.Text(0) is { } x
            ? f.Made(TextFormat.Percent(f, x, a.At(1)), a)
            : FoldedValue.Unknown;
        all["str.format_map"] = (f, a) => a.Text(0) is { } x && a.At(1) is FoldedDict map ? f.Made(TextFormat.Format(f, x, [], map), a) : FoldedValue.Unknown;
        all["str.expandtabs"] = (f, a) => f.Made(a.Count == 1 && a.Text(0) is { } x && !x.Contains('\t', StringComparison.Ordinal) ? x : null, a);
        Test(all, "isalpha", char.IsAsciiLetter);
        Test(all, "isdigit", char.IsAsciiDigit);
        Test(all, "isnumeric", char.IsAsciiDigit);
        Test(all, "isdecimal", char.IsAsciiDigit);
        Test(all, "isalnum", char.IsAsciiLetterOrDigit);
        Test(all, "isspace", c => c is ' ' or (>= '\t' and <= '\r') or (>= '\u001c' and <= '\u001f'));
        all["str.isprintable"] = (_, a) => Ascii(a) is { } x ? new FoldedBool(x.All(c => c is >= ' ' and <= '~')) : FoldedValue.Unknown;
        all["str.isascii"] = (_, a) => a.Text(0) is { } x ? new FoldedBool(System.Text.Ascii.IsValid(x)) : FoldedValue.Unknown;
        all["str.islower"] = (_, a) => Ascii(a) is { } x ? new FoldedBool(x.Any(char.IsAsciiLetterLower) && !x.Any(char.IsAsciiLetterUpper)) : FoldedValue.Unknown;
        all["str.isupper"] = (_, a) => Ascii(a) is { } x ? new FoldedBool(x.Any(char.IsAsciiLetterUpper) && !x.Any(char.IsAsciiLetterLower)) : FoldedValue.Unknown;
        all["str.isidentifier"] = (_, a) => Ascii(a) is { } x
            ? new FoldedBool(x.Length > 0 && !char.IsAsciiDigit(x[0]) && x.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            : FoldedValue.Unknown;
    }

    /// <summary>The text where its case is plain: beyond ASCII Python and .NET have tables of their own.</summary>
    private static string? Ascii(IReadOnlyList<FoldedValue> a) => a.Text(0) is { } text && System.Text.Ascii.IsValid(text) ? text : null;

    private static FoldedValue Join(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (a.Text(0) is not { } separator || f.Items(a.At(1)) is not { } items)
        {
            return FoldedValue.Unknown;
        }

        long length = Math.Max(0, items.Count - 1) * (long)separator.Length;
        foreach (FoldedValue item in items)
        {
            if (item is not FoldedText part)
            {
                return FoldedValue.Unknown;
            }

            length += part.Value.Length;
        }

        return f.Budget.Room(length)
            ? f.Made(string.Join(separator, items.Select(i => ((FoldedText)i).Value)), [a[0], .. items])
            : FoldedValue.Unknown;
    }

    private static FoldedValue Replace(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (a.Text(0) is not { } text || a.Text(1) is not { } old || a.Text(2) is not { } fresh || a.Small(3, -1) is not { } count)
        {
            return FoldedValue.Unknown;
        }

        if (old.Length == 0)
        {
            List<string> characters = PythonCharacters.Split(text);
            int gaps = count < 0 ? characters.Count + 1 : Math.Min(count, characters.Count + 1);
            if (!f.Budget.Room(text.Length + ((long)fresh.Length * gaps)))
            {
                return FoldedValue.Unknown;
            }

            StringBuilder wide = new();
            for (int i = 0; i <= characters.Count; i++)
            {
                wide.Append(i < gaps ? fresh : "").Append(i < characters.Count ? characters[i] : "");
            }

            return f.Made(wide.ToString(), a);
        }

        StringBuilder made = new();
        int at = 0;
        while (count != 0 && text.IndexOf(old, at, StringComparison.Ordinal) is var found and >= 0)
        {
            made.Append(text, at, found - at).Append(fresh);
            at = found + old.Length;
            count--;
            if (made.Length > FoldBudget.MaxValue)
            {
                f.Budget.Exceed();
                return FoldedValue.Unknown;
            }
        }

        return f.Made(made.Append(text, at, text.Length - at).ToString(), a);
    }

    internal static FoldedValue Repeat(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (a.Text(0) is not { } text || a.Int(1) is not { } times)
        {
            return FoldedValue.Unknown;
        }

        if (times <= 0 || text.Length == 0)
        {
            return f.Made("", a);
        }

        return times <= FoldBudget.MaxValue && f.Budget.Room((long)times * text.Length)
            ? f.Made(new StringBuilder().Insert(0, text, (int)times).ToString(), a)
            : f.GiveUp();
    }

    private static FoldedValue Strip(Folder f, IReadOnlyList<FoldedValue> a, bool left, bool right)
    {
        string? set = a.IsNone(1) ? White : a.Text(1);
        if (a.Text(0) is not { } text || set is null)
        {
            return FoldedValue.Unknown;
        }

        char[] characters = [.. set];
        string made = characters.Length == 0 ? text : left ? text.TrimStart(characters) : text;
        return f.Made(right && characters.Length > 0 ? made.TrimEnd(characters) : made, a);
    }

    private static FoldedValue ZeroFill(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (a.Text(0) is not { } text || a.Small(1, 0) is not { } width || !f.Budget.Room(width))
        {
            return FoldedValue.Unknown;
        }

        bool sign = text.Length > 0 && text[0] is '+' or '-';
        return f.Made(sign ? text[0] + text[1..].PadLeft(Math.Max(0, width - 1), '0') : text.PadLeft(Math.Max(0, width), '0'), a);
    }

    private static FoldedValue Justify(Folder f, IReadOnlyList<FoldedValue> a, bool left)
    {
        string? fill = a.Count > 2 ? a.Text(2) : " ";
        if (a.Text(0) is not { } text || a.Small(1, 0) is not { } width || fill is not { Length: 1 } || !f.Budget.Room(width))
        {
            return FoldedValue.Unknown;
        }

        return f.Made(left ? text.PadRight(Math.Max(0, width), fill[0]) : text.PadLeft(Math.Max(0, width), fill[0]), a);
    }

    private static FoldedValue Translate(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (a.Text(0) is not { } text || a.At(1) is not FoldedDict table)
        {
            return FoldedValue.Unknown;
        }

        Dictionary<BigInteger, FoldedValue> map = [];
        foreach ((FoldedValue key, FoldedValue value) in table.Pairs)
        {
            if (Arguments.IntOf(key) is { } number)
            {
                map[number] = value;
            }
        }

        StringBuilder made = new();
        foreach (string character in PythonCharacters.Split(text))
        {
            FoldedValue to = map.GetValueOrDefault(PythonCharacters.Ordinal(character), new FoldedText(character));
            string? part = to switch
            {
                FoldedText other => other.Value,
                FoldedNone => "",
                FoldedInt number => PythonCharacters.FromOrdinal(number.Value),
                _ => null,
            };
            if (part is null || made.Length > FoldBudget.MaxValue)
            {
                return FoldedValue.Unknown;
            }

            made.Append(part);
        }

        return f.Made(made.ToString(), a);
    }

    private static FoldedValue MakeTranslation(Folder f, IReadOnlyList<FoldedValue> a)
    {
        // Called on a value of str or on the type itself: a leading text beyond the operands is the former.
        if (a is [FoldedDict only] || (a is [FoldedText, FoldedDict second] && (only = second) is not null))
        {
            return new FoldedDict([.. only.Pairs.Select(p => (p.Key is FoldedText t && PythonCharacters.Ordinal(t.Value) is >= 0 and var n ? new FoldedInt(n) : p.Key, p.Value))]);
        }

        List<FoldedValue> operands = [.. a];
        if (operands.Count < 2 || a.Text(operands.Count - 1) is null)
        {
            return FoldedValue.Unknown;
        }

        if (a.Text(0) is { } first && a.Text(1) is { } other && first.Length != other.Length)
        {
            operands.RemoveAt(0);
        }

        if (operands is not [FoldedText from, FoldedText to, ..] || from.Value.Length != to.Value.Length || !f.Budget.Items(from.Value.Length))
        {
            return FoldedValue.Unknown;
        }

        List<(FoldedValue, FoldedValue)> pairs = [.. from.Value.Zip(to.Value, (x, y) => ((FoldedValue)new FoldedInt(x), (FoldedValue)new FoldedInt(y)))];
        if (operands.Count > 2 && operands[2] is FoldedText gone)
        {
            pairs.AddRange(gone.Value.Select(c => ((FoldedValue)new FoldedInt(c), FoldedValue.None)));
        }

        return new FoldedDict(pairs);
    }

    private static void Test(Dictionary<string, PureFunction> all, string name, Predicate<char> holds) =>
        all["str." + name] = (_, a) => Ascii(a) is { } x ? new FoldedBool(x.Length > 0 && x.All(c => holds(c))) : FoldedValue.Unknown;

    private static char Swap(char c) => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c);

    private static string Title(string text)
    {
        StringBuilder made = new(text.Length);
        bool inside = false;
        foreach (char c in text)
        {
            made.Append(inside ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inside = char.IsAsciiLetter(c);
        }

        return made.ToString();
    }
}
