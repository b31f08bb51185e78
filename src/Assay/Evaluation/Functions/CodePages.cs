// The single-byte codecs of Python that are tables.
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Evaluation.Functions;

/// <summary>Single-byte codecs. An EBCDIC one disguises ASCII; the others are what they are for.</summary>
internal static class CodePages
{
    private const int Undefined = -1;
    private static readonly Lazy<FrozenDictionary<string, int[]>> s_tables = new(Load);

    /// <summary>Codecs in which ASCII bytes are ASCII, whatever else they do.</summary>
    private static readonly string[] s_overAscii = ["cp125", "cp85", "cp860", "cp861", "cp862", "cp863", "cp865", "cp866", "cp869", "cp737", "cp775", "cp932", "cp936", "cp949", "cp950", "iso8859", "windows", "koi8", "mac", "gbk", "gb2312", "gb18030", "big5", "euc", "latin", "ptcp", "kz1048", "tis620"];

    /// <summary>Whether bytes decoded with that codec look like something else than what comes out.</summary>
    public static bool IsDisguise(string codec) => s_tables.Value.TryGetValue(codec, out int[]? table) && table['A'] != 'A';

    /// <summary>The text; null where the codec is not known or a byte has no character.</summary>
    public static string? Decode(string codec, byte[] bytes)
    {
        if (!s_tables.Value.TryGetValue(codec, out int[]? table))
        {
            return Ascii.IsValid(bytes) && Array.Exists(s_overAscii, p => codec.StartsWith(p, StringComparison.Ordinal))
                ? Encoding.ASCII.GetString(bytes)
                : null;
        }

        char[] text = new char[bytes.Length];
        for (int i = 0; i < text.Length; i++)
        {
            if (table[bytes[i]] == Undefined)
            {
                return null;
            }

            text[i] = (char)table[bytes[i]];
        }

        return new string(text);
    }

    /// <summary>The bytes; null where the codec is not known or a character has no byte.</summary>
    public static byte[]? Encode(string codec, string text)
    {
        if (!s_tables.Value.TryGetValue(codec, out int[]? table))
        {
            return null;
        }

        Dictionary<char, byte> back = [];
        for (int i = table.Length - 1; i >= 0; i--)
        {
            back[(char)table[i]] = (byte)i;
        }

        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            if (!back.TryGetValue(text[i], out bytes[i]) || table[bytes[i]] == Undefined)
            {
                return null;
            }
        }

        return bytes;
    }

    private static FrozenDictionary<string, int[]> Load()
    {
        Dictionary<string, int[]> all = new(StringComparer.Ordinal);
        foreach (string[] row in EmbeddedTable.Rows("evaluation/codepages.tsv"))
        {
            int[] table = [.. row[1].Split(' ').Select(c => c == "-" ? Undefined : int.Parse(c, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
            foreach (string name in row[0].Split(' '))
            {
                all.Add(name, table);
            }
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
