// Methods of str that make new texts.
using System.Buffers;
using System.Numerics;
using System.Text;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Methods of str that make new texts.</summary>
internal static class TextFunctions
{
    private const string White = " \t\n\r\u000b\u000c\u001c\u001d\u001e\u001f\u0085\u00a0";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";
    private const int FewCharacters = 16;
    private const int StripWork = 64;
    private const int MapWork = 8;
    private const int SearchWork = 4;
    private const int PlaceWork = 20;
    private static readonly SearchValues<char> s_white = SearchValues.Create(White);
    private static readonly SearchValues<char> s_word = SearchValues.Create(Letters + Digits + "_");

    public static void Add(Dictionary<string, PureFunction> all)
    {
        all["str.join"] = Join;
        all["str.replace"] = Replace;
        all["str.__add__"] = (f, a) => a.Text(0) is { } x && a.Text(1) is { } y && f.Budget.Room(x.Length + (long)y.Length) ? f.Made(x + y, a) : FoldedValue.Unknown;
        all["str.__mul__"] = Repeat;
        all["str.__getitem__"] = (f, a) => f.GetItem(a.At(0), a.At(1));
        all["str.__str__"] = (_, a) => a.At(0);
        all["str.__len__"] = (_, a) => a.Text(0) is { } x ? new FoldedInt(PythonCharacters.Count(x)) : FoldedValue.Unknown;
        all["str.lower"] = (f, a) => f.Made(Ascii(a)?.ToLowerInvariant(), a);
        all["str.casefold"] = all["str.lower"];
        all["str.upper"] = (f, a) => f.Made(Ascii(a)?.ToUpperInvariant(), a);
        all["str.swapcase"] = (f, a) => f.Made(Ascii(a) is { } x ? Each(x, (c, _) => Swap(c)) : null, a);
        all["str.capitalize"] = (f, a) => f.Made(Ascii(a) is { } x ? Each(x, (c, before) => before == '\0' ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)) : null, a);
        all["str.title"] = (f, a) => f.Made(Ascii(a) is { } x ? Each(x, (c, before) => char.IsAsciiLetter(before) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)) : null, a);
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
        Test(all, "isalpha", Letters);
        Test(all, "isdigit", Digits);
        Test(all, "isnumeric", Digits);
        Test(all, "isdecimal", Digits);
        Test(all, "isalnum", Letters + Digits);
        Test(all, "isspace", " \t\n\u000b\u000c\r\u001c\u001d\u001e\u001f");
        all["str.isprintable"] = (_, a) => Ascii(a) is { } x ? new FoldedBool(!x.AsSpan().ContainsAnyExceptInRange(' ', '~')) : FoldedValue.Unknown;
        all["str.isascii"] = (_, a) => a.Text(0) is { } x ? new FoldedBool(System.Text.Ascii.IsValid(x)) : FoldedValue.Unknown;
        all["str.islower"] = (_, a) => Ascii(a) is { } x ? new FoldedBool(x.AsSpan().ContainsAnyInRange('a', 'z') && !x.AsSpan().ContainsAnyInRange('A', 'Z')) : FoldedValue.Unknown;
        all["str.isupper"] = (_, a) => Ascii(a) is { } x ? new FoldedBool(x.AsSpan().ContainsAnyInRange('A', 'Z') && !x.AsSpan().ContainsAnyInRange('a', 'z')) : FoldedValue.Unknown;
        all["str.isidentifier"] = (_, a) => Ascii(a) is { } x
            ? new FoldedBool(x.Length > 0 && !char.IsAsciiDigit(x[0]) && !x.AsSpan().ContainsAnyExcept(s_word))
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

        if (!f.Budget.Room(length))
        {
            return FoldedValue.Unknown;
        }

        // An array is joined at its exact length, where a sequence would be gathered in buffers first.
        string[] parts = [.. items.Select(i => ((FoldedText)i).Value)];
        return f.Made(string.Join(separator, parts), [a[0], .. items]);
    }

    private static FoldedValue Replace(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (a.Text(0) is not { } text || a.Text(1) is not { } old || a.Text(2) is not { } fresh || a.Small(3, -1) is not { } count)
        {
            return FoldedValue.Unknown;
        }

        // How long the result is, is known before anything of it is made.
        if (!f.Budget.Work(SearchWork * (long)text.Length))
        {
            return FoldedValue.Unknown;
        }

        long places = old.Length == 0 ? PythonCharacters.Count(text) + 1 : TextSearch.CountOf(text, old);
        places = count < 0 ? places : Math.Min(places, count);
        if (!f.Budget.Work(PlaceWork * places) || !f.Budget.Room(text.Length + (places * (fresh.Length - (long)old.Length))))
        {
            return FoldedValue.Unknown;
        }

        StringBuilder made = new((int)(text.Length + (places * (fresh.Length - (long)old.Length))));
        int at = 0;
        if (old.Length == 0)
        {
            for (; places > 0; places--)
            {
                int step = at < text.Length ? PythonCharacters.Width(text, at) : 0;
                made.Append(fresh).Append(text, at, step);
                at += step;
            }
        }
        else if (places > 0)
        {
            foreach (int found in LinearSearch.All(text, old))
            {
                made.Append(text, at, found - at).Append(fresh);
                at = found + old.Length;
                if (--places == 0)
                {
                    break;
                }
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

        if (times > FoldBudget.MaxValue || !f.Budget.Room((long)times * text.Length))
        {
            return f.GiveUp();
        }

        string made = text.Length == 1 ? new string(text[0], (int)times) : string.Create((int)times * text.Length, text, static (all, one) =>
        {
            for (int at = 0; at < all.Length; at += one.Length)
            {
                one.CopyTo(all[at..]);
            }
        });
        return f.Made(made, a);
    }

    private static FoldedValue Strip(Folder f, IReadOnlyList<FoldedValue> a, bool left, bool right)
    {
        string? set = a.IsNone(1) ? White : a.Text(1);
        if (a.Text(0) is not { } text || set is null || (set.Length > FewCharacters && !f.Budget.Work(StripWork * (long)set.Length)))
        {
            return FoldedValue.Unknown;
        }

        // A set that is looked up in one step, however many characters it has.
        SearchValues<char> gone = a.IsNone(1) ? s_white : SearchValues.Create(set);
        int start = left ? text.AsSpan().IndexOfAnyExcept(gone) : 0;
        if (start < 0)
        {
            return f.Made("", a);
        }

        int end = right ? text.AsSpan().LastIndexOfAnyExcept(gone) + 1 : text.Length;
        return f.Made(end <= start ? "" : text[start..end], a);
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

        Dictionary<int, string?> map = [];
        foreach ((FoldedValue key, FoldedValue value) in table.Pairs)
        {
            if (Arguments.IntOf(key) is { } number && number >= 0 && number <= 0x10FFFF)
            {
                map[(int)number] = value switch
                {
                    FoldedText other => other.Value,
                    FoldedNone => "",
                    FoldedInt to => PythonCharacters.FromOrdinal(to.Value),
                    _ => null,
                };
            }
        }

        if (!f.Budget.Work((MapWork * (long)table.Pairs.Count) + (MapWork * (long)text.Length)))
        {
            return FoldedValue.Unknown;
        }

        StringBuilder made = new(text.Length);
        for (int at = 0; at < text.Length;)
        {
            int width = PythonCharacters.Width(text, at);
            int ordinal = width == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
            if (!map.TryGetValue(ordinal, out string? part))
            {
                made.Append(text, at, width);
            }
            else if (part is null)
            {
                return FoldedValue.Unknown;
            }
            else
            {
                made.Append(part);
            }

            at += width;
            if (made.Length > FoldBudget.MaxValue)
            {
                return f.GiveUp();
            }
        }

        return f.Budget.Room(made.Length) ? f.Made(made.ToString(), a) : FoldedValue.Unknown;
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

        if (operands.Count > 2 && !f.Budget.Items((operands[2] as FoldedText)?.Value.Length ?? 0))
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

    private static void Test(Dictionary<string, PureFunction> all, string name, string characters)
    {
        SearchValues<char> wanted = SearchValues.Create(characters);
        all["str." + name] = (_, a) => Ascii(a) is { } x ? new FoldedBool(x.Length > 0 && !x.AsSpan().ContainsAnyExcept(wanted)) : FoldedValue.Unknown;
    }

    private static char Swap(char c) => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c);

    /// <summary>A text of which each character is made of one and the one before it, which is NUL at the start.</summary>
    private static string Each(string text, Func<char, char, char> make) => string.Create(text.Length, (text, make), static (made, from) =>
    {
        char before = '\0';
        for (int i = 0; i < made.Length; i++)
        {
            made[i] = from.make(from.text[i], before);
            before = from.text[i] == '\0' ? ' ' : from.text[i];
        }
    });
}
