// Whether the tensors that a pickle rebuilds stay inside their storages.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Formats.PyTorch;

/// <summary>
/// Checks the calls of <c>torch._utils</c> that lay a tensor over a storage. Their first four arguments are the storage (a persistent
/// id that declares its elements), the offset, the size and the strides. Specification: <c>torch/_utils.py</c>.
/// </summary>
internal static class TorchTensorBounds
{
    private const int StorageArguments = 4;

    /// <summary>More dimensions than this no operation of PyTorch takes.</summary>
    private const int MaxDimensions = 64;

    /// <summary>Why the tensor of a call reaches outside its storage, or null where it does not or cannot be told.</summary>
    public static string? Outside(PickleMachine machine, in CallRow call)
    {
        if (call.Callee.Kind != PickleKind.Import || call.Arguments.Kind != PickleKind.Tuple || !LaysOut(machine.Import(call.Callee)))
        {
            return null;
        }

        List<PickleValue> arguments = machine.Children(call.Arguments, StorageArguments, out _);
        if (arguments.Count < StorageArguments || Elements(machine, arguments[0]) is not long elements || Number(machine, arguments[1]) is not long offset)
        {
            return null;
        }

        List<PickleValue>? sizes = machine.AllChildren(arguments[2]);
        List<PickleValue>? strides = machine.AllChildren(arguments[3]);
        if (sizes is null || strides is null)
        {
            return null;
        }

        if (sizes.Count > MaxDimensions || sizes.Count != strides.Count)
        {
            return $"A tensor has {sizes.Count} sizes and {strides.Count} strides.";
        }

        Int128 last = offset;
        bool empty = false;
        bool negative = offset < 0;
        for (int i = 0; i < sizes.Count; i++)
        {
            if (Number(machine, sizes[i]) is not long size || Number(machine, strides[i]) is not long stride)
            {
                return null;
            }

            negative |= size < 0 || stride < 0;
            empty |= size == 0;

            // No storage has 2^64 elements; what is beyond stays beyond, and the sum cannot wrap.
            last += Int128.Min((Int128)Math.Max(0, size - 1) * Math.Max(0, stride), Int128.One << 100);
        }

        if (negative)
        {
            return "A tensor has a negative offset, size or stride.";
        }

        return !empty && last >= elements ? $"A tensor reaches element {last} of a storage of {elements}." : null;
    }

    private static bool LaysOut(ImportRow import) =>
        import.ResolvedModule == "torch._utils" && import.ResolvedName is "_rebuild_tensor" or "_rebuild_tensor_v2" or "_rebuild_tensor_v3" or "_rebuild_qtensor";

    /// <summary>
    /// The elements that a storage's persistent id declares. Untyped storages count bytes, of which an element takes at least one.
    /// </summary>
    private static long? Elements(PickleMachine machine, PickleValue storage)
    {
        if (storage.Kind != PickleKind.Persistent || machine.AllChildren(machine.Call(storage).Callee) is not { Count: 5 or 6 } id)
        {
            return null;
        }

        // The sixth item of the oldest files is a view of another storage, which has its own count.
        return id.Count == 6 && id[5].Kind != PickleKind.None ? null : Number(machine, id[4]);
    }

    private static long? Number(PickleMachine machine, PickleValue value) =>
        value.Kind == PickleKind.Int && long.TryParse(machine.GetNumber(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;
}
