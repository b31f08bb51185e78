// The state of an object as a pickle gives it.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Pickles;
using Assay.Pickle;

namespace Assay.Formats.States;

/// <summary>What the values of one machine are read with.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Bytes">Finds the bytes of arrays.</param>
/// <param name="Arrays">joblib's arrays, by row.</param>
internal sealed record PickledStateSource(PickleMachine Machine, PickledBytes Bytes, IReadOnlyDictionary<int, ByteRange> Arrays)
{
    private const int MostItems = 1 << 20;
    private readonly Dictionary<PickleValue, List<PickleValue>> _children = [];

    /// <summary>The items of a container, read once.</summary>
    public List<PickleValue> Children(PickleValue value)
    {
        if (!_children.TryGetValue(value, out List<PickleValue>? items))
        {
            items = Machine.Children(value, MostItems, out _);
            _children.Add(value, items);
        }

        return items;
    }

    /// <summary>Lets go of what was read.</summary>
    public void Forget() => _children.Clear();
}

/// <summary>A value of a pickle.</summary>
internal sealed class PickledState(PickledStateSource source, PickleValue value) : StateNode
{
    private const int ShapeBudget = 1 << 12;
    private bool _isRead;
    private StateArray? _array;

    public override long? Number => value.Kind is PickleKind.Result ? Scalar() : source.Machine.TryNumber(value, out long number) ? number : null;

    public override StateArray? Array
    {
        get
        {
            if (!_isRead)
            {
                _isRead = true;
                _array = value.Kind is PickleKind.Result or PickleKind.Instance ? Read() : null;
            }

            return _array;
        }
    }

    public override long? Count
    {
        get
        {
            if (value.Kind is PickleKind.List or PickleKind.Tuple)
            {
                return source.Machine.CountOf(value) is >= 0 and var count ? count : null;
            }

            if (base.Count is { } rows || value.Kind is not (PickleKind.Result or PickleKind.Instance))
            {
                return base.Count;
            }

            // An array of objects is a list; an index of pandas is made of its values.
            return Objects() is { } objects ? source.Machine.CountOf(objects) : Child("@1")?.Child("data")?.Count;
        }
    }

    public override StateNode? Child(string key)
    {
        if (Array is not null)
        {
            return Item(key);
        }

        PickleValue inside = value;
        if (value.Kind is PickleKind.Result or PickleKind.Instance)
        {
            CallRow call = source.Machine.Call(value);
            inside = key[0] == '@' ? call.Arguments : call.State;
            key = key[0] == '@' ? key[1..] : key;
        }

        if (inside.IsEmpty)
        {
            return null;
        }

        if (inside.Kind is PickleKind.Dict)
        {
            return Key(inside, key);
        }

        if (inside.Kind is not (PickleKind.Tuple or PickleKind.List))
        {
            return null;
        }

        List<PickleValue> items = source.Children(inside);
        if (int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            return index < items.Count ? new PickledState(source, items[index]) : null;
        }

        // The state of a class with slots: what it has and what lies in the slots.
        return items.Where(i => i.Kind is PickleKind.Dict).Select(i => Key(i, key)).FirstOrDefault(i => i is not null);
    }

    private PickledState? Key(PickleValue dict, string key)
    {
        List<PickleValue> pairs = source.Children(dict);

        // The last of two counts.
        for (int i = pairs.Count - (pairs.Count % 2) - 2; i >= 0; i -= 2)
        {
            if (source.Machine.TryText(pairs[i]) == key)
            {
                return new PickledState(source, pairs[i + 1]);
            }
        }

        return null;
    }

    private PickleValue? Objects() => State() is { } state && state[^1].Kind is PickleKind.List ? state[^1] : null;

    /// <summary>The state of an array: version, shape, type, order and bytes; NumPy up to 1.0 wrote no version.</summary>
    private List<PickleValue>? State() =>
        source.Machine.CalleeOf(value).EndsWith("multiarray._reconstruct", StringComparison.Ordinal) && source.Machine.AllChildren(source.Machine.Call(value).State) is { Count: 4 or 5 } state ? state : null;

    private long? Scalar() =>
        source.Machine.CalleeOf(value).EndsWith("multiarray.scalar", StringComparison.Ordinal) && source.Machine.ArgumentsOf(value) is [var type, var bytes, ..] ? Of(type, [1], bytes)?.At(0) : null;

    private StateArray? Read()
    {
        PickleMachine machine = source.Machine;
        if (source.Arrays.TryGetValue(value.Row, out ByteRange range))
        {
            PickledState state = new(source, machine.Call(value).State);
            return state.Child("shape") is PickledState shape && state.Child("dtype") is PickledState dtype && machine.TryNumbers(shape.Value) is { } extents && Layout(dtype.Value) is { } layout
                ? new StateArray(machine.Source, range, layout, extents)
                : null;
        }

        if (State() is { } array)
        {
            return machine.TryNumbers(array[^4]) is { } extents ? Of(array[^3], extents, array[^1]) : null;
        }

        return machine.CalleeOf(value).EndsWith("numeric._frombuffer", StringComparison.Ordinal) && machine.ArgumentsOf(value) is [var data, var type, var sizes, ..] && machine.TryNumbers(sizes) is { } shape2
            ? Of(type, shape2, data)
            : null;
    }

    private PickleValue Value => value;

    private StateArray? Of(PickleValue type, IReadOnlyList<long> shape, PickleValue data) =>
        data.Kind is not PickleKind.List && Layout(type) is { } layout && source.Bytes.Find(data) is { } found ? new StateArray(found.Source, found.Range, layout, shape) : null;

    private StateLayout? Layout(PickleValue type) => StateLayout.OfPickled(source.Machine.WholeShape(type, ShapeBudget));
}
