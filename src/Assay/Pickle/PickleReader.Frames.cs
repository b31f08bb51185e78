// Reading across the ends of frames, where unpicklers part ways.
using System.Buffers.Binary;
using Assay.Bytes;

namespace Assay.Pickle;

internal partial struct PickleReader
{
    /// <summary>
    /// Reads an opcode read by read, as the unpicklers do. Without <c>peek</c> the C unpickler drops what is left of a frame when a read
    /// does not fit into it, and goes on behind the frame; the Python one raises.
    /// </summary>
    private bool ReadFramed()
    {
        PayloadMoved = false;
        if (Error != PickleEnding.Stop)
        {
            return false;
        }

        long at = Position;
        Offset = at;
        if (!Take(ref at, 1, out long start))
        {
            return Fail(at >= _end ? PickleEnding.EndOfData : PickleEnding.BadArgument);
        }

        Span<byte> bytes = stackalloc byte[8];
        if (_source.ReadAt(start, bytes[..1]) == 0)
        {
            return Fail(PickleEnding.EndOfData);
        }

        Offset = start;
        Opcode = (Op)bytes[0];
        byte layout = OpcodeTable.Layout[bytes[0]];
        if (layout == OpcodeTable.UnknownLayout)
        {
            return Fail(PickleEnding.UnknownOpcode);
        }

        if ((layout & OpcodeTable.LineFlag) != 0)
        {
            return ReadFramedLines(at);
        }

        int width = layout & 15;
        bytes.Clear();
        if (width > 0 && (!Take(ref at, width, out start) || _source.ReadAt(start, bytes[..width]) < width))
        {
            return Fail(PickleEnding.Truncated);
        }

        Number = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if ((layout & OpcodeTable.CountedFlag) != 0)
        {
            if ((layout & OpcodeTable.SignedFlag) != 0 && (int)Number < 0)
            {
                return Fail(PickleEnding.BadArgument);
            }

            PayloadOffset = at;
            if (Number > (ulong)(_end - at))
            {
                return Fail(PickleEnding.Truncated);
            }

            // Bytes are read in pieces and lose nothing; text is read at once.
            bool pieces = Dialect == PickleDialect.CStream && Opcode is Op.BINBYTES or Op.SHORT_BINBYTES or Op.BINBYTES8 or Op.BYTEARRAY8;
            PayloadLength = (long)Number;
            if (pieces)
            {
                at += PayloadLength;
                FrameEnd = at > FrameEnd ? long.MaxValue : FrameEnd;
            }
            else if (!Take(ref at, PayloadLength, out start))
            {
                return Fail(PickleEnding.Truncated);
            }
            else
            {
                PayloadOffset = start;
            }

            PayloadMoved = PayloadOffset != Offset + 1 + width;
        }

        Jump(at);
        return true;
    }

    private bool ReadFramedLines(long at)
    {
        LineWithoutNewline = false;
        int lines = Opcode is Op.GLOBAL or Op.INST ? 2 : 1;
        for (int i = 0; i < lines; i++)
        {
            if (at == FrameEnd && FrameNext != FrameEnd)
            {
                at = FrameNext;
                FrameEnd = long.MaxValue;
            }

            Jump(at);
            if (!ReadLine(out ByteRange line))
            {
                return false;
            }

            if (line.Offset < FrameEnd && line.End >= FrameEnd)
            {
                // The newline lies behind the frame.
                if (Dialect == PickleDialect.Python)
                {
                    return Fail(PickleEnding.BadArgument);
                }

                long from = FrameEnd;
                FrameEnd = long.MaxValue;
                Jump(from);
                if (!ReadLine(out line))
                {
                    return false;
                }
            }

            at = Position;
            PayloadMoved |= i == 0 && line.Offset != Offset + 1;
            if (i == 0)
            {
                PayloadOffset = line.Offset;
                PayloadLength = line.Length;
            }
            else
            {
                SecondLine = line;
            }
        }

        if (at >= FrameEnd && Dialect == PickleDialect.CStream)
        {
            FrameEnd = at > FrameEnd ? long.MaxValue : FrameEnd;
        }

        Jump(at);
        return true;
    }

    /// <summary>One read of a number of bytes; false where it does not fit.</summary>
    private bool Take(ref long at, long count, out long start)
    {
        if (at < FrameEnd && at + count > FrameEnd)
        {
            if (Dialect == PickleDialect.Python)
            {
                start = at;
                return false;
            }

            at = FrameEnd;
        }

        if (at >= FrameEnd && count > 0)
        {
            at = at == FrameEnd ? FrameNext : at;
            FrameEnd = long.MaxValue;
        }

        start = at;
        at += count;
        return at <= _end;
    }

    /// <summary>Moves the window with the position, so that what lies in it can be looked at.</summary>
    private void Jump(long offset)
    {
        Seek(offset);
        if (_length == 0 && offset < _end)
        {
            Fill(offset, 0);
        }
    }
}
