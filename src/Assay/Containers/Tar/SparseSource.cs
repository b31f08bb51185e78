// The content of a sparse member: stored stretches, and zeros between them.
using Assay.Bytes;

namespace Assay.Containers.Tar;

/// <summary>The content of a sparse member, without holding its zeros.</summary>
internal sealed class SparseSource(ByteSource inner, IReadOnlyList<TarExtent> extents, long length) : ByteSource
{
    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= length)
        {
            return 0;
        }

        int wanted = (int)Math.Min(destination.Length, length - offset);
        destination[..wanted].Clear();
        for (int i = First(offset); i < extents.Count && extents[i].Offset < offset + wanted; i++)
        {
            TarExtent extent = extents[i];
            long from = Math.Max(offset, extent.Offset);
            long to = Math.Min(offset + wanted, extent.Offset + extent.Stored.Length);
            if (to > from)
            {
                inner.ReadAt(extent.Stored.Offset + (from - extent.Offset), destination.Slice((int)(from - offset), (int)(to - from)));
            }
        }

        return wanted;
    }

    /// <summary>The first stretch that ends behind <paramref name="offset"/>.</summary>
    private int First(long offset)
    {
        int low = 0;
        int high = extents.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (extents[middle].Offset + extents[middle].Stored.Length <= offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
