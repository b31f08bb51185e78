// Reads the atoms of a Python literal: strings, numbers and the three constants.
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>A position in a text, and the atoms that can be read there.</summary>
internal sealed class PyLiteralScanner(string text)
{
    private const int MaxDigits = 64;

    public int Position { get; set; }

    public bool AtEnd => Position >= text.Length;

    public char Current => text[Position];

    public void SkipBlanks()
    {
        while (Position < text.Length)
        {
            if (text[Position] == '#')
            {
                int newline = text.IndexOf('\n', Position);
                Position = newline < 0 ? text.Length : newline;
            }
            else if (text[Position] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                Position++;
            }
            else
            {
                return;
            }
        }
    }

    public bool TryReadAtom(out ValueShape? value, out string why)
    {
        value = null;
        why = "This is no literal.";
        if (char.IsAsciiDigit(Current) || Current is '-' or '+' or '.')
        {
            return TryReadNumber(out value, out why);
        }

        if (IsStringStart(out _, out _))
        {
            return TryReadStrings(out value, out why);
        }

        foreach ((string name, ShapeKind kind) in (ReadOnlySpan<(string, ShapeKind)>)
            [("True", ShapeKind.Bool), ("False", ShapeKind.Bool), ("None", ShapeKind.None)])
        {
            int end = Position + name.Length;
            if (string.CompareOrdinal(text, Position, name, 0, name.Length) == 0 && (end >= text.Length || !IsWord(text[end])))
            {
                value = new ValueShape(kind, kind == ShapeKind.Bool ? name : "");
                Position = end;
                return true;
            }
        }

        return false;
    }

    private static bool IsWord(char c) => c == '_' || char.IsLetterOrDigit(c);

    private bool TryReadNumber(out ValueShape? value, out string why)
    {
        value = null;
        int start = Position;
        bool negative = false;
        int at = start;
        if (text[at] is '-' or '+')
        {
            negative = text[at++] == '-';
        }

        int digits = at;
        while (at < text.Length && (IsWord(text[at]) || text[at] == '.' || (text[at] is '-' or '+' && IsExponent(digits, at))))
        {
            at++;
        }

        string body = text[digits..at];
        why = "This is no number that Python writes.";
        if (body.Length > MaxDigits)
        {
            why = $"The number has more than {MaxDigits} characters.";
            return false;
        }

        if (TryInteger(body, out BigInteger number))
        {
            number = negative ? -number : number;
            value = new ValueShape(ShapeKind.Int, number.ToString(CultureInfo.InvariantCulture));
        }
        else if (body.AsSpan().IndexOfAny('.', 'e', 'E') >= 0 && !body.Contains('_', StringComparison.Ordinal)
            && double.TryParse(body, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _))
        {
            value = new ValueShape(ShapeKind.Float, text[start..at]);
        }
        else
        {
            return false;
        }

        Position = at;
        return true;
    }

    // In 1e-5 the sign belongs to the number; in 0x1e-5 it does not, and that is no literal anyway.
    private bool IsExponent(int digits, int at) =>
        at > digits && text[at - 1] is 'e' or 'E' && !(text[digits] == '0' && digits + 1 < text.Length && text[digits + 1] is 'x' or 'X');

    private static bool TryInteger(string body, out BigInteger number)
    {
        number = default;
        ReadOnlySpan<char> rest = body;
        if (rest.Length > 1 && rest[^1] is 'L' or 'l')
        {
            rest = rest[..^1];
        }

        int radix = 10;
        if (rest.Length > 2 && rest[0] == '0' && char.IsAsciiLetter(rest[1]))
        {
            radix = rest[1] switch { 'x' or 'X' => 16, 'o' or 'O' => 8, 'b' or 'B' => 2, _ => 0 };
            rest = rest[2..];
        }

        // Python refuses 010: it was octal once, and no reader shall take it for ten.
        bool octal = radix == 10 && rest.Length > 1 && rest[0] == '0' && rest.IndexOfAnyExcept('0', '_') >= 0;
        if (radix == 0 || rest.IsEmpty || rest[^1] == '_' || rest.IndexOf("__") >= 0 || octal)
        {
            return false;
        }

        foreach (char c in rest)
        {
            if (c == '_')
            {
                continue;
            }

            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return false;
            }

            number = (number * radix) + digit;
        }

        return true;
    }

    private bool IsStringStart(out bool raw, out bool bytes)
    {
        raw = false;
        bytes = false;
        for (int at = Position; at < text.Length && at <= Position + 2; at++)
        {
            switch (text[at])
            {
                case '\'' or '"':
                    return true;
                case 'r' or 'R' when !raw:
                    raw = true;
                    break;
                case 'b' or 'B' when !bytes:
                    bytes = true;
                    break;
                case 'u' or 'U' when at == Position:
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private bool TryReadStrings(out ValueShape? value, out string why)
    {
        // Strings that stand side by side are one string.
        StringBuilder joined = new();
        bool? ofBytes = null;
        value = null;
        why = "Bytes and text stand side by side.";
        int end = Position;
        while (!AtEnd && IsStringStart(out bool raw, out bool bytes))
        {
            if ((ofBytes ??= bytes) != bytes)
            {
                return false;
            }

            while (text[Position] is not ('\'' or '"'))
            {
                Position++;
            }

            if (!PyStringBody.TryRead(text, Position, raw, bytes, joined, out end, out why))
            {
                Position = Math.Min(end, text.Length);
                return false;
            }

            Position = end;
            SkipBlanks();
        }

        Position = end;
        string result = joined.ToString();
        value = ofBytes == true
            ? new ValueShape(ShapeKind.Bytes, result) { Count = result.Length }
            : new ValueShape(ShapeKind.Str, result) { Count = Encoding.UTF8.GetByteCount(result) };
        return true;
    }
}
