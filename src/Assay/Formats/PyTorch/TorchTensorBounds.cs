// Whether the tensors that a pickle rebuilds stay inside their storages.
using System.Runtime.InteropServices;
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

    /// <summary>Whether calling the import lays a tensor over a storage.</summary>
    public static bool LaysOut(ImportRow import) =>
        import.ResolvedModule == "torch._utils" && import.ResolvedName is "_rebuild_tensor" or "_rebuild_tensor_v2" or "_rebuild_tensor_v3" or "_rebuild_qtensor";

    /// <summary>
    /// Why the tensor of a call that <see cref="LaysOut"/> reaches outside its storage, or null where it does not or cannot be told.
    /// </summary>
    public static string? Outside(PickleMachine machine, in CallRow call)
    {
        ReadOnlySpan<PickleValue> arguments = machine.Items(call.Arguments);
        if (arguments.Length < StorageArguments || Elements(machine, arguments[0]) is not long elements || !machine.TryGetInt(arguments[1], out long offset)
            || !TryItems(machine, arguments[2], out ReadOnlySpan<PickleValue> sizes) || !TryItems(machine, arguments[3], out ReadOnlySpan<PickleValue> strides))
        {
            return null;
        }

        if (sizes.Length > MaxDimensions || sizes.Length != strides.Length)
        {
            return $"A tensor has {sizes.Length} sizes and {strides.Length} strides.";
        }

        Int128 last = offset;
        bool empty = false;
        bool negative = offset < 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (!machine.TryGetInt(sizes[i], out long size) || !machine.TryGetInt(strides[i], out long stride))
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

    /// <summary>
    /// The elements that a storage's persistent id declares. Untyped storages count bytes, of which an element takes at least one.
    /// </summary>
    private static long? Elements(PickleMachine machine, PickleValue storage)
    {
        if (storage.Kind != PickleKind.Persistent || !TryItems(machine, machine.Call(storage).Callee, out ReadOnlySpan<PickleValue> id) || id.Length is not (5 or 6))
        {
            return null;
        }

        // The sixth item of the oldest files is a view of another storage, which has its own count.
        return (id.Length == 5 || id[5].Kind == PickleKind.None) && machine.TryGetInt(id[4], out long elements) ? elements : null;
    }

    /// <summary>All items of a tuple or list, where they were kept.</summary>
    private static bool TryItems(PickleMachine machine, PickleValue value, out ReadOnlySpan<PickleValue> items)
    {
        items = machine.Items(value);
        if (!items.IsEmpty)
        {
            return true;
        }

        List<PickleValue>? all = machine.AllChildren(value);
        items = CollectionsMarshal.AsSpan(all);
        return all is not null;
    }
}
