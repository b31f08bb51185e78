// Writes opcode programs that keep the stack mostly legal.
using Assay.Pickle;

namespace Assay.Tests.Oracle;

/// <summary>
/// Writes opcode programs. It knows of each value on its stack and in its memo what it is, chooses among the opcodes that would work
/// with what is on top, calls more often than anything else, and now and then writes any opcode at all.
/// </summary>
internal sealed class ProgramGenerator(OracleRandom random, bool restricted = false)
{
    private enum Slot : byte
    {
        Mark, None, Number, Text, Bytes, ByteArray, Tuple, List, Dict, Set, FrozenSet, Object, Buffer,
    }

    private static readonly Op[] s_leaves =
    [
        Op.NONE, Op.NEWTRUE, Op.NEWFALSE, Op.BININT, Op.BININT1, Op.BININT2, Op.LONG1, Op.LONG4, Op.BINFLOAT, Op.INT, Op.LONG, Op.FLOAT,
        Op.STRING, Op.BINSTRING, Op.SHORT_BINSTRING, Op.UNICODE, Op.BINUNICODE, Op.SHORT_BINUNICODE, Op.BINUNICODE8,
        Op.BINBYTES, Op.SHORT_BINBYTES, Op.BINBYTES8, Op.BYTEARRAY8, Op.EMPTY_LIST, Op.EMPTY_DICT, Op.EMPTY_SET, Op.EMPTY_TUPLE, Op.NEXT_BUFFER,
    ];

    /// <summary>Where the memo of a machine changes from one way of keeping entries to another.</summary>
    private static readonly int[] s_farIndexes = [255, 256, 4095, 4096, 65535, 65536, 65537, 65540, 70_000, 131_072, 200_000, 1_000_000];

    private static readonly Op[] s_any = [.. OpcodeTable.All.Select(o => o.Code)];
    private static readonly Op[] s_restrictedLeaves = [.. s_leaves.Where(o => WeightsOnlyList.Knows((byte)o) && o != Op.BINFLOAT)];
    private readonly ProgramWriter _writer = new(random, restricted);
    private readonly List<Slot> _stack = [];
    private readonly Dictionary<int, Slot> _memo = [];
    private readonly List<(Op Op, int Weight)> _choices = [];

    /// <summary>A program of up to <paramref name="steps"/> steps.</summary>
    public byte[] Make(int steps)
    {
        if (random.Chance(80))
        {
            Do(Op.PROTO);
        }

        if (!restricted && random.Chance(20))
        {
            Do(Op.FRAME);
        }

        for (int i = 0; i < steps; i++)
        {
            Step();
        }

        if (random.Chance(90))
        {
            if (_stack.Count == 0 || _stack[^1] == Slot.Mark)
            {
                Do(Op.NONE);
            }

            _writer.Write(Op.STOP);
        }

        return _writer.ToArray();
    }

    /// <summary>A few opcodes that leave one object on the stack and touch nothing below it, made by one of the ways to call.</summary>
    public byte[] Snippet()
    {
        PushObject();
        for (int i = random.Below(3); i >= 0; i--)
        {
            switch (random.Below(8))
            {
                case 0: Do(Op.EMPTY_TUPLE, Op.REDUCE); break;
                case 1: Do(Op.EMPTY_TUPLE, Op.NEWOBJ); break;
                case 2: Do(Op.EMPTY_TUPLE, Op.EMPTY_DICT, Op.NEWOBJ_EX); break;
                case 3: Do(Op.NONE, Op.BUILD); break;
                case 4: Do(Op.MARK, Op.NONE, Op.NONE, Op.SETITEMS); break;
                case 5: Do(Op.MARK, Op.NONE, Op.NONE, random.Chance(50) ? Op.APPENDS : Op.ADDITEMS); break;
                case 6: Do(Op.SHORT_BINUNICODE, Op.TUPLE1, Op.REDUCE); break;
                default: Do(Op.BINPERSID); break;
            }
        }

        return _writer.ToArray();
    }

    private Slot Top(int depth = 0) => _stack.Count > depth ? _stack[^(depth + 1)] : Slot.Mark;

    private void Do(params ReadOnlySpan<Op> ops)
    {
        foreach (Op op in ops)
        {
            _writer.Write(op);
            Apply(op);
        }
    }

    private void Step()
    {
        if (random.Below(400) == 0)
        {
            Do(random.Pick(s_any));
            return;
        }

        if (!restricted && random.Below(1000) == 0)
        {
            Flood();
            return;
        }

        _choices.Clear();
        Pushes();
        Consumers();
        int mark = _stack.LastIndexOf(Slot.Mark);
        if (mark >= 0)
        {
            MarkConsumers(mark, _stack.Count - mark - 1);
        }

        if (restricted)
        {
            _choices.RemoveAll(c => c.Op is not (Op.GET or Op.PUT) && !WeightsOnlyList.Knows((byte)c.Op));
        }

        int left = random.Below(_choices.Sum(c => c.Weight));
        int at = 0;
        while ((left -= _choices[at].Weight) >= 0)
        {
            at++;
        }

        Op chosen = _choices[at].Op;
        switch (chosen)
        {
            case Op.NONE: Do(random.Pick(restricted ? s_restrictedLeaves : s_leaves)); break;
            case Op.GLOBAL: PushObject(); break;
            case Op.GET: Recall(); break;
            case Op.PUT: Store(); break;
            default: Do(chosen); break;
        }
    }

    /// <summary>More of something than the tables of a machine hold at first.</summary>
    private void Flood()
    {
        switch (random.Below(6))
        {
            case 0: Repeat(Op.NONE, 200 + random.Below(200)); break;
            case 1: Repeat(Op.MARK, 30 + random.Below(10)); break;
            case 2 when Top() is not Slot.Mark: Repeat(Op.DUP, 300); break;
            case 3 when Top() is not Slot.Mark: Repeat(Op.MEMOIZE, 300); break;
            case 4:
                for (int i = 60 + random.Below(10); i > 0; i--)
                {
                    Do(Op.GLOBAL, Op.EMPTY_TUPLE, Op.REDUCE, Op.POP);
                }

                PushObject();
                for (int i = 60 + random.Below(10); i > 0; i--)
                {
                    Do(Op.EMPTY_TUPLE, Op.REDUCE);
                }

                break;
            case 5 when random.Below(50) == 0:
                // So many containers that the machine keeps no more than the places of those that follow.
                Do(Op.MARK);
                _writer.Repeat(Op.EMPTY_LIST, 720_000);
                Do(Op.POP_MARK);
                break;
            default: Repeat(Op.EMPTY_DICT, 20); break;
        }
    }

    private void Repeat(Op op, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Do(op);
        }
    }

    private void Add(Op op, int weight) => _choices.Add((op, weight));

    private void Pushes()
    {
        Add(Op.NONE, 14);
        Add(Op.GLOBAL, _stack.Count < 12 ? 12 : 3);
        Add(Op.EMPTY_TUPLE, Top() == Slot.Object ? 20 : 2);
        Add(Op.EMPTY_DICT, Top() == Slot.Tuple && Top(1) == Slot.Object ? 8 : 1);
        Add(Op.MARK, 8);
        Add(Op.PROTO, 1);
        Add(Op.FRAME, 1);
        if (_memo.Count > 0)
        {
            Add(Op.GET, 6);
        }
    }

    /// <summary>What works on the topmost values.</summary>
    private void Consumers()
    {
        Slot top = Top();
        if (top == Slot.Mark)
        {
            Add(Op.POP, 1);
            return;
        }

        Add(Op.POP, 3);
        Add(Op.DUP, 2);
        Add(Op.PUT, 6);
        Add(Op.BINPERSID, 1);
        Add(Op.TUPLE1, 4);
        if (top is Slot.Bytes or Slot.ByteArray or Slot.Buffer)
        {
            Add(Op.READONLY_BUFFER, 3);
        }

        Slot second = Top(1);
        if (second == Slot.Mark)
        {
            return;
        }

        Add(Op.TUPLE2, 3);
        if (second == Slot.Object)
        {
            Add(Op.BUILD, top is Slot.Dict or Slot.None or Slot.Tuple ? 10 : 3);
            Add(Op.APPEND, 4);
            if (top == Slot.Tuple)
            {
                Add(Op.REDUCE, 50);
                Add(Op.NEWOBJ, 15);
            }
        }
        else if (second == Slot.List)
        {
            Add(Op.APPEND, 12);
        }
        else if (top == Slot.Text && second == Slot.Text)
        {
            Add(Op.STACK_GLOBAL, 40);
        }

        Slot third = Top(2);
        if (third == Slot.Mark)
        {
            return;
        }

        Add(Op.TUPLE3, 2);
        if (third is Slot.Object || (third == Slot.Dict && IsHashable(second)))
        {
            Add(Op.SETITEM, 8);
        }

        if (third == Slot.Object && second == Slot.Tuple && top == Slot.Dict)
        {
            Add(Op.NEWOBJ_EX, 40);
        }
    }

    /// <summary>What works on everything above the innermost mark.</summary>
    private void MarkConsumers(int mark, int items)
    {
        Add(Op.TUPLE, 6 + items);
        Add(Op.LIST, 2);
        Add(Op.INST, 4);
        Add(Op.POP_MARK, 1);
        List<Slot> above = _stack.GetRange(mark + 1, items);
        if (above.TrueForAll(IsHashable))
        {
            Add(Op.FROZENSET, 2);
        }

        bool pairs = items % 2 == 0;
        if (pairs && above.Where((_, i) => i % 2 == 0).All(IsHashable))
        {
            Add(Op.DICT, 3);
        }

        if (items > 0 && above[0] == Slot.Object)
        {
            Add(Op.OBJ, 15);
        }

        Slot below = mark > 0 ? _stack[mark - 1] : Slot.Mark;
        if (below is Slot.List or Slot.Object)
        {
            Add(Op.APPENDS, 8);
        }

        if ((below == Slot.Object && pairs) || (below == Slot.Dict && pairs && above.Where((_, i) => i % 2 == 0).All(IsHashable)))
        {
            Add(Op.SETITEMS, 8);
        }

        if (below == Slot.Object || (below == Slot.Set && above.TrueForAll(IsHashable)))
        {
            Add(Op.ADDITEMS, 8);
        }
    }

    private static bool IsHashable(Slot slot) =>
        slot is Slot.None or Slot.Number or Slot.Text or Slot.Bytes or Slot.FrozenSet or Slot.Object;

    private void PushObject()
    {
        if (restricted)
        {
            Do(Op.GLOBAL);
            return;
        }

        switch (random.Below(12))
        {
            case < 5: Do(Op.GLOBAL); break;
            case < 8:
                _writer.String(random.Pick(ArgumentPool.Modules));
                if (random.Chance(20))
                {
                    Do(Op.MEMOIZE);
                    _memo.Remove(_memo.Count - 1);
                }

                _writer.String(random.Pick(ArgumentPool.Names));
                _stack.Add(Slot.Text);
                _stack.Add(Slot.Text);
                Do(Op.STACK_GLOBAL);
                break;
            case 8: Do(Op.EXT1); break;
            case 9: Do(random.Chance(50) ? Op.EXT2 : Op.PERSID); break;
            case 10: Do(Op.MARK, Op.INST); break;
            default: Do(Op.SHORT_BINUNICODE, Op.BINPERSID); break;
        }
    }

    private void Store()
    {
        Op op = restricted ? Op.BINPUT : random.Pick<Op>([Op.PUT, Op.BINPUT, Op.BINPUT, Op.LONG_BINPUT, Op.MEMOIZE, Op.MEMOIZE]);
        if (op == Op.MEMOIZE)
        {
            Do(op);
            return;
        }

        int index = op is Op.LONG_BINPUT or Op.PUT && random.Chance(8) ? random.Pick(s_farIndexes) : random.Below(10);
        _writer.Memo(op, index);
        _memo[index] = Top();
    }

    private void Recall()
    {
        KeyValuePair<int, Slot> entry = _memo.ElementAt(random.Below(_memo.Count));
        Op op = restricted ? Op.BINGET : entry.Key > 255 ? random.Pick<Op>([Op.LONG_BINGET, Op.GET]) : random.Pick<Op>([Op.GET, Op.BINGET, Op.BINGET, Op.LONG_BINGET]);
        _writer.Memo(op, entry.Key);
        _stack.Add(entry.Value);
    }

    /// <summary>Keeps the model in step with what was written; where the stack would have run dry, the model just stays short.</summary>
    private void Apply(Op op)
    {
        switch (op)
        {
            case Op.MARK: _stack.Add(Slot.Mark); break;
            case Op.NONE: _stack.Add(Slot.None); break;
            case Op.NEWTRUE or Op.NEWFALSE or Op.BININT or Op.BININT1 or Op.BININT2 or Op.LONG1 or Op.LONG4 or Op.BINFLOAT or Op.INT or Op.LONG
                or Op.FLOAT:
                _stack.Add(Slot.Number);
                break;
            case Op.STRING or Op.BINSTRING or Op.SHORT_BINSTRING or Op.UNICODE or Op.BINUNICODE or Op.SHORT_BINUNICODE or Op.BINUNICODE8:
                _stack.Add(Slot.Text);
                break;
            case Op.BINBYTES or Op.SHORT_BINBYTES or Op.BINBYTES8: _stack.Add(Slot.Bytes); break;
            case Op.BYTEARRAY8: _stack.Add(Slot.ByteArray); break;
            case Op.NEXT_BUFFER: _stack.Add(Slot.Buffer); break;
            case Op.EMPTY_LIST: _stack.Add(Slot.List); break;
            case Op.EMPTY_DICT: _stack.Add(Slot.Dict); break;
            case Op.EMPTY_SET: _stack.Add(Slot.Set); break;
            case Op.EMPTY_TUPLE: _stack.Add(Slot.Tuple); break;
            case Op.GLOBAL or Op.EXT1 or Op.EXT2 or Op.EXT4 or Op.PERSID: _stack.Add(Slot.Object); break;
            case Op.DUP: _stack.Add(Top()); break;
            case Op.TUPLE1: Replace(1, Slot.Tuple); break;
            case Op.TUPLE2: Replace(2, Slot.Tuple); break;
            case Op.TUPLE3: Replace(3, Slot.Tuple); break;
            case Op.REDUCE or Op.NEWOBJ or Op.STACK_GLOBAL: Replace(2, Slot.Object); break;
            case Op.NEWOBJ_EX: Replace(3, Slot.Object); break;
            case Op.BINPERSID: Replace(1, Slot.Object); break;
            case Op.READONLY_BUFFER: Replace(1, Slot.Buffer); break;
            case Op.POP or Op.APPEND or Op.BUILD or Op.STOP: Drop(1); break;
            case Op.SETITEM: Drop(2); break;
            case Op.MEMOIZE: _memo[_memo.Count] = Top(); break;
            case Op.APPENDS or Op.SETITEMS or Op.ADDITEMS or Op.POP_MARK: DropToMark(); break;
            case Op.TUPLE: DropToMark(Slot.Tuple); break;
            case Op.LIST: DropToMark(Slot.List); break;
            case Op.DICT: DropToMark(Slot.Dict); break;
            case Op.FROZENSET: DropToMark(Slot.FrozenSet); break;
            case Op.INST or Op.OBJ: DropToMark(Slot.Object); break;
        }
    }

    private void Replace(int count, Slot with)
    {
        Drop(count);
        _stack.Add(with);
    }

    private void Drop(int count) => _stack.RemoveRange(Math.Max(0, _stack.Count - count), Math.Min(count, _stack.Count));

    private void DropToMark(Slot? with = null)
    {
        int mark = Math.Max(0, _stack.LastIndexOf(Slot.Mark));
        _stack.RemoveRange(mark, _stack.Count - mark);
        if (with is { } value)
        {
            _stack.Add(value);
        }
    }
}
