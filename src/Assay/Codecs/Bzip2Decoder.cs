// Undoes bzip2: streams one after the other.
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>
/// Undoes bzip2. Of a stream that breaks, the blocks before the break are kept, as the format's own library gives them. The layout is what
/// bzip2 1.0.8 reads.
/// </summary>
internal sealed class Bzip2Decoder : IDisposable
{
    private const uint BlockHigh = 0x314159;
    private const uint BlockLow = 0x265359;
    private const uint EndHigh = 0x177245;
    private const uint EndLow = 0x385090;

    private readonly SourceStream _input;
    private readonly BitsFromTheTop _bits;
    private readonly Bzip2Block _block;
    private bool _checksumIsWrong;

    private Bzip2Decoder(SourceStream input, InflatedSink sink)
    {
        _input = input;
        _bits = new BitsFromTheTop(input);
        _block = new Bzip2Block(_bits, sink);
    }

    public static string? Decode(SourceStream input, InflatedSink sink)
    {
        if (!IsStream(input))
        {
            throw new MalformedException(0, "There is no bzip2 header.");
        }

        using Bzip2Decoder decoder = new(input, sink);
        try
        {
            do
            {
                decoder.Stream();
            }
            while (IsStream(input));
            return decoder._checksumIsWrong ? "A checksum of the bzip2 stream is wrong." : null;
        }
        finally
        {
            decoder._bits.End();
        }
    }

    public void Dispose() => _block.Dispose();

    private static bool IsStream(SourceStream input)
    {
        ReadOnlySpan<byte> head = input.Peek(4);
        return head.Length == 4 && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9';
    }

    private void Stream()
    {
        int room = 100_000 * (_input.Peek(4)[3] - '0');
        _input.Skip(4);
        uint combined = 0;
        while (true)
        {
            uint high = _bits.Take(24);
            uint low = _bits.Take(24);
            uint checksum = _bits.Take(32);
            if (high == EndHigh && low == EndLow)
            {
                _checksumIsWrong |= checksum != combined;
                _bits.End();
                return;
            }

            if (high != BlockHigh || low != BlockLow)
            {
                throw new MalformedException(_input.Position, "The bzip2 stream is broken: no block begins where one should.");
            }

            uint found = _block.Decode(room);
            _checksumIsWrong |= found != checksum;
            combined = ((combined << 1) | (combined >> 31)) ^ found;
        }
    }
}
