// The storages that values of a pickle stand for: persistent ids, and files inside the pickle.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Pickles;
using Assay.Pickle;

namespace Assay.Formats.PyTorch;

/// <summary>The storages that values of a pickle stand for.</summary>
internal sealed class TorchValues(PickleMachine machine, PickledBytes bytes, TorchStorages storages, TensorSource source)
{
    private readonly Dictionary<int, FoundStorage> _embedded = [];

    /// <summary>The storage that <paramref name="value"/> stands for.</summary>
    public FoundStorage Storage(PickleValue value)
    {
        if (value.Kind == PickleKind.Persistent)
        {
            return Persistent(machine, value, storages) ?? FoundStorage.Missing("its persistent id names no storage");
        }

        if (machine.CalleeOf(value) != "torch.storage._load_from_bytes" || machine.ArgumentsOf(value) is not [PickleValue file])
        {
            return FoundStorage.Missing("what it lies in is no storage");
        }

        if (!_embedded.TryGetValue(value.Row, out FoundStorage found))
        {
            found = Embedded(file);
            _embedded.Add(value.Row, found);
        }

        return found;
    }

    /// <summary>
    /// The storage of a persistent id <c>('storage', class, key, location, count[, view])</c>, or null when it is none. The view of old
    /// files is a stretch of the storage with a key of its own.
    /// </summary>
    public static FoundStorage? Persistent(PickleMachine machine, PickleValue value, TorchStorages storages)
    {
        if (TryRequest(machine, value) is not { } request)
        {
            return null;
        }

        FoundStorage found = storages.Find(request);
        List<PickleValue> id = machine.AllChildren(machine.Call(value).Callee)!;
        if (found.Storage is not { } storage || id.Count < 6 || id[5].Kind == PickleKind.None)
        {
            return found;
        }

        List<PickleValue> view = machine.AllChildren(id[5]) ?? [];
        if (view.Count != 3 || !machine.TryNumber(view[1], out long offset) || !machine.TryNumber(view[2], out long count)
            || offset < 0 || count < 0 || ((Int128)offset + count) * found.Type.Size() > storage.Range.Length)
        {
            return FoundStorage.Missing($"the view of its storage {request.Key} lies outside of it");
        }

        int size = found.Type.Size();
        return found with { Storage = storage with { Range = new ByteRange(storage.Range.Offset + (offset * size), count * size) } };
    }

    /// <summary>What a persistent id asks for, or null when it is none of a storage.</summary>
    public static StorageRequest? TryRequest(PickleMachine machine, PickleValue value)
    {
        if (machine.AllChildren(machine.Call(value).Callee) is not { Count: 5 or 6 } id || machine.TryText(id[0]) != "storage"
            || machine.TryText(id[2]) is not { } key || !machine.TryNumber(id[4], out long count) || count < 0)
        {
            return null;
        }

        return new StorageRequest(key, machine.NameOf(id[1]), count);
    }

    private FoundStorage Embedded(PickleValue file)
    {
        return bytes.Find(file) is { } content
            ? TorchSavedFile.ReadStorage(source with { Bytes = content.Source.Slice(content.Range), Depth = source.Depth + 1 })
            : FoundStorage.Missing("the file in which it lies is no bytes");
    }
}
