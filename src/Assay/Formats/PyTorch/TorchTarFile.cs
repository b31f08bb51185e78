// Reads the tensors of PyTorch's oldest format, a tar.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Containers.Tar;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Tensors;

namespace Assay.Formats.PyTorch;

/// <summary>
/// Reads the tar that <c>torch.save</c> wrote up to 0.1.1: <c>storages</c>, <c>tensors</c> that lie in them, and <c>pickle</c> with
/// persistent ids that name tensors. Specification: <c>torch/serialization.py</c>, <c>legacy_load</c>.
/// </summary>
internal static class TorchTarFile
{
    /// <summary>The members that tensors are read from.</summary>
    internal static IReadOnlyList<string> MemberNames { get; } = ["storages", "tensors", "pickle"];

    /// <summary>The three members.</summary>
    /// <exception cref="MalformedException">A member is missing or there twice.</exception>
    private static Dictionary<string, ByteRange> Members(TensorSource source)
    {
        Dictionary<string, ByteRange> members = new(StringComparer.Ordinal);
        TarReader reader = new(source.Bytes, new ByteRange(0, source.Bytes.Length), source.Budget);
        while (reader.Next() is { } entry)
        {
            string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (!MemberNames.Contains(name))
            {
                continue;
            }

            if (entry.Kind != TarKind.File || entry.Extents is not null || entry.Data.Length < entry.Size || !members.TryAdd(name, entry.Data))
            {
                throw new MalformedException(entry.Offset, $"The member {name} is there twice, is cut off or is no plain file.");
            }
        }

        return members.Count == MemberNames.Count ? members : throw new MalformedException(0, "The storages, the tensors or the pickle are missing.");
    }

    /// <summary>Reads the tensors.</summary>
    public static void Read(TensorSource source)
    {
        Dictionary<string, ByteRange> members = Members(source);
        Dictionary<string, TensorStorage> storages = new(StringComparer.Ordinal);
        Dictionary<string, ElementType> types = new(StringComparer.Ordinal);
        ReadStorages(source with { Bytes = source.Bytes.Slice(members["storages"]) }, storages, types);
        PlacedStorages table = new(storages);
        ReadTensors(source with { Bytes = source.Bytes.Slice(members["tensors"]) }, table, storages, types);
        TensorSource pickle = source with { Bytes = source.Bytes.Slice(members["pickle"]) };
        using PickleRun run = PickleRun.Of(pickle, 0, "The object");
        new WeightWalk(run, table, pickle).Run(run.Value);
    }

    private static void ReadStorages(TensorSource source, Dictionary<string, TensorStorage> storages, Dictionary<string, ElementType> types)
    {
        long offset = 0;
        for (long left = Count(source, ref offset); left > 0; left--)
        {
            using PickleRun record = Next(source, ref offset);
            if (record.Machine.AllChildren(record.Value) is not { Count: 3 } items || record.Machine.TryText(items[0]) is not { } key
                || TorchElementTypes.OfStorage(record.Machine.NameOf(items[2])) is not { } type)
            {
                throw new MalformedException(offset, "A storage has no key and class that are known.");
            }

            byte[] head = source.Bytes.ReadUpTo(offset, sizeof(long));
            ArrayExtent extent = head.Length < sizeof(long) ? default : ArrayExtent.Of([BinaryPrimitives.ReadInt64LittleEndian(head)], type.Size());
            if (head.Length < sizeof(long) || extent.Error != ExtentError.None || extent.Bytes > source.Bytes.Length - offset - sizeof(long))
            {
                throw new MalformedException(offset, $"The storage {key} is missing or has an impossible size.");
            }

            storages[key] = new TensorStorage(key, source.Bytes, new ByteRange(offset + sizeof(long), extent.Bytes));
            types[key] = type;
            offset += sizeof(long) + extent.Bytes;
        }

        ReadViews(source, offset, storages, types);
    }

    /// <summary>Behind the storages, a list of views: key, key of the storage it is a stretch of, offset and count of elements.</summary>
    private static void ReadViews(TensorSource source, long offset, Dictionary<string, TensorStorage> storages, Dictionary<string, ElementType> types)
    {
        using PickleRun views = Next(source, ref offset);
        foreach (PickleValue item in views.Machine.AllChildren(views.Value) ?? [])
        {
            if (views.Machine.AllChildren(item) is not { Count: 4 } view || views.Machine.TryText(view[0]) is not { } key
                || views.Machine.TryText(view[1]) is not { } root || !storages.TryGetValue(root, out TensorStorage? storage)
                || !views.Machine.TryNumber(view[2], out long start) || !views.Machine.TryNumber(view[3], out long count)
                || start < 0 || count < 0 || ((Int128)start + count) * types[root].Size() > storage.Range.Length)
            {
                throw new MalformedException(offset, "A view of a storage lies outside of it, or is none.");
            }

            int size = types[root].Size();
            storages[key] = storage with { Key = key, Range = new ByteRange(storage.Range.Offset + (start * size), count * size) };
            types[key] = types[root];
        }
    }

    /// <summary>Per tensor a pickle (key, storage, class), a 32-bit number of dimensions, four bytes, and 64-bit sizes, strides and offset.</summary>
    private static void ReadTensors(
        TensorSource source, PlacedStorages table, Dictionary<string, TensorStorage> storages, Dictionary<string, ElementType> types)
    {
        long offset = 0;
        for (long left = Count(source, ref offset); left > 0; left--)
        {
            using PickleRun record = Next(source, ref offset);
            byte[] head = source.Bytes.ReadUpTo(offset, sizeof(int));
            int rank = head.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(head);
            if (rank is < 0 or > TensorView.MaxDimensions || record.Machine.AllChildren(record.Value) is not { Count: 3 } items
                || record.Machine.TryText(items[0]) is not { } key || record.Machine.TryText(items[1]) is not { } at)
            {
                throw new MalformedException(offset, "A tensor has no key and storage, or an impossible number of dimensions.");
            }

            byte[] numbers = source.Bytes.ReadUpTo(offset + (2 * sizeof(int)), ((2 * rank) + 1) * sizeof(long));
            if (numbers.Length < ((2 * rank) + 1) * sizeof(long))
            {
                throw new MalformedException(source.Bytes.Length, "The sizes of a tensor are missing.");
            }

            long Number(int index) => BinaryPrimitives.ReadInt64LittleEndian(numbers.AsSpan(index * sizeof(long)));
            offset += (2 * sizeof(int)) + numbers.Length;
            if (storages.TryGetValue(at, out TensorStorage? storage))
            {
                table.AddTensor(key, new TensorView(types[at], [.. Enumerable.Range(0, rank).Select(Number)], [.. Enumerable.Range(rank, rank).Select(Number)], Number(2 * rank)), storage);
            }
            else
            {
                source.Tensors.Problem($"tensor {key}", $"There is no storage {at}.");
            }
        }
    }

    private static long Count(TensorSource source, ref long offset)
    {
        using PickleRun run = Next(source, ref offset);
        return run.Machine.TryNumber(run.Value, out long count) ? count : throw new MalformedException(offset, "The number of records is no number.");
    }

    private static PickleRun Next(TensorSource source, ref long offset)
    {
        source.Budget.Poll(offset);
        PickleRun run = PickleRun.Of(source, offset, "A pickle between the raw numbers");
        offset = run.End;
        return run;
    }
}
