// The number by which a pack knows a name.
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Bytes;

namespace Assay.Effects.Packs;

/// <summary>
/// The number by which a pack knows a dotted path: 96 bits of its SHA-256. A hash that can be turned round would let a file choose a name that falls onto a
/// harmless one; one of 64 bits would as well, because one of many names is enough and walks through modules spell the same callable in any number of ways.
/// </summary>
internal readonly record struct PackHash(ulong High, uint Low) : IComparable<PackHash>
{
    /// <summary>How many bytes a number takes.</summary>
    public const int Length = 12;

    private const int OnStack = 512;

    /// <summary>Its first byte.</summary>
    public int First => (int)(High >> 56);

    /// <summary>The number of a path.</summary>
    public static PackHash Of(ReadOnlySpan<char> path)
    {
        int most = Encoding.UTF8.GetMaxByteCount(path.Length);
        Span<byte> bytes = most <= OnStack ? stackalloc byte[OnStack] : new byte[most];
        Span<byte> digest = stackalloc byte[Sha256.Length];
        Sha256.Write(bytes[..Encoding.UTF8.GetBytes(path, bytes)], digest);
        return Read(digest);
    }

    /// <summary>A hash that costs little, for the filter in front of the names: that it can be turned round makes a look-up slower and no more.</summary>
    public static ulong QuickOf(ReadOnlySpan<char> path) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(path));

    /// <summary>Reads a number.</summary>
    public static PackHash Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]));

    /// <summary>Writes the number.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], Low);
    }

    /// <inheritdoc/>
    public int CompareTo(PackHash other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);
}
