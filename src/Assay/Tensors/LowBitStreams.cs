// Puts the low bits of a tensor's elements together and looks for the headers of files in them.
using System.Buffers;
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>A file's header in the low bits of elements.</summary>
/// <param name="Kind">What begins there: <c>elf</c>, <c>pe</c>, <c>zip</c>, <c>zlib</c>, <c>script</c>.</param>
/// <param name="Bits">How many low bits of each element make the stream.</param>
/// <param name="HighFirst">Whether the first bits of the stream are the high ones of a byte.</param>
/// <param name="Offset">Where it begins, in bytes of the stream.</param>
internal readonly record struct HiddenHeader(string Kind, int Bits, bool HighFirst, long Offset);

/// <summary>
/// Puts the k lowest bits of a tensor's elements together, for k of 1, 2, 4, 8 and 16, and looks for the headers of programs, archives,
/// zlib streams and scripts. A signature counts only when the fields behind it make sense. Only the first megabyte of each stream is looked
/// at, and only what is stored plainly can be found.
/// </summary>
internal static class LowBitStreams
{
    private const int Length = 1 << 20;
    private static readonly int[] s_widths = [1, 2, 4, 8, 16];

    /// <summary>The headers in the streams of a tensor of floats or whole numbers of at least two bytes.</summary>
    public static IReadOnlyList<HiddenHeader> Find(TensorStorage storage, TensorView view, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        List<HiddenHeader> found = [];
        int size = view.Type.SwapUnit();
        if (size < 2 || view.Count == 0)
        {
            return found;
        }

        // All of the elements that the longest stream (one bit of each) needs, at most eight million, two bytes of each.
        byte[] low = ArrayPool<byte>.Shared.Rent(2 * (int)Math.Min(8L * Length, view.Bytes / size));
        byte[] stream = ArrayPool<byte>.Shared.Rent(Length);
        try
        {
            int count = Low(storage, view, size, low, cancellation);
            foreach (int width in s_widths.Where(w => w < 8 * size))
            {
                foreach (bool highFirst in width == 8 ? (bool[])[true] : [true, false])
                {
                    cancellation.ThrowIfCancellationRequested();
                    int length = Pack(low.AsSpan(0, 2 * count), width, highFirst, stream.AsSpan(0, Length));
                    found.AddRange(FileHeaders.Find(stream.AsMemory(0, length)).Select(h => new HiddenHeader(h.Kind, width, highFirst, h.Offset)));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(low);
            ArrayPool<byte>.Shared.Return(stream);
        }

        return found;
    }

    /// <summary>The two lowest bytes of each element, lowest first.</summary>
    private static int Low(TensorStorage storage, TensorView view, int size, byte[] low, CancellationToken cancellation)
    {
        int count = 0;
        int most = (int)Math.Min(8L * Length, view.Bytes / size);
        using TensorBytes bytes = new(storage, view, 1 << 20);
        for (ReadOnlySpan<byte> chunk = bytes.Next(); !chunk.IsEmpty && count < most; chunk = bytes.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            for (int at = 0; at < chunk.Length && count < most; at += size, count++)
            {
                low[2 * count] = chunk[at];
                low[(2 * count) + 1] = chunk[at + 1];
            }
        }

        return count;
    }

    private static int Pack(ReadOnlySpan<byte> low, int width, bool highFirst, Span<byte> stream)
    {
        if (width >= 8)
        {
            int step = width / 8;
            int bytes = Math.Min(stream.Length, low.Length / 2 * step);
            for (int i = 0; i < bytes; i++)
            {
                // Sixteen bits come as they lie, or the high byte first.
                stream[i] = step == 1 ? low[2 * i] : low[highFirst ? i ^ 1 : i];
            }

            return bytes;
        }

        int perByte = 8 / width;
        int mask = (1 << width) - 1;
        int length = Math.Min(stream.Length, low.Length / 2 / perByte);
        for (int i = 0; i < length; i++)
        {
            int value = 0;
            for (int j = 0; j < perByte; j++)
            {
                int part = low[2 * ((i * perByte) + j)] & mask;
                value |= part << (width * (highFirst ? perByte - 1 - j : j));
            }

            stream[i] = (byte)value;
        }

        return length;
    }
}
