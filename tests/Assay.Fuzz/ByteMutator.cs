// Changes inputs byte by byte.
using System.Buffers.Binary;

namespace Assay.Fuzz;

/// <summary>Changes inputs byte by byte, and splices them.</summary>
internal sealed class ByteMutator(Random random)
{
    private static readonly long[] s_interesting =
        [0, 1, -1, 16, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 1 << 20, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue];

    public byte[] Mutate(byte[] input, byte[] other, int longest)
    {
        List<byte> bytes = [.. input];
        int changes = 1 << random.Next(5);
        for (int i = 0; i < changes; i++)
        {
            Change(bytes, other);
        }

        if (bytes.Count > longest)
        {
            bytes.RemoveRange(longest, bytes.Count - longest);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        if (bytes.Count == 0)
        {
            bytes.Add((byte)random.Next(256));
            return;
        }

        int at = random.Next(bytes.Count);
        switch (random.Next(9))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: bytes[at] = (byte)random.Next(256); break;
            case 2: bytes[at] += (byte)(random.Next(71) - 35); break;
            case 3: Number(bytes, at); break;
            case 4: bytes.RemoveRange(at, Length(bytes.Count - at)); break;
            case 5: bytes.InsertRange(at, bytes.GetRange(at, Length(bytes.Count - at))); break;
            case 6: bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), Length(64))); break;
            case 7:
                if (other.Length > 0)
                {
                    int from = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, Length(other.Length - from)).ToArray());
                }

                break;
            default:
                int source = random.Next(bytes.Count);
                int length = Length(bytes.Count - Math.Max(source, at));
                for (int i = 0; i < length; i++)
                {
                    bytes[at + i] = bytes[source + i];
                }

                break;
        }
    }

    /// <summary>Writes an interesting number of 1, 2, 4 or 8 bytes, little- or big-endian.</summary>
    private void Number(List<byte> bytes, int at)
    {
        Span<byte> raw = stackalloc byte[8];
        long value = s_interesting[random.Next(s_interesting.Length)] + (random.Next(4) == 0 ? random.Next(9) - 4 : 0);
        int width = 1 << random.Next(4);
        BinaryPrimitives.WriteInt64LittleEndian(raw, value);
        Span<byte> number = raw[..width];
        if (random.Next(2) == 0)
        {
            number.Reverse();
        }

        for (int i = 0; i < width && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }

    private int Length(int most) => most <= 1 ? Math.Max(0, most) : 1 + random.Next(random.Next(4) == 0 ? most : Math.Min(most, 16));
}
