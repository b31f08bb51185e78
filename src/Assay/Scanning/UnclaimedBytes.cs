// What is said of bytes that no format claims.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;
using Assay.Formats.Texts;

namespace Assay.Scanning;

/// <summary>What is said of bytes that no format claims: beside those of a format, or all of an artifact.</summary>
internal static class UnclaimedBytes
{
    private const int TextProbe = 4096;

    /// <summary>
    /// Bytes beside those that a format claims are padding, the elements of tensors where those belong, or not read: then nothing is known of
    /// them, and the input is not complete.
    /// </summary>
    /// <param name="context">The artifact.</param>
    /// <param name="isPicture">Whether it is a picture or a sound and nothing else: what stands behind its end, and is nothing that any format claims, nobody opens it for.</param>
    public static void Settle(WalkContext context, bool isPicture)
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
            if (context.Artifact.MayBeOpaque || isPicture || Padding.End(context.Artifact.Bytes, gap) >= gap.End)
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
        // In an empty member there is nothing to be read, and an empty notebook has no cells; any other empty file is one that did not arrive.
        if (artifact.MayBeOpaque || (length == 0 && (artifact.Parent is not null || artifact.Extension is ".ipynb")))
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

    /// <summary>Whether bytes look like no text.</summary>
    public static bool IsMostlyBinary(ByteSource bytes) => bytes.ReadUpTo(0, TextProbe) is { Length: > 0 } head && !TextLook.IsText(head);
}
