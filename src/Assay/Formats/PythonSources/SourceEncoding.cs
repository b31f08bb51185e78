// Tells whether source says that it is written in an encoding which Python does not bring.
using System.Text;

namespace Assay.Formats.PythonSources;

/// <summary>
/// A comment in one of the first two lines names the encoding of a source (PEP 263). One that only code registers may make any text of the file: what is read here is not what runs.
/// </summary>
internal static class SourceEncoding
{
    private const int LongestLine = 512;

    /// <summary>The name of such an encoding; null where the source has none.</summary>
    public static string? Foreign(ReadOnlySpan<byte> source)
    {
        for (int number = 0; number < 2; number++)
        {
            int end = source.IndexOf((byte)'\n');
            string line = Encoding.Latin1.GetString(source[..Math.Min(end < 0 ? source.Length : end, LongestLine)]).Trim();
            if (line.StartsWith('#') && line.IndexOf("coding", StringComparison.Ordinal) is > 0 and int at && at + 6 < line.Length && line[at + 6] is ':' or '=')
            {
                string rest = line[(at + 7)..].TrimStart(' ', '\t');
                int length = 0;
                while (length < rest.Length && (char.IsAsciiLetterOrDigit(rest[length]) || rest[length] is '-' or '_' or '.'))
                {
                    length++;
                }

                string name = rest[..length].ToLowerInvariant().Replace('_', '-');
                return length > 0 && !SourceNames.Begins("encoding", name) ? rest[..length] : null;
            }

            if (end < 0 || (line.Length > 0 && !line.StartsWith('#')))
            {
                return null;
            }

            source = source[(end + 1)..];
        }

        return null;
    }
}
