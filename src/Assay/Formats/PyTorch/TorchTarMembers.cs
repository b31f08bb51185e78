// Walks the members of PyTorch's oldest format, a tar with storages and tensors in files of their own.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.PyTorch;

/// <summary>
/// The members <c>storages</c> and <c>tensors</c> of the tar that <c>torch.save</c> wrote up to 0.1.1 and <c>torch.load</c> still
/// reads; the members <c>sys_info</c> and <c>pickle</c> are plain pickles. Both walks read pickles and raw numbers in turn: every
/// pickle is a place where a loader runs what the file says. Specification: <c>torch/serialization.py</c>, <c>legacy_load</c>.
/// </summary>
internal static class TorchTarMembers
{
    // Python unpacks as many numbers as the file says; no tensor that PyTorch can hold has more dimensions.
    private const int MaxDimensions = 64;

    /// <summary>
    /// Walks <c>storages</c>: a count; per storage a pickle (key, location, class), a 64-bit count and the elements; a pickle with
    /// views. Returns the storages by key, those that were read before a break included.
    /// </summary>
    public static IReadOnlyDictionary<string, TorchStorage> ReadStorages(ByteSource source, IPickleStepper stepper, ReadContext context)
    {
        Dictionary<string, TorchStorage> storages = new(StringComparer.Ordinal);
        long offset = 0;
        if (Count(stepper, context, ref offset) is not long count)
        {
            return storages;
        }

        for (long i = 0; i < count; i++)
        {
            if (!Step(stepper, context, ref offset, out ValueShape record))
            {
                return storages;
            }

            if (record is not { Kind: ShapeKind.Tuple or ShapeKind.List, Elided: false, Items.Count: 3 })
            {
                context.Unread(UnreadCause.Malformed, offset, source.Length - offset, "A storage is no key, location and class.");
                return storages;
            }

            string key = TorchStorage.Key(record.Items[0]);
            TorchStorage storage = TorchStorage.Of(record.Items[2], null);
            if (storage.ElementSize is not int size)
            {
                context.Anomaly("torch.storage-unknown", offset, 0, $"The element size of the storage {key} is not known.");
                context.Unread(UnreadCause.NotSupported, offset, source.Length - offset, "The class of a storage is not known.");
                return storages;
            }

            byte[] declared = source.ReadUpTo(offset, sizeof(long));
            if (TorchRawStorage.StepOver(source, offset, size, null, $"The storage {key}", context) is not long next)
            {
                return storages;
            }

            storages[key] = storage with { Count = BinaryPrimitives.ReadInt64LittleEndian(declared) };
            offset = next;
        }

        Step(stepper, context, ref offset, out _);
        return storages;
    }

    /// <summary>
    /// Walks <c>tensors</c>: a count; per tensor a pickle (key, storage key, class), a 32-bit number of dimensions, four bytes of
    /// padding, and 64-bit sizes, strides and one offset. Returns the number of tensors that were read.
    /// </summary>
    public static long ReadTensors(ByteSource source, IPickleStepper stepper, ReadContext context)
    {
        long offset = 0;
        if (Count(stepper, context, ref offset) is not long count)
        {
            return 0;
        }

        for (long i = 0; i < count; i++)
        {
            if (!Step(stepper, context, ref offset, out _))
            {
                return i;
            }

            byte[] head = source.ReadUpTo(offset, sizeof(int));
            int dimensions = head.Length < sizeof(int) ? 0 : BinaryPrimitives.ReadInt32LittleEndian(head);
            if (dimensions is < 0 or > MaxDimensions)
            {
                context.Unread(UnreadCause.Malformed, offset, source.Length - offset,
                    string.Create(CultureInfo.InvariantCulture, $"A tensor has {dimensions} dimensions."));
                return i;
            }

            ByteRange numbers = new(offset, (2 * sizeof(int)) + (((2L * dimensions) + 1) * sizeof(long)));
            if (numbers.End > source.Length)
            {
                context.Unread(UnreadCause.Truncated, source.Length, 0, "The sizes of a tensor are missing.");
                return i;
            }

            context.Cover(numbers, CoverageKind.Parsed);
            offset = numbers.End;
        }

        return count;
    }

    private static long? Count(IPickleStepper stepper, ReadContext context, ref long offset)
    {
        if (!Step(stepper, context, ref offset, out ValueShape value))
        {
            return null;
        }

        if (ArrayExtent.TryInteger(value, out long count, out _))
        {
            return count;
        }

        context.Unread(UnreadCause.Malformed, offset, 0, "The number of records is no number.");
        return null;
    }

    private static bool Step(IPickleStepper stepper, ReadContext context, ref long offset, out ValueShape value)
    {
        context.Budget.Poll(offset);
        long start = offset;
        bool whole = stepper.TryReadPickle(start, out long end, out value);
        context.Cover(new ByteRange(start, Math.Max(0, end - start)), CoverageKind.Parsed);

        // A pickle has at least its STOP: a walk that does not move would never end.
        offset = Math.Max(end, start);
        if (whole && end > start)
        {
            return true;
        }

        context.Unread(UnreadCause.Malformed, offset, 0, "A pickle between the raw numbers is missing or broken.");
        return false;
    }
}
