// An HDF5 file while it is read: its addresses, the widths of its numbers, what of it was accounted for.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>
/// An HDF5 file while it is read. Addresses count from the base address, so a user block in front changes nothing. Specification: HDF5 File Format
/// Specification, version 3.0, and <c>src/H5*cache.c</c> where it is silent.
/// </summary>
internal sealed class Hdf5File(ByteSource bytes, long baseAddress, ReadContext context)
{
    /// <summary>The address that says that there is nothing.</summary>
    public const long Undefined = -1;

    /// <summary>No structure but raw data is longer.</summary>
    private const int LongestStructure = 64 << 20;

    /// <summary>The bytes of an address.</summary>
    public int OffsetSize { get; set; } = 8;

    /// <summary>The bytes of a length.</summary>
    public int LengthSize { get; set; } = 8;

    /// <summary>Half the entries of a symbol node.</summary>
    public int LeafK { get; set; } = 4;

    /// <summary>Half the children of a node of a group's tree.</summary>
    public int GroupK { get; set; } = 16;

    /// <summary>Half the children of a node of a tree of chunks.</summary>
    public int ChunkK { get; set; } = 32;

    /// <summary>The context.</summary>
    public ReadContext Context => context;

    /// <summary>The bytes of the artifact, from its start.</summary>
    public ByteSource Bytes => bytes;

    /// <summary>What lies in front of the base address belongs to somebody else.</summary>
    public long Base => baseAddress;

    /// <summary>How many bytes follow the base address.</summary>
    public long Length => Math.Max(0, bytes.Length - baseAddress);

    /// <summary>Whether something of the structure could not be read.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where an address lies in the artifact.</summary>
    public long At(long address) => baseAddress + address;

    /// <summary>So many bytes of a structure.</summary>
    /// <exception cref="MalformedException">They are not there, or there are more than a structure has.</exception>
    public byte[] Take(long address, long count, string what)
    {
        if (address < 0 || address >= Length || count < 0 || count > LongestStructure || count > Length - address)
            throw new MalformedException(At(Math.Clamp(address, 0, Length)), $"{what} lies outside of the file.");

        context.Budget.Poll(At(address));
        byte[] taken = bytes.ReadUpTo(At(address), (int)count);
        return taken.Length == count ? taken : throw new MalformedException(At(address), $"{what} ends too early.");
    }

    /// <summary>A reader of a structure that was accounted for.</summary>
    public Hdf5Cursor Open(long address, long count, string what)
    {
        byte[] taken = Take(address, count, what);
        context.Cover(new ByteRange(At(address), count), CoverageKind.Parsed);
        return new Hdf5Cursor(taken, At(address), this);
    }

    /// <summary>Accounts for raw data; false where it is not all there.</summary>
    public bool Data(long address, long length)
    {
        if (address < 0 || length < 0 || address > Length)
            return false;

        context.Cover(new ByteRange(At(address), Math.Min(length, Length - address)), CoverageKind.Data);
        return length <= Length - address;
    }

    /// <summary>Accounts for a part of a structure that holds nothing of interest.</summary>
    public void Parsed(long address, long length)
    {
        if (address >= 0 && address < Length && length > 0)
            context.Cover(new ByteRange(At(address), Math.Min(length, Length - address)), CoverageKind.Parsed);
    }

    /// <summary>Says that a part of the structure cannot be read.</summary>
    public void Broken(MalformedException e, string where)
    {
        IsBroken = true;
        context.Unread(UnreadCause.Malformed, e.Offset, 0, $"{where}: {e.Message}");
    }

    /// <summary>How many bytes a number up to <paramref name="limit"/> takes where it is written as short as possible.</summary>
    public static int BytesFor(long limit) => limit <= 0 ? 1 : (System.Numerics.BitOperations.Log2((ulong)limit) / 8) + 1;
}

/// <summary>Reads the fields of one structure.</summary>
internal ref struct Hdf5Cursor(ReadOnlySpan<byte> bytes, long start, Hdf5File file)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _bytes.Length - _at;

    /// <summary>Where the next byte lies in the artifact.</summary>
    public readonly long Offset => start + _at;

    /// <summary>How many bytes were read.</summary>
    public readonly int Position => _at;

    public byte U8() => Bytes(1)[0];

    public int U16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public long U32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    /// <summary>A number of so many bytes; what is larger than 63 bits breaks the format.</summary>
    public long Number(int size)
    {
        ReadOnlySpan<byte> taken = Bytes(size);
        ulong value = 0;
        for (int i = size - 1; i >= 0; i--)
        {
            if (value > ulong.MaxValue >> 8)
                throw new MalformedException(Offset, "A number is larger than files can be.");

            value = (value << 8) | taken[i];
        }

        return value <= long.MaxValue ? (long)value : throw new MalformedException(Offset, "A number is larger than files can be.");
    }

    /// <summary>A length.</summary>
    public long Length() => Number(file.LengthSize);

    /// <summary>A length of which all bits set mean that there is none.</summary>
    public long LengthOrNone() => IsUndefined(file.LengthSize) ? Skip(file.LengthSize) : Number(file.LengthSize);

    /// <summary>An address, or <see cref="Hdf5File.Undefined"/>.</summary>
    public long Address() => IsUndefined(file.OffsetSize) ? Skip(file.OffsetSize) : Number(file.OffsetSize);

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> Bytes(long count)
    {
        if (count < 0 || count > Left)
            throw new MalformedException(Offset, "A structure ends too early.");

        ReadOnlySpan<byte> taken = _bytes.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    /// <summary>Steps over bytes; gives <see cref="Hdf5File.Undefined"/>.</summary>
    public long Skip(long count)
    {
        Bytes(count);
        return Hdf5File.Undefined;
    }

    /// <summary>Reads the signature of a structure.</summary>
    public void Signature(ReadOnlySpan<byte> wanted, string what)
    {
        long at = Offset;
        if (!Bytes(4).SequenceEqual(wanted))
            throw new MalformedException(at, $"There is no {what} where one should be.");
    }

    private readonly bool IsUndefined(int size) => size <= Left && _bytes.Slice(_at, size).IndexOfAnyExcept((byte)0xFF) < 0;
}
