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

        StringBuilder text = new(bytes.Length);
        foreach (byte b in bytes)
        {
            if (table[b] == Undefined)
            {
                return null;
            }

            text.Append((char)table[b]);
        }

        return text.ToString();
    }

    /// <summary>The bytes; null where the codec is not known or a character has no byte.</summary>
    public static byte[]? Encode(string codec, string text)
    {
        if (!s_tables.Value.TryGetValue(codec, out int[]? table))
        {
            return null;
        }

        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            int at = Array.IndexOf(table, text[i]);
            if (at < 0)
            {
                return null;
            }

            bytes[i] = (byte)at;
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
