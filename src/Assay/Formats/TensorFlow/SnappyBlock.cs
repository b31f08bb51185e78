// Unpacks a block of Snappy, as sorted tables hold them.
using Assay.Bytes;

namespace Assay.Formats.TensorFlow;

/// <summary>Unpacks a block of Snappy. Specification: <c>format_description.txt</c> of Snappy.</summary>
internal static class SnappyBlock
{
    /// <summary>Unpacks a block; null where it is broken, or larger than its bytes can be.</summary>
    public static byte[]? Unpack(ReadOnlySpan<byte> packed, HeldMemory held)
    {
        int at = 0;
        long length = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (at >= packed.Length || shift > 28)
            {
                return null;
            }

            length |= (long)(packed[at] & 0x7F) << shift;
            if (packed[at++] < 0x80)
            {
                break;
            }
        }

        // Three bytes make at most 64.
        if (length > packed.Length * 22L)
        {
            return null;
        }

        held.Add(length);
        byte[] bytes = new byte[length];
        int made = 0;
        while (at < packed.Length)
        {
            int tag = packed[at++];
            int extra = (tag & 3) switch { 0 => Math.Max(0, (tag >> 2) - 59), 1 => 1, 2 => 2, _ => 4 };
            if (packed.Length - at < extra)
            {
                return null;
            }

            long number = 0;
            for (int i = 0; i < extra; i++)
            {
                number |= (long)packed[at++] << (8 * i);
            }

            if ((tag & 3) == 0)
            {
                long count = 1 + (extra > 0 ? number : tag >> 2);
                if (count > packed.Length - at || count > bytes.Length - made)
                {
                    return null;
                }

                packed.Slice(at, (int)count).CopyTo(bytes.AsSpan(made));
                at += (int)count;
                made += (int)count;
                continue;
            }

            int copy = (tag & 3) == 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
            long back = (tag & 3) == 1 ? number | ((long)(tag >> 5) << 8) : number;
            if (back == 0 || back > made || copy > bytes.Length - made)
            {
                return null;
            }

            for (int i = 0; i < copy; i++, made++)
            {
                bytes[made] = bytes[made - (int)back];
            }
        }

        return made == bytes.Length ? bytes : null;
    }
}
