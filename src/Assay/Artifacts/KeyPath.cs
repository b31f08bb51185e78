// The path of keys that leads to a value in a tree.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Assay.Artifacts;

/// <summary>
/// Writes paths of keys: keys are parted by dots and an item of a list is its index in brackets (<c>model.layers[0]._target_</c>). A
/// backslash stands before a dot, a bracket or a backslash that belongs to a key, so that different paths never look alike.
/// </summary>
internal static class KeyPath
{
    private static readonly SearchValues<char> s_special = SearchValues.Create(".[]\\");

    /// <summary>The path of the value at <paramref name="key"/> of the map at <paramref name="path"/>.</summary>
    public static string Append(string path, string key)
    {
        string written = key;
        if (key.AsSpan().ContainsAny(s_special))
        {
            StringBuilder escaped = new(key.Length + 8);
            foreach (char c in key)
            {
                _ = s_special.Contains(c) ? escaped.Append('\\').Append(c) : escaped.Append(c);
            }

            written = escaped.ToString();
        }

        return path.Length == 0 ? written : $"{path}.{written}";
    }

    /// <summary>The path of item <paramref name="index"/> of the list at <paramref name="path"/>.</summary>
    public static string Append(string path, long index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}
