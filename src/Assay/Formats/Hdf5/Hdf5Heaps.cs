// The heaps of HDF5: local ones for names of old groups, global ones for what has no fixed length, fractal ones for what is dense.
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>The global heap: collections of objects that datasets and attributes refer to.</summary>
internal sealed class Hdf5GlobalHeap(Hdf5File file)
{
    private const int MostCollections = 4096;
    private readonly Dictionary<long, Dictionary<int, ByteRange>?> _collections = [];

    /// <summary>Where an object lies in the artifact; null where there is none.</summary>
    public ByteRange? Find(long address, long index)
    {
        if (address <= 0)
            return null;

        if (!_collections.TryGetValue(address, out Dictionary<int, ByteRange>? objects))
        {
            if (_collections.Count == MostCollections)
                _collections.Clear();

            _collections.Add(address, objects = Read(address));
        }

        return objects is not null && objects.TryGetValue((int)Math.Min(index, int.MaxValue), out ByteRange range) ? range : null;
    }

    /// <summary>Reads a collection and accounts for it.</summary>
    public Dictionary<int, ByteRange>? Read(long address)
    {
        Hdf5Cursor prefix = new(file.Take(address, 8 + file.LengthSize, "A global heap"), file.At(address), file);
        prefix.Signature("GCOL"u8, "global heap");
        prefix.Skip(4);
        long size = Math.Min(prefix.Length(), file.Length - address);
        Hdf5Cursor all = file.Open(address, size, "A global heap");
        all.Skip(8 + file.LengthSize);
        Dictionary<int, ByteRange> objects = [];
        while (all.Left >= 8 + file.LengthSize)
        {
            int index = all.U16();
            all.Skip(6);
            long length = all.Length();
            if (index == 0)
                break;

            long at = all.Offset;
            objects[index] = new ByteRange(at, Math.Min(length, all.Left));
            all.Skip(Math.Min(all.Left, (length + 7) & ~7L));
        }

        return objects;
    }
}

/// <summary>A fractal heap: objects of any size in blocks that double.</summary>
internal sealed class Hdf5FractalHeap
{
    private const int MostBlocks = 1_000_000;
    private readonly Hdf5File _file;
    private readonly List<(long Start, long Size, long Address)> _blocks = [];
    private readonly int _idLength;
    private readonly int _offsetBytes;
    private readonly int _lengthBytes;
    private readonly long _hugeTree;
    private readonly bool _hasDirectHuge;
    private Dictionary<long, (long Address, long Length)>? _huge;

    /// <summary>Reads the header and finds the blocks.</summary>
    /// <exception cref="MalformedException">It is broken, or its blocks are filtered.</exception>
    public Hdf5FractalHeap(Hdf5File file, long address)
    {
        _file = file;
        int o = file.OffsetSize;
        int l = file.LengthSize;
        Hdf5Cursor all = file.Open(address, 22 + (12 * l) + (3 * o), "A fractal heap");
        all.Signature("FRHP"u8, "fractal heap");
        all.Skip(1);
        _idLength = all.U16();
        int filters = all.U16();
        int flags = all.U8();
        long mostManaged = all.U32();
        all.Skip(l);
        _hugeTree = all.Address();
        all.Skip(l);
        all.Address();
        all.Skip(8 * l);
        int width = all.U16();
        long first = all.Length();
        long largest = all.Length();
        int bits = all.U16();
        all.Skip(2);
        long root = all.Address();
        int rows = all.U16();
        if (filters > 0)
            throw new MalformedException(file.At(address), "The blocks of a fractal heap are compressed, which is not read.");

        _offsetBytes = (bits + 7) / 8;
        _lengthBytes = Math.Min(Hdf5File.BytesFor(largest), Hdf5File.BytesFor(mostManaged));
        _hasDirectHuge = _idLength - 1 >= o + l;
        file.Parsed(address, 26 + (12 * l) + (3 * o));
        if (root < 0)
            return;

        if (first <= 0 || largest < first || width == 0 || bits > 64)
            throw new MalformedException(file.At(address), "The sizes of a fractal heap make no sense.");

        Blocks(root, rows, width, first, largest, (flags & 2) != 0);
        _blocks.Sort();
    }

    /// <summary>The bytes that a heap id stands for.</summary>
    public (byte[] Bytes, long At) Object(ReadOnlySpan<byte> id, long at)
    {
        Hdf5Cursor all = new(id, at, _file);
        int head = all.U8();
        switch ((head >> 4) & 3)
        {
            case 0:
                long offset = all.Number(_offsetBytes);
                long length = all.Number(_lengthBytes);
                int found = _blocks.BinarySearch((offset, long.MaxValue, long.MaxValue));
                found = found < 0 ? ~found - 1 : found;
                if (found < 0 || offset - _blocks[found].Start + length > _blocks[found].Size)
                    throw new MalformedException(at, "An object lies in no block of its heap.");

                long address = _blocks[found].Address + (offset - _blocks[found].Start);
                return (_file.Take(address, length, "An object of a heap"), _file.At(address));
            case 1:
                (long huge, long size) = Huge(ref all, at);
                _file.Parsed(huge, size);
                return (_file.Take(huge, size, "An object of a heap"), _file.At(huge));
            case 2:
                int tiny = _idLength > 17 ? (((head & 0xF) << 8) | all.U8()) + 1 : (head & 0xF) + 1;
                return (all.Bytes(tiny).ToArray(), at);
            default:
                throw new MalformedException(at, "A heap id is of no kind that is known.");
        }
    }

    private (long Address, long Length) Huge(ref Hdf5Cursor all, long at)
    {
        if (_hasDirectHuge)
            return (all.Address(), all.Length());

        long key = all.Number(Math.Min(8, all.Left));
        if (_huge is null)
        {
            _huge = [];
            foreach ((int type, byte[] record, long where) in _hugeTree >= 0 ? Hdf5Trees.New(_file, _hugeTree) : [])
            {
                Hdf5Cursor fields = new(record, where, _file);
                long address = fields.Address();
                long length = fields.Length();
                if (type == 1)
                    _huge[fields.Length()] = (address, length);
            }
        }

        return _huge.TryGetValue(key, out (long, long) found) ? found : throw new MalformedException(at, "A large object is not in the index of its heap.");
    }

    /// <summary>Finds the direct blocks and where each begins in the heap's own space.</summary>
    private void Blocks(long root, int rows, int width, long first, long largest, bool hasChecksums)
    {
        _ = hasChecksums;
        if (rows == 0)
        {
            Direct(root, 0, first);
            return;
        }

        int directRows = System.Numerics.BitOperations.Log2((ulong)largest) - System.Numerics.BitOperations.Log2((ulong)first) + 2;
        Stack<(long Address, int Rows, long Start)> open = new([(root, rows, 0)]);
        HashSet<long> seen = [];
        while (open.TryPop(out (long Address, int Rows, long Start) block))
        {
            if (!seen.Add(block.Address) || _blocks.Count > MostBlocks || block.Rows > 64)
                throw new MalformedException(_file.At(block.Address), "The blocks of a fractal heap lead back to themselves, or are too many.");

            long size = 5 + _file.OffsetSize + _offsetBytes + ((long)block.Rows * width * _file.OffsetSize) + 4;
            Hdf5Cursor all = _file.Open(block.Address, size, "A block of a fractal heap");
            all.Signature("FHIB"u8, "indirect block");
            all.Skip(1 + _file.OffsetSize + _offsetBytes);
            Int128 start = block.Start;
            for (int row = 0; row < block.Rows; row++)
            {
                Int128 each = (Int128)first << Math.Max(0, row - 1);
                for (int column = 0; column < width; column++, start += each)
                {
                    long child = all.Address();
                    if (child < 0 || start + each > long.MaxValue)
                        continue;

                    if (row < directRows)
                        Direct(child, (long)start, (long)each);
                    else
                        open.Push((child, Math.Max(1, System.Numerics.BitOperations.Log2((ulong)each) - System.Numerics.BitOperations.Log2((ulong)first * (ulong)width) + 1), (long)start));
                }
            }
        }
    }

    private void Direct(long address, long start, long size)
    {
        _file.Take(address, 5, "A block of a fractal heap");
        _file.Parsed(address, size);
        _blocks.Add((start, size, address));
    }
}
