// Reads a pickle one opcode at a time.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>
/// Reads a pickle one opcode at a time through a window of bounded size. It allocates nothing and never throws on bytes: an error
/// is sticky and <see cref="Read"/> stays false. Payloads are stepped over, not copied. It is a mutable struct: keep it in one place.
/// </summary>
internal partial struct PickleReader
{
    /// <summary>Zero bytes kept behind the window, so that a fixed argument can be read before its end is checked.</summary>
    public const int Slack = 16;

    private const int FirstFill = 2048;
    private const int ShortStep = 4096;
    private const int LongStep = 32 << 10;
    private const int LongLine = 64 << 10;

    private static readonly ulong[] s_masks = [0, 0xFF, 0xFFFF, 0, 0xFFFFFFFF, 0, 0, 0, ulong.MaxValue];

    private readonly ByteSource _source;
    private readonly byte[] _window;
    private readonly int _capacity;
    private readonly int _nameLimit;
    private readonly long _lineLimit;
    private readonly long _end;
    private long _start;
    private int _length;
    private int _at;
    private int _ahead;
    private long _frameEnd = long.MaxValue;

    /// <summary>Reads <paramref name="source"/> from <paramref name="offset"/> up to <paramref name="end"/>.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="offset">Where to start.</param>
    /// <param name="end">Where the data counts as ended; at most the source's length.</param>
    /// <param name="window">A buffer of at least 64 bytes and <see cref="Slack"/>; its content is lost.</param>
    /// <param name="nameLimit">The longest line accepted of a module or a name, which nothing longer is.</param>
    /// <param name="lineLimit">The longest line accepted of a number or a text; it is stepped over, not kept.</param>
    public PickleReader(ByteSource source, long offset, long end, byte[] window, int nameLimit, long lineLimit = long.MaxValue)
    {
        _source = source;
        _window = window;
        _capacity = window.Length - Slack;
        _nameLimit = nameLimit;
        _lineLimit = lineLimit;
        _end = end;
        _start = offset;
        _ahead = offset == 0 ? _capacity : Math.Min(_capacity, FirstFill);
    }

    /// <summary>The opcode just read.</summary>
    public Op Opcode { get; private set; }

    /// <summary>Its offset.</summary>
    public long Offset { get; private set; }

    /// <summary>The fixed part of its argument, or the length of its payload.</summary>
    public ulong Number { get; private set; }

    /// <summary>Where its payload or (first) line starts.</summary>
    public long PayloadOffset { get; private set; }

    /// <summary>Whether the payload does not lie right behind its opcode: a read dropped the rest of a frame.</summary>
    public bool PayloadMoved { get; private set; }

    /// <summary>The length of its payload, or of its first line without the newline.</summary>
    public long PayloadLength { get; private set; }

    /// <summary>Where the second line starts and how long it is without its newline; GLOBAL and INST only.</summary>
    public ByteRange SecondLine { get; private set; }

    /// <summary>Whether a line ended with the data instead of a newline.</summary>
    public bool LineWithoutNewline { get; private set; }

    /// <summary>Where the frame ends in which opcodes are read, as far as the dialect cares; else no frame.</summary>
    public long FrameEnd
    {
        readonly get => _frameEnd;
        set => (_frameEnd, FrameNext) = (value, value);
    }

    /// <summary>Where the file goes on behind the frame: at its end, unless somebody read on there.</summary>
    public long FrameNext { get; set; } = long.MaxValue;

    /// <summary>Whether there is more to read in a frame.</summary>
    public readonly bool InFrame => _frameEnd != long.MaxValue && Position < _frameEnd;

    /// <summary>Whether reads that cross the end of a frame behave as in <see cref="Dialect"/>; otherwise frames mean nothing.</summary>
    public bool ObeysFrames { get; set; }

    /// <summary>The unpickler that is followed.</summary>
    public PickleDialect Dialect { get; set; }

    /// <summary>The offset of the next opcode.</summary>
    public readonly long Position => _start + _at;

    /// <summary>How reading ended; <see cref="PickleEnding.Stop"/> while it did not.</summary>
    public PickleEnding Error { get; private set; }

    /// <summary>Moves to another offset.</summary>
    public void Seek(long offset)
    {
        long into = offset - _start;
        if (into >= 0 && into <= _length)
        {
            _at = (int)into;
        }
        else
        {
            _start = offset;
            _length = 0;
            _at = 0;
        }
    }

    /// <summary>What the window holds of the next opcodes, as far as one frame and nothing but the window decides how they are read.</summary>
    public readonly ReadOnlySpan<byte> Ahead(long frameEnd) => ObeysFrames || Error != PickleEnding.Stop
        ? default
        : _window.AsSpan(_at, (int)Math.Clamp(frameEnd - Position, 0, _length - _at));

    /// <summary>Somebody else has read an opcode without an argument out of <see cref="Ahead"/>, and all before it.</summary>
    public void Pass(long offset, Op opcode)
    {
        Offset = offset;
        Opcode = opcode;
        _at = (int)(offset - _start) + 1;
    }

    /// <summary>Reads the next opcode. False when the data ended or broke; <see cref="Error"/> says how.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Read()
    {
        if (ObeysFrames)
        {
            return ReadFramed();
        }

        if (_at + 9 > _length && !More())
        {
            return false;
        }

        // The slack behind the window lets the argument be read before its end is known.
        ReadOnlySpan<byte> nine = _window.AsSpan(_at, 9);
        byte code = nine[0];
        byte layout = OpcodeTable.Layout[code];
        Offset = _start + _at;
        Opcode = (Op)code;
        // Steps of constant length: the processor goes on with the next opcode while it still looks this one up.
        switch (layout)
        {
            case 0:
                _at += 1;
                break;
            case 1:
                Number = nine[1];
                _at += 2;
                break;
            case 2:
                Number = BinaryPrimitives.ReadUInt16LittleEndian(nine[1..]);
                _at += 3;
                break;
            case 4:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(nine[1..]);
                _at += 5;
                break;
            case 8:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(nine[1..]);
                _at += 9;
                break;
            default:
                return ReadVariable(layout);
        }

        return _at <= _length || Overrun();
    }

    /// <summary>The code of the next opcode, without reading it; false at the end of the data.</summary>
    public bool TryPeek(out byte code)
    {
        bool there = _at < _length || More();
        code = there ? _window[_at] : (byte)0;
        return there;
    }

    /// <summary>A fixed argument reaches over the end of the data: what there was of it is read.</summary>
    private bool Overrun()
    {
        _at = _length;
        return Fail(PickleEnding.Truncated);
    }

    /// <summary>The payload, or its start where it is longer than the window; valid until the next read.</summary>
    public readonly ReadOnlySpan<byte> PayloadInWindow()
    {
        long into = PayloadOffset - _start;
        return into >= 0 && into + PayloadLength <= _length
            ? _window.AsSpan((int)into, (int)PayloadLength)
            : default;
    }

    /// <summary>A range that lies in the window, or nothing.</summary>
    public readonly ReadOnlySpan<byte> InWindow(long offset, long length)
    {
        long into = offset - _start;
        return into >= 0 && into + length <= _length ? _window.AsSpan((int)into, (int)length) : default;
    }

    private bool ReadVariable(byte layout)
    {
        // Nearly all payloads are short strings that lie in the window with their length. Here as well, each length of the length has its
        // own steps.
        if (layout == (OpcodeTable.CountedFlag | 1) && _at + 2 <= _length && _window[_at + 1] <= _length - _at - 2)
        {
            return Counted(_window[_at + 1], 2);
        }

        if (layout == (OpcodeTable.CountedFlag | 4) && _at + 5 <= _length
            && BinaryPrimitives.ReadUInt32LittleEndian(_window.AsSpan(_at + 1)) is uint length4 && length4 <= _length - _at - 5)
        {
            return Counted((int)length4, 5);
        }

        if (layout == OpcodeTable.UnknownLayout)
        {
            return Fail(PickleEnding.UnknownOpcode);
        }

        if ((layout & OpcodeTable.LineFlag) != 0)
        {
            _at++;
            LineWithoutNewline = false;
            bool pair = Opcode is Op.GLOBAL or Op.INST;
            if (!ReadLine(out ByteRange first))
            {
                return false;
            }

            PayloadOffset = first.Offset;
            PayloadLength = first.Length;
            if (!pair)
            {
                return true;
            }

            if (!ReadLine(out ByteRange second))
            {
                return false;
            }

            SecondLine = second;
            return true;
        }

        int width = layout & 15;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(_window.AsSpan(_at + 1, 8)) & s_masks[width];
        if (_at + 1 + width > _length)
        {
            return Fail(PickleEnding.Truncated);
        }

        if ((layout & OpcodeTable.SignedFlag) != 0 && (int)length < 0)
        {
            return Fail(PickleEnding.BadArgument);
        }

        _at += 1 + width;
        Number = length;
        PayloadOffset = _start + _at;
        long left = _end - PayloadOffset;
        if (length > (ulong)left)
        {
            return Fail(PickleEnding.Truncated);
        }

        PayloadLength = (long)length;
        if (PayloadLength <= _length - _at)
        {
            _at += (int)PayloadLength;
        }
        else if (PayloadLength <= _capacity)
        {
            // Bring the payload into the window: somebody may look at it.
            long next = PayloadOffset + PayloadLength;
            Fill(PayloadOffset, (int)PayloadLength);
            Seek(next);
        }
        else
        {
            Seek(PayloadOffset + PayloadLength);
        }

        return true;
    }

    /// <summary>Takes a payload that lies in the window, behind an opcode and a length of <paramref name="before"/> bytes.</summary>
    private bool Counted(int length, int before)
    {
        Number = (ulong)length;
        PayloadLength = length;
        PayloadOffset = _start + _at + before;
        _at += before + length;
        return true;
    }

    private bool ReadLine(out ByteRange line)
    {
        line = default;
        long start = Position;
        ReadOnlySpan<byte> inside = _window.AsSpan(_at, _length - _at);
        int newline = inside.IndexOf((byte)'\n');
        if (newline >= 0)
        {
            _at += newline + 1;
            line = new ByteRange(start, newline);
            return true;
        }

        // The line crosses the window's end: look on in steps, without keeping the bytes.
        long limit = Opcode is Op.GLOBAL or Op.INST ? _nameLimit : _lineLimit;
        Span<byte> step = stackalloc byte[LongStep];
        long at = start + inside.Length;
        while (at < _end && at - start <= limit)
        {
            int length = at - start < LongLine ? ShortStep : LongStep;
            int got = _source.ReadAt(at, step[..(int)Math.Min(length, _end - at)]);
            if (got == 0)
            {
                break;
            }

            int found = step[..got].IndexOf((byte)'\n');
            if (found >= 0)
            {
                line = new ByteRange(start, at + found - start);
                Seek(at + found + 1);
                return true;
            }

            at += got;
        }

        if (at - start > limit)
        {
            return Fail(PickleEnding.Limit);
        }

        LineWithoutNewline = true;
        line = new ByteRange(start, _end - start);
        Seek(_end);
        return true;
    }

    /// <summary>Fills the window from the next opcode on. False at the end of the data.</summary>
    private bool More()
    {
        if (Error != PickleEnding.Stop)
        {
            return false;
        }

        long position = Position;
        if (_start + _length < _end)
        {
            Fill(position, 0);
        }

        return _at < _length || Fail(position >= _end ? PickleEnding.EndOfData : PickleEnding.Truncated);
    }

    private void Fill(long from, int needed)
    {
        _start = from;
        _at = 0;

        // A pickle behind another is often tiny: a million of two bytes must not read a window each.
        int ahead = Math.Max(_ahead, needed);
        _ahead = (int)Math.Min(_capacity, 4L * _ahead);
        int wanted = (int)Math.Min(ahead, Math.Max(0, _end - from));
        _length = wanted == 0 ? 0 : _source.ReadAt(from, _window.AsSpan(0, wanted));
        _window.AsSpan(_length, Slack).Clear();
    }

    private bool Fail(PickleEnding error)
    {
        Error = error;
        if (error is PickleEnding.EndOfData)
        {
            Offset = Position;
        }

        return false;
    }
}
