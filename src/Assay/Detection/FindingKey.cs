// Names a finding: once by its place, once by what it stands on.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Detection;

/// <summary>
/// Makes the keys of findings. The key finds the same finding again in the next version of a file: rule, member's path inside the input,
/// subject, use, and an ordinal; never the name of the input. The content key also depends on what the finding stands on.
/// </summary>
internal static class FindingKey
{
    /// <summary>The path behind the first <c>!/</c>; empty for the input itself.</summary>
    public static string Inside(string path)
    {
        int mark = path.IndexOf("!/", StringComparison.Ordinal);
        return mark < 0 ? "" : path[(mark + 2)..];
    }

    /// <summary>32 hex digits.</summary>
    public static string Of(string rule, string path, string subject, string use, int ordinal)
    {
        string text = string.Join('\0', rule, Inside(path), subject, use, ordinal.ToString(CultureInfo.InvariantCulture));
        return Sha256.HexOf(Encoding.UTF8.GetBytes(text))[..32];
    }
}
