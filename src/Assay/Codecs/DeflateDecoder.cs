// Undoes deflate and Deflate64, to the very byte where a stream breaks.
using System.Buffers;
using System.Buffers.Binary;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>
/// Undoes deflate (RFC 1951) and Deflate64. The decoder of the runtime can neither tell where a stream ends nor keep what came out
/// before a break, and both are what hostile files play with; so this is our own.
/// </summary>
internal sealed class DeflateDecoder
{
    private const int Window = 64 << 10;
    private const int BufferSize = 4 * Window;
    private const int EndOfBlock = 256;
    private static readonly byte[] s_order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private static readonly ushort[] s_lengthBase =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static readonly byte[] s_lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    // Measured: a stream, a block with codes of its own, a block with the fixed ones.
    private const long StreamWork = 4_000;
    private const long DynamicBlockWork = 6_000;
    private const long FixedBlockWork = 50;

    private static readonly HuffmanTable s_fixedLiterals = FixedLiterals();
    private static readonly HuffmanTable s_fixedDistances = FixedDistances();

    private readonly SourceStream _input;
    private readonly InflatedSink _sink;
    private readonly Action<ReadOnlyMemory<byte>>? _observe;
    private readonly bool _wide;
    private readonly byte[] _out = ArrayPool<byte>.Shared.Rent(BufferSize);
    private readonly byte[] _lengths = new byte[320];
    private readonly HuffmanTable _literals = new(288);
    private readonly HuffmanTable _distances = new(32);
    private ulong _bits;
    private int _bitCount;
    private int _padding;
    private int _at;
    private int _flushed;

    private DeflateDecoder(SourceStream input, InflatedSink sink, bool wide, Action<ReadOnlyMemory<byte>>? observe)
    {
        _input = input;
        _sink = sink;
        _wide = wide;
        _observe = observe;
    }

    /// <summary>Decodes one stream; afterwards the input stands on the byte behind it. A break is a <see cref="MalformedException"/>.</summary>
    public static string? Decode(SourceStream input, InflatedSink sink, bool wide, Action<ReadOnlyMemory<byte>>? observe = null)
    {
        sink.SpendWork(StreamWork);
        DeflateDecoder decoder = new(input, sink, wide, observe);
        try
        {
            decoder.Run();
        }
        finally
        {
            // Whole bytes that were taken into the bit buffer and not used belong to whoever comes next.
            input.Position -= Math.Max(0, (decoder._bitCount >> 3) - decoder._padding);
            ArrayPool<byte>.Shared.Return(decoder._out);
        }

        return null;
    }

    private void Run()
    {
        try
        {
            bool last;
            do
            {
                last = Take(1) != 0;
                switch (Take(2))
                {
                    case 0:
                        Stored();
                        break;
                    case 1:
                        _sink.SpendWork(FixedBlockWork);
                        Compressed(s_fixedLiterals, s_fixedDistances);
                        break;
                    case 2:
                        _sink.SpendWork(DynamicBlockWork);
                        Dynamic();
                        Compressed(_literals, _distances);
                        break;
                    default:
                        throw Broken("A deflate block has the reserved type 3.");
                }
            }
            while (!last);
        }
        catch (Exception e) when (e is MalformedException or ScanStopException)
        {
            Flush();
            throw;
        }

        Flush();
    }

    private MalformedException Broken(string what) => new(_input.Position, what);

    private void Refill()
    {
        ReadOnlySpan<byte> ready = _input.Ready();
        if (ready.Length >= 8)
        {
            int take = (63 - _bitCount) >> 3;
            ulong fresh = BinaryPrimitives.ReadUInt64LittleEndian(ready) & ((1UL << (take << 3)) - 1);
            _bits |= fresh << _bitCount;
            _bitCount += take << 3;
            _input.Position += take;
            return;
        }

        while (_bitCount <= 48)
        {
            int next = _input.ReadByte();
            if (next < 0)
            {
                // Zeros stand in for what is missing, so that a code that ends exactly with the input can still be looked up.
                _padding++;
                next = 0;
            }

            _bits |= (ulong)(uint)next << _bitCount;
            _bitCount += 8;
        }
    }

    private void Drop(int count)
    {
        _bits >>= count;
        _bitCount -= count;
        if (_padding > 0 && _bitCount < _padding * 8)
        {
            throw Broken("The deflate stream ends early.");
        }
    }

    private int Take(int count)
    {
        if (_bitCount < count)
        {
            Refill();
        }

        int value = (int)(_bits & ((1UL << count) - 1));
        Drop(count);
        return value;
    }

    private void Stored()
    {
        Drop(_bitCount & 7);
        int length = Take(16);
        int complement = Take(16);
        if ((length ^ complement) != 0xFFFF)
        {
            throw Broken("A stored deflate block contradicts its own length.");
        }

        while (length > 0 && _bitCount > 0)
        {
            Put((byte)Take(8));
            length--;
        }

        while (length > 0)
        {
            ReadOnlySpan<byte> ready = _input.Ready();
            if (ready.IsEmpty)
            {
                _input.ReadByte();
                throw Broken("The deflate stream ends early.");
            }

            Room();
            int count = Math.Min(Math.Min(length, ready.Length), BufferSize - _at);
            ready[..count].CopyTo(_out.AsSpan(_at));
            _at += count;
            _input.Position += count;
            length -= count;
        }
    }

    private static HuffmanTable FixedLiterals()
    {
        Span<byte> lengths = stackalloc byte[288];
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..].Fill(8);
        HuffmanTable table = new(288);
        _ = table.TryBuild(lengths);
        return table;
    }

    private static HuffmanTable FixedDistances()
    {
        Span<byte> lengths = stackalloc byte[32];
        lengths.Fill(5);
        HuffmanTable table = new(32);
        _ = table.TryBuild(lengths);
        return table;
    }

    private void Dynamic()
    {
        int literals = Take(5) + 257;
        int distances = Take(5) + 1;
        int codes = Take(4) + 4;
        Span<byte> lengths = _lengths;
        lengths.Clear();
        for (int i = 0; i < codes; i++)
        {
            lengths[s_order[i]] = (byte)Take(3);
        }

        if (!_literals.TryBuild(lengths[..19]))
        {
            throw Broken("A deflate block has an impossible code for its code lengths.");
        }

        lengths.Clear();
        int total = literals + distances;
        for (int at = 0; at < total;)
        {
            int symbol = Symbol(_literals);
            if (symbol < 16)
            {
                lengths[at++] = (byte)symbol;
                continue;
            }

            if (symbol == 16 && at == 0)
            {
                throw Broken("A deflate block repeats a code length that is not there.");
            }

            byte value = symbol == 16 ? lengths[at - 1] : (byte)0;
            int repeat = symbol switch
            {
                16 => 3 + Take(2),
                17 => 3 + Take(3),
                _ => 11 + Take(7),
            };
            if (at + repeat > total)
            {
                throw Broken("A deflate block repeats a code length too often.");
            }

            lengths.Slice(at, repeat).Fill(value);
            at += repeat;
        }

        if (literals > 288 || !_literals.TryBuild(lengths[..literals]) || !_distances.TryBuild(lengths.Slice(literals, distances)))
        {
            throw Broken("A deflate block has an impossible code.");
        }
    }

    private int Symbol(HuffmanTable table)
    {
        if (_bitCount < HuffmanTable.LongestCode)
        {
            Refill();
        }

        int symbol = table.Decode(_bits, out int length);
        Drop(length);
        return symbol >= 0 ? symbol : throw Broken("A deflate block uses a code that it does not define.");
    }

    private void Compressed(HuffmanTable literals, HuffmanTable distances)
    {
        while (true)
        {
            int symbol = Symbol(literals);
            if (symbol < EndOfBlock)
            {
                Put((byte)symbol);
                continue;
            }

            if (symbol == EndOfBlock)
            {
                return;
            }

            symbol -= 257;
            if (symbol >= s_lengthBase.Length)
            {
                throw Broken("A deflate block uses a reserved length.");
            }

            // Deflate64 gives its last length code 16 extra bits over a base of 3.
            int length = _wide && symbol == 28 ? 3 + Take(16) : s_lengthBase[symbol] + Take(s_lengthExtra[symbol]);
            int distance = Symbol(distances);
            if (distance >= 30 && !_wide)
            {
                throw Broken("A deflate block uses a reserved distance.");
            }

            int extra = Math.Max(0, (distance >> 1) - 1);
            distance = distance < 2 ? distance + 1 : ((2 + (distance & 1)) << extra) + 1 + Take(extra);
            Copy(distance, length);
        }
    }

    private void Put(byte value)
    {
        if (_at == BufferSize)
        {
            Room();
        }

        _out[_at++] = value;
    }

    private void Copy(int distance, int length)
    {
        if (distance > _at)
        {
            throw Broken("A deflate block refers to bytes before the start.");
        }

        while (length > 0)
        {
            Room();
            int count = Math.Min(length, BufferSize - _at);
            length -= count;
            Span<byte> buffer = _out;
            if (distance >= count)
            {
                buffer.Slice(_at - distance, count).CopyTo(buffer[_at..]);
                _at += count;
                continue;
            }

            if (distance == 1)
            {
                buffer.Slice(_at, count).Fill(buffer[_at - 1]);
                _at += count;
                continue;
            }

            for (int end = _at + count; _at < end; _at++)
            {
                buffer[_at] = buffer[_at - distance];
            }
        }
    }

    private void Room()
    {
        if (_at < BufferSize)
        {
            return;
        }

        Flush();
        _out.AsSpan(BufferSize - Window).CopyTo(_out);
        _at = Window;
        _flushed = Window;
    }

    private void Flush()
    {
        ReadOnlyMemory<byte> fresh = _out.AsMemory(_flushed, _at - _flushed);
        _flushed = _at;
        _observe?.Invoke(fresh);
        _sink.Write(fresh.Span);
    }
}
