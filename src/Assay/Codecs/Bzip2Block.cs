// Undoes one block of bzip2: Huffman codes, move to front, the Burrows-Wheeler transform, runs.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>Undoes the blocks of a bzip2 stream, one after the other, in one piece of memory.</summary>
internal sealed class Bzip2Block(BitsFromTheTop bits, InflatedSink sink) : IDisposable
{
    /// <summary>So many symbols are read by one code before the next is chosen.</summary>
    public const int GroupSize = 50;

    private const int MostSelectors = 18_002;

    /// <summary>Before the bytes by their order there is room for one, so that they can be read as they stand after a move.</summary>
    private const int FrontSpare = 1;
    private const int MostGroups = 6;
    private const int LongestRun = 2 << 20;

    // Measured: a block with nothing in it; one symbol of it; one byte before runs are undone.
    private const long BlockWork = 40_000;
    private const long SymbolWork = 8;
    private const long ByteWork = 16;

    private readonly Bzip2Code[] _codes = [new(), new(), new(), new(), new(), new()];
    private readonly byte[] _selectors = new byte[MostSelectors];
    private readonly byte[] _front = new byte[256 + FrontSpare];
    private readonly int[] _counts = new int[256];
    private readonly byte[] _out = PooledArrays.Rent<byte>(64 << 10);
    private uint[] _cells = [];
    private Bzip2Crc _crc;
    private int _at;

    public void Dispose()
    {
        PooledArrays.Return(_out);
        ReturnCells();
    }

    /// <summary>Undoes a block of at most <paramref name="room"/> bytes before runs are undone, and returns the checksum of what came out.</summary>
    public uint Decode(int room)
    {
        sink.SpendWork(BlockWork);
        bool scattered = bits.Take(1) != 0;
        int origin = (int)bits.Take(24);
        int used = Used();
        int groups = (int)bits.Take(3);
        int selectors = (int)bits.Take(15);
        if (used == 0 || groups is < 2 or > MostGroups || selectors == 0)
        {
            throw Broken();
        }

        Selectors(selectors, groups);
        for (int group = 0; group < groups; group++)
        {
            if (!_codes[group].TryRead(bits, used + 2))
            {
                throw Broken();
            }
        }

        int length = Symbols(Math.Min(selectors, MostSelectors), used + 1, room);
        if (origin >= length)
        {
            throw Broken();
        }

        sink.SpendWork(ByteWork * length);
        Link(length);
        _crc = new Bzip2Crc();
        try
        {
            return Put(length, origin, scattered);
        }
        finally
        {
            Flush();
        }
    }

    private static MalformedException Broken() => new(0, "The bzip2 stream is broken: a block contradicts itself.");

    /// <summary>Which bytes the block uses: at first they stand in the order of their values.</summary>
    private int Used()
    {
        int used = 0;
        uint rows = bits.Take(16);
        for (int row = 0; row < 16; row++)
        {
            uint columns = (rows & (0x8000u >> row)) != 0 ? bits.Take(16) : 0;
            for (int column = 0; column < 16; column++)
            {
                if ((columns & (0x8000u >> column)) != 0)
                {
                    _front[FrontSpare + used++] = (byte)((row * 16) + column);
                }
            }
        }

        return used;
    }

    private void Selectors(int count, int groups)
    {
        Span<byte> order = [0, 1, 2, 3, 4, 5];
        for (int i = 0; i < count; i++)
        {
            int place = 0;
            while (bits.Take(1) != 0)
            {
                if (++place >= groups)
                {
                    throw Broken();
                }
            }

            // More selectors than symbols could need are read and not kept.
            if (i < MostSelectors)
            {
                byte selected = order[place];
                order[..place].CopyTo(order[1..]);
                order[0] = selected;
                _selectors[i] = selected;
            }
        }
    }

    private int Symbols(int selectors, int end, int room)
    {
        Span<int> counts = _counts;
        counts.Clear();
        ref byte front = ref _front[FrontSpare];
        Span<short> symbols = stackalloc short[GroupSize];
        int length = 0;
        int run = 0;
        int weight = 1;
        Room(0, room);
        Span<uint> cells = _cells;
        for (int group = 0; group < selectors; group++)
        {
            sink.SpendWork(SymbolWork * GroupSize);
            foreach (int symbol in symbols[.._codes[_selectors[group]].Next(bits, end, symbols)])
            {
                if (symbol <= 1)
                {
                    // A run of the byte in front, its length in digits of 1 and 2.
                    if (symbol < 0 || weight >= LongestRun)
                    {
                        throw Broken();
                    }

                    run += weight << symbol;
                    weight <<= 1;
                    continue;
                }

                if (weight > 1)
                {
                    if (run > room - length)
                    {
                        throw Broken();
                    }

                    if (length + run > cells.Length)
                    {
                        cells = Room(length + run, room);
                    }

                    cells.Slice(length, run).Fill(front);
                    counts[front] += run;
                    length += run;
                    run = 0;
                    weight = 1;
                }

                if (symbol == end)
                {
                    return length;
                }

                if (length >= room)
                {
                    throw Broken();
                }

                if (length == cells.Length)
                {
                    cells = Room(length + 1, room);
                }

                byte value = ToFront(symbol - 1);
                counts[value]++;
                cells[length++] = value;
            }
        }

        throw Broken();
    }

    /// <summary>The byte at a place of the order, which becomes the first; those before it step back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte ToFront(int place)
    {
        byte[] order = _front;
        byte value = order[FrontSpare + place];
        if (place < Vector128<byte>.Count)
        {
            // Most bytes are near the front: all that may move there moves at once, without a loop whose end cannot be guessed.
            Vector128<byte> before = Vector128.LoadUnsafe(ref order[FrontSpare]);
            Vector128<byte> moved = Vector128.LoadUnsafe(ref order[0]);
            Vector128<byte> moves = Vector128.LessThanOrEqual(Vector128<byte>.Indices, Vector128.Create((byte)place));
            Vector128.ConditionalSelect(moves, moved, before).StoreUnsafe(ref order[FrontSpare]);
        }
        else
        {
            order.AsSpan(FrontSpare, place).CopyTo(order.AsSpan(FrontSpare + 1));
        }

        order[FrontSpare] = value;
        return value;
    }

    /// <summary>Cells grow with what comes out: the header's size is only the most that they may become.</summary>
    private Span<uint> Room(int wanted, int most)
    {
        const int First = 16 << 10;
        if (_cells.Length < Math.Max(wanted, Math.Min(First, most)))
        {
            int size = Math.Min(most, Math.Max(First, Math.Max(wanted, _cells.Length * 4)));
            sink.Hold((size - _cells.Length) * (long)sizeof(uint));
            uint[] larger = PooledArrays.Rent<uint>(size);
            _cells.CopyTo(larger, 0);
            ReturnCells();
            _cells = larger;
        }

        return _cells;
    }

    private void ReturnCells()
    {
        if (_cells.Length > 0)
        {
            PooledArrays.Return(_cells);
            _cells = [];
        }
    }

    /// <summary>Undoes the transform: above its byte, each cell gets the place of the one that follows.</summary>
    private void Link(int length)
    {
        Span<int> next = _counts;
        int sum = 0;
        for (int value = 0; value < 256; value++)
        {
            (next[value], sum) = (sum, sum + next[value]);
        }

        Span<uint> cells = _cells.AsSpan(0, length);
        for (int i = 0; i < cells.Length; i++)
        {
            cells[next[(int)(cells[i] & 0xFF)]++] |= (uint)i << 8;
        }
    }

    private uint Put(int length, int origin, bool scattered)
    {
        Span<uint> cells = _cells.AsSpan(0, length);
        byte[] fresh = _out;
        Bzip2Scatter scatter = new();
        uint cell = cells[origin];
        int last = -1;
        int same = 0;
        int at = 0;
        for (int i = 0; i < length; i++)
        {
            cell = cells[(int)(cell >> 8)];
            int value = (int)(cell & 0xFF) ^ (scattered ? scatter.Next() : 0);
            if (same == 4)
            {
                // Behind four equal bytes stands how many more of them follow.
                _at = at;
                Run((byte)last, value);
                at = _at;
                same = 0;
                last = -1;
                continue;
            }

            same = value == last ? same + 1 : 1;
            last = value;
            if (at == fresh.Length)
            {
                _at = at;
                Flush();
                at = 0;
            }

            fresh[at++] = (byte)value;
        }

        _at = at;
        if (same == 4)
        {
            throw Broken();
        }

        Flush();
        return _crc.Value;
    }

    private void Run(byte value, int count)
    {
        if (_out.Length - _at < count)
        {
            Flush();
        }

        _out.AsSpan(_at, count).Fill(value);
        _at += count;
    }

    private void Flush()
    {
        ReadOnlySpan<byte> fresh = _out.AsSpan(0, _at);
        _at = 0;
        _crc.Add(fresh);
        sink.Write(fresh);
    }
}
