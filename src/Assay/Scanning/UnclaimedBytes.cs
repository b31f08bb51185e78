// What is said of bytes that no format claims.
using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;

namespace Assay.Scanning;

/// <summary>What is said of bytes that no format claims: beside those of a format, or all of an artifact.</summary>
internal static class UnclaimedBytes
{
    private const int TextProbe = 4096;

    /// <summary>
    /// Bytes beside those that a format claims are padding, the elements of tensors where those belong, or not read: then nothing is known of
    /// them, and the input is not complete.
    /// </summary>
    public static void Settle(WalkContext context)
    {
        if (context.HasUnread)
        {
            // The artifact is not complete already.
            return;
        }

        long first = -1;
        long length = 0;
        foreach (ByteRange gap in context.Coverage.Gaps())
        {
            if (context.Artifact.MayBeOpaque || Padding.End(context.Artifact.Bytes, gap) >= gap.End)
            {
                context.Cover(gap, CoverageKind.Data);
                continue;
            }

            first = first < 0 ? gap.Offset : first;
            length += gap.Length;
        }

        if (length > 0)
        {
            context.Unread(UnreadCause.Unrecognised, first, length, string.Create(CultureInfo.InvariantCulture, $"No format claims {length} {(length == 1 ? "byte" : "bytes")} of this file."));
        }
    }

    /// <summary>Says of an artifact that no format claims what it is worth saying.</summary>
    public static void Report(WalkContext context, bool mustClaim, bool binary)
    {
        Artifact artifact = context.Artifact;
        long length = artifact.Bytes.Length;
        // In an empty member there is nothing to be read; an empty file is one that did not arrive.
        if (artifact.MayBeOpaque || (length == 0 && artifact.Parent is not null))
        {
            context.Cover(new ByteRange(0, length), CoverageKind.Data);
        }
        else if (mustClaim || binary || FormatCatalog.PromisesModel(artifact.Extension))
        {
            context.Unread(UnreadCause.Unrecognised, 0, length, length == 0 ? "The file is empty." : binary ? "No format claims these bytes." : Text(artifact.Bytes.ReadUpTo(0, TextProbe)));
        }
    }

    /// <summary>
    /// What is said of text: people hand in notes and notebooks along with models. It is of no format that a loader opens, and what it says stays unread.
    /// </summary>
    private static string Text(ReadOnlySpan<byte> head)
    {
        string what = head.TrimStart(" \t\r\n"u8).StartsWith("{"u8) && head.IndexOf("\"cell_type\""u8) >= 0
            ? "a Jupyter notebook, whose code runs when somebody runs its cells"
            : HasWideMark(head) ? "text in UTF-16" : "text";
        return $"These bytes look like {what}, and of no format that a loader known to Assay opens as a model. What they say was not examined.";
    }

    private static bool HasWideMark(ReadOnlySpan<byte> head) => head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];

    /// <summary>Whether bytes with the mark of UTF-16 are text in it: units that pair, and hardly a control character.</summary>
    private static bool IsWideText(ReadOnlySpan<byte> head)
    {
        if (!HasWideMark(head))
        {
            return false;
        }

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

    /// <summary>Whether bytes look like no text.</summary>
    public static bool IsMostlyBinary(ByteSource bytes)
    {
        byte[] head = bytes.ReadUpTo(0, TextProbe);
        if (IsWideText(head))
        {
            return false;
        }

        int odd = 0;
        foreach (byte b in head)
        {
            odd += b is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B) || b == 0x7F ? 1 : 0;
        }

        bool text = System.Text.Unicode.Utf8.IsValid(head) || System.Text.Unicode.Utf8.IsValid(head.AsSpan(0, Math.Max(0, head.Length - 3)));
        return head.Length > 0 && (text ? odd * 10 > head.Length : odd * 20 > head.Length || odd > 0);
    }
}
