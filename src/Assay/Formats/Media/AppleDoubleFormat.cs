// Recognises what macOS leaves beside files in archives: their attributes and resource forks.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Media;

/// <summary>
/// AppleDouble (<c>._name</c>): a magic, a version, and entries with number, place and length. Nothing loads it but the Finder; what lies in an entry is examined as what it may be.
/// Specification: RFC 1740, appendix B.
/// </summary>
internal sealed class AppleDoubleFormat : IFormat
{
    private const int HeadSize = 26;
    private const int MostEntries = 64;
    private const int LeastExamined = 64;

    public string Id => "apple-double";

    public string Name => "AppleDouble (attributes of macOS)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.Head.Length >= HeadSize && view.StartsWith([0, 5, 0x16, 7, 0, 2, 0, 0]) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget) { IsBigEndian = true };
        cursor.Skip(HeadSize - 2);
        int count = Math.Min(MostEntries, (int)cursor.U16());
        for (int i = 0; i < count; i++)
        {
            cursor.Skip(4);
            long offset = cursor.U32();
            long length = cursor.U32();
            if (offset > claim.Range.Length || length > claim.Range.Length - offset)
            {
                context.Unread(UnreadCause.Truncated, claim.Range.End, 0, "An entry lies behind the end of the file.");
                continue;
            }

            ByteRange place = new(claim.Range.Offset + offset, length);
            context.Cover(place, CoverageKind.Data);
            if (length >= LeastExamined)
            {
                using ByteSource entry = context.Artifact.Bytes.Slice(place);
                context.Submit(new Artifact($"entry@0x{place.Offset:x}", entry, context.Artifact) { MayBeOpaque = true });
            }
        }

        context.Cover(new ByteRange(claim.Range.Offset, cursor.Offset - claim.Range.Offset), CoverageKind.Parsed);
    }
}
