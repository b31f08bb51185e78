// A dataset of HDF5: its type, its shape, and where its elements lie.
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>How the elements of a dataset lie in the file.</summary>
internal enum Hdf5Layout
{
    /// <summary>In the object header.</summary>
    Compact = 0,

    /// <summary>One after the other.</summary>
    Contiguous = 1,

    /// <summary>In chunks, each filtered by itself.</summary>
    Chunked = 2,

    /// <summary>In other datasets, perhaps of other files.</summary>
    Virtual = 3,
}

/// <summary>A filter of a dataset's chunks.</summary>
/// <param name="Id">Its registered number.</param>
/// <param name="Name">Its name, as far as the file gives one.</param>
/// <param name="Values">What it was told.</param>
internal readonly record struct Hdf5Filter(int Id, string Name, IReadOnlyList<long> Values);

/// <summary>A chunk.</summary>
/// <param name="Address">Where it lies.</param>
/// <param name="Size">Its bytes there.</param>
/// <param name="Mask">Which filters were left out.</param>
/// <param name="Offsets">The element of the dataset at which it begins.</param>
internal readonly record struct Hdf5Chunk(long Address, long Size, long Mask, long[] Offsets);

/// <summary>A dataset.</summary>
internal sealed class Hdf5Dataset
{
    private readonly Hdf5File _file;
    private int _index;
    private long _indexAddress;
    private long _singleSize = -1;
    private long _singleMask;

    /// <summary>Reads a dataset from the messages of its object header; null where they are those of something else.</summary>
    public static Hdf5Dataset? Of(IReadOnlyList<Hdf5Message> messages, Hdf5File file)
    {
        if (!messages.Any(m => m.Type == Hdf5Message.Layout))
            return null;

        Hdf5Dataset dataset = new(file);
        foreach (Hdf5Message message in messages)
            dataset.Take(message);

        return dataset;
    }

    private Hdf5Dataset(Hdf5File file) => _file = file;

    /// <summary>The type of the elements.</summary>
    public Hdf5Type? Type { get; private set; }

    /// <summary>The shape; null where there are no elements.</summary>
    public IReadOnlyList<long>? Shape { get; private set; }

    /// <summary>How the elements lie.</summary>
    public Hdf5Layout Layout { get; private set; }

    /// <summary>Compact: the elements.</summary>
    public byte[]? Inline { get; private set; }

    /// <summary>Where compact elements, or the layout, stand in the artifact.</summary>
    public long At { get; private set; }

    /// <summary>Contiguous: where the elements lie; undefined where nothing was written.</summary>
    public long Address { get; private set; } = Hdf5File.Undefined;

    /// <summary>Contiguous: how many bytes they take.</summary>
    public long Size { get; private set; }

    /// <summary>Chunked: the sizes of a chunk, without those of the element.</summary>
    public IReadOnlyList<long> ChunkShape { get; private set; } = [];

    /// <summary>The filters, in the order in which they were applied.</summary>
    public IReadOnlyList<Hdf5Filter> Filters { get; private set; } = [];

    /// <summary>The files in which the elements lie instead, with where that is said.</summary>
    public List<(string Name, long At)> Files { get; } = [];

    /// <summary>Whether the dataset grows in another direction than the first.</summary>
    public bool GrowsSideways { get; private set; }

    /// <summary>Whether the place of its chunks is not followed.</summary>
    public bool IsOpaque { get; private set; }

    /// <summary>The bytes of all elements, or -1 where they do not fit in 63 bits.</summary>
    public long Bytes => Type is null || Shape is null ? 0 : Artifacts.ArrayExtent.Of(Shape, Type.Size) is { Error: Artifacts.ExtentError.None } extent ? extent.Bytes : -1;

    /// <summary>The chunks that are there.</summary>
    public IEnumerable<Hdf5Chunk> Chunks()
    {
        if (Layout is not Hdf5Layout.Chunked || _indexAddress < 0)
            yield break;

        int rank = ChunkShape.Count;
        long whole = ChunkBytes;
        switch (_index)
        {
            case 0:
                foreach ((byte[] key, long child, long at) in Hdf5Trees.Old(_file, _indexAddress, isChunks: true, 8 + (8 * (rank + 1))))
                    yield return OldChunk(key, child, at, rank);

                break;
            case 1:
                yield return new Hdf5Chunk(_indexAddress, _singleSize >= 0 ? _singleSize : whole, _singleMask, new long[rank]);
                break;
            case 2:
                long count = Grid.Aggregate(1L, (product, n) => product > 1_000_000_000 ? product : product * n);
                yield return new Hdf5Chunk(_indexAddress, Math.Min(long.MaxValue / 2, count * whole), -1, new long[rank]);
                break;
            case 3:
                foreach (Hdf5Chunk chunk in Hdf5ChunkArrays.Fixed(_file, _indexAddress, whole, Filters.Count > 0))
                    yield return chunk with { Offsets = Place(chunk.Offsets[0]) };

                break;
            case 4:
                // Numbers count with the direction of growth first, which mostly is the first.
                IsOpaque = GrowsSideways;
                foreach (Hdf5Chunk chunk in Hdf5GrowingArray.Chunks(_file, _indexAddress, whole))
                    yield return chunk with { Offsets = Place(chunk.Offsets[0]) };

                break;
            case 5:
                foreach ((int type, byte[] record, long at) in Hdf5Trees.New(_file, _indexAddress))
                    yield return NewChunk(type, record, at, rank, whole);

                break;
            default:
                IsOpaque = true;
                break;
        }
    }

    /// <summary>The bytes of a chunk before filters.</summary>
    public long ChunkBytes => Type is not null && Artifacts.ArrayExtent.Of(ChunkShape, Type.Size) is { Error: Artifacts.ExtentError.None } extent ? extent.Bytes : -1;

    private long[] Grid => [.. ChunkShape.Select((c, i) => Shape is not null && i < Shape.Count && c > 0 ? (Shape[i] + c - 1) / c : 1)];

    private long[] Place(long number)
    {
        long[] grid = Grid;
        long[] place = new long[grid.Length];
        for (int i = grid.Length - 1; i >= 0; i--)
        {
            place[i] = number % Math.Max(1, grid[i]) * ChunkShape[i];
            number /= Math.Max(1, grid[i]);
        }

        return place;
    }

    private Hdf5Chunk OldChunk(byte[] key, long child, long at, int rank)
    {
        Hdf5Cursor all = new(key, at, _file);
        long size = all.U32();
        long mask = all.U32();
        long[] offsets = new long[rank];
        for (int i = 0; i < rank; i++)
            offsets[i] = all.Number(8);

        return new Hdf5Chunk(child, size, mask, offsets);
    }

    private Hdf5Chunk NewChunk(int type, byte[] record, long at, int rank, long whole)
    {
        Hdf5Cursor all = new(record, at, _file);
        long address = all.Address();
        int sizes = type == 11 ? record.Length - _file.OffsetSize - 4 - (8 * rank) : 0;
        long size = type == 11 ? all.Number(Math.Clamp(sizes, 1, 8)) : whole;
        long mask = type == 11 ? all.U32() : 0;
        long[] offsets = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            long scaled = all.Number(8);
            offsets[i] = scaled > long.MaxValue / Math.Max(1, ChunkShape[i]) ? long.MaxValue : scaled * ChunkShape[i];
        }

        return new Hdf5Chunk(address, size, mask, offsets);
    }

    private void Take(Hdf5Message message)
    {
        switch (message.Type)
        {
            case Hdf5Message.Datatype:
                Type = Hdf5Type.Read(Hdf5Shared.Resolve(message, _file), _file);
                break;
            case Hdf5Message.Dataspace:
                Shape = Hdf5Type.Shape(Hdf5Shared.Resolve(message, _file), _file, out bool growsSideways);
                GrowsSideways = growsSideways;
                break;
            case Hdf5Message.Layout:
                Lay(message);
                break;
            case Hdf5Message.Filters:
                Filters = Hdf5Filters.Read(Hdf5Shared.Resolve(message, _file), _file);
                break;
            case Hdf5Message.ExternalFiles:
                Hdf5Elsewhere.ExternalFiles(message, _file, Files);
                break;
            default:
                break;
        }
    }

    private void Lay(Hdf5Message message)
    {
        Hdf5Cursor all = new(message.Bytes, message.At, _file);
        int version = all.U8();
        At = message.At;
        if (version is 1 or 2)
        {
            OldLayout(ref all);
            return;
        }

        if (version is not (3 or 4 or 5))
            throw new MalformedException(message.At, "The layout of a dataset has a version that is not known.");

        Layout = (Hdf5Layout)all.U8();
        switch (Layout)
        {
            case Hdf5Layout.Compact:
                int size = all.U16();
                At = all.Offset;
                Inline = all.Bytes(size).ToArray();
                break;
            case Hdf5Layout.Contiguous:
                (Address, Size) = (all.Address(), all.Length());
                break;
            case Hdf5Layout.Chunked when version == 3:
                int rank = all.U8();
                _indexAddress = all.Address();
                ChunkShape = Sizes(ref all, rank - 1, 4);
                break;
            case Hdf5Layout.Chunked:
                NewChunks(ref all);
                break;
            case Hdf5Layout.Virtual:
                Hdf5Elsewhere.VirtualFiles(all.Address(), all.U32(), _file, Files, message.At);
                break;
            default:
                throw new MalformedException(message.At, "The layout of a dataset is of a kind that is not known.");
        }
    }

    private void OldLayout(ref Hdf5Cursor all)
    {
        int rank = all.U8();
        Layout = (Hdf5Layout)all.U8();
        all.Skip(5);
        long address = Layout is Hdf5Layout.Compact ? Hdf5File.Undefined : all.Address();
        IReadOnlyList<long> sizes = Sizes(ref all, rank, 4);
        if (Layout is Hdf5Layout.Chunked)
        {
            (_indexAddress, ChunkShape) = (address, [.. sizes.Take(rank - 1)]);
        }
        else if (Layout is Hdf5Layout.Compact)
        {
            long size = all.U32();
            At = all.Offset;
            Inline = all.Bytes(size).ToArray();
        }
        else
        {
            (Address, Size) = (address, -1);
        }
    }

    private void NewChunks(ref Hdf5Cursor all)
    {
        int flags = all.U8();
        int rank = all.U8();
        int width = all.U8();
        ChunkShape = Sizes(ref all, rank - 1, width);
        all.Skip(width);
        _index = all.U8();
        switch (_index)
        {
            case 1 when (flags & 2) != 0:
                _singleSize = all.Length();
                _singleMask = all.U32();
                break;
            case 3:
                all.Skip(1);
                break;
            case 4:
                all.Skip(5);
                break;
            case 5:
                all.Skip(6);
                break;
            default:
                break;
        }

        _indexAddress = all.Address();
    }

    private static List<long> Sizes(ref Hdf5Cursor all, int count, int width)
    {
        List<long> sizes = [];
        for (int i = 0; i < count; i++)
            sizes.Add(all.Number(width));

        return sizes;
    }
}
