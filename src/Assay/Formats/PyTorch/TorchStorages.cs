// Finds the bytes of a storage by the key that a persistent id names.
using Assay.Artifacts;
using Assay.Tensors;

namespace Assay.Formats.PyTorch;

/// <summary>A storage as a persistent id asks for it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="TypeName">The resolved name of its class.</param>
/// <param name="Count">How many elements the id says it has; bytes for an untyped one. -1 where it does not say.</param>
internal readonly record struct StorageRequest(string Key, string TypeName, long Count);

/// <summary>A storage that was found, or why there is none.</summary>
/// <param name="Storage">The storage; null with a problem.</param>
/// <param name="Type">The type of its elements; bytes for an untyped one.</param>
/// <param name="Problem">Half a sentence, or null.</param>
internal readonly record struct FoundStorage(TensorStorage? Storage, ElementType Type, string? Problem = null)
{
    /// <summary>The name of the storage's class, as PyTorch calls its elements: <c>quint4x2</c> where several share a byte; else empty.</summary>
    public string PackedAs { get; init; } = "";

    public static FoundStorage Missing(string problem) => new(null, default, problem);
}

/// <summary>The storages of one file.</summary>
internal abstract class TorchStorages
{
    private readonly Dictionary<string, TensorStorage> _found = new(StringComparer.Ordinal);

    /// <summary>The storage that <paramref name="request"/> asks for; it must be there whole.</summary>
    public FoundStorage Find(StorageRequest request)
    {
        if (TorchElementTypes.OfStorage(request.TypeName) is not { } type)
        {
            return FoundStorage.Missing($"its storage class {request.TypeName} is not known");
        }

        if (!_found.TryGetValue(request.Key, out TensorStorage? storage))
        {
            storage = Locate(request.Key, out string? problem);
            if (storage is null)
            {
                return FoundStorage.Missing(problem ?? $"there is no storage {request.Key}");
            }

            _found.Add(request.Key, storage);
        }

        if (request.Count < 0)
        {
            return new FoundStorage(storage, type) { PackedAs = Packed(request.TypeName) };
        }

        Int128 bytes = (Int128)request.Count * type.Size();
        if (bytes > storage.Range.Length)
        {
            return FoundStorage.Missing($"its storage {request.Key} should have {bytes} bytes and has {storage.Range.Length}");
        }

        return new FoundStorage(storage with { Range = storage.Range with { Length = (long)bytes } }, type) { PackedAs = Packed(request.TypeName) };
    }

    private static string Packed(string typeName) => TorchElementTypes.PackedBits(typeName) switch
    {
        4 => "quint4x2",
        2 => "quint2x4",
        _ => "",
    };

    /// <summary>The tensor that a persistent id of the oldest format names; null in all others.</summary>
    public virtual (TensorView View, TensorStorage Storage)? Tensor(string key) => null;

    /// <summary>Where the bytes of the storage <paramref name="key"/> lie, all of them.</summary>
    protected abstract TensorStorage? Locate(string key, out string? problem);
}

/// <summary>A file without storages of its own.</summary>
internal sealed class NoStorages : TorchStorages
{
    protected override TensorStorage? Locate(string key, out string? problem)
    {
        problem = "the file holds no storages";
        return null;
    }
}

/// <summary>Storages whose places are known before the first is asked for.</summary>
internal sealed class PlacedStorages(IReadOnlyDictionary<string, TensorStorage> places) : TorchStorages
{
    private readonly Dictionary<string, (TensorView View, TensorStorage Storage)> _tensors = new(StringComparer.Ordinal);

    public void AddTensor(string key, TensorView view, TensorStorage storage) => _tensors[key] = (view, storage);

    public override (TensorView View, TensorStorage Storage)? Tensor(string key) =>
        _tensors.TryGetValue(key, out (TensorView View, TensorStorage Storage) tensor) ? tensor : null;

    protected override TensorStorage? Locate(string key, out string? problem)
    {
        problem = null;
        return places.GetValueOrDefault(key);
    }
}
