// What is said of bytes that no format claims.
using System.Buffers;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;

namespace Assay.Scanning;

/// <summary>What is said of bytes that no format claims: beside those of a format, or all of an artifact.</summary>
internal static class UnclaimedBytes
{
    private const int TextProbe = 4096;
    private const int PaddingStep = 64 << 10;

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
            if (context.Artifact.MayBeOpaque || IsPadding(context.Artifact.Bytes, gap, context.Budget))
            {
                context.Cover(gap, CoverageKind.Data);
                continue;
            }

            first = first < 0 ? gap.Offset : first;
            length += gap.Length;
        }

        if (length > 0)
        {
            context.Unread(UnreadCause.Unrecognised, first, length, string.Create(CultureInfo.InvariantCulture, $"No format claims {length} bytes of this file."));
        }
    }

    private static bool IsPadding(ByteSource bytes, ByteRange gap, ScanBudget budget)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PaddingStep);
        try
        {
            for (long at = gap.Offset; at < gap.End;)
            {
                int got = bytes.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(PaddingStep, gap.End - at)));
                if (got == 0 || buffer.AsSpan(0, got).ContainsAnyExcept("\0\t\n\r "u8))
                {
                    return false;
                }

                at += got;
                budget.Poll(at);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Says of an artifact that no format claims what it is worth saying.</summary>
    public static void Report(WalkContext context, bool mustClaim, bool binary)
    {
        Artifact artifact = context.Artifact;
        long length = artifact.Bytes.Length;
        if (artifact.MayBeOpaque)
        {
            context.Cover(new ByteRange(0, length), CoverageKind.Data);
        }
        else if (mustClaim || binary || FormatCatalog.PromisesModel(artifact.Extension))
        {
            context.Unread(UnreadCause.Unrecognised, 0, length, length == 0 ? "The file is empty." : "No format claims these bytes.");
        }
    }

    /// <summary>Whether bytes look like no text.</summary>
    public static bool IsMostlyBinary(ByteSource bytes)
    {
        byte[] head = bytes.ReadUpTo(0, TextProbe);
        int odd = 0;
        foreach (byte b in head)
        {
            odd += b is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B) || b == 0x7F ? 1 : 0;
        }

        bool text = System.Text.Unicode.Utf8.IsValid(head) || System.Text.Unicode.Utf8.IsValid(head.AsSpan(0, Math.Max(0, head.Length - 3)));
        return head.Length > 0 && (text ? odd * 10 > head.Length : odd * 20 > head.Length || odd > 0);
    }
}
