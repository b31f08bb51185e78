// Tells archives that a program has written one after the other from one archive that loaders see in several ways.
using Assay.Bytes;

namespace Assay.Containers.Zip;

/// <summary>
/// The shards of a distributed checkpoint (<c>__0_0.distcp</c>) are what <c>torch.save</c> writes for each tensor, one after the other; the file
/// <c>.metadata</c> beside them says where each begins, and each is loaded by itself.
/// </summary>
internal static class ZipSeries
{
    private const string FirstMember = "/data.pkl";

    /// <summary>Whether whole archives that begin with the pickle of <c>torch.save</c> fill the window, each with offsets of its own, without a byte between them.</summary>
    public static bool Fills(ByteRange window, IReadOnlyList<ByteRange> ends, IReadOnlyList<ZipView> views, IReadOnlyList<ZipEntry> entries)
    {
        if (ends.Count < 2)
            return false;

        HashSet<long> pickles = [.. entries.Where(e => e.Name.EndsWith(FirstMember, StringComparison.Ordinal)).Select(e => e.Offset)];
        long start = window.Offset;
        foreach (ByteRange end in ends.OrderBy(e => e.Offset))
        {
            // A comment would hold what seems to follow.
            bool isWhole = pickles.Contains(start) && views.Any(v => v.Shift == start && v.Directory.Offset > start && v.Directory.End <= end.Offset);
            if (!isWhole || end.Length != ZipHeaderReader.EndLength)
                return false;

            start = end.End;
        }

        return start == window.End;
    }
}
