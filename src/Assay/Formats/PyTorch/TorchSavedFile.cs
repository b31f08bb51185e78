// Reads the tensors of PyTorch's formats, zip and legacy.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Tensors;

namespace Assay.Formats.PyTorch;

/// <summary>
/// Reads the tensors of PyTorch's zip (1.6 on; TorchScript archives included) and of its legacy stream. Specification:
/// <c>torch/serialization.py</c>.
/// </summary>
internal static class TorchSavedFile
{
    private const int MostDepth = 4;
    private const int ShapeBudget = 4096;
    internal const string Constants = "constants";

    /// <summary>Reads a zip.</summary>
    public static void ReadZip(TensorSource source, ZipContent zip) => ReadZip(source, zip, "");

    /// <summary>Reads a whole file of <c>torch.save</c> that lies inside something else; what it holds is called <paramref name="path"/>.</summary>
    public static void Read(TensorSource source, string path = "")
    {
        if (source.Depth > MostDepth)
        {
            throw new MalformedException(0, "Too many files lie inside each other.");
        }

        if (source.Bytes.ReadUpTo(0, 4) is [(byte)'P', (byte)'K', 3, 4])
        {
            ReadZip(source, ZipContent.Read(source, isTorch: true), path);
            return;
        }

        using PickleRun first = PickleRun.Of(source, 0, "The file");
        if (!IsLegacy(first))
        {
            throw new MalformedException(0, "It is none of torch.save.");
        }

        using PickleRun run = RunLegacy(source, first.End, out PlacedStorages storages);
        new WeightWalk(run, storages, source).Run(run.Value, path);
    }

    private static void ReadZip(TensorSource source, ZipContent zip, string path)
    {
        string folder = zip.Folder;
        if (zip.Open(folder + "data.pkl", out string? problem) is not { } member)
        {
            throw new MalformedException(0, $"The pickle cannot be read: {problem}.");
        }

        string order = zip.Text(folder + "byteorder").Trim();
        if (order is not ("" or "little" or "big"))
        {
            throw new MalformedException(0, "The byte order of the file is neither little nor big.");
        }

        ZipStorages storages = new(zip, folder + "data/", order == "big");
        TensorSource pickle = source with { Bytes = member.Source.Slice(member.Range) };
        using PickleRun run = PickleRun.Of(pickle, 0, "data.pkl");
        if (run.End < pickle.Bytes.Length)
        {
            source.Tensors.Leave("data.pkl", "bytes behind the pickle", "Loaders do not read them.");
        }

        foreach (string name in zip.Names.Where(n => n.StartsWith(folder + "code/", StringComparison.OrdinalIgnoreCase)))
        {
            source.Tensors.Leave(name, "TorchScript code", "Code is not carried over.");
        }

        new WeightWalk(run, storages, pickle, TorchScriptModules.Read(source, zip)).Run(run.Value, path);
        if (zip.Has(folder + Constants + ".pkl"))
        {
            ReadConstants(source, zip, order == "big");
        }
    }

    /// <summary>The tensors that the code of TorchScript has in place of literals: a tuple, whose storages lie in a folder of their own.</summary>
    private static void ReadConstants(TensorSource source, ZipContent zip, bool bigEndian)
    {
        if (zip.Open($"{zip.Folder}{Constants}.pkl", out string? problem) is not { } member)
        {
            source.Tensors.Problem(Constants, $"The pickle cannot be read: {problem}.");
            return;
        }

        TensorSource pickle = source with { Bytes = member.Source.Slice(member.Range) };
        using PickleRun run = PickleRun.Of(pickle, 0, Constants + ".pkl");
        new WeightWalk(run, new ZipStorages(zip, $"{zip.Folder}{Constants}/", bigEndian), pickle).Run(run.Value, Constants);
    }

    /// <summary>Whether the value of a file's first pickle is the number that legacy files begin with.</summary>
    public static bool IsLegacy(PickleRun first) =>
        first.Value.Kind == PickleKind.Int && TorchLegacyLayout.MayBeMagic(first.Machine.WholeShape(first.Value, 1));

    /// <summary>Reads a legacy stream whose second pickle starts at <paramref name="offset"/>.</summary>
    public static void ReadLegacy(TensorSource source, long offset)
    {
        using PickleRun run = RunLegacy(source, offset, out PlacedStorages storages);
        new WeightWalk(run, storages, source).Run(run.Value);
    }

    /// <summary>Reads the only storage of a file that stands inside a pickle: how plain pickles hold tensors.</summary>
    public static FoundStorage ReadStorage(TensorSource source)
    {
        if (source.Depth > MostDepth)
        {
            return FoundStorage.Missing("it lies in files inside each other, too many of them");
        }

        if (source.Bytes.ReadUpTo(0, 4) is [(byte)'P', (byte)'K', 3, 4])
        {
            ZipContent zip = ZipContent.Read(source, isTorch: true);
            string folder = zip.Folder;
            if (zip.Open(folder + "data.pkl", out string? problem) is not { } member)
            {
                return FoundStorage.Missing(problem!);
            }

            using PickleRun inner = PickleRun.Of(source with { Bytes = member.Source.Slice(member.Range) }, 0, "A storage inside the pickle");
            return Only(inner, new ZipStorages(zip, folder + "data/", zip.Text(folder + "byteorder").Trim() == "big"));
        }

        using PickleRun first = PickleRun.Of(source, 0, "A storage inside the pickle");
        if (!IsLegacy(first))
        {
            return FoundStorage.Missing("the file in which it lies is not PyTorch's");
        }

        using PickleRun run = RunLegacy(source, first.End, out PlacedStorages storages);
        return Only(run, storages);
    }

    private static FoundStorage Only(PickleRun run, TorchStorages storages) =>
        (run.Value.Kind == PickleKind.Persistent ? TorchValues.Persistent(run.Machine, run.Value, storages) : null)
            ?? FoundStorage.Missing("the file in which it lies holds no single storage");

    private static PickleRun RunLegacy(TensorSource source, long offset, out PlacedStorages storages)
    {
        using PickleRun version = PickleRun.Of(source, offset, "The second pickle");
        using PickleRun system = PickleRun.Of(source, version.End, "The third pickle");
        PickleRun run = PickleRun.Of(source, system.End, "The object");
        try
        {
            using PickleRun list = PickleRun.Of(source, run.End, "The list of keys");
            int budget = int.MaxValue;
            IReadOnlyList<string> keys = list.Machine.AllChildren(list.Value) is { } children
                ? [.. children.Select(c => list.Machine.TryText(c) ?? "")]
                : TorchLegacyLayout.Keys(list.Machine.Shape(list.Value, ref budget)) ?? throw new MalformedException(run.End, "The fifth pickle is no list of keys.");
            storages = new PlacedStorages(Place(source, list.End, keys, Requests(run)));
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    private static Dictionary<string, StorageRequest> Requests(PickleRun run)
    {
        Dictionary<string, StorageRequest> requests = new(StringComparer.Ordinal);
        foreach (PickleValue persistent in run.Recorder.Persistents)
        {
            if (TorchValues.TryRequest(run.Machine, persistent) is { } request)
            {
                if (requests.TryGetValue(request.Key, out StorageRequest other) && other.TypeName != request.TypeName)
                {
                    throw new MalformedException(run.Machine.Call(persistent).Offset, $"The storage {request.Key} is asked for with two types.");
                }

                requests[request.Key] = request;
            }
            else if (run.Machine.AllChildren(run.Machine.Call(persistent).Callee) is not { Count: 4 })
            {
                throw new MalformedException(run.Machine.Call(persistent).Offset, "A persistent id names neither a storage nor a module.");
            }
        }

        return requests;
    }

    /// <summary>Behind the pickles lies each storage, in the order of the keys: a 64-bit count and the elements, little-endian.</summary>
    private static Dictionary<string, TensorStorage> Place(
        TensorSource source, long offset, IReadOnlyList<string> keys, Dictionary<string, StorageRequest> requests)
    {
        Dictionary<string, TensorStorage> places = new(StringComparer.Ordinal);
        foreach (string key in keys)
        {
            source.Budget.Poll(offset);
            if (!requests.TryGetValue(key, out StorageRequest request) || TorchStorageTypes.ElementSize(request.TypeName) is not int size)
            {
                throw new MalformedException(offset, $"The element size of the storage {key} is not known, so the storages behind it cannot be found.");
            }

            byte[] head = source.Bytes.ReadUpTo(offset, sizeof(long));
            long count = head.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(head) : -1;
            ArrayExtent extent = ArrayExtent.Of([count], size);
            long left = source.Bytes.Length - offset - sizeof(long);
            if (count < 0 || extent.Error != ExtentError.None || extent.Bytes > left)
            {
                throw new MalformedException(offset, count < 0 ? $"The storage {key} is missing." : $"The storage {key} declares {count} elements and {Math.Max(0, left)} bytes are left.");
            }

            if (count != request.Count)
            {
                throw new MalformedException(offset, $"The storage {key} has {count} elements where {request.Count} are referred to.");
            }

            places[key] = new TensorStorage(key, source.Bytes, new ByteRange(offset + sizeof(long), extent.Bytes));
            offset += sizeof(long) + extent.Bytes;
        }

        return places;
    }

    private sealed class ZipStorages(ZipContent zip, string folder, bool bigEndian) : TorchStorages
    {
        protected override TensorStorage? Locate(string key, out string? problem) =>
            zip.Open(folder + key, out problem) is { } member ? new TensorStorage(key, member.Source, member.Range, bigEndian) : null;
    }
}
