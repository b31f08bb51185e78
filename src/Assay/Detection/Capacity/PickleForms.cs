// Pickles inside texts and bytes, told by opcodes that import something and use it.
using System.Buffers.Binary;
using Assay.Pickle;

namespace Assay.Detection.Capacity;

/// <summary>
/// Looks for a pickle anywhere in characters that stand for bytes. A run of opcodes counts when the stack allows each of them and it comes to a use of
/// something that it imports; letters that happen to be opcodes, as in lists of words, do not get that far.
/// </summary>
internal static class PickleForms
{
    private const int LongestName = 128;

    /// <summary>How many opcodes are followed for each character, all beginnings together.</summary>
    private const int StepsPerCharacter = 8;

    /// <summary>Whether a pickle that imports and uses something lies in the characters.</summary>
    public static bool Holds(ReadOnlySpan<char> text)
    {
        int steps = StepsPerCharacter * text.Length;
        for (int at = 0; at < text.Length && steps > 0; at++)
        {
            int step = text[at..].IndexOfAny("ci(\u0093");
            if (step < 0)
                return false;

            at += step;
            OpcodeRun run = text[at] switch
            {
                '\u0093' when IsStackGlobal(text[..at]) => new OpcodeRun(text[(at + 1)..], imported: true),
                'c' or '(' => new OpcodeRun(text[at..], imported: false),
                _ => default,
            };
            if (run.ComesToUse(ref steps))
                return true;
        }

        return false;
    }

    private static int Name(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && length < LongestName && (char.IsAsciiLetterOrDigit(text[length]) || text[length] is '_' or '.'))
            length++;

        return length > 0 && !char.IsAsciiDigit(text[0]) ? length : 0;
    }

    // Two short texts before STACK_GLOBAL, each perhaps put into the memo.
    private static bool IsStackGlobal(ReadOnlySpan<char> before)
    {
        int name = TextBefore(before);
        return name > 0 && TextBefore(before[..name]) > 0;
    }

    /// <summary>Where the text opcode begins that ends at the end, or zero.</summary>
    private static int TextBefore(ReadOnlySpan<char> before)
    {
        int end = before.Length;
        if (end > 0 && before[end - 1] == '\u0094')
            end--;
        else if (end > 1 && before[end - 2] == 'q')
            end -= 2;

        int length = 0;
        while (length < end && length < LongestName && (char.IsAsciiLetterOrDigit(before[end - 1 - length]) || before[end - 1 - length] is '_' or '.'))
        {
            length++;
            int start = end - length;
            if (start >= 2 && before[start - 2] == '\u008c' && before[start - 1] == length)
                return start - 2 == 0 ? 1 : start - 2;

            if (start >= 5 && before[start - 5] == 'X' && before[start - 4] == length && before[start - 3] == 0 && before[start - 2] == 0)
                return start - 5 == 0 ? 1 : start - 5;
        }

        return 0;
    }

    /// <summary>What lies on the stack, as far as a use asks for it.</summary>
    private enum Item : byte
    {
        Other,
        Mark,
        Tuple,
        Dict,
    }

    /// <summary>Follows opcodes from one place on.</summary>
    private ref struct OpcodeRun(ReadOnlySpan<char> text, bool imported)
    {
        private const int MostItems = 64;
        private readonly ReadOnlySpan<char> _text = text;
        private readonly List<Item>? _stack = text.IsEmpty ? null : imported ? [Item.Other] : [];
        private bool _imported = imported;
        private int _at;

        public bool ComesToUse(ref int steps)
        {
            while (_stack is not null && _at < _text.Length && _stack.Count < MostItems && steps-- > 0)
            {
                Op op = (Op)_text[_at];
                if (_text[_at] > byte.MaxValue || !Skip() || !Step(op, out bool used))
                    return false;

                if (used && _imported)
                    return true;
            }

            return false;
        }

        /// <summary>Steps over the opcode and its argument; false where they are none.</summary>
        private bool Skip()
        {
            Op op = (Op)_text[_at];
            byte layout = OpcodeTable.Layout[_text[_at++]];
            if (layout == OpcodeTable.UnknownLayout)
                return false;

            if ((layout & OpcodeTable.LineFlag) != 0)
                return op is Op.GLOBAL or Op.INST ? Line(names: true) && Line(names: true) : Line(names: false);

            int size = layout & 15;
            if (size > _text.Length - _at)
                return false;

            Span<byte> number = stackalloc byte[8];
            number.Clear();
            for (int i = 0; i < size; i++)
            {
                if (_text[_at + i] > byte.MaxValue)
                    return false;

                number[i] = (byte)_text[_at + i];
            }

            _at += size;
            if ((layout & OpcodeTable.CountedFlag) == 0)
                return true;

            ulong count = BinaryPrimitives.ReadUInt64LittleEndian(number);
            if (count > (ulong)(_text.Length - _at))
                return false;

            _at += (int)count;
            return true;
        }

        private bool Line(bool names)
        {
            int end = _text[_at..].IndexOf('\n');
            if (end <= 0 || (names && Name(_text[_at..]) != end))
                return false;

            _at += end + 1;
            return true;
        }

        private bool Step(Op op, out bool used)
        {
            used = false;
            switch (op)
            {
                case Op.MARK:
                    return Push(Item.Mark);
                case Op.GLOBAL:
                    _imported = true;
                    return Push(Item.Other);
                case Op.TUPLE:
                    return PopMark() && Push(Item.Tuple);
                case Op.LIST or Op.FROZENSET:
                    return PopMark() && Push(Item.Other);
                case Op.DICT:
                    return PopMark() && Push(Item.Dict);
                case Op.POP_MARK or Op.APPENDS or Op.SETITEMS or Op.ADDITEMS:
                    return PopMark() && (op is Op.POP_MARK || _stack!.Count > 0);
                case Op.INST:
                    _imported = true;
                    used = PopMark();
                    return used;
                case Op.OBJ:
                    used = PopMark();
                    return used;
                case Op.EMPTY_TUPLE:
                    return Push(Item.Tuple);
                case Op.TUPLE1:
                    return Pop(1) && Push(Item.Tuple);
                case Op.TUPLE2:
                    return Pop(2) && Push(Item.Tuple);
                case Op.TUPLE3:
                    return Pop(3) && Push(Item.Tuple);
                case Op.EMPTY_DICT:
                    return Push(Item.Dict);
                case Op.REDUCE or Op.NEWOBJ:
                    used = _stack!.Count > 1 && _stack[^1] is Item.Tuple && _stack[^2] is not Item.Mark;
                    return used;
                case Op.NEWOBJ_EX:
                    used = _stack!.Count > 2 && _stack[^1] is Item.Dict && _stack[^2] is Item.Tuple;
                    return used;
                case Op.BUILD:
                    used = _stack!.Count > 1 && _stack[^1] is Item.Dict or Item.Tuple;
                    return used;
                case Op.STACK_GLOBAL:
                    _imported = true;
                    return Pop(2) && Push(Item.Other);
                case Op.APPEND or Op.POP:
                    return Pop(1);
                case Op.SETITEM:
                    return Pop(2);
                case Op.DUP:
                    return _stack!.Count > 0 && Push(_stack[^1]);
                case Op.STOP:
                    return false;
                case Op.PUT or Op.BINPUT or Op.LONG_BINPUT or Op.MEMOIZE:
                    return _stack!.Count > 0;
                case Op.PROTO or Op.FRAME or Op.READONLY_BUFFER:
                    return true;
                case Op.BINPERSID:
                    return Pop(1) && Push(Item.Other);
                default:
                    return Push(Item.Other);
            }
        }

        private bool Push(Item item)
        {
            _stack!.Add(item);
            return true;
        }

        private bool Pop(int count)
        {
            if (_stack!.Count < count || _stack.LastIndexOf(Item.Mark) >= _stack.Count - count)
                return false;

            _stack.RemoveRange(_stack.Count - count, count);
            return true;
        }

        private bool PopMark()
        {
            int mark = _stack!.LastIndexOf(Item.Mark);
            if (mark < 0)
                return false;

            _stack.RemoveRange(mark, _stack.Count - mark);
            return true;
        }
    }
}
