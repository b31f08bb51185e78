// The arrays that values of a pickle stand for: NumPy's own reductions, with their bytes inside the pickle.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Pickle;
using Assay.Tensors;

namespace Assay.Conversion;

/// <summary>
/// The arrays that values of a pickle stand for: <c>_reconstruct</c> with a state (all protocols), <c>_frombuffer</c> (protocol 5)
/// and joblib's wrapper. Specification: <c>numpy/core/src/multiarray/methods.c</c> and <c>joblib/numpy_pickle.py</c>.
/// </summary>
internal sealed class NumpyValues(PickleMachine machine, WeightSource source, IReadOnlyDictionary<int, ByteRange> wrapped)
{
    private const int ShapeBudget = 1 << 12;
    private readonly Dictionary<int, TensorStorage?> _texts = [];

    /// <summary>
    /// Adds the array that <paramref name="value"/> stands for. False when it stands for none; an array of objects gives its items in
    /// <paramref name="objects"/>.
    /// </summary>
    public bool TryAdd(string path, PickleValue value, out PickleValue objects)
    {
        objects = default;
        CallRow call = machine.Call(value);
        if (wrapped.TryGetValue(value.Row, out ByteRange range))
        {
            AddWrapped(path, call.State, range);
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
                    source.Ledger.Problem(path, "The state of an array is not known, or was not kept whole.");
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
            case "numpy.core.numeric._frombuffer" or "numpy._core.numeric._frombuffer":
                IReadOnlyList<PickleValue> arguments = machine.ArgumentsOf(value);
                if (arguments.Count != 4 || machine.TryNumbers(arguments[2]) is not { } sizes || machine.TryText(arguments[3]) is not { } order)
                {
                    source.Ledger.Problem(path, "The arguments of an array are not known, or were not kept whole.");
                    return true;
                }

                Add(path, arguments[1], sizes, order == "F", arguments[0]);
                return true;
            case "numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar":
                source.Ledger.Leave(path, "NumPy scalars", "Safetensors holds tensors only.");
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

        if (Bytes(data) is not { } storage)
        {
            source.Ledger.Problem(path, "The bytes of an array are not in the pickle, or in no form that is known.");
            return;
        }

        Place(path, type, shape, columns, storage, exact: true);
    }

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

        if (range.IsEmpty && !dtype.IsEmpty && NumpyElementType.FromPickle(machine.WholeShape(dtype, ShapeBudget)).HasObject)
        {
            source.Ledger.Leave(path, "arrays of objects", "Their elements are Python objects.");
            return;
        }

        if (shape.IsEmpty || dtype.IsEmpty || machine.TryNumbers(shape) is not { } sizes)
        {
            source.Ledger.Problem(path, "The state of an array wrapper is not known.");
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
            source.Ledger.Problem(path, $"The array should have {view.Bytes} bytes and has {storage.Range.Length}.");
            return;
        }

        source.Ledger.Add(path, view, storage with { BigEndian = type.BigEndian });
    }

    private NumpyPlainType? Type(string path, PickleValue dtype)
    {
        ValueShape shape = machine.WholeShape(dtype, ShapeBudget);
        NumpyPlainType? type = NumpyPlainType.FromPickle(shape);
        if (type is null)
        {
            string name = shape.Items.Count > 0 && shape.Items[0].Text.Length is > 0 and < 64 ? shape.Items[0].Text : shape.Text;
            source.Ledger.Leave(path, $"arrays of {name}", "Their element type is no plain number that safetensors has.");
        }

        return type;
    }

    /// <summary>Where the bytes of an array lie: a constant, or a text that Python 2 and protocol 2 encode them in.</summary>
    private TensorStorage? Bytes(PickleValue data)
    {
        if (data.Kind is PickleKind.Bytes or PickleKind.ByteArray or PickleKind.PyString)
        {
            (long offset, long length) = machine.GetRange(data);
            if (data.Kind != PickleKind.PyString || source.Bytes.ReadUpTo(data.Payload, 1) is not [(byte)Op.STRING])
            {
                return new TensorStorage("", source.Bytes, new ByteRange(offset, length));
            }

            // STRING is a quoted line with escapes; lines are bounded by their limit.
            byte[] bytes = machine.GetBytes(data, int.MaxValue - 64, out _);
            return new TensorStorage("", new MemorySource(bytes), new ByteRange(0, bytes.Length));
        }

        if (data.Kind != PickleKind.Result)
        {
            return null;
        }

        if (!_texts.TryGetValue(data.Row, out TensorStorage? storage))
        {
            storage = Encoded(data);
            _texts.Add(data.Row, storage);
        }

        return storage;
    }

    /// <summary><c>_codecs.encode(text, 'latin1')</c>: how protocols without bytes write them. An empty one is <c>bytes()</c>.</summary>
    private TensorStorage? Encoded(PickleValue call)
    {
        string callee = machine.CalleeOf(call);
        IReadOnlyList<PickleValue> arguments = machine.ArgumentsOf(call);
        if (callee is "builtins.bytes" or "builtins.bytearray" && arguments.Count == 0)
        {
            return new TensorStorage("", new MemorySource(default), default);
        }

        if (callee is "builtins.bytearray" or "builtins.bytes" && arguments.Count > 0)
        {
            return arguments[0].Kind == PickleKind.Result && arguments[0].Row < call.Row ? Encoded(arguments[0]) : Bytes(arguments[0]);
        }

        if (callee != "_codecs.encode" || arguments.Count != 2 || arguments[0].Kind != PickleKind.Str || machine.TryText(arguments[1]) is not ("latin1" or "latin-1"))
        {
            return null;
        }

        ScratchSpace space = source.Scratch.Create();
        source.Owned.Add(space);
        return Decode(arguments[0], space) ? new TensorStorage("", space, new ByteRange(0, space.Length)) : null;
    }

    private bool Decode(PickleValue text, ScratchSpace into)
    {
        (long offset, long length) = machine.GetRange(text);
        if (source.Bytes.ReadUpTo(text.Payload, 1) is [(byte)Op.UNICODE])
        {
            // A line with escapes, bounded by the limit of lines.
            string line = machine.GetText(text, int.MaxValue - 64, out _);
            if (line.Any(c => c > 0xFF))
            {
                return false;
            }

            source.Budget.SpendInflated(line.Length, offset);
            into.Append(Encoding.Latin1.GetBytes(line));
            return true;
        }

        byte[] block = new byte[(int)Math.Min(length, 1 << 16)];
        byte[] decoded = new byte[block.Length];
        byte high = 0;
        for (long at = 0; at < length;)
        {
            int got = source.Bytes.ReadAt(offset + at, block.AsSpan(0, (int)Math.Min(block.Length, length - at)));
            int count = 0;
            foreach (byte b in block.AsSpan(0, got))
            {
                // Up to U+00FF, UTF-8 is one byte below 0x80, or 0xC2 or 0xC3 and a continuation.
                if (high != 0)
                {
                    decoded[count++] = (byte)((high << 6) | (b & 0x3F));
                    high = 0;
                }
                else if (b < 0x80)
                {
                    decoded[count++] = b;
                }
                else if (b is 0xC2 or 0xC3)
                {
                    high = b;
                }
                else
                {
                    return false;
                }
            }

            if (got == 0)
            {
                return false;
            }

            source.Budget.SpendInflated(count, offset + at);
            into.Append(decoded.AsSpan(0, count));
            at += got;
        }

        return high == 0;
    }
}
