// Holds the storages that the pickle of a PyTorch file asks for to the members that lie beside it.
using Assay.Artifacts;
using Assay.Pickle;

namespace Assay.Formats.PyTorch;

/// <summary>
/// Storages by the keys of persistent ids, and the members <c>data/key</c> beside the pickle: what is missing or too short makes the loader stop half way, what nothing asks for lies there for somebody else.
/// </summary>
internal static class TorchStorageMembers
{
    private const int MostStorages = 100_000;
    private const int CostOfStorage = 64;
    private const int ShapeBudget = 64;
    private const string Pickle = "data.pkl";

    /// <summary>Says where they do not fit; nothing where the pickle is none of a PyTorch archive.</summary>
    public static void Check(PickleMachine machine, IReadOnlyList<PickleValue> persistents, ReadContext context)
    {
        if (persistents.Count is 0 or > MostStorages || context.Artifact.Parent is null || context.Artifact.In is not { } place || !place.Name.EndsWith("/" + Pickle, StringComparison.Ordinal))
        {
            return;
        }

        string folder = place.Name[..^Pickle.Length] + "data/";
        Dictionary<string, long> members = new(StringComparer.OrdinalIgnoreCase);
        foreach (BundleEntry entry in place.Bundle.List())
        {
            context.Budget.SpendWork(CostOfStorage);
            if (entry.Size is { } size && entry.Name.StartsWith(folder, StringComparison.OrdinalIgnoreCase))
            {
                members.TryAdd(entry.Name[folder.Length..], size);
            }
        }

        HashSet<string> asked = new(StringComparer.OrdinalIgnoreCase);
        foreach (PickleValue persistent in persistents)
        {
            context.Budget.SpendWork(CostOfStorage);
            int budget = ShapeBudget;
            if (!TorchStorage.TryFromPersistentId(machine.Shape(persistent, ref budget), out string key, out TorchStorage? storage) || !asked.Add(key))
            {
                continue;
            }

            if (!members.TryGetValue(key, out long size))
            {
                context.Anomaly("torch.storage-missing", 0, 0, $"The pickle asks for the storage {Short(key)}, and there is no member of that name.");
            }
            else if (storage is { ElementSize: { } width, Count: { } count } && count > size / width)
            {
                context.Anomaly("torch.storage-short", 0, 0, $"The storage {Short(key)} should have {count} elements of {width} bytes, and its member has {size} bytes.");
            }
        }

        string[] others = [.. members.Keys.Where(m => !asked.Contains(m)).Order(StringComparer.Ordinal).Take(8)];
        if (asked.Count > 0 && others.Length > 0)
        {
            context.Anomaly("torch.storage-unasked", 0, 0, $"Nothing asks for the members {string.Join(", ", others.Select(o => folder + Short(o)))}.");
        }
    }

    private static string Short(string key) => key.Length > 64 ? key[..64] : key;
}
