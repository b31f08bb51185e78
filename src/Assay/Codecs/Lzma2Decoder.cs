// Undoes LZMA2: chunks of LZMA or of bytes as they are.
using System.Buffers.Binary;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>Undoes LZMA2 streams, one after the other, in one window and one model.</summary>
internal sealed class Lzma2Decoder : IDisposable
{
    private const int MostLiteralBits = 4;
    private const long ChunkWork = 500;

    private readonly SourceStream _input;
    private readonly InflatedSink _sink;
    private readonly LzmaWindow _window;
    private readonly LzmaMachine _machine;
    private bool _needsReset;
    private bool _needsProperties;

    public Lzma2Decoder(SourceStream input, InflatedSink sink)
    {
        _input = input;
        _sink = sink;
        _window = new LzmaWindow(sink);
        _machine = new LzmaMachine(input, sink, _window);
    }

    public void Dispose() => _window.Dispose();

    /// <summary>Undoes one stream up to its end mark; <paramref name="output"/> takes what comes out.</summary>
    public void Decode(int window, Action<ReadOnlyMemory<byte>> output)
    {
        // What came out of the block before is passed on: nothing of this one goes there, and nothing goes to that one any more.
        _window.Output = output;
        _window.Reset(window);
        _needsReset = _needsProperties = true;
        try
        {
            while (Chunk(window))
            {
            }
        }
        finally
        {
            _window.Flush();
        }
    }

    private bool Chunk(int window)
    {
        _sink.SpendWork(ChunkWork);
        int control = _input.ReadByte();
        if (control == 0)
        {
            return false;
        }

        if (control < 0)
        {
            throw new MalformedException(_input.Position, "The LZMA2 stream ends early.");
        }

        if (control is 1 or >= 0xE0)
        {
            _window.Reset(window);
            _needsReset = false;
            _needsProperties = true;
        }

        if (_needsReset || control is > 2 and < 0x80)
        {
            throw Broken();
        }

        Span<byte> sizes = stackalloc byte[4];
        if (control < 0x80)
        {
            _input.Need(sizes[..2]);
            Plain(BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1);
            return true;
        }

        _input.Need(sizes);
        int size = (((control & 31) << 16) | BinaryPrimitives.ReadUInt16BigEndian(sizes)) + 1;
        int packed = BinaryPrimitives.ReadUInt16BigEndian(sizes[2..]) + 1;
        if (control >= 0xC0)
        {
            int properties = _input.ReadByte();
            if (properties < 0 || !_machine.TrySetProperties(properties, MostLiteralBits))
            {
                throw Broken();
            }

            _needsProperties = false;
        }

        if (_needsProperties)
        {
            throw Broken();
        }

        if (control >= 0xA0)
        {
            _machine.ResetState();
        }

        long ends = _input.Position + packed;
        if (_machine.Run(size, packed) || _input.Position != ends || !_machine.IsFinished)
        {
            throw Broken();
        }

        return true;
    }

    private void Plain(int size)
    {
        while (size > 0)
        {
            ReadOnlySpan<byte> ready = _input.Ready();
            if (ready.IsEmpty)
            {
                _input.NoteDry(_input.Position);
                throw new MalformedException(_input.Position, "The LZMA2 stream ends early.");
            }

            ready = ready[..Math.Min(size, ready.Length)];
            _window.Append(ready);
            _input.Position += ready.Length;
            size -= ready.Length;
        }
    }

    private MalformedException Broken() => new(_input.Position, "The LZMA2 stream is broken.");
}
