// What PyTorch's rebuild functions would make of their arguments, as views of storages.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Tensors;

namespace Assay.Formats.PyTorch;

/// <summary>
/// What PyTorch's rebuild functions would make of their arguments, as views of storages. Specification: <c>torch/_utils.py</c> and
/// <c>torch/_tensor.py</c>, releases 0.1 to 2.9.
/// </summary>
internal sealed class TorchRebuilder(PickleMachine machine, TorchValues values, TensorGroup ledger)
{
    private const string Utils = "torch._utils.";

    /// <summary>
    /// Adds what calling <paramref name="function"/> would make. False when it makes no tensor that is known here;
    /// <paramref name="inner"/> is the argument that stands for the result, if one does.
    /// </summary>
    public bool TryAdd(string path, string function, IReadOnlyList<PickleValue> arguments, out PickleValue inner)
    {
        inner = default;
        if (function is "torch._tensor._rebuild_from_type_v2" or "torch._tensor._rebuild_from_type" or "torch.tensor._rebuild_from_type")
        {
            // A subclass: its tensor is what the first argument makes of the third.
            if (arguments.Count < 3 || machine.AllChildren(arguments[2]) is not { } own)
            {
                return Broken(path, function);
            }

            // What else the tensor had in its __dict__ stands below its name.
            AddState(path, arguments, 3);
            function = machine.NameOf(arguments[0]);
            arguments = own;
        }

        if (function is "torch.nn.parameter.Parameter" or "torch.nn.parameter.Buffer" or "torch.autograd.variable.Variable" or "torch.nn.Parameter")
        {
            inner = arguments.Count > 0 ? arguments[0] : default;
            return !inner.IsEmpty;
        }

        if (!function.StartsWith(Utils, StringComparison.Ordinal))
        {
            return false;
        }

        switch (function[Utils.Length..])
        {
            case "_rebuild_tensor" or "_rebuild_tensor_v2":
                return Add(path, function, arguments, null);
            case "_rebuild_tensor_v3":
                return Add(path, function, arguments, arguments.Count > 6 ? machine.NameOf(arguments[6]) : "?");
            case "_rebuild_qtensor":
                return AddQuantised(path, function, arguments);
            case "_rebuild_parameter_with_state":
                AddState(path, arguments, 3);
                inner = arguments.Count > 0 ? arguments[0] : default;
                return arguments.Count > 0 || Broken(path, function);
            case "_rebuild_parameter" or "_rebuild_device_tensor_from_numpy"
                or "_rebuild_xla_tensor" or "_rebuild_mlc_tensor" or "_rebuild_device_tensor_from_cpu_tensor":
                inner = arguments.Count > 0 ? arguments[0] : default;
                return arguments.Count > 0 || Broken(path, function);
            case "_rebuild_sparse_tensor" or "_rebuild_sparse_csr_tensor":
                return AddSparse(path, function, arguments);
            case "_rebuild_nested_tensor":
                return AddParts(path, function, arguments, ["buffer", "sizes", "strides", "offsets"]);
            case "_rebuild_meta_tensor_no_storage":
                ledger.Leave(path, "a meta tensor", "It has a shape and no data.");
                return true;
            default:
                return false;
        }
    }

    /// <summary>Parts that are values of their own, to be visited under names of their own.</summary>
    public Stack<(string Path, PickleValue Value)> Parts { get; } = new();

    private void AddState(string path, IReadOnlyList<PickleValue> arguments, int index)
    {
        PickleValue state = arguments.Count > index ? arguments[index] : default;
        List<PickleValue> parts = state.Kind == PickleKind.Tuple ? machine.AllChildren(state) ?? [] : [state];
        for (int i = parts.Count - 1; i >= 0; i--)
        {
            if (parts[i].Kind == PickleKind.Dict)
            {
                Parts.Push((path, parts[i]));
            }
        }
    }

    /// <summary>What the parts of a tensor are named after: a tensor that is the whole value is called so.</summary>
    private static string Stem(string path) => path.Length == 0 ? "tensor" : path;

    private bool Broken(string path, string function)
    {
        ledger.Problem(path, $"The arguments of {function} are not those of a tensor, or were not kept whole.");
        return true;
    }

    private bool Add(string path, string function, IReadOnlyList<PickleValue> arguments, string? dtype)
    {
        if (Layout(path, function, arguments, dtype) is not { } layout)
        {
            return true;
        }

        SignFlips flips = SignFlips.None;
        int metadata = dtype is null ? 6 : 7;
        if (arguments.Count > metadata && !TryFlips(arguments[metadata], layout.View.Type, out flips))
        {
            ledger.Problem(path, "What is done to the elements after they are loaded is not known.");
            return true;
        }

        ledger.Add(path, layout.View with { Flips = flips }, layout.Storage, layout.Packing);
        return true;
    }

    private (TensorView View, TensorStorage Storage, Packing? Packing)? Layout(string path, string function, IReadOnlyList<PickleValue> arguments, string? dtype)
    {
        if (arguments.Count < 4 || !machine.TryNumber(arguments[1], out long offset)
            || machine.TryNumbers(arguments[2]) is not { } shape || machine.TryNumbers(arguments[3]) is not { } strides)
        {
            Broken(path, function);
            return null;
        }

        FoundStorage found = values.Storage(arguments[0]);
        if (found.Storage is not { } storage)
        {
            ledger.Problem(path, $"The tensor cannot be read: {found.Problem}.");
            return null;
        }

        ElementType? type = dtype is null ? found.Type : TorchElementTypes.OfDtype(dtype);
        if (type is null)
        {
            ledger.Leave(path, $"a tensor of {dtype}", "Its element type is not known.");
            return null;
        }

        TensorView view = new(type.Value, shape, strides, offset);
        string packed = dtype is null ? found.PackedAs : dtype[(dtype.LastIndexOf('.') + 1)..];
        int bits = dtype is null ? TorchElementTypes.PackedBits(packed) : TorchElementTypes.PackedBits(dtype);
        if (bits == 0)
        {
            return (view, storage, null);
        }

        if ((dtype is null ? Packing.OfElements(packed, bits, view) : Packing.OfBytes(packed, bits, view)) is not { } bytes)
        {
            ledger.Problem(path, $"The tensor cannot be read: its elements of {bits} bits do not lie one after the other from the start of a byte on, or are too many.");
            return null;
        }

        return (bytes.View, storage, bytes.Packing);
    }

    /// <summary>The metadata of a tensor: a dict in which <c>conj</c> and <c>neg</c> ask for signs to be turned.</summary>
    private bool TryFlips(PickleValue metadata, ElementType type, out SignFlips flips)
    {
        flips = SignFlips.None;
        if (metadata.Kind == PickleKind.None)
        {
            return true;
        }

        if (metadata.Kind != PickleKind.Dict)
        {
            return false;
        }

        List<PickleValue> pairs = machine.Children(metadata, 64, out bool elided);
        bool known = !elided;
        for (int i = 0; i + 1 < pairs.Count; i += 2)
        {
            string? key = machine.TryText(pairs[i]);
            known &= key is "conj" or "neg" && pairs[i + 1].Kind is PickleKind.True or PickleKind.False;
            if (pairs[i + 1].Kind == PickleKind.True)
            {
                flips ^= key == "conj" ? SignFlips.Imaginary : type.IsComplex() ? SignFlips.Real | SignFlips.Imaginary : SignFlips.Real;
            }
        }

        return known && (flips == SignFlips.None || type.IsFloat());
    }

    private bool AddQuantised(string path, string function, IReadOnlyList<PickleValue> arguments)
    {
        if (Layout(path, function, arguments, null) is not { } layout || arguments.Count < 5)
        {
            return true;
        }

        // (scheme, scale, zero point) or (scheme, scales, zero points, axis).
        List<PickleValue> parameters = machine.AllChildren(arguments[4]) ?? [];
        if (parameters.Count == 3 && machine.TryFloat(parameters[1], out double scale) && machine.TryNumber(parameters[2], out long zero))
        {
            ledger.Add(path, layout.View, layout.Storage, layout.Packing);
            ledger.Add(Stem(path) + ".q_scale", ElementType.F64, [], Bytes(BitConverter.DoubleToInt64Bits(scale)));
            ledger.Add(Stem(path) + ".q_zero_point", ElementType.I64, [], Bytes(zero));
            return true;
        }

        if (parameters.Count == 4 && machine.TryNumber(parameters[3], out long axis))
        {
            ledger.Add(path, layout.View, layout.Storage, layout.Packing);
            ledger.Add(Stem(path) + ".q_per_channel_axis", ElementType.I64, [], Bytes(axis));
            Parts.Push((Stem(path) + ".q_per_channel_zero_points", parameters[2]));
            Parts.Push((Stem(path) + ".q_per_channel_scales", parameters[1]));
            return true;
        }

        ledger.Problem(path, "The scheme of a quantised tensor is not known.");
        return true;
    }

    private bool AddSparse(string path, string function, IReadOnlyList<PickleValue> arguments)
    {
        if (arguments.Count < 2 || machine.AllChildren(arguments[1]) is not { } data)
        {
            return Broken(path, function);
        }

        // COO: indices, values, size, and since 2.1 whether it is coalesced. CSR and its kin: two kinds of indices, values, size.
        bool coo = function.EndsWith("_rebuild_sparse_tensor", StringComparison.Ordinal);
        string[] names = coo ? ["indices", "values"] : ["compressed_indices", "plain_indices", "values"];
        if (data.Count <= names.Length || machine.TryNumbers(data[names.Length]) is not { } size)
        {
            return Broken(path, function);
        }

        byte[] bytes = new byte[8 * size.Length];
        for (int i = 0; i < size.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * i), size[i]);
        }

        ledger.Add(Stem(path) + ".size", ElementType.I64, [size.Length], bytes);
        return AddParts(path, function, data, names);
    }

    private bool AddParts(string path, string function, IReadOnlyList<PickleValue> parts, string[] names)
    {
        if (parts.Count < names.Length)
        {
            return Broken(path, function);
        }

        for (int i = names.Length - 1; i >= 0; i--)
        {
            Parts.Push(($"{Stem(path)}.{names[i]}", parts[i]));
        }

        return true;
    }

    private static byte[] Bytes(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }
}
