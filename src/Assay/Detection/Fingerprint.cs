// Names a finding so that the same bytes give the same name under any file name.
using System.Security.Cryptography;
using System.Text;

namespace Assay.Detection;

/// <summary>
/// Makes fingerprints from the rule, the member's path inside the input, the subject and an ordinal; never from the name of the
/// input, so a renamed or moved file keeps its history.
/// </summary>
internal static class Fingerprint
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
        string text = string.Join('\0', rule, Inside(path), subject, use, ordinal.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
