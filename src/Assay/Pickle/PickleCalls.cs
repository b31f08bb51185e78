// The rows of calls, small as most calls are: no keywords, at most one state, a callee that is written plainly.
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>
/// The calls, constructions and persistent ids of one pickle. A pickle may hold millions, and memory that is touched for the first time is what they cost: what
/// few of them have lies in a second table.
/// </summary>
internal sealed class PickleCalls(HeldMemory held)
{
    private const ulong OffsetMask = (1UL << 48) - 1;
    private const int OpcodeShift = 48;
    private const ulong BuiltBit = 1UL << 56;
    private const ulong MoreBit = 1UL << 57;

    private readonly PickleRowList<Cell> _cells = new(held);
    private readonly PickleRowList<CallRow> _more = new(held);

    public int Count => _cells.Count;

    public CallRow this[int row]
    {
        get
        {
            ref Cell cell = ref _cells[row];
            if ((cell.Packed & MoreBit) != 0)
            {
                return _more[(int)cell.State.Bits];
            }

            bool isBuilt = (cell.Packed & BuiltBit) != 0;
            return new CallRow
            {
                Callee = cell.Callee,
                Arguments = cell.Arguments,
                State = isBuilt ? cell.State : default,
                States = isBuilt ? 1 : 0,
                Offset = (long)(cell.Packed & OffsetMask),
                Opcode = (Op)(byte)(cell.Packed >> OpcodeShift),
                Root = cell.Callee,
                Depth = 1,
            };
        }
    }

    /// <summary>What was called, without the rest of the row.</summary>
    public PickleValue CalleeOf(int row)
    {
        ref Cell cell = ref _cells[row];
        return (cell.Packed & MoreBit) != 0 ? _more[(int)cell.State.Bits].Callee : cell.Callee;
    }

    /// <summary>Adds a call that was just made.</summary>
    public int Add(PickleValue callee, PickleValue arguments, PickleValue keywords, long offset, Op opcode)
    {
        if (!keywords.IsEmpty || callee.Kind is PickleKind.Result or PickleKind.Instance)
        {
            CallRow row = new() { Callee = callee, Arguments = arguments, Keywords = keywords, Offset = offset, Opcode = opcode, Root = callee, Depth = 1 };
            if (callee.Kind is PickleKind.Result or PickleKind.Instance)
            {
                CallRow inner = this[callee.Row];
                (row.Root, row.Depth) = (inner.Root, inner.Depth + 1);
            }

            return Add(row);
        }

        ref Cell cell = ref _cells.Add(out int index);
        cell.Callee = callee;
        cell.Arguments = arguments;
        cell.State = default;
        cell.Packed = ((ulong)offset & OffsetMask) | ((ulong)opcode << OpcodeShift);
        return index;
    }

    /// <summary>Adds a row as it is.</summary>
    public int Add(in CallRow row)
    {
        ref Cell cell = ref _cells.Add(out int index);
        cell.Packed = 0;
        Move(ref cell, row);
        return index;
    }

    /// <summary>BUILD puts a state into the object of a row.</summary>
    public void Build(int index, PickleValue state)
    {
        ref Cell cell = ref _cells[index];
        if ((cell.Packed & (MoreBit | BuiltBit)) == 0)
        {
            cell.State = state;
            cell.Packed |= BuiltBit;
            return;
        }

        if ((cell.Packed & MoreBit) == 0)
        {
            Move(ref cell, this[index]);
        }

        ref CallRow row = ref _more[(int)cell.State.Bits];
        row.State = state;
        row.States++;
    }

    public void Reset()
    {
        _cells.Reset();
        _more.Reset();
    }

    private void Move(ref Cell cell, in CallRow row)
    {
        _more.Add(out int more) = row;
        cell.State = new PickleValue((ulong)more);
        cell.Packed |= MoreBit;
    }

    private struct Cell
    {
        public PickleValue Callee;
        public PickleValue Arguments;

        /// <summary>The state; where there is more to tell, the number of the row that holds all of it.</summary>
        public PickleValue State;

        /// <summary>The offset, the opcode, and whether there is a state, or more.</summary>
        public ulong Packed;
    }
}
