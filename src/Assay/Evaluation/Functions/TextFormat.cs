// The two ways in which a str fills in values: replacement fields and percent signs.
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Fills values into templates as Python does; null where a template asks for more than is computed here.</summary>
internal static class TextFormat
{
    private const int MaxWidth = 1 << 16;
    private const long FieldWork = 16;

    /// <summary><c>str.format</c>: fields by position or name, conversions, and specifications of width, fill and kind.</summary>
    public static string? Format(Folder f, string template, IReadOnlyList<FoldedValue> values, FoldedDict names)
    {
        StringBuilder made = new();
        int next = 0;
        if (!f.Budget.Items(names.Pairs.Count))
        {
            return null;
        }

        Dictionary<string, FoldedValue> byName = KeywordArguments.ByName(names);
        for (int i = 0; i < template.Length; i++)
        {
            char c = template[i];
            bool doubled = i + 1 < template.Length && template[i + 1] == c;
            if (c is not ('{' or '}') || doubled)
            {
                made.Append(c);
                i += c is '{' or '}' ? 1 : 0;
                continue;
            }

            int end = template.IndexOf('}', i);
            if (c == '}' || end < 0 || !f.Budget.Work(FieldWork * (end - i)) || Field(f, template[(i + 1)..end], values, byName, ref next) is not { } part
                || !Fits(f, made, part))
            {
                return null;
            }

            made.Append(part);
            i = end;
        }

        return made.ToString();
    }

    /// <summary>A value by a format specification, as <c>format(value, spec)</c> writes it.</summary>
    public static string? Specify(Folder f, FoldedValue value, string spec)
    {
        if (spec.Length == 0)
        {
            return NumberFunctions.Str(f, value);
        }

        char kind = char.IsAsciiLetter(spec[^1]) ? spec[^1] : '\0';
        string shape = kind == '\0' ? spec : spec[..^1];
        bool hash = shape.Contains('#', StringComparison.Ordinal);
        shape = shape.Replace("#", "", StringComparison.Ordinal);
        char align = '\0';
        char fill = ' ';
        if (shape.Length > 1 && shape[1] is '<' or '>' or '^')
        {
            (fill, align, shape) = (shape[0], shape[1], shape[2..]);
        }
        else if (shape.Length > 0 && shape[0] is '<' or '>' or '^')
        {
            (align, shape) = (shape[0], shape[1..]);
        }

        bool zeros = align == '\0' && shape.StartsWith('0');
        if (shape.Any(c => !char.IsAsciiDigit(c)) || shape.Length > 5 || (shape.Length > 0 && int.Parse(shape, CultureInfo.InvariantCulture) > MaxWidth))
        {
            return null;
        }

        int width = shape.Length == 0 ? 0 : int.Parse(shape, CultureInfo.InvariantCulture);
        BigInteger? number = value is FoldedBool && kind == '\0' ? null : Arguments.IntOf(value);
        string? text = (kind, value) switch
        {
            ('s' or '\0', FoldedText plain) => plain.Value,
            ('d' or '\0', _) when number is { } n => DigitText.Decimal(n),
            ('c', _) when number is { } n => PythonCharacters.FromOrdinal(n),
            ('x' or 'X' or 'o' or 'b', _) when number is { Sign: >= 0 } n => InBase(n, kind, hash),
            _ => null,
        };
        if (text is null || text.StartsWith('-') || (hash && zeros))
        {
            return width == 0 ? text : null;
        }

        bool left = align == '<' || (align == '\0' && (value is FoldedText || kind == 'c'));
        fill = zeros ? '0' : fill;
        return align == '^'
            ? text.PadLeft(text.Length + (Math.Max(0, width - text.Length) / 2), fill).PadRight(width, fill)
            : left ? text.PadRight(width, fill) : text.PadLeft(width, fill);
    }

    /// <summary><c>template % value</c>: %s, %r, %d, %c, %x, %o, %%, and names in brackets; widths with zeros.</summary>
    public static string? Percent(Folder f, string template, FoldedValue given)
    {
        IReadOnlyList<FoldedValue> values = given is FoldedSequence { Kind: SequenceKind.Tuple } tuple ? tuple.Items : [given];
        StringBuilder made = new();
        int next = 0;
        bool named = false;
        Dictionary<string, FoldedValue>? byName = null;
        for (int i = 0; i < template.Length; i++)
        {
            if (template[i] != '%')
            {
                made.Append(template[i]);
                continue;
            }

            FoldedValue? value = null;
            if (++i < template.Length && template[i] == '(' && given is FoldedDict dict && template.IndexOf(')', i) is > 0 and var close)
            {
                byName ??= KeywordArguments.ByName(dict);
                value = byName.GetValueOrDefault(template[(i + 1)..close], FoldedValue.Unknown);
                named = true;
                i = close + 1;
            }

            int start = i;
            while (i < template.Length && char.IsAsciiDigit(template[i]))
            {
                i++;
            }

            string width = template[start..Math.Min(i, template.Length)];
            char kind = i < template.Length ? template[i] : '\0';
            value ??= kind == '%' || next >= values.Count ? FoldedValue.Unknown : values[next++];
            string? part = kind == '%' && width.Length == 0 ? "%" : Part(f, kind, width, value);
            if (part is null || !Fits(f, made, part))
            {
                return null;
            }

            made.Append(part);
        }

        return named || next == values.Count || (given is FoldedDict && next == 0) ? made.ToString() : null;
    }

    private static string? Part(Folder f, char kind, string width, FoldedValue value)
    {
        string? text = kind switch
        {
            's' => NumberFunctions.Str(f, value),
            'r' => NumberFunctions.Repr(f, value),
            'd' or 'i' or 'u' => Arguments.IntOf(value) is { } whole ? DigitText.Decimal(whole) : null,
            'x' or 'X' or 'o' => Arguments.IntOf(value) is { Sign: >= 0 } n ? InBase(n, kind, false) : null,
            'c' => value is FoldedText { Value.Length: 1 } t ? t.Value : Arguments.IntOf(value) is { } o ? PythonCharacters.FromOrdinal(o) : null,
            _ => null,
        };
        if (text is null || width.Length == 0)
        {
            return text;
        }

        bool zeros = width[0] == '0' && kind is not ('s' or 'c' or 'r');
        return text[..Math.Min(1, text.Length)] == "-" || width.Length > 4 ? null : text.PadLeft(int.Parse(width, CultureInfo.InvariantCulture), zeros ? '0' : ' ');
    }

    /// <summary>Whether a part may be added to what was made.</summary>
    private static bool Fits(Folder f, StringBuilder made, string part) =>
        (made.Length + (long)part.Length <= FoldBudget.MaxValue && f.Budget.Room(part.Length)) || f.Budget.Exceed();

    private static string InBase(BigInteger number, char kind, bool hash)
    {
        string digits = NumberFunctions.InBase(number, char.ToLowerInvariant(kind) switch { 'x' => 16, 'o' => 8, _ => 2 });
        return (hash ? "0" + kind : "") + (kind == 'X' ? digits.ToUpperInvariant() : digits);
    }

    private static string? Field(Folder f, string field, IReadOnlyList<FoldedValue> values, Dictionary<string, FoldedValue> names, ref int next)
    {
        int colon = field.IndexOf(':', StringComparison.Ordinal);
        string spec = colon < 0 ? "" : field[(colon + 1)..];
        string head = colon < 0 ? field : field[..colon];
        int mark = head.IndexOf('!', StringComparison.Ordinal);
        string conversion = mark < 0 ? "" : head[(mark + 1)..];
        string name = mark < 0 ? head : head[..mark];
        int steps = name.IndexOfAny(['.', '[']);
        string first = steps < 0 ? name : name[..steps];
        FoldedValue? value = first.Length == 0 ? values.At(next++)
            : int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? values.At(index)
            : names.GetValueOrDefault(first);
        for (int at = steps; value is not null && at >= 0 && at < name.Length;)
        {
            // {0.attribute} and {0[item]}
            int end = name.IndexOfAny(['.', '[', ']'], at + 1);
            string step = end < 0 ? name[(at + 1)..] : name[(at + 1)..end];
            bool item = name[at] == '[';
            value = !item ? Folder.GetAttribute(value, step)
                : f.GetItem(value, int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int key) ? new FoldedInt(key) : new FoldedText(step));
            at = end < 0 ? -1 : item ? end + 1 : end;
        }

        string? converted = conversion switch { "r" => value is null ? null : NumberFunctions.Repr(f, value), "s" => value is null ? null : NumberFunctions.Str(f, value), _ => null };
        return value is null || (conversion.Length > 0 && converted is null) || spec.Contains('{', StringComparison.Ordinal) ? null
            : Specify(f, converted is null ? value : new FoldedText(converted), spec);
    }
}
