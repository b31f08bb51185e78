// Identifiers beyond ASCII: which characters they may have, and the form in which they are compared.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Assay.Python.Syntax;

/// <summary>Identifiers beyond ASCII (PEP 3131). Two spellings that NFKC makes equal are one name, so <c>𝗲xec</c> is <c>exec</c>.</summary>
internal static class Identifier
{
    /// <summary>How many bytes at the start of <paramref name="utf8"/> are an identifier.</summary>
    public static int Length(ReadOnlySpan<byte> utf8)
    {
        int at = 0;
        while (at < utf8.Length && Rune.DecodeFromUtf8(utf8[at..], out Rune rune, out int length) == OperationStatus.Done
            && (at == 0 ? IsStart(rune) : IsContinue(rune)))
        {
            at += length;
        }

        return at;
    }

    /// <summary>The name that an identifier means: its NFKC form.</summary>
    public static string Normal(ReadOnlySpan<byte> utf8) =>
        Ascii.IsValid(utf8) ? Encoding.ASCII.GetString(utf8) : CompatibilityForm.Of(Encoding.UTF8.GetString(utf8));

    private static bool IsStart(Rune rune) => rune.Value == '_' || Rune.GetUnicodeCategory(rune) switch
    {
        // Pattern syntax is left out, and what NFKC would turn into something that begins with a space.
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.LetterNumber => !BeginsWithSpace(rune.Value) && rune.Value is not (0x2E2F or 0xE33 or 0xEB3 or 0xFF9E or 0xFF9F),
        _ => rune.Value is 0x1885 or 0x1886 or 0x2118 or 0x212E,
    };

    private static bool IsContinue(Rune rune) => IsStart(rune) || Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.ConnectorPunctuation => true,
        _ => rune.Value is 0xB7 or 0x387 or (>= 0x1369 and <= 0x1371) or 0x19DA or 0xE33 or 0xEB3 or 0x30FB or 0xFF65 or 0xFF9E or 0xFF9F,
    };

    private static bool BeginsWithSpace(int codePoint) =>
        codePoint is 0x37A or (>= 0xFC5E and <= 0xFC63) or 0xFDFA or 0xFDFB or 0xFE70 or 0xFE72 or 0xFE74 or 0xFE76 or 0xFE78 or 0xFE7A or 0xFE7C or 0xFE7E;
}
