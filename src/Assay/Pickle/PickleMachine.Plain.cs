// The short way through opcodes that only move plain data: most of any large pickle.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>The longest argument of an opcode that is read before its end is checked, with its code.</summary>
    private const int LongestFixed = 9;

    /// <summary>
    /// Executes up to <paramref name="count"/> opcodes as far as neither the window nor the frame ends, and returns how many. What cannot
    /// fail, needs no row and is not reported is done here, with everything in locals; other opcodes without an argument are handed to
    /// <see cref="Execute"/>, and in front of the rest it stops. What is done here is done there as well.
    /// </summary>
    private int RunPlain(int count)
    {
        ReadOnlySpan<byte> bytes = _reader.Ahead(_frameEnd);
        long start = _reader.Position;
        int last = bytes.Length - LongestFixed;
        int at = 0;
        int left = count;
        PickleValue[] stack = _stack;
        int top = _top;
        int fence = _fence;
        while (at <= last && left > 0 && top < stack.Length)
        {
            byte code = bytes[at];
            switch ((Op)code)
            {
                case Op.NONE:
                    stack[top++] = new PickleValue(PickleKind.None, start + at);
                    at++;
                    break;
                case Op.NEWTRUE:
                    stack[top++] = new PickleValue(PickleKind.True, start + at);
                    at++;
                    break;
                case Op.NEWFALSE:
                    stack[top++] = new PickleValue(PickleKind.False, start + at);
                    at++;
                    break;
                case Op.EMPTY_TUPLE:
                    stack[top++] = new PickleValue(PickleKind.EmptyTuple, start + at);
                    at++;
                    break;
                case Op.BININT1:
                    stack[top++] = new PickleValue(PickleKind.Int, start + at);
                    at += 2;
                    break;
                case Op.BININT2:
                    stack[top++] = new PickleValue(PickleKind.Int, start + at);
                    at += 3;
                    break;
                case Op.BININT:
                    stack[top++] = new PickleValue(PickleKind.Int, start + at);
                    at += 5;
                    break;
                case Op.BINFLOAT:
                    stack[top++] = new PickleValue(PickleKind.Float, start + at);
                    at += 9;
                    break;
                case Op.LONG1:
                    if (bytes[at + 1] > last - at)
                    {
                        goto default;
                    }

                    stack[top++] = new PickleValue(PickleKind.Int, start + at);
                    at += 2 + bytes[at + 1];
                    break;
                case Op.SHORT_BINBYTES:
                    if (bytes[at + 1] >= PayloadProbe || bytes[at + 1] > last - at)
                    {
                        goto default;
                    }

                    stack[top++] = new PickleValue(PickleKind.Bytes, start + at);
                    at += 2 + bytes[at + 1];
                    break;
                case Op.SHORT_BINSTRING:
                    if (bytes[at + 1] >= PayloadProbe || !IsPlainText(bytes, at + 2, bytes[at + 1]))
                    {
                        goto default;
                    }

                    stack[top++] = new PickleValue(PickleKind.PyString, start + at);
                    at += 2 + bytes[at + 1];
                    break;
                case Op.SHORT_BINUNICODE:
                    if (!IsPlainText(bytes, at + 2, bytes[at + 1]))
                    {
                        goto default;
                    }

                    stack[top++] = new PickleValue(PickleKind.Str, start + at);
                    at += 2 + bytes[at + 1];
                    break;
                case Op.BINUNICODE:
                    int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 1)..]);
                    if (!IsPlainText(bytes, at + 5, length))
                    {
                        goto default;
                    }

                    stack[top++] = new PickleValue(PickleKind.Str, start + at);
                    at += 5 + length;
                    break;
                case Op.MEMOIZE:
                    if (top <= fence || _memo.Count >= _limits.MemoEntries || !_memo.TryAppend(_memo.Count, stack[top - 1]))
                    {
                        goto default;
                    }

                    at++;
                    break;
                case Op.BINPUT:
                    if (top <= fence || _memo.Count >= _limits.MemoEntries || !_memo.TryAppend(bytes[at + 1], stack[top - 1]))
                    {
                        goto default;
                    }

                    at += 2;
                    break;
                case Op.LONG_BINPUT:
                    uint index = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 1)..]);
                    if (top <= fence || index > HugeMemoIndex || _memo.Count >= _limits.MemoEntries || !_memo.TryAppend(index, stack[top - 1]))
                    {
                        goto default;
                    }

                    at += 5;
                    break;
                case Op.BINGET:
                    stack[top] = _memo.Near(bytes[at + 1]);
                    if (stack[top].IsEmpty)
                    {
                        goto default;
                    }

                    top++;
                    at += 2;
                    break;
                case Op.LONG_BINGET:
                    stack[top] = _memo.Near(BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 1)..]));
                    if (stack[top].IsEmpty)
                    {
                        goto default;
                    }

                    top++;
                    at += 5;
                    break;
                case Op.MARK:
                    if (_markCount >= _marks.Length || _markCount + 1 >= DeepNesting)
                    {
                        goto default;
                    }

                    _marks[_markCount++] = top;
                    fence = top;
                    at++;
                    break;
                case Op.EMPTY_LIST or Op.EMPTY_DICT or Op.EMPTY_SET:
                    if (KeepsContainer(start + at))
                    {
                        goto default;
                    }

                    PickleKind kind = (Op)code == Op.EMPTY_LIST ? PickleKind.List : (Op)code == Op.EMPTY_DICT ? PickleKind.Dict : PickleKind.Set;
                    stack[top++] = new PickleValue(kind, start + at, summary: true);
                    at++;
                    break;
                case Op.SETITEMS or Op.APPENDS:
                    if (_markCount == 0)
                    {
                        goto default;
                    }

                    int outer = _markCount > 1 ? _marks[_markCount - 2] : 0;
                    if (!IsPlainGrowth(stack.AsSpan(0, top), fence, outer, code == (byte)Op.SETITEMS ? PickleKind.Dict : PickleKind.List))
                    {
                        goto default;
                    }

                    top = fence;
                    fence = outer;
                    _markCount--;
                    at++;
                    break;
                case Op.SETITEM:
                    if (!IsPlainGrowth(stack.AsSpan(0, top), top - 2, fence, PickleKind.Dict))
                    {
                        goto default;
                    }

                    top -= 2;
                    at++;
                    break;
                case Op.APPEND:
                    if (!IsPlainGrowth(stack.AsSpan(0, top), top - 1, fence, PickleKind.List))
                    {
                        goto default;
                    }

                    top--;
                    at++;
                    break;
                default:
                    _top = top;
                    _fence = fence;
                    if (OpcodeTable.Layout[code] != 0)
                    {
                        last = -1;
                        continue;
                    }

                    _reader.Pass(start + at, (Op)code);
                    Execute((Op)code, start + at);
                    at++;
                    last = _halt ? -1 : last;
                    stack = _stack;
                    top = _top;
                    fence = _fence;
                    break;
            }

            left--;
        }

        _reader.Seek(start + at);
        _top = top;
        _fence = fence;
        return count - left;
    }

    /// <summary>Whether a list, dict or set that is made at an offset gets a row while it is plain.</summary>
    private bool KeepsContainer(long offset) => _containers.Count < FreeContainers || _containers.Count < FreeContainers + ((offset - Start) / BytesPerContainer);

    /// <summary>
    /// Whether a string of so many bytes lies before the end of what is ahead, and is ASCII that does not begin like something encoded.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlainText(ReadOnlySpan<byte> bytes, int at, int length)
    {
        // What is ahead holds eight bytes more than the string, so that a short one is looked at in one step.
        if ((uint)length > (uint)Math.Max(0, bytes.Length - at - 8))
        {
            return false;
        }

        if (length <= 8)
        {
            return length == 0 || (BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) & 0x8080808080808080 & (ulong.MaxValue >> (64 - (8 * length)))) == 0;
        }

        ReadOnlySpan<byte> text = bytes.Slice(at, length);
        return System.Text.Ascii.IsValid(text) && (length < PayloadProbe || !LooksEncoded(text));
    }

    /// <summary>
    /// Whether what lies from a position on goes into a list or dict of which no row is kept, and is plain all through, so that only the
    /// container has to be noted.
    /// </summary>
    private bool IsPlainGrowth(ReadOnlySpan<PickleValue> stack, int position, int fence, PickleKind kind)
    {
        if (position <= fence || position >= stack.Length || _lateRows.Count > 0)
        {
            return false;
        }

        PickleValue target = stack[position - 1];
        ReadOnlySpan<PickleValue> items = stack[position..];
        if (target.Kind != kind || !target.IsSummary || (kind == PickleKind.Dict && (items.Length & 1) != 0))
        {
            return false;
        }

        foreach (PickleValue item in items)
        {
            // A bytearray is plain, but no key.
            if (item.Kind > PickleKind.EmptyTuple || item.Kind == PickleKind.ByteArray)
            {
                return false;
            }
        }

        _lastBuilt = target;
        _lastDepth = 1;
        return true;
    }
}
