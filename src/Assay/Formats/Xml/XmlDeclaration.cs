// What the declaration at the start of an XML document says of its encoding.
namespace Assay.Formats.Xml;

/// <summary>The declaration at the start of an XML document.</summary>
internal static class XmlDeclaration
{
    /// <summary>The encoding that the text of the declaration names, or null.</summary>
    public static string? EncodingOf(ReadOnlySpan<char> text)
    {
        int at = text.IndexOf("encoding", StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        ReadOnlySpan<char> rest = text[(at + "encoding".Length)..].TrimStart();
        rest = rest.StartsWith("=") ? rest[1..].TrimStart() : default;
        if (rest.IsEmpty || rest[0] is not ('"' or '\''))
        {
            return null;
        }

        int end = rest[1..].IndexOf(rest[0]);
        return end < 0 ? null : rest.Slice(1, end).ToString();
    }

    /// <summary>Whether an encoding is a form of Unicode, or a part of UTF-8; everything else is read as single bytes.</summary>
    public static bool IsUnicode(string name) =>
        name.StartsWith("utf", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ucs", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("iso-10646", StringComparison.OrdinalIgnoreCase) || name.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)
        || name.Equals("ascii", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether an encoding agrees with ASCII where markup is concerned. Readers that know one that does not (UTF-7, EBCDIC) see other markup in the
    /// same bytes.
    /// </summary>
    public static bool KeepsMarkup(string name) =>
        !name.Equals("utf-7", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("ebcdic", StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith("cp037", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("ibm0", StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith("ibm5", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("iso-2022", StringComparison.OrdinalIgnoreCase);
}
