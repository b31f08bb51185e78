// The arrays that values of a pickle stand for: NumPy's own reductions, with their bytes inside the pickle.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Tensors;

namespace Assay.Formats.Numpy;

/// <summary>
/// The arrays that values of a pickle stand for: <c>_reconstruct</c> with a state (all protocols), <c>_frombuffer</c> (protocol 5)
/// and joblib's wrapper. Specification: <c>numpy/core/src/multiarray/methods.c</c> and <c>joblib/numpy_pickle.py</c>.
/// </summary>
internal sealed class NumpyValues(PickleMachine machine, PickledBytes bytes, TensorSource source, IReadOnlyDictionary<int, WrappedArray> wrapped)
{
    private const int ShapeBudget = 1 << 12;

    /// <summary>
    /// Adds the array that <paramref name="value"/> stands for. False when it stands for none; an array of objects gives its items in
    /// <paramref name="objects"/>.
    /// </summary>
    public bool TryAdd(string path, PickleValue value, out PickleValue objects)
    {
        objects = default;
        CallRow call = machine.Call(value);
        if (wrapped.TryGetValue(value.Row, out WrappedArray array))
        {
            AddWrapped(path, call.State, array.Range);
            return true;
        }

        switch (machine.CalleeOf(value))
        {
            case "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct":
                List<PickleValue> state = machine.AllChildren(call.State) ?? [];

                // NumPy up to 1.0 wrote no version in front.
                int at = state.Count == 5 ? 1 : 0;
                if (state.Count is not (4 or 5) || machine.TryNumbers(state[at]) is not { } shape)
                {
                    source.Tensors.Problem(path, "The state of an array is not known, or was not kept whole.");
                    return true;
                }

                if (state[at + 3].Kind == PickleKind.List)
                {
                    objects = state[at + 3];
                    return true;
                }

                bool columns = state[at + 2].Kind is PickleKind.True || (machine.TryNumber(state[at + 2], out long flag) && flag != 0);
                Add(path, state[at + 1], shape, columns, state[at + 3]);
                return true;
            case "numpy.ma.core._mareconstruct":
                AddMasked(path, machine.AllChildren(call.State) ?? []);
                return true;
            case "numpy.core.numeric._frombuffer" or "numpy._core.numeric._frombuffer":
                IReadOnlyList<PickleValue> arguments = machine.ArgumentsOf(value);
                if (arguments.Count != 4 || machine.TryNumbers(arguments[2]) is not { } sizes || machine.TryText(arguments[3]) is not { } order)
                {
                    source.Tensors.Problem(path, "The arguments of an array are not known, or were not kept whole.");
                    return true;
                }

                Add(path, arguments[1], sizes, order == "F", arguments[0]);
                return true;
            case "numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar":
                source.Tensors.Leave(path, "NumPy scalars", "Safetensors holds tensors only.");
                return true;
            default:
                return false;
        }
    }

    private void Add(string path, PickleValue dtype, long[] shape, bool columns, PickleValue data)
    {
        if (Type(path, dtype) is not { } type)
        {
            return;
        }

        if (bytes.Find(data) is not { } storage)
        {
            source.Tensors.Problem(path, "The bytes of an array are not in the pickle, or in no form that is known.");
            return;
        }

        Place(path, type, shape, columns, storage, exact: true);
    }

    /// <summary>A masked array has the state <c>(1, shape, dtype, is Fortran, data, mask, fill value)</c>; the mask has a bool for each element.</summary>
    private void AddMasked(string path, List<PickleValue> state)
    {
        if (state.Count != 7 || machine.TryNumbers(state[1]) is not { } shape || !machine.TryNumber(state[3], out long columns))
        {
            source.Tensors.Problem(path, "The state of a masked array is not known, or was not kept whole.");
            return;
        }

        if (state[4].Kind is PickleKind.List)
        {
            source.Tensors.Leave(path, "masked arrays of objects", "Their elements are Python objects.");
            return;
        }

        int before = source.Tensors.Tensors.Count;
        Add($"{path}{Separator(path)}data", state[2], shape, columns != 0, state[4]);
        if (source.Tensors.Tensors.Count > before && bytes.Find(state[5]) is { } mask)
        {
            Place($"{path}{Separator(path)}mask", new NumpyPlainType(ElementType.Bool, false), shape, columns != 0, mask, exact: true);
        }
    }

    private static string Separator(string path) => path.Length == 0 ? "" : ".";

    private void AddWrapped(string path, PickleValue state, ByteRange range)
    {
        List<PickleValue> pairs = machine.Children(state, 64, out _);
        PickleValue shape = default, dtype = default, order = default;
        for (int i = 0; i + 1 < pairs.Count; i += 2)
        {
            switch (machine.TryText(pairs[i]))
            {
                case "shape": shape = pairs[i + 1]; break;
                case "dtype": dtype = pairs[i + 1]; break;
                case "order": order = pairs[i + 1]; break;
                default: break;
            }
        }

        if (shape.IsEmpty || dtype.IsEmpty || machine.TryNumbers(shape) is not { } sizes)
        {
            source.Tensors.Problem(path, "The state of an array wrapper is not known.");
            return;
        }

        if (Type(path, dtype) is { } type)
        {
            Place(path, type, sizes, machine.TryText(order) == "F", new TensorStorage("", source.Bytes, range), exact: false);
        }
    }

    private void Place(string path, NumpyPlainType type, long[] shape, bool columns, TensorStorage storage, bool exact)
    {
        TensorView view = columns ? TensorView.ColumnMajor(type.Type, shape) : TensorView.RowMajor(type.Type, shape);
        if (exact && view.Count >= 0 && view.Bytes != storage.Range.Length)
        {
            source.Tensors.Problem(path, $"The array should have {view.Bytes} bytes and has {storage.Range.Length}.");
            return;
        }

        source.Tensors.Add(path, view, storage with { BigEndian = type.BigEndian });
    }

    private NumpyPlainType? Type(string path, PickleValue dtype)
    {
        ValueShape shape = machine.WholeShape(dtype, ShapeBudget);
        NumpyPlainType? type = NumpyPlainType.FromPickle(shape);
        if (type is null)
        {
            string name = shape.Items.Count > 0 && shape.Items[0].Text.Length is > 0 and < 64 ? shape.Items[0].Text : shape.Text;
            source.Tensors.Leave(path, $"arrays of {name}", "Their element type is no plain number that safetensors has.");
        }

        return type;
    }
}
