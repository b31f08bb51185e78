// The index of chunks of a dataset that grows in one direction, which newer versions of HDF5 write.
using System.Numerics;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>
/// An extensible array: an index block with the first elements, then data blocks that double in size, the later ones behind secondary blocks. Specification: HDF5
/// File Format Specification, VII.D, and <c>src/H5EA*.c</c>.
/// </summary>
internal sealed class Hdf5GrowingArray
{
    private const int MostBits = 62;
    private readonly Hdf5File _file;
    private readonly long _whole;
    private readonly int _elementSize;
    private readonly int _inIndex;
    private readonly int _least;
    private readonly int _pointers;
    private readonly long _perPage;
    private readonly int _offsetBytes;
    private readonly int _superBlocks;
    private readonly bool _isFiltered;
    private readonly long _index;
    private readonly long _count;
    private readonly List<Hdf5Chunk> _chunks = [];
    private long _number;

    private Hdf5GrowingArray(Hdf5File file, long address, long whole)
    {
        _file = file;
        _whole = whole;
        Hdf5Cursor all = file.Open(address, 12 + (6 * file.LengthSize) + file.OffsetSize + 4, "The index of a dataset");
        all.Signature("EAHD"u8, "index of a dataset");
        all.Skip(1);
        _isFiltered = all.U8() == 1;
        _elementSize = all.U8();
        int bits = all.U8();
        _inIndex = all.U8();
        _least = all.U8();
        _pointers = all.U8();
        int pageBits = all.U8();
        all.Skip(4 * file.LengthSize);
        _count = all.Length();
        all.Length();
        _index = all.Address();
        if (bits > MostBits || pageBits > MostBits || _least == 0 || _pointers == 0 || _elementSize < file.OffsetSize || !BitOperations.IsPow2(_least) || !BitOperations.IsPow2(_pointers))
            throw new MalformedException(file.At(address), "The sizes in the index of a dataset make no sense.");

        _perPage = 1L << pageBits;
        _offsetBytes = (bits + 7) / 8;
        _superBlocks = Math.Max(0, 1 + bits - BitOperations.Log2((uint)_least));
    }

    /// <summary>The chunks; the only offset of each is its number.</summary>
    public static IReadOnlyList<Hdf5Chunk> Chunks(Hdf5File file, long address, long whole)
    {
        Hdf5GrowingArray array = new(file, address, whole);
        if (array._index >= 0)
            array.Index();

        return array._chunks;
    }

    private void Index()
    {
        int direct = 2 * BitOperations.Log2((uint)_pointers);
        int blocks = 2 * (_pointers - 1);
        int secondary = Math.Max(0, _superBlocks - direct);
        long head = 6 + _file.OffsetSize;
        long size = head + ((long)_inIndex * _elementSize) + ((long)(blocks + secondary) * _file.OffsetSize) + 4;
        Hdf5Cursor all = _file.Open(_index, size, "The index of a dataset");
        all.Signature("EAIB"u8, "index of a dataset");
        all.Skip(2 + _file.OffsetSize);
        Elements(ref all, _inIndex);
        List<long> data = [];
        for (int i = 0; i < blocks; i++)
            data.Add(all.Address());

        List<long> further = [];
        for (int i = 0; i < secondary; i++)
            further.Add(all.Address());

        int next = 0;
        for (int level = 0; level < direct; level++)
        {
            for (int i = 0; i < 1 << (level / 2) && next < data.Count; i++, next++)
                Data(data[next], Each(level), null, 0);
        }

        for (int i = 0; i < further.Count && _number < _count; i++)
            Secondary(further[i], direct + i);
    }

    private long Each(int level) => (long)_least << ((level + 1) / 2);

    private void Secondary(long address, int level)
    {
        long blocks = 1L << (level / 2);
        long each = Each(level);
        if (address < 0)
        {
            _number += blocks * each;
            return;
        }

        long pages = each > _perPage ? each / _perPage : 0;
        long bitmap = (pages + 7) / 8;
        long size = 6 + _file.OffsetSize + _offsetBytes + (blocks * bitmap) + (blocks * _file.OffsetSize) + 4;
        Hdf5Cursor all = _file.Open(address, size, "The index of a dataset");
        all.Signature("EASB"u8, "index of a dataset");
        all.Skip(2 + _file.OffsetSize + _offsetBytes);
        byte[] made = all.Bytes(blocks * bitmap).ToArray();
        for (long i = 0; i < blocks && _number < _count; i++)
            Data(all.Address(), each, made, i * bitmap);
    }

    private void Data(long address, long each, byte[]? made, long bitmap)
    {
        if (address < 0)
        {
            _number += each;
            return;
        }

        long head = 6 + _file.OffsetSize + _offsetBytes;
        Hdf5Cursor prefix = _file.Open(address, head, "The index of a dataset");
        prefix.Signature("EADB"u8, "index of a dataset");
        if (each <= _perPage)
        {
            Hdf5Cursor all = _file.Open(address + head, (each * _elementSize) + 4, "The index of a dataset");
            Elements(ref all, each);
            return;
        }

        _file.Parsed(address + head, 4);
        long at = address + head + 4;
        for (long page = 0; page < each / _perPage; page++, at += (_perPage * _elementSize) + 4)
        {
            _file.Parsed(at, (_perPage * _elementSize) + 4);
            if (made is null || bitmap + (page / 8) >= made.Length || (made[bitmap + (page / 8)] & (0x80 >> (int)(page % 8))) == 0)
            {
                _number += _perPage;
                continue;
            }

            Hdf5Cursor all = _file.Open(at, (_perPage * _elementSize) + 4, "The index of a dataset");
            Elements(ref all, _perPage);
        }
    }

    private void Elements(ref Hdf5Cursor all, long count)
    {
        int sizes = _elementSize - _file.OffsetSize - 4;
        for (long i = 0; i < count; i++, _number++)
        {
            long chunk = all.Address();
            long size = _isFiltered && sizes > 0 ? all.Number(Math.Min(8, sizes)) : _whole;
            long mask = _isFiltered && sizes > 0 ? all.U32() : 0;
            if (chunk >= 0 && _number < _count)
                _chunks.Add(new Hdf5Chunk(chunk, size, mask, [_number]));
        }
    }
}
