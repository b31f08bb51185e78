// The backslash escapes of Python's string literals.
using System.Globalization;
using System.Text;

namespace Assay.Evaluation.Functions;

/// <summary>The backslash escapes of Python's string literals.</summary>
internal static class PythonEscapes
{
    /// <summary>The text that escapes stand for; null where Python raises. <paramref name="bytes"/> leaves \u and \U alone.</summary>
    public static string? Unescape(ReadOnlySpan<char> text, bool bytes = false)
    {
        StringBuilder made = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                made.Append(text[i]);
                continue;
            }

            if (++i == text.Length)
            {
                return null;
            }

            char c = text[i];
            int width = c switch { 'x' => 2, 'u' when !bytes => 4, 'U' when !bytes => 8, _ => 0 };
            if (width > 0)
            {
                if (i + width >= text.Length
                    || !uint.TryParse(text.Slice(i + 1, width), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
                    || code > 0x10FFFF)
                {
                    return null;
                }

                i += width;
                made.Append(code >= 0x10000 ? char.ConvertFromUtf32((int)code) : ((char)code).ToString());
                continue;
            }

            if (c is >= '0' and <= '7')
            {
                int value = 0;
                int digits = 0;
                while (digits < 3 && i < text.Length && text[i] is >= '0' and <= '7')
                {
                    value = (value * 8) + (text[i++] - '0');
                    digits++;
                }

                i--;
                made.Append((char)(bytes ? value & 0xFF : value));
                continue;
            }

            switch (c)
            {
                case '\n': break;
                case '\\' or '\'' or '"': made.Append(c); break;
                case 'a': made.Append('\a'); break;
                case 'b': made.Append('\b'); break;
                case 'f': made.Append('\f'); break;
                case 'n': made.Append('\n'); break;
                case 'r': made.Append('\r'); break;
                case 't': made.Append('\t'); break;
                case 'v': made.Append('\v'); break;
                case 'N' when !bytes: return null;
                default: made.Append('\\').Append(c); break;
            }
        }

        return made.ToString();
    }
}
