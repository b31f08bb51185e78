// Advisories for pinned versions of packages that load models.
using System.Globalization;
using Assay.Bytes;

namespace Assay.Formats.Requirements;

/// <summary>Which versions of packages have a weakness that a model file reaches; the list is data, and says where it comes from.</summary>
internal static class Advisories
{
    private static readonly Lazy<ILookup<string, string[]>> s_all = new(() => EmbeddedTable.Rows("formats/advisories.tsv").ToLookup(r => r[0], StringComparer.Ordinal));

    /// <summary>What is known of a line that pins a version (<c>name==1.2</c>), in one sentence; null where it pins none or nothing is known.</summary>
    public static string? Of(string name, string pinned)
    {
        int equals = pinned.IndexOf("==", StringComparison.Ordinal);
        if (equals < 0)
        {
            return null;
        }

        string version = pinned[(equals + 2)..].TrimStart('=').Split(';', ',', '#', '+')[0];
        foreach (string[] row in s_all.Value[name])
        {
            if (IsBefore(version, row[2]) && (row[1] is "-" || !IsBefore(version, row[1])))
            {
                return $"{name} {version} has {row[3]} ({row[4]}), mended in {row[2]}";
            }
        }

        return null;
    }

    /// <summary>Whether a version comes before another; what is no number ends the comparison.</summary>
    private static bool IsBefore(string version, string other)
    {
        string[] a = version.Split('.');
        string[] b = other.Split('.');
        for (int i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            int? x = i < a.Length ? Number(a[i]) : 0;
            int? y = i < b.Length ? Number(b[i]) : 0;
            if (x is null || y is null || x != y)
            {
                return x < y;
            }
        }

        return false;
    }

    private static int? Number(string part)
    {
        int digits = part.TakeWhile(char.IsAsciiDigit).Count();
        return digits is > 0 and < 9 ? int.Parse(part.AsSpan(0, digits), CultureInfo.InvariantCulture) : null;
    }
}
