// Tells documents that somebody fills in first from those that are broken.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Texts;

/// <summary>
/// A document of JSON or YAML that breaks where a mark of a template stands is no document yet: a tool fills it in, and every reader refuses it before. Readers take a document as a whole or not at all, so nothing of it
/// acts; what stands in it and would do harm as a command is looked for as in any text.
/// </summary>
internal static class Drafts
{
    private const int Around = 256;
    private const int ShortestName = 4;

    /// <summary>Whether a mark of a template stands where a document breaks: <c>{{ name }}</c>, <c>{% if %}</c> in the line, or a name in capitals in the place of a value.</summary>
    public static bool BreaksAt(ByteSource bytes, ByteRange range, long offset)
    {
        long from = Math.Max(range.Offset, Math.Min(offset, range.End) - Around);
        string text = Encoding.Latin1.GetString(bytes.ReadUpTo(from, (int)Math.Min(range.End - from, 2 * Around)));
        int at = (int)(Math.Min(offset, range.End) - from);
        int start = text.LastIndexOf('\n', Math.Max(0, at - 1)) + 1;
        int end = text.IndexOf('\n', at) is >= 0 and int found ? found : text.Length;
        string line = start < end ? text[start..end] : "";
        int name = Math.Min(at, text.Length);
        int behind = name;
        while (behind < text.Length && (char.IsAsciiLetterUpper(text[behind]) || char.IsAsciiDigit(text[behind]) || text[behind] is '_'))
        {
            behind++;
        }

        return line.Contains("{{", StringComparison.Ordinal) || line.Contains("{%", StringComparison.Ordinal) || (behind - name >= ShortestName && text.AsSpan(name, behind - name).Contains('_') && (behind == text.Length || text[behind] is ',' or '}' or ']' or ' ' or '\r' or '\n'));
    }

    /// <summary>Says of a draft what can be said.</summary>
    public static void Tell(Claim claim, string broken, ReadContext context)
    {
        context.Meta("broken", broken);
        StrayText.Tell(claim, context);
    }
}
