// Undoes the symbols of LZMA: the range coder and the model of what comes next.
using System.Runtime.CompilerServices;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>
/// Undoes LZMA as the LZMA specification describes it. The same machine undoes the chunks of LZMA2, which say how many bytes go in and come out.
/// </summary>
internal sealed class LzmaMachine(SourceStream input, InflatedSink sink, LzmaWindow window)
{
    // Measured: a literal with its eight bits, and a match with its length and distance.
    private const long LiteralWork = 30;
    private const long MatchWork = 60;
    private const int BytesOfWork = 2;

    /// <summary>The most bytes that one symbol takes.</summary>
    private const int LongestSymbol = 32;

    private const int BufferSize = 32 << 10;
    private const uint Top = 1 << 24;
    private const int ModelBits = 11;
    private const int MoveBits = 5;
    private const ushort Even = 1 << (ModelBits - 1);
    private const int MatchMin = 2;
    private const int States = 12;
    private const int PositionStates = 16;

    // Where each part of the model begins.
    private const int IsMatch = 0;
    private const int IsRep = IsMatch + (States * PositionStates);
    private const int IsRep0 = IsRep + States;
    private const int IsRep1 = IsRep0 + States;
    private const int IsRep2 = IsRep1 + States;
    private const int IsRep0Long = IsRep2 + States;
    private const int PositionSlots = IsRep0Long + (States * PositionStates);
    private const int PositionBits = PositionSlots + (4 * 64);
    private const int AlignBits = PositionBits + 128;
    private const int MatchLength = AlignBits + 16;
    private const int LengthSize = 2 + (PositionStates * 8 * 2) + 256;
    private const int RepLength = MatchLength + LengthSize;
    private const int Literals = RepLength + LengthSize;
    private const int LiteralSize = 0x300;

    private readonly byte[] _buffer = new byte[BufferSize + LongestSymbol];
    private ushort[] _model = [];
    private int _literalContext;
    private int _literalPosition;
    private int _positionMask;
    private int _state;
    private uint _rep0;
    private uint _rep1;
    private uint _rep2;
    private uint _rep3;
    private uint _range;
    private uint _code;
    private int _at;
    private int _end;

    /// <summary>Sets what the stream's properties byte says; false when that is out of range.</summary>
    public bool TrySetProperties(int properties, int mostLiteralBits)
    {
        if (properties >= 9 * 5 * 5)
        {
            return false;
        }

        _literalContext = properties % 9;
        _literalPosition = properties / 9 % 5;
        _positionMask = (1 << (properties / 45)) - 1;
        return _literalContext + _literalPosition <= mostLiteralBits;
    }

    /// <summary>Begins anew: nothing is known of what comes.</summary>
    public void ResetState()
    {
        int size = Literals + (LiteralSize << (_literalContext + _literalPosition));
        sink.SpendWork(size / 4);
        if (_model.Length < size)
        {
            sink.Hold((size - _model.Length) * (long)sizeof(ushort));
            _model = new ushort[size];
        }

        _model.AsSpan(0, size).Fill(Even);
        _state = 0;
        _rep0 = _rep1 = _rep2 = _rep3 = 0;
    }

    /// <summary>
    /// Undoes symbols until <paramref name="size"/> bytes came out or there is an end mark, from <paramref name="packed"/> bytes at most. Returns
    /// whether there was an end mark. The input then stands behind the last byte that was used.
    /// </summary>
    public bool Run(long size, long packed)
    {
        long ends = input.Position + Math.Min(packed, input.Left);
        _at = _end = 0;
        try
        {
            Fill(ends);
            if (_end < 5)
            {
                _at = _end;
                throw Early(ends);
            }

            if (_buffer[0] != 0)
            {
                throw new MalformedException(input.Position, "The LZMA stream is broken: its first byte is not zero.");
            }

            _range = uint.MaxValue;
            _code = ((uint)_buffer[1] << 24) | ((uint)_buffer[2] << 16) | ((uint)_buffer[3] << 8) | _buffer[4];
            _at = 5;
            return Symbols(size, ends);
        }
        finally
        {
            input.Position -= Math.Max(0, _end - _at);
            window.Flush();
        }
    }

    /// <summary>Whether the range coder ended as its encoder ends it.</summary>
    public bool IsFinished => _code == 0;

    private static MalformedException Broken(SourceStream input) =>
        new(input.Position, "The LZMA stream is broken: it refers to bytes before its start.");

    private MalformedException Early(long ends)
    {
        input.NoteDry(ends);
        return new MalformedException(input.Position, "The LZMA stream ends early.");
    }

    /// <summary>Puts more input behind what is left of it; zeros stand in behind its end.</summary>
    private int Fill(long ends)
    {
        _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
        _end -= _at;
        _at = 0;
        int wanted = (int)Math.Min(BufferSize - _end, ends - input.Position);
        int got;
        while (wanted > 0 && (got = input.Read(_buffer.AsSpan(_end, wanted))) > 0)
        {
            _end += got;
            wanted -= got;
        }

        _buffer.AsSpan(_end).Clear();
        return _end;
    }

    private bool Symbols(long size, long ends)
    {
        ushort[] model = _model;
        byte[] buffer = _buffer;
        uint range = _range;
        uint code = _code;
        int at = _at;
        int state = _state;
        long left = size;
        long work = 0;
        bool marked = false;
        int end = _end;
        int full = -1;
        try
        {
            while (left > 0)
            {
                if (at > full)
                {
                    _at = at;
                    end = Fill(ends);
                    full = input.Position < ends ? end - LongestSymbol : int.MaxValue;
                    at = 0;
                    sink.SpendWork(work);
                    work = 0;
                    window.FlushMuch();
                }

                int position = (int)window.Total & _positionMask;
                if (Bit(model, IsMatch + (state << 4) + position, buffer, ref range, ref code, ref at) == 0)
                {
                    work += LiteralWork;
                    byte literal = Literal(model, buffer, state, ref range, ref code, ref at);
                    if (at > end)
                    {
                        throw Early(ends);
                    }

                    window.Put(literal);
                    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
                    left--;
                    continue;
                }

                int length;
                if (Bit(model, IsRep + state, buffer, ref range, ref code, ref at) == 0)
                {
                    (_rep3, _rep2, _rep1) = (_rep2, _rep1, _rep0);
                    length = Length(model, MatchLength, position, buffer, ref range, ref code, ref at);
                    _rep0 = Distance(model, Math.Min(length, 3), buffer, ref range, ref code, ref at);
                    state = state < 7 ? 7 : 10;
                    if (_rep0 == uint.MaxValue)
                    {
                        marked = true;
                        break;
                    }
                }
                else
                {
                    if (Bit(model, IsRep0 + state, buffer, ref range, ref code, ref at) != 0)
                    {
                        Recall(model, state, buffer, ref range, ref code, ref at);
                    }
                    else if (Bit(model, IsRep0Long + (state << 4) + position, buffer, ref range, ref code, ref at) == 0)
                    {
                        if (at > end)
                        {
                            throw Early(ends);
                        }

                        work += LiteralWork;
                        if (!window.Reaches(_rep0 + 1))
                        {
                            throw Broken(input);
                        }

                        state = state < 7 ? 9 : 11;
                        window.Put(window.Back(_rep0 + 1));
                        left--;
                        continue;
                    }

                    length = Length(model, RepLength, position, buffer, ref range, ref code, ref at);
                    state = state < 7 ? 8 : 11;
                }

                if (at > end)
                {
                    throw Early(ends);
                }

                length += MatchMin;
                work += MatchWork + (length / BytesOfWork);
                if (!window.Reaches(_rep0 + 1))
                {
                    throw Broken(input);
                }

                int count = (int)Math.Min(length, left);
                window.Copy((int)(_rep0 + 1), count);
                left -= count;
                if (count < length)
                {
                    throw new MalformedException(input.Position, "The LZMA stream is broken: a match reaches over its end.");
                }

                if (work >= 1 << 20)
                {
                    sink.SpendWork(work);
                    work = 0;
                    window.FlushMuch();
                }
            }

            Normalise(buffer, ref range, ref code, ref at);
            if (at > end)
            {
                throw Early(ends);
            }

            sink.SpendWork(work);
            return marked;
        }
        finally
        {
            _range = range;
            _code = code;
            _at = Math.Min(at, end);
            _state = state;
        }
    }

    private byte Literal(ushort[] model, byte[] buffer, int state, ref uint theRange, ref uint theCode, ref int place)
    {
        // What the coder holds is kept in registers here and below: behind references it would go through memory between any two bits.
        (uint range, uint code, int at) = (theRange, theCode, place);
        int context = (((int)window.Total & ((1 << _literalPosition) - 1)) << _literalContext) + (window.Last >> (8 - _literalContext));
        int start = Literals + (LiteralSize * context);
        int symbol = 1;
        if (state >= 7)
        {
            if (!window.Reaches(_rep0 + 1))
            {
                throw Broken(input);
            }

            int match = window.Back(_rep0 + 1) << 1;
            int offset = 0x100;
            while (symbol < 0x100)
            {
                int expected = match & offset;
                match <<= 1;
                int bit = EvenBit(model, start + offset + expected + symbol, buffer, ref range, ref code, ref at);
                symbol = (symbol << 1) | bit;
                offset &= expected ^ (bit - 1);
            }
        }
        else
        {
            while (symbol < 0x100)
            {
                symbol = (symbol << 1) | EvenBit(model, start + symbol, buffer, ref range, ref code, ref at);
            }
        }

        (theRange, theCode, place) = (range, code, at);
        return (byte)symbol;
    }

    /// <summary>Takes one of the three distances before the last one, which becomes the last.</summary>
    private void Recall(ushort[] model, int state, byte[] buffer, ref uint range, ref uint code, ref int at)
    {
        uint distance = _rep1;
        if (Bit(model, IsRep1 + state, buffer, ref range, ref code, ref at) != 0)
        {
            distance = _rep2;
            if (Bit(model, IsRep2 + state, buffer, ref range, ref code, ref at) != 0)
            {
                distance = _rep3;
                _rep3 = _rep2;
            }

            _rep2 = _rep1;
        }

        _rep1 = _rep0;
        _rep0 = distance;
    }

    private static int Length(ushort[] model, int start, int position, byte[] buffer, ref uint theRange, ref uint theCode, ref int place)
    {
        (uint range, uint code, int at) = (theRange, theCode, place);
        int first = 0;
        int tree = start + 2 + (position << 3);
        int bits = 3;
        if (Bit(model, start, buffer, ref range, ref code, ref at) != 0)
        {
            if (Bit(model, start + 1, buffer, ref range, ref code, ref at) == 0)
            {
                first = 8;
                tree += PositionStates * 8;
            }
            else
            {
                first = 16;
                tree = start + 2 + (PositionStates * 8 * 2);
                bits = 8;
            }
        }

        int length = first + Tree(model, tree, bits, buffer, ref range, ref code, ref at);
        (theRange, theCode, place) = (range, code, at);
        return length;
    }

    private static uint Distance(ushort[] model, int length, byte[] buffer, ref uint theRange, ref uint theCode, ref int place)
    {
        (uint range, uint code, int at) = (theRange, theCode, place);
        int slot = Tree(model, PositionSlots + (length << 6), 6, buffer, ref range, ref code, ref at);
        uint distance = (uint)slot;
        if (slot >= 4)
        {
            int bits = (slot >> 1) - 1;
            distance = (2u | ((uint)slot & 1)) << bits;
            int start = PositionBits + (int)distance - slot;
            if (slot >= 14)
            {
                uint direct = 0;
                for (int i = bits - 4; i > 0; i--)
                {
                    Normalise(buffer, ref range, ref code, ref at);
                    range >>= 1;
                    uint fits = (code - range) >> 31;
                    code -= range & (fits - 1);
                    direct = (direct << 1) | (1 - fits);
                }

                distance += direct << 4;
                start = AlignBits;
                bits = 4;
            }

            distance += Reversed(model, start, bits, buffer, ref range, ref code, ref at);
        }

        (theRange, theCode, place) = (range, code, at);
        return distance;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Tree(ushort[] model, int start, int bits, byte[] buffer, ref uint range, ref uint code, ref int at)
    {
        int symbol = 1;
        for (int i = 0; i < bits; i++)
        {
            symbol = (symbol << 1) | EvenBit(model, start + symbol, buffer, ref range, ref code, ref at);
        }

        return symbol - (1 << bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Reversed(ushort[] model, int start, int bits, byte[] buffer, ref uint range, ref uint code, ref int at)
    {
        int symbol = 1;
        uint value = 0;
        for (int i = 0; i < bits; i++)
        {
            int bit = EvenBit(model, start + symbol, buffer, ref range, ref code, ref at);
            symbol = (symbol << 1) | bit;
            value |= (uint)bit << i;
        }

        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Normalise(byte[] buffer, ref uint range, ref uint code, ref int at)
    {
        if (range < Top)
        {
            range <<= 8;
            code = (code << 8) | buffer[at++];
        }
    }

    /// <summary>A bit that mostly comes as expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bit(ushort[] model, int index, byte[] buffer, ref uint range, ref uint code, ref int at)
    {
        Normalise(buffer, ref range, ref code, ref at);
        ref ushort chance = ref model[index];
        uint bound = (range >> ModelBits) * chance;
        if (code < bound)
        {
            range = bound;
            chance += (ushort)(((1 << ModelBits) - chance) >> MoveBits);
            return 0;
        }

        range -= bound;
        code -= bound;
        chance -= (ushort)(chance >> MoveBits);
        return 1;
    }

    /// <summary>A bit of a literal, a length or a distance: a processor cannot guess those, and a wrong guess costs more than all of this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EvenBit(ushort[] model, int index, byte[] buffer, ref uint range, ref uint code, ref int at)
    {
        Normalise(buffer, ref range, ref code, ref at);
        ref ushort chance = ref model[index];
        int before = chance;
        uint bound = (range >> ModelBits) * (uint)before;

        // All ones where the bit is 0. Rounding up by what the shift drops makes one step of both directions.
        long over = (long)code - bound;
        int zero = (int)(over >> 63);
        chance = (ushort)(before - ((before + (zero & ((1 << MoveBits) - 1 - (1 << ModelBits)))) >> MoveBits));
        range = bound + (~(uint)zero & (range - bound - bound));
        code = (uint)over + (bound & (uint)zero);
        return 1 + zero;
    }
}
