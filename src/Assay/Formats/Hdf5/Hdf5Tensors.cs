// The datasets of HDF5 as tensors.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>Adds datasets to a group of tensors; chunks are put together in memory.</summary>
internal sealed class Hdf5Tensors(Hdf5File file, TensorGroup group)
{
    private const long LargestAssembled = 1L << 30;

    /// <summary>Adds a dataset, or says why it is none.</summary>
    public void Add(string path, Hdf5Dataset dataset)
    {
        if (dataset.Type?.Element is not { } element)
        {
            group.Leave(path, "a dataset of another type", "Its elements are no numbers that tensors have.");
            return;
        }

        if (dataset.Shape is not { } shape)
        {
            group.Leave(path, "an empty dataset", "It has no elements.");
            return;
        }

        TensorView view = TensorView.RowMajor(element, shape);
        bool isBig = dataset.Type.IsBigEndian;
        long bytes = dataset.Bytes;
        if (bytes < 0 || dataset.Files.Count > 0)
        {
            group.Problem(path, bytes < 0 ? "Its shape is larger than any file." : "Its elements lie in other files.");
        }
        else if (dataset is { Layout: Hdf5Layout.Compact, Inline: { } inline })
        {
            group.Add(path, view, new TensorStorage("", new MemorySource(inline), new ByteRange(0, inline.Length), isBig));
        }
        else if (dataset is { Layout: Hdf5Layout.Contiguous, Address: >= 0 })
        {
            group.Add(path, view, new TensorStorage("", file.Bytes, new ByteRange(file.At(dataset.Address), Math.Min(bytes, file.Length - dataset.Address)), isBig));
        }
        else if (bytes == 0)
        {
            group.Add(path, view, new TensorStorage("", new MemorySource(Array.Empty<byte>()), default, isBig));
        }
        else if (dataset.Layout is Hdf5Layout.Chunked)
        {
            Chunked(path, dataset, view, shape, bytes, isBig);
        }
        else
        {
            group.Problem(path, "Its elements were never written.");
        }
    }

    private void Chunked(string path, Hdf5Dataset dataset, TensorView view, IReadOnlyList<long> shape, long bytes, bool isBig)
    {
        if (bytes > LargestAssembled || bytes > 2000 * file.Length)
        {
            group.Problem(path, "It lies in chunks and is too large to be put together.");
            return;
        }

        file.Context.Held.Add(bytes);
        byte[] whole = new byte[(int)bytes];
        long found = 0;
        foreach (Hdf5Chunk chunk in dataset.Chunks())
        {
            if (chunk.Mask < 0 || Hdf5Filters.Undo(file, dataset, chunk) is not { } part || part.Length < dataset.ChunkBytes)
            {
                group.Problem(path, "A chunk of it cannot be read.");
                return;
            }

            Copy(part, whole, shape, dataset.ChunkShape, chunk.Offsets, (int)dataset.Type!.Size);
            found++;
        }

        if (dataset.IsOpaque)
            group.Problem(path, "The index of its chunks is of a kind that is not followed.");
        else if (found == 0)
            group.Problem(path, "Its elements were never written.");
        else
            group.Add(path, view, new TensorStorage("", new MemorySource(whole), new ByteRange(0, whole.Length), isBig));
    }

    /// <summary>Copies a chunk row by row to where it belongs; what reaches over the edge is left out.</summary>
    private void Copy(byte[] chunk, byte[] whole, IReadOnlyList<long> shape, IReadOnlyList<long> sizes, long[] start, int size)
    {
        int rank = shape.Count;
        if (rank == 0 || start.Length != rank || sizes.Count != rank)
            return;

        long[] place = new long[rank];
        long row = Math.Min(sizes[^1], shape[^1] - start[^1]) * size;
        long rows = 1;
        for (int i = 0; i < rank - 1; i++)
            rows *= sizes[i];

        for (long number = 0; number < rows && row > 0; number++)
        {
            file.Context.Budget.SpendWork(1 + (row / WorkCosts.BytesRead));
            long from = 0;
            long to = 0;
            bool isInside = start[^1] >= 0 && start[^1] < shape[^1];
            for (int i = 0; i < rank; i++)
            {
                long at = start[i] + place[i];
                isInside &= at >= 0 && at < shape[i];
                from = (from * sizes[i]) + place[i];
                to = (to * shape[i]) + at;
            }

            if (isInside)
                Buffer.BlockCopy(chunk, (int)(from * size), whole, (int)(to * size), (int)row);

            for (int i = rank - 2; i >= 0 && ++place[i] == sizes[i]; i--)
                place[i] = 0;
        }
    }
}
