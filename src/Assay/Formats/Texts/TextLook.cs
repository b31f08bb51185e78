// Whether bytes look like text, and what the first of them say.
using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Assay.Formats.Texts;

/// <summary>Tells text by its first bytes.</summary>
internal static class TextLook
{
    /// <summary>Whether bytes are text: UTF-16 with its mark, or no zero and hardly a control character among them.</summary>
    public static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return IsWideText(head);
        }

        int odd = 0;
        foreach (byte b in head)
        {
            odd += b is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\b' or 0x1B) or 0x7F ? 1 : 0;
        }

        bool isUtf8 = System.Text.Unicode.Utf8.IsValid(head) || System.Text.Unicode.Utf8.IsValid(head[..Math.Max(0, head.Length - 3)]);
        return head.Length > 0 && !head.Contains((byte)0) && (isUtf8 ? odd * 10 <= head.Length : odd == 0);
    }

    /// <summary>Whether bytes with the mark of UTF-16 are text in it: units that pair, and hardly a control character.</summary>
    private static bool IsWideText(ReadOnlySpan<byte> head)
    {
        bool isBig = head[0] == 0xFE;
        char[] units = new char[(head.Length / sizeof(char)) - 1];
        for (int i = 0; i < units.Length; i++)
        {
            ReadOnlySpan<byte> unit = head.Slice(sizeof(char) * (i + 1), sizeof(char));
            units[i] = (char)(isBig ? BinaryPrimitives.ReadUInt16BigEndian(unit) : BinaryPrimitives.ReadUInt16LittleEndian(unit));
        }

        int odd = 0;
        for (int at = 0; at < units.Length;)
        {
            bool cut = at == units.Length - 1 && char.IsHighSurrogate(units[at]);
            if (Rune.DecodeFromUtf16(units.AsSpan(at), out Rune rune, out int length) is not OperationStatus.Done && !cut)
            {
                return false;
            }

            odd += Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.OtherNotAssigned && rune.Value is not ('\t' or '\n' or '\r' or '\f') ? 1 : 0;
            at += Math.Max(1, length);
        }

        return units.Length > 0 && odd * 20 <= units.Length;
    }

    /// <summary>The first bytes as text.</summary>
    public static string Of(ReadOnlySpan<byte> head) => head is [0xFF, 0xFE, ..] ? Encoding.Unicode.GetString(head[2..])
        : head is [0xFE, 0xFF, ..] ? Encoding.BigEndianUnicode.GetString(head[2..]) : Encoding.UTF8.GetString(head is [0xEF, 0xBB, 0xBF, ..] ? head[3..] : head);
}
