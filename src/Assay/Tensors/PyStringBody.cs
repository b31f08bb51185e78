// Reads one quoted Python string with its escapes.
using System.Globalization;
using System.Text;

namespace Assay.Tensors;

/// <summary>Reads one quoted Python string, single or triple, with its escapes.</summary>
internal static class PyStringBody
{
    /// <summary>
    /// Appends the string whose opening quote is at <paramref name="quote"/>. <paramref name="end"/> is the index after the closing
    /// quote, or of the character that could not be accepted.
    /// </summary>
    public static bool TryRead(string text, int quote, bool raw, bool bytes, StringBuilder into, out int end, out string why)
    {
        char mark = text[quote];
        bool triple = quote + 2 < text.Length && text[quote + 1] == mark && text[quote + 2] == mark;
        int at = quote + (triple ? 3 : 1);
        why = "The string does not end.";
        while (at < text.Length)
        {
            char c = text[at];
            if (c == mark && (!triple || (at + 2 < text.Length && text[at + 1] == mark && text[at + 2] == mark)))
            {
                end = at + (triple ? 3 : 1);
                return true;
            }

            if (c == '\n' && !triple)
            {
                break;
            }

            if (bytes && c > 0x7F)
            {
                why = "Bytes hold a character that is not ASCII.";
                break;
            }

            if (c != '\\')
            {
                into.Append(c);
                at++;
            }
            else if (raw)
            {
                into.Append(c);
                at++;
                if (at < text.Length)
                {
                    into.Append(text[at++]);
                }
            }
            else if (!TryEscape(text, ref at, bytes, into))
            {
                why = "This is no escape that Python knows.";
                break;
            }
        }

        end = at;
        return false;
    }

    private static bool TryEscape(string text, ref int at, bool bytes, StringBuilder into)
    {
        if (at + 1 >= text.Length)
        {
            return false;
        }

        char c = text[at + 1];
        int digits = c switch { 'x' => 2, 'u' when !bytes => 4, 'U' when !bytes => 8, _ => 0 };
        if (digits > 0)
        {
            if (at + 2 + digits > text.Length
                || !uint.TryParse(text.AsSpan(at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
                || code > 0x10FFFF)
            {
                return false;
            }

            at += 2 + digits;
            into.Append(code <= 0xFFFF ? ((char)code).ToString() : char.ConvertFromUtf32((int)code));
            return true;
        }

        if (c is >= '0' and <= '7')
        {
            int value = 0;
            int stop = Math.Min(text.Length, at + 4);
            for (at++; at < stop && text[at] is >= '0' and <= '7'; at++)
            {
                value = (value * 8) + (text[at] - '0');
            }

            into.Append((char)(bytes ? value & 0xFF : value));
            return true;
        }

        if (c == 'N' && !bytes)
        {
            // A character by its Unicode name: no writer of headers uses it.
            return false;
        }

        at += 2;
        switch (c)
        {
            case '\n': break;
            case '\\' or '\'' or '"': into.Append(c); break;
            case 'a': into.Append('\a'); break;
            case 'b': into.Append('\b'); break;
            case 'f': into.Append('\f'); break;
            case 'n': into.Append('\n'); break;
            case 'r': into.Append('\r'); break;
            case 't': into.Append('\t'); break;
            case 'v': into.Append('\v'); break;
            // Python keeps the backslash of an escape that it does not know.
            default: into.Append('\\').Append(c); break;
        }

        return true;
    }
}
