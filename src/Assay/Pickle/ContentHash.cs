// A hash of bytes for dictionaries whose keys come from files.
using System.Buffers.Binary;

namespace Assay.Pickle;

/// <summary>
/// A hash of bytes that differs from process to process: whoever writes a file cannot know which keys collide. It is quicker on short
/// keys than <see cref="HashCode"/>. Dictionaries compare the bytes as well.
/// </summary>
internal static class ContentHash
{
    // HashCode is seeded at random by the runtime; nothing else of the process is asked for chance.
    private static readonly ulong s_first = Secret(1);
    private static readonly ulong s_second = Secret(2);

    /// <summary>The hash of the bytes.</summary>
    public static int Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = s_first ^ (uint)bytes.Length;
        while (bytes.Length > 16)
        {
            hash = Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ s_second, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ hash);
            bytes = bytes[16..];
        }

        ulong low = 0;
        ulong high = 0;
        if (bytes.Length >= 8)
        {
            // The two words may overlap: together they hold each byte, and the length is part of the hash.
            low = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            high = BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]);
        }
        else
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                low |= (ulong)bytes[i] << (8 * i);
            }
        }

        hash = Mix(low ^ s_second, high ^ hash);
        return (int)(hash ^ (hash >> 32));
    }

    private static ulong Mix(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }

    private static ulong Secret(int which) => ((ulong)(uint)HashCode.Combine(which, 1) << 32) | (uint)HashCode.Combine(which, 2) | 1;
}
