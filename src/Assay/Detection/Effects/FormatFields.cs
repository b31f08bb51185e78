// The attributes that texts name.
namespace Assay.Detection.Effects;

/// <summary>
/// The attributes that a text has read of an object: a name, a dotted path, or the fields of a format (<c>{0.name!r:{1.width}}</c>).
/// </summary>
internal static class FormatFields
{
    private const int MostFields = 64;

    /// <summary>The names of the attributes that come first on each path.</summary>
    public static IReadOnlyList<string> Attributes(string text)
    {
        if (!text.Contains('{', StringComparison.Ordinal))
            return [text.Split('.')[0]];

        List<string> names = [];
        for (int at = text.IndexOf('{', StringComparison.Ordinal); at >= 0 && names.Count < MostFields; at = text.IndexOf('{', at + 1))
        {
            // A field begins with which argument it is; what follows the first dot, up to the next step, is read of it.
            ReadOnlySpan<char> field = text.AsSpan(at + 1);
            int end = field.IndexOfAny("{}!:");
            field = end < 0 ? field : field[..end];
            int dot = field.IndexOf('.');
            if (dot < 0)
                continue;

            field = field[(dot + 1)..];
            int step = field.IndexOfAny('.', '[');
            names.Add((step < 0 ? field : field[..step]).ToString());
        }

        return names;
    }
}
