// Paths and sentences as SARIF wants them.
using System.Globalization;
using System.Text;

namespace Assay.Reports;

/// <summary>Paths and sentences as SARIF wants them.</summary>
internal static class SarifText
{
    /// <summary>
    /// A path as a URI reference: percent-encoded UTF-8 with <c>/</c> between segments; an absolute path becomes a
    /// <c>file:</c> URI. Halves of surrogate pairs, which UTF-8 cannot hold, are made visible first.
    /// </summary>
    public static string Uri(string path)
    {
        string forward = Path.DirectorySeparatorChar == '\\' ? path.Replace('\\', '/') : path;
        StringBuilder uri = new(forward.Length + 16);
        if (forward.StartsWith('/'))
        {
            uri.Append(forward.StartsWith("//", StringComparison.Ordinal) ? "file:" : "file://");
        }
        else if (Path.DirectorySeparatorChar == '\\' && Path.IsPathRooted(forward))
        {
            uri.Append("file:///");
        }
        else if (forward.StartsWith("./", StringComparison.Ordinal))
        {
            forward = forward[2..];
        }

        foreach (byte one in Encoding.UTF8.GetBytes(Escape.WellFormed(forward)))
        {
            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~' or (byte)'/')
            {
                uri.Append((char)one);
            }
            else
            {
                uri.Append('%').Append(one.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return uri.ToString();
    }

    /// <summary>
    /// Text of a message: made visible; braces doubled, because single ones are placeholders; brackets escaped, because
    /// they would be links that a hostile file places into a viewer (SARIF 2.1.0, 3.11.5 and 3.11.6).
    /// </summary>
    public static string Message(string text) => Escape.Visible(text)
        .Replace("{", "{{", StringComparison.Ordinal)
        .Replace("}", "}}", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal)
        .Replace("]", "\\]", StringComparison.Ordinal);
}
