// Zeros and white space that only fill.
using System.Buffers;

namespace Assay.Bytes;

/// <summary>Zero bytes and white space, which say nothing behind what was read.</summary>
internal static class Padding
{
    /// <summary>Most bytes that are no padding show it at once.</summary>
    private const int FirstStep = 4 << 10;

    private const int Step = 1 << 20;

    /// <summary>Where in a range something else than padding begins; its end where nothing does. Holes of sparse files are not read.</summary>
    public static long End(ByteSource bytes, ByteRange range)
    {
        if (range.Length <= 0)
        {
            return range.End;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Step, range.Length));
        try
        {
            int step = FirstStep;
            for (long at = range.Offset; at < range.End;)
            {
                if (step == Step && range.End - at > Step && bytes.NextData(at) is long next && next > at)
                {
                    at = next;
                    continue;
                }

                int got = bytes.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(step, range.End - at)));
                int other = buffer.AsSpan(0, got).IndexOfAnyExcept("\0\t\n\r "u8);
                if (other >= 0 || got == 0)
                {
                    return at + Math.Max(0, other);
                }

                at += got;
                step = Step;
            }

            return range.End;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
