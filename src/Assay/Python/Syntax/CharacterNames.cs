// The names by which \N{...} calls characters.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Python.Syntax;

/// <summary>
/// Names of characters: those of Latin-1 and of everything that NFKC turns into ASCII. With these, text that is code, a command or
/// a name can be hidden from a reader; any other character is only known to be none of them.
/// </summary>
internal static class CharacterNames
{
    /// <summary>No name of Unicode is longer.</summary>
    public const int Longest = 128;

    private static readonly Lazy<Dictionary<string, int>> s_names = new(Read);

    /// <summary>The character of a name, in any case; <see cref="StringEscape.UnknownName"/> when the table does not have it.</summary>
    public static int Find(ReadOnlySpan<byte> name) =>
        s_names.Value.TryGetValue(Encoding.Latin1.GetString(name), out int codePoint) ? codePoint : StringEscape.UnknownName;

    private static Dictionary<string, int> Read()
    {
        Dictionary<string, int> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (string[] row in EmbeddedTable.Rows("python/names.tsv"))
        {
            int first = int.Parse(row[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            int last = int.Parse(row[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            for (int codePoint = first; codePoint <= last; codePoint++)
            {
                names[row[2].Replace('@', (char)('A' + codePoint - first))] = codePoint;
            }
        }

        return names;
    }
}
