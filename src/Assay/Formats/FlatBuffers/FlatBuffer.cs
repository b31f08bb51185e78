// Reads tables, vectors and texts of a FlatBuffer where they lie, checked before anything is believed.
using System.Buffers.Binary;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.FlatBuffers;

/// <summary>
/// A FlatBuffer: tables with the distance to a list of their fields (vtable), vectors and texts with their length, and offsets from where they stand. Places are counted
/// from the start of the buffer. Specification: the FlatBuffers documentation, <i>Internals</i>. The buffer is read through small pages; nothing in it is trusted.
/// </summary>
internal sealed class FlatBuffer(ByteSource source, ByteRange range, ScanBudget budget)
{
    private const int PageBits = 12;
    private const int PageSize = 1 << PageBits;
    private const int Pages = 64;

    private readonly (long Number, byte[]? Bytes, int Length)[] _pages = new (long, byte[]?, int)[Pages];

    /// <summary>How many bytes the buffer may have.</summary>
    public long Length => range.Length;

    /// <summary>The bytes that the buffer lies in.</summary>
    public ByteSource Source => source;

    /// <summary>Where a place of the buffer lies in its source.</summary>
    public long Absolute(long at) => range.Offset + at;

    /// <summary>An unsigned number of 8 bits.</summary>
    public byte U8(long at) => Read(at, 1, stackalloc byte[1])[0];

    /// <summary>An unsigned number of 16 bits.</summary>
    public ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Read(at, 2, stackalloc byte[2]));

    /// <summary>An unsigned number of 32 bits.</summary>
    public uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Read(at, 4, stackalloc byte[4]));

    /// <summary>An unsigned number of 64 bits.</summary>
    public ulong U64(long at) => BinaryPrimitives.ReadUInt64LittleEndian(Read(at, 8, stackalloc byte[8]));

    /// <summary>The place that the offset at <paramref name="at"/> leads to; it is never behind the buffer, and never where it stands.</summary>
    public long Follow(long at)
    {
        uint offset = U32(at);
        return offset >= 4 && offset < Length - at ? at + offset : throw new MalformedException(Absolute(at), "An offset leads out of the buffer.");
    }

    /// <summary>The table at a place.</summary>
    public FlatTable Table(long at)
    {
        budget.SpendWork(WorkCosts.NearRead, Absolute(at));
        long vtable = at - unchecked((int)U32(at));
        if (vtable < 0 || vtable > Length - 4)
        {
            throw new MalformedException(Absolute(at), "The fields of a table lie outside of the buffer.");
        }

        int size = U16(vtable);
        int bytes = U16(vtable + 2);
        if (size < 4 || size % 2 != 0 || bytes < 4 || size > Length - vtable || bytes > Length - at)
        {
            throw new MalformedException(Absolute(at), "A table or the list of its fields is broken.");
        }

        return new FlatTable(this, at, vtable, (size - 4) / 2, bytes);
    }

    /// <summary>The vector at a place, of elements that take <paramref name="element"/> bytes each.</summary>
    public FlatVector Vector(long at, int element)
    {
        uint count = U32(at);
        return count <= (ulong)(Length - at - 4) / (ulong)element
            ? new FlatVector(this, at + 4, count, element)
            : throw new MalformedException(Absolute(at), "A vector is longer than the buffer.");
    }

    /// <summary>The text at a place, or the beginning of it.</summary>
    public string Text(long at, int most = 4096)
    {
        FlatVector bytes = Vector(at, 1);
        return Encoding.UTF8.GetString(source.ReadUpTo(Absolute(bytes.Start), (int)Math.Min(bytes.Count, (uint)most)));
    }

    private ReadOnlySpan<byte> Read(long at, int count, Span<byte> scratch)
    {
        if (at < 0 || at > Length - count)
        {
            throw new MalformedException(Absolute(Math.Clamp(at, 0, Length)), "Something lies outside of the buffer.");
        }

        int inside = (int)(at & (PageSize - 1));
        if (inside + count <= PageSize)
        {
            byte[] page = Page(at >> PageBits, out int length);
            if (inside + count <= length)
            {
                page.AsSpan(inside, count).CopyTo(scratch);
                return scratch;
            }
        }

        return source.ReadAt(Absolute(at), scratch) == count ? scratch : throw new ScanStopException(StopReason.Changed, "The bytes ended while they were read.", Absolute(at));
    }

    private byte[] Page(long number, out int length)
    {
        ref (long Number, byte[]? Bytes, int Length) page = ref _pages[number % Pages];
        if (page.Bytes is null || page.Number != number)
        {
            page.Bytes ??= new byte[PageSize];
            page.Number = number;
            page.Length = source.ReadAt(Absolute(number << PageBits), page.Bytes);
        }

        length = page.Length;
        return page.Bytes;
    }
}

/// <summary>A table of a FlatBuffer.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="At">Where it lies.</param>
/// <param name="Vtable">Where the list of its fields lies.</param>
/// <param name="Fields">How many fields the list has.</param>
/// <param name="Size">The bytes of the table itself.</param>
internal readonly record struct FlatTable(FlatBuffer Buffer, long At, long Vtable, int Fields, int Size)
{
    /// <summary>Where a field lies; 0 where the table does not have it.</summary>
    public long Field(int number, int size = 1)
    {
        if (number >= Fields)
        {
            return 0;
        }

        int offset = Buffer.U16(Vtable + 4 + (2L * number));
        return offset == 0 ? 0 : offset >= 4 && size <= Buffer.Length - At - offset ? At + offset : throw new MalformedException(Buffer.Absolute(At), "A field lies outside of the buffer.");
    }

    /// <summary>A number of 8 bits.</summary>
    public byte U8(int number, byte otherwise = 0) => Field(number) is > 0 and long at ? Buffer.U8(at) : otherwise;

    /// <summary>A signed number of 32 bits.</summary>
    public int I32(int number, int otherwise = 0) => Field(number, 4) is > 0 and long at ? unchecked((int)Buffer.U32(at)) : otherwise;

    /// <summary>An unsigned number of 32 bits.</summary>
    public uint U32(int number) => Field(number, 4) is > 0 and long at ? Buffer.U32(at) : 0;

    /// <summary>An unsigned number of 64 bits.</summary>
    public ulong U64(int number) => Field(number, 8) is > 0 and long at ? Buffer.U64(at) : 0;

    /// <summary>A text; null where the table does not have it.</summary>
    public string? Text(int number, int most = 4096) => Field(number, 4) is > 0 and long at ? Buffer.Text(Buffer.Follow(at), most) : null;

    /// <summary>A table; null where the table does not have it.</summary>
    public FlatTable? Table(int number) => Field(number, 4) is > 0 and long at ? Buffer.Table(Buffer.Follow(at)) : null;

    /// <summary>A vector; an empty one where the table does not have it.</summary>
    public FlatVector Vector(int number, int element = 4) => Field(number, 4) is > 0 and long at ? Buffer.Vector(Buffer.Follow(at), element) : default;
}

/// <summary>A vector of a FlatBuffer.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Start">Where its first element lies.</param>
/// <param name="Count">How many elements it has.</param>
/// <param name="Element">The bytes of an element.</param>
internal readonly record struct FlatVector(FlatBuffer Buffer, long Start, uint Count, int Element)
{
    /// <summary>The bytes of all elements, in the source of the buffer.</summary>
    public ByteRange Range => Count == 0 ? default : new ByteRange(Buffer.Absolute(Start), (long)Count * Element);

    /// <summary>Where an element lies.</summary>
    public long At(uint index) => Start + ((long)index * Element);

    /// <summary>An element that is a table.</summary>
    public FlatTable Table(uint index) => Buffer.Table(Buffer.Follow(At(index)));

    /// <summary>An element that is a text.</summary>
    public string Text(uint index) => Buffer.Text(Buffer.Follow(At(index)));

    /// <summary>An element that is a signed number of 32 bits.</summary>
    public int I32(uint index) => unchecked((int)Buffer.U32(At(index)));
}
