// Turns values of the pickle machine into folded ones.
using System.Globalization;
using System.Numerics;
using Assay.Evaluation.Values;
using Assay.Pickle;

namespace Assay.Evaluation;

internal sealed partial class PickleEvaluator
{
    /// <summary>Work for each byte of a text that is read and decoded.</summary>
    private const int DecodeWork = 4;

    /// <summary>The containers inside the one that is being converted: what it holds many times is converted once.</summary>
    private Dictionary<PickleValue, FoldedValue>? _shared;

    private PickleValue _lastLeaf;
    private FoldedText? _lastText;

    private FoldedValue Convert(PickleValue value, int depth)
    {
        if (depth > MaxContainerDepth || ++_values > FoldBudget.MaxItems * 16L)
        {
            return Folder.GiveUp();
        }

        switch (value.Kind)
        {
            case PickleKind.None: return FoldedValue.None;
            case PickleKind.True: return new FoldedBool(true);
            case PickleKind.False: return new FoldedBool(false);
            case PickleKind.Int: return Number(value);
            case PickleKind.Float:
                return double.TryParse(machine.GetNumber(value), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? new FoldedFloat(number) : FoldedValue.Unknown;
            case PickleKind.Str or PickleKind.PyString:
                // What there is no room for is not read: a long text may be asked for many times.
                return Text(value);
            case PickleKind.ByteArray when machine.IsAssigned(value):
                return FoldedValue.Unknown;
            case PickleKind.Bytes or PickleKind.ByteArray:
                return HasRoom(value)
                    ? new FoldedBytes(machine.GetBytes(value, FoldBudget.MaxValue, out _), value.Kind == PickleKind.ByteArray)
                    : Folder.GiveUp();
            case PickleKind.EmptyTuple: return new FoldedSequence(SequenceKind.Tuple, []);
            case PickleKind.Tuple: return Container(value, SequenceKind.Tuple, depth);
            case PickleKind.List: return Container(value, SequenceKind.List, depth);
            case PickleKind.Set: return Container(value, SequenceKind.Set, depth);
            case PickleKind.FrozenSet: return Container(value, SequenceKind.FrozenSet, depth);
            case PickleKind.Dict:
                return Container(value, SequenceKind.List, depth) is FoldedSequence { Items: var flat } && flat.Count % 2 == 0
                    ? new FoldedDict([.. Enumerable.Range(0, flat.Count / 2).Select(i => (flat[2 * i], flat[(2 * i) + 1]))])
                    : FoldedValue.Unknown;
            case PickleKind.Import:
                ImportRow row = machine.Import(value);
                return Patched(row) ?? Plain(row) ?? FoldedValue.Unknown;
            case PickleKind.Persistent: return Persistent(value, depth);
            case PickleKind.Extension: return Folder.Extensions.TryGetValue(value.Payload, out FoldedName? registered) ? registered : FoldedValue.Unknown;
            case PickleKind.Result or PickleKind.Instance: return Known(value);
            default: return FoldedValue.Unknown;
        }
    }

    /// <summary>
    /// The object of a persistent id is the loading program's to choose. What PyTorch makes of an id <c>('module', class, file, source)</c> is
    /// known: the class that it names.
    /// </summary>
    private FoldedValue Persistent(PickleValue value, int depth) =>
        machine.Items(machine.Call(value).Callee) is [{ Kind: PickleKind.Str or PickleKind.PyString } kind, var named, ..] && machine.GetText(kind, 8, out _) == "module"
            ? Convert(named, depth + 1)
            : FoldedValue.Unknown;

    /// <summary>The text of a leaf; of a long one that many calls get in turn it is made once.</summary>
    private FoldedValue Text(PickleValue leaf)
    {
        if (leaf == _lastLeaf && _lastText is not null)
        {
            return _lastText;
        }

        if (!HasRoom(leaf))
        {
            return Folder.GiveUp();
        }

        (_lastLeaf, _lastText) = (leaf, new FoldedText(machine.GetText(leaf, FoldBudget.MaxValue, out _)));
        return _lastText;
    }

    private bool HasRoom(PickleValue leaf)
    {
        long length = machine.GetRange(leaf, FoldBudget.MaxValue + 1L).Length;
        return Folder.Budget.Room(length) && Folder.Budget.Work(DecodeWork * length);
    }

    private FoldedValue Known(PickleValue value)
    {
        if (!_memo.TryGetValue(value.Row, out Memo memo))
        {
            return FoldedValue.Unknown;
        }

        // A lazy iterator over a list that has grown since gives something else.
        bool changed = memo.Mutables >= 0 && memo.Mutables != machine.Mutables(machine.Call(value).Arguments);
        bool mutated = Folder.Mutated && memo.Value is FoldedDict or FoldedSequence { Kind: not SequenceKind.Tuple } or FoldedBytes { IsArray: true };
        return changed || mutated ? FoldedValue.Unknown : memo.Value;
    }

    private FoldedValue Number(PickleValue value)
    {
        if (machine.IsTextBool(value))
        {
            return new FoldedBool(machine.GetNumber(value) == "True");
        }

        return BigInteger.TryParse(machine.GetNumber(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number) ? new FoldedInt(number) : FoldedValue.Unknown;
    }

    private FoldedValue Container(PickleValue value, SequenceKind kind, int depth)
    {
        if ((value.IsMutable && Folder.Mutated) || machine.IsAssigned(value))
        {
            return FoldedValue.Unknown;
        }

        if (depth == 0)
        {
            _shared?.Clear();
        }
        else if (_shared is not null && _shared.TryGetValue(value, out FoldedValue? known))
        {
            return known;
        }

        List<PickleValue> children = machine.Children(value, FoldBudget.MaxItems, out bool elided);
        if (elided || !Folder.Budget.Items(children.Count))
        {
            return FoldedValue.Unknown;
        }

        FoldedSequence made = new(kind, [.. children.Select(c => Convert(c, depth + 1))]);
        if (depth > 0)
        {
            (_shared ??= [])[value] = made;
        }

        return made;
    }
}
