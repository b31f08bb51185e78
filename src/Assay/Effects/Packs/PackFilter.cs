// Tells quickly that a pack does not hold a name.
namespace Assay.Effects.Packs;

/// <summary>
/// A Bloom filter over all that can be looked up in a pack: most names are in no pack, and a look-up of one costs no cryptographic hash. Three bits of a
/// number of bits that is a power of two, chosen by <see cref="PackHash.QuickOf"/>; one of 40 absent names or fewer passes it.
/// </summary>
internal static class PackFilter
{
    private const int Probes = 3;
    private const int BitsForEach = 8;

    /// <summary>How many bytes the filter of so many names takes.</summary>
    public static int LengthFor(int names) => (int)Math.Max(8, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)names * BitsForEach) / 8);

    /// <summary>Whether a filter may have this length.</summary>
    public static bool IsLength(long length) => length is >= 8 and <= 1 << 28 && System.Numerics.BitOperations.IsPow2(length);

    /// <summary>The bit that a probe looks at.</summary>
    public static long Bit(ulong hash, int probe, long length) => (long)(((hash >> 32) + ((ulong)probe * (hash | 1))) & ((ulong)length * 8 - 1));

    /// <summary>Adds a name to a filter.</summary>
    public static void Add(Span<byte> filter, ReadOnlySpan<char> path)
    {
        ulong hash = PackHash.QuickOf(path);
        for (int probe = 0; probe < Probes; probe++)
        {
            long bit = Bit(hash, probe, filter.Length);
            filter[(int)(bit >> 3)] |= (byte)(1 << (int)(bit & 7));
        }
    }

    /// <summary>Whether the filter may hold a name; <paramref name="read"/> gives a byte of it.</summary>
    public static bool MayHold(ReadOnlySpan<char> path, long length, Func<long, byte> read)
    {
        ulong hash = PackHash.QuickOf(path);
        for (int probe = 0; probe < Probes; probe++)
        {
            long bit = Bit(hash, probe, length);
            if ((read(bit >> 3) & (1 << (int)(bit & 7))) == 0)
                return false;
        }

        return true;
    }
}
