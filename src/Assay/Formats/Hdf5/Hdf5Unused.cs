// Bytes of an HDF5 file that no structure leads to.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>
/// Bytes of an HDF5 file that no structure leads to. The library leaves holes where objects were deleted or grew, with what was in them, so holes are no oddity; each is an
/// artifact of its own, so that a file that hides in one is read as what it is. What follows the end that the superblock gives was never the library's.
/// </summary>
internal static class Hdf5Unused
{
    private const int MostHoles = 64;
    private const int Shortest = 16;

    /// <summary>Accounts for what is left of a range.</summary>
    public static void Settle(Hdf5File file, ByteRange range, long eof)
    {
        // Where the structure broke, what it would have led to is unknown, and stays so.
        if (file.IsBroken)
            return;

        ReadContext context = file.Context;
        Hdf5GlobalHeap heap = new(file);
        long end = eof >= 0 && eof <= file.Length ? file.At(eof) : range.End;
        foreach (ByteRange gap in context.Coverage.Gaps().Where(g => g.Offset >= range.Offset && g.End <= range.End))
            Heaps(file, heap, gap);

        int told = 0;
        long unused = 0;
        foreach (ByteRange gap in context.Coverage.Gaps().Where(g => g.Offset >= range.Offset && g.End <= range.End).OrderByDescending(g => g.Length).ToList())
        {
            if (Padding.End(context.Artifact.Bytes, gap) >= gap.End)
            {
                context.Cover(gap, CoverageKind.Data);
                continue;
            }

            if (gap.End > end)
            {
                // Left to the walk, which says what lies there.
                ByteRange behind = new(Math.Max(gap.Offset, end), gap.End - Math.Max(gap.Offset, end));
                context.Anomaly("hdf5.trailing-data", behind.Offset, behind.Length, string.Create(CultureInfo.InvariantCulture, $"{behind.Length} bytes follow the end of the file that the superblock gives."));
                if (gap.Offset < end)
                    context.Cover(new ByteRange(gap.Offset, end - gap.Offset), CoverageKind.Data);

                continue;
            }

            unused += gap.Length;
            context.Cover(gap, CoverageKind.Data);
            if (gap.Length >= Shortest && told++ < MostHoles)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"unused@0x{gap.Offset:x}");
                context.Submit(new Artifact(name, context.Artifact.Bytes.Slice(gap), context.Artifact) { MayBeOpaque = true });
            }
        }

        if (unused > 0)
            context.Anomaly("hdf5.unused-space", range.Offset, 0, string.Create(CultureInfo.InvariantCulture, $"No structure leads to {unused} bytes."));
    }

    /// <summary>Collections of texts belong to data that is stepped over; each says how long it is.</summary>
    private static void Heaps(Hdf5File file, Hdf5GlobalHeap heap, ByteRange gap)
    {
        long at = gap.Offset;
        while (at + 16 <= gap.End && file.Bytes.ReadUpTo(at, 4).AsSpan().SequenceEqual("GCOL"u8))
        {
            Hdf5Cursor head = new(file.Take(at - file.Base, 8 + file.LengthSize, "A global heap"), at, file);
            head.Skip(8);
            long size = head.Length();
            if (size < 16 || size > gap.End - at)
                return;

            try
            {
                heap.Read(at - file.Base);
            }
            catch (MalformedException)
            {
                return;
            }

            at += size;
        }
    }
}
