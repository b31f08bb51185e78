// Containers of the pickle machine: tuples, lists, dicts and sets.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>Children of plain tuples that are always kept, for they may be arguments; beyond, as many as half the bytes read hold.</summary>
    private const long FreeCells = 1 << 20;

    /// <summary>Plain lists, dicts and sets of which a row is kept; beyond, one for so many bytes read. The rest keep only their place.</summary>
    private const long FreeContainers = 1 << 15;
    private const int BytesPerContainer = 4096;

    /// <summary>Reachable leaves from which a container counts as a bomb, when nearly nothing was read.</summary>
    private const float BombWeight = 1L << 32;

    private readonly PickleRowList<ContainerRow> _containers;

    /// <summary>Containers that became more than plain after their row was saved, by the offset that stands for them.</summary>
    private Dictionary<long, int> _lateRows = [];

    /// <summary>What one entry of a dictionary of numbers takes, its growth included.</summary>
    private const int LateRowSize = 64;

    private bool _saidBomb;

    /// <summary>The container that was made or grew last, and how many levels lie below it: a chain of nesting is seen as it is built.</summary>
    private PickleValue _lastBuilt;
    private int _lastDepth;

    /// <summary>Whether a value is more than plain data, as far as its direct children show.</summary>
    public bool IsTainted(PickleValue value)
    {
        if (!value.IsMutable)
        {
            return value.Tainted;
        }

        return TryContainer(value, out int row) && _containers[row].Tainted;
    }

    /// <summary>How many children a container has; keys and values of a dict count apart. -1 where it was not kept.</summary>
    public long CountOf(PickleValue value) => value.Kind switch
    {
        PickleKind.EmptyTuple => 0,
        PickleKind.Tuple or PickleKind.FrozenSet => value.IsSummary ? -1 : _cells.Get(value.Row).Length,
        _ => TryContainer(value, out int row) ? _containers[row].Total : -1,
    };

    /// <summary>Copies up to <paramref name="max"/> kept children; <paramref name="elided"/> says that there are more.</summary>
    public List<PickleValue> Children(PickleValue value, int max, out bool elided)
    {
        List<PickleValue> children = [];
        elided = false;
        if (value.Kind is PickleKind.Tuple or PickleKind.FrozenSet)
        {
            if (value.IsSummary)
            {
                elided = true;
                return children;
            }

            ReadOnlySpan<PickleValue> items = _cells.Get(value.Row);
            elided = items.Length > max;
            children.AddRange(items[..Math.Min(max, items.Length)]);
            AddNotable(children, items, children.Count, isPairs: false);
            return children;
        }

        if (!value.IsMutable)
        {
            return children;
        }

        if (!TryContainer(value, out int row))
        {
            elided = true;
            return children;
        }

        ContainerRow container = _containers[row];
        for (int block = container.First; block >= 0; block = _cells.Link(block) - 1)
        {
            ReadOnlySpan<PickleValue> items = _cells.Get(block);
            int room = Math.Max(0, max - children.Count);
            children.AddRange(items[..Math.Min(room, items.Length)]);
            if (items.Length > room)
            {
                AddNotable(children, items, room, value.Kind == PickleKind.Dict);
            }

            if (children.Count > max + LateChildren)
            {
                break;
            }
        }

        elided = children.Count < container.Total;
        return children;
    }

    /// <summary>The children of a tuple or frozenset that was kept; nothing for anything else.</summary>
    public ReadOnlySpan<PickleValue> Items(PickleValue value) =>
        value.Kind is PickleKind.Tuple or PickleKind.FrozenSet && !value.IsSummary ? _cells.Get(value.Row) : default;

    /// <summary>All children of a list or tuple, or null where they were not all kept.</summary>
    public List<PickleValue>? AllChildren(PickleValue value)
    {
        if (value.Kind is not (PickleKind.List or PickleKind.Tuple or PickleKind.EmptyTuple) || IsAssigned(value))
        {
            return null;
        }

        List<PickleValue> children = Children(value, int.MaxValue - LateChildren - 1, out bool elided);
        return elided ? null : children;
    }

    private const int LateChildren = 64;

    /// <summary>So many entries of a dictionary under special names are kept beside those.</summary>
    private const int LateSpecial = 1024;

    /// <summary>Looking whether a value is more than a word.</summary>
    private const int NotableWork = 40;

    /// <summary>
    /// What comes after the cut is kept where it is more than plain, or more than a word: nothing may hide behind a long list. Of a
    /// dictionary the key is kept with its value.
    /// </summary>
    private void AddNotable(List<PickleValue> children, ReadOnlySpan<PickleValue> items, int from, bool isPairs)
    {
        int late = 0;
        int special = 0;
        for (int i = from; i < items.Length && (late < LateChildren || (isPairs && special < LateSpecial)); i++)
        {
            // A block of a dictionary begins with a key.
            bool isKey = isPairs && i % 2 == 0;
            _budget?.SpendWork(NotableWork);
            if (!IsTainted(items[i]) && (isKey || late >= LateChildren || IsPlainWord(items[i])))
            {
                continue;
            }

            // What stands under a special name Python calls by itself: no number of others hides it.
            if (isPairs && special < LateSpecial && IsSpecialName(items[isKey ? i : i - 1]))
            {
                special++;
                late--;
            }
            else if (late >= LateChildren)
            {
                i += isKey ? 1 : 0;
                continue;
            }

            children.AddRange(isPairs ? items.Slice(isKey ? i : i - 1, 2) : items.Slice(i, 1));
            i += isKey ? 1 : 0;
            late++;
        }
    }

    private void ResetRows()
    {
        _cells.Reset();
        _containers.Reset();
        _calls.Reset();
        Array.Clear(_origins);
        _moved.Clear();
        ResetFilled();
        if (_lateRows.Count > 0)
        {
            _lateRows = [];
        }

        if (_handedOver.Count > 0)
        {
            _handedOver = [];
        }

        HasLateFills = false;
        _saidBomb = false;
        _lastBuilt = default;
        _lastDepth = 0;
        ResetImports();
    }

    private bool MayKeepPlain(int cells) => _cells.Used + cells < FreeCells + ((_reader.Position - Start) / 16);

    private PickleValue NewContainer(PickleKind kind, long offset) =>
        KeepsContainer(offset) ? new PickleValue(kind, AddContainerRow()) : new PickleValue(kind, offset, summary: true);

    private int AddContainerRow()
    {
        SpendNode();
        _containers.Add(out int row) = new ContainerRow { First = -1, Last = -1 };
        return row;
    }

    private bool TryContainer(PickleValue value, out int row)
    {
        if (!value.IsSummary)
        {
            row = value.Row;
            return true;
        }

        row = 0;
        return _lateRows.Count > 0 && _lateRows.TryGetValue(value.Payload, out row);
    }

    private void LoadTuple(int count, long offset)
    {
        if (_top - count < _fence)
        {
            Underflow();
            return;
        }

        PickleValue tuple = MakeImmutable(PickleKind.Tuple, _stack.AsSpan(_top - count, count), offset);
        _top -= count;
        Push(tuple);
    }

    private void LoadMarked(PickleKind kind, long offset)
    {
        int position = PopMark();
        if (position < 0)
        {
            return;
        }

        Span<PickleValue> items = _stack.AsSpan(position, _top - position);
        if (kind == PickleKind.Dict && items.Length % 2 != 0)
        {
            End(PickleEnding.BadOperand, "DICT needs an even number of values.");
            return;
        }

        if ((kind == PickleKind.FrozenSet && HasUnhashable(items, 1)) || (kind == PickleKind.Dict && HasUnhashable(items, 2)))
        {
            return;
        }

        PickleValue made;
        if (kind is PickleKind.Tuple or PickleKind.FrozenSet)
        {
            made = items.IsEmpty && kind == PickleKind.Tuple
                ? new PickleValue(PickleKind.EmptyTuple, offset)
                : MakeImmutable(kind, items, offset);
        }
        else
        {
            made = NewContainer(kind, offset);
            AddChildren(made, items);
        }

        _top = position;
        Push(made);
    }

    private PickleValue MakeImmutable(PickleKind kind, ReadOnlySpan<PickleValue> items, long offset)
    {
        bool tainted = Survey(items, out float weight);

        CheckWeight(weight);
        PickleValue made;
        if (!tainted && !MayKeepPlain(items.Length + 1))
        {
            made = new PickleValue(kind, offset, summary: true);
        }
        else
        {
            SpendNode();
            made = new PickleValue(kind, _cells.Add(items, BitConverter.SingleToInt32Bits(weight)), tainted);
        }

        NoteNesting(made, items);
        return made;
    }

    private void NoteNesting(PickleValue container, ReadOnlySpan<PickleValue> items)
    {
        _lastDepth = items.Length > 0 && items[^1] == _lastBuilt ? _lastDepth + 1 : 1;
        _lastBuilt = container;
        if (_lastDepth == DeepNesting - 1)
        {
            Odd("pickle.deep-nesting", $"Containers lie inside each other {DeepNesting} levels deep and more.");
        }
    }

    /// <summary>What a call makes of its arguments holds them: iterators around iterators are as deep as lists in lists.</summary>
    private void NoteCall(PickleValue made, PickleValue arguments)
    {
        if (arguments == _lastBuilt)
            _lastBuilt = made;
    }

    /// <summary>Whether one of the values is more than plain, and how many leaves are reachable from them.</summary>
    private bool Survey(ReadOnlySpan<PickleValue> items, out float weight)
    {
        bool tainted = false;
        weight = items.Length;
        foreach (PickleValue item in items)
        {
            if (item.Kind > PickleKind.EmptyTuple)
            {
                tainted |= item.Tainted || (item.IsMutable && IsTainted(item));
                weight += WeightOf(item) - 1;
            }
        }

        return tainted;
    }

    private void AddChildren(PickleValue container, ReadOnlySpan<PickleValue> items)
    {
        NoteNesting(container, items);
        bool tainted = Survey(items, out float weight);

        if (!TryContainer(container, out int index))
        {
            NoteLate(_handedOver.Count > 0 && _handedOver.Contains(container.Payload), tainted, items);
            if (!tainted)
            {
                return;
            }

            index = AddContainerRow();
            _held.Add(LateRowSize);
            _lateRows.Add(container.Payload, index);
            _containers[index].Total = -1;
        }

        ref ContainerRow row = ref _containers[index];
        NoteLate(row.IsHandedOver, tainted, items);
        row.Total += items.Length;
        row.Tainted |= tainted;
        row.Weight += weight;
        CheckWeight(row.Weight);
        if (items.IsEmpty || (!tainted && !MayKeepPlain(items.Length + 1)))
        {
            return;
        }

        SpendNode();
        int block = _cells.Add(items);
        row.Kept += items.Length;
        if (row.First < 0)
        {
            row.First = block;
        }
        else
        {
            _cells.SetLink(row.Last, block + 1);
        }

        row.Last = block;
    }

    private float WeightOf(PickleValue value)
    {
        if (value.Kind is < PickleKind.Tuple or > PickleKind.FrozenSet || value.IsSummary)
        {
            return 1;
        }

        return value.IsMutable
            ? Math.Max(1, _containers[value.Row].Weight)
            : BitConverter.Int32BitsToSingle(_cells.Link(value.Row));
    }

    private void CheckWeight(float weight)
    {
        if (weight > BombWeight && weight / BombWeight > Math.Max(1, (_reader.Position - Start) >> 16) && !_saidBomb)
        {
            _saidBomb = true;
            Odd("pickle.expansion-bomb", $"About {weight:0.###e+0} values are reachable from {_reader.Position - Start} bytes: hashing, printing or copying them never ends.");
        }
    }

    private void SpendNode()
    {
        if (_containers.Count + _calls.Count + _importNodes + (_cells.Used / 4) > _limits.Nodes)
        {
            throw Bytes.ScanBudget.Spent("nodes", _limits.Nodes, _reader.Offset);
        }
    }

    private void LoadAppend()
    {
        if (_top - 1 <= _fence)
        {
            Underflow();
            return;
        }

        Append(_top - 1);
    }

    private void Append(int position)
    {
        if (!TryTarget(position, out PickleValue target, out ReadOnlySpan<PickleValue> items))
        {
            return;
        }

        if (IsRefused(target.Kind != PickleKind.List, "torch.load(weights_only=True) appends to lists alone."))
        {
            return;
        }

        if (!items.IsEmpty || (target.Kind != PickleKind.List && InPython()))
        {
            // The Python unpickler looks for the method, and calls it, even when there is nothing to append.
            if (target.Kind == PickleKind.List)
            {
                AddChildren(target, items);
            }
            else if (target.Kind >= PickleKind.Import)
            {
                // The C unpickler extends by one where the Python one appends.
                CallMethod(target, _reader.Opcode == Op.APPEND && InPython() ? "append" : "extend", items);
            }
            else if (target.Kind == PickleKind.ByteArray)
            {
                Extend(target, items);
            }
            else
            {
                End(PickleEnding.BadOperand, $"{OpcodeTable.Name(_reader.Opcode)} needs a list and finds {Describe(target)}.");
                return;
            }
        }

        _top = position;
    }

    private void SetItems(int position)
    {
        if (_ended)
        {
            return;
        }

        if (position <= _fence && position == _top)
        {
            // With nothing to set, older versions of the restricted unpickler do not look for the dict.
            Differentials |= Differential.WeightsOnly;
            if (_dialect == PickleDialect.WeightsOnly && _reader.Opcode == Op.SETITEMS)
            {
                return;
            }
        }

        if (!TryTarget(position, out PickleValue target, out ReadOnlySpan<PickleValue> items))
        {
            return;
        }

        if (!items.IsEmpty)
        {
            if (items.Length % 2 != 0)
            {
                if (InPython() && target.Kind >= PickleKind.Import && items.Length > 1)
                {
                    CallMethod(target, "__setitem__", items[..^1]);
                }

                End(PickleEnding.BadOperand, "SETITEMS needs an even number of values.");
                return;
            }

            if (target.Kind == PickleKind.Dict)
            {
                if (HasUnhashable(items, 2))
                {
                    return;
                }

                AddChildren(target, items);
            }
            else if (target.Kind >= PickleKind.Import)
            {
                CallMethod(target, "__setitem__", items);
            }
            else if (target.Kind is not (PickleKind.List or PickleKind.ByteArray)
                || items[0].Kind is not (PickleKind.Int or PickleKind.True or PickleKind.False or >= PickleKind.Import))
            {
                End(PickleEnding.BadOperand, $"{OpcodeTable.Name(_reader.Opcode)} needs a dict and finds {Describe(target)}.");
                return;
            }
            else
            {
                Assign(target, items);
            }
        }

        _top = position;
    }
}
