// What the metadata of a distributed checkpoint say: which tensors there are, and where their parts lie.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Pickles;
using Assay.Pickle;

namespace Assay.Formats.PyTorch;

/// <summary>A tensor of a distributed checkpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Its element type as PyTorch names it: <c>torch.float32</c>.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Parts">Where each part begins in it, and the shape of the part.</param>
internal sealed record DistributedTensor(string Name, string Dtype, long[] Shape, IReadOnlyList<(long[] Start, long[] Shape)> Parts);

/// <summary>Where something of a distributed checkpoint lies: a file of <c>torch.save</c> inside a file.</summary>
/// <param name="File">The file, from the folder of the metadata.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="IsTransformed">Whether what was saved was changed on the way, as by compression.</param>
internal readonly record struct DistributedPlace(string File, long Offset, long Length, bool IsTransformed);

/// <summary>
/// What the metadata of a distributed checkpoint say. Specification: <c>torch/distributed/checkpoint/metadata.py</c> and <c>filesystem.py</c>; up to 1.13 they lay in
/// <c>torch/distributed/_shard/checkpoint</c>.
/// </summary>
internal sealed class TorchDistributedMetadata
{
    private const int MostFields = 64;
    private const int MostChildren = int.MaxValue - 65;

    /// <summary>Numbers and characters that are taken from metadata, in which what is written once may stand in many places.</summary>
    private const long MostTaken = 1L << 26;
    private static readonly string[] s_homes = ["torch.distributed.checkpoint.", "torch.distributed._shard.checkpoint."];
    private readonly Dictionary<string, DistributedPlace> _places = new(StringComparer.Ordinal);
    private readonly PickleMachine _machine;
    private readonly ScanBudget _budget;
    private long _taken;

    private TorchDistributedMetadata(PickleMachine machine, ScanBudget budget)
    {
        _machine = machine;
        _budget = budget;
    }

    /// <summary>The tensors, in the order of the file.</summary>
    public List<DistributedTensor> Tensors { get; } = [];

    /// <summary>The names of what is no tensor by itself: pickled objects.</summary>
    public List<string> Objects { get; } = [];

    /// <summary>The files that parts lie in.</summary>
    public IEnumerable<string> Files => _places.Values.Select(p => p.File).Distinct(StringComparer.Ordinal);

    /// <summary>Whether a value is such metadata.</summary>
    public static bool IsMetadata(PickleMachine machine, PickleValue value) => IsOf(machine, value, "metadata.Metadata");

    /// <summary>Reads metadata.</summary>
    /// <exception cref="MalformedException">They are of a form that PyTorch does not write.</exception>
    /// <exception cref="ScanStopException">A limit is spent.</exception>
    public static TorchDistributedMetadata Read(PickleMachine machine, PickleValue value, ScanBudget budget)
    {
        TorchDistributedMetadata read = new(machine, budget);
        Dictionary<string, PickleValue> fields = read.Fields(value);
        foreach ((PickleValue key, PickleValue place) in read.Pairs(fields.GetValueOrDefault("storage_data"), "storage_data"))
        {
            read.ReadPlace(key, place);
        }

        foreach ((PickleValue key, PickleValue entry) in read.Pairs(fields.GetValueOrDefault("state_dict_metadata"), "state_dict_metadata"))
        {
            read.ReadEntry(key, entry);
        }

        return read;
    }

    /// <summary>Tells what a scan wants to know: that it is such metadata, and which files it names.</summary>
    public static void Tell(PickleMachine machine, ReadContext context)
    {
        context.Recognise(TorchDistributedKind.Only);
        try
        {
            foreach (string file in Read(machine, machine.Result, context.Budget).Files)
            {
                if (context.Refer("shard", file, 0) is var place && place != ReferencePlace.Inside)
                {
                    context.Anomaly(place == ReferencePlace.Missing ? "shards.missing" : "shards.outside", 0, 0,
                        $"The metadata of the checkpoint name the file {file}, which is not {(place == ReferencePlace.Missing ? "there" : "beside it")}.");
                }
            }
        }
        catch (MalformedException e)
        {
            context.Anomaly("shards.index-broken", 0, 0, e.Message);
        }
    }

    /// <summary>Where a part that begins at <paramref name="start"/> lies, or an object where that is null; null where the metadata do not say.</summary>
    public DistributedPlace? Place(string name, long[]? start) => _places.TryGetValue(Key(name, start), out DistributedPlace place) ? place : null;

    private static string Key(string name, long[]? start) =>
        start is null ? name : name + "\0" + string.Join(',', start.Select(n => n.ToString(CultureInfo.InvariantCulture)));

    private static bool IsOf(PickleMachine machine, PickleValue value, string type) =>
        value.Kind is PickleKind.Instance or PickleKind.Result && machine.CalleeOf(value) is var name && Array.Exists(s_homes, h => name.Length == h.Length + type.Length
            && name.StartsWith(h, StringComparison.Ordinal) && name.EndsWith(type, StringComparison.Ordinal));

    private void ReadPlace(PickleValue key, PickleValue value)
    {
        Dictionary<string, PickleValue> index = IsOf(_machine, key, "metadata.MetadataIndex") ? Fields(key) : throw Odd("a key of storage_data");
        Dictionary<string, PickleValue> place = IsOf(_machine, value, "filesystem._StorageInfo") ? Fields(value) : throw Odd("a place of storage_data");
        long[]? start = index.GetValueOrDefault("offset") is { IsEmpty: false, Kind: not PickleKind.None } offset ? _machine.TryNumbers(offset) ?? throw Odd("an offset in a tensor") : null;
        if (_machine.TryText(index.GetValueOrDefault("fqn")) is not { } name || _machine.TryText(place.GetValueOrDefault("relative_path")) is not { } file
            || !_machine.TryNumber(place.GetValueOrDefault("offset"), out long at) || !_machine.TryNumber(place.GetValueOrDefault("length"), out long length))
        {
            throw Odd("a place of storage_data");
        }

        Take(name.Length + file.Length + (start?.Length ?? 0));
        bool plain = place.GetValueOrDefault("transform_descriptors") is { IsEmpty: true } or { Kind: PickleKind.None or PickleKind.EmptyTuple };
        _places[Key(name, start)] = new DistributedPlace(file, at, length, !plain && !IsEmptyList(place["transform_descriptors"]));
    }

    private void ReadEntry(PickleValue key, PickleValue value)
    {
        string name = _machine.TryText(key) ?? throw Odd("a name of state_dict_metadata");
        if (IsOf(_machine, value, "metadata.BytesStorageMetadata"))
        {
            Objects.Add(name);
            return;
        }

        Dictionary<string, PickleValue> fields = IsOf(_machine, value, "metadata.TensorStorageMetadata") ? Fields(value) : throw Odd($"the entry {name}");
        PickleValue properties = fields.GetValueOrDefault("properties");
        PickleValue state = properties.Kind is PickleKind.Instance or PickleKind.Result ? _machine.Call(properties).State : default;
        PickleValue dtype = state.Kind == PickleKind.Tuple ? _machine.AllChildren(state) is [var first, ..] ? first : default
            : state.Kind == PickleKind.Dict ? Fields(properties).GetValueOrDefault("dtype") : default;
        Take(name.Length);
        List<(long[], long[])> parts = [];
        foreach (PickleValue chunk in _machine.AllChildren(fields.GetValueOrDefault("chunks")) ?? throw Odd($"the parts of {name}"))
        {
            _budget.Poll();
            Dictionary<string, PickleValue> part = IsOf(_machine, chunk, "metadata.ChunkStorageMetadata") ? Fields(chunk) : throw Odd($"a part of {name}");
            parts.Add((Numbers(part.GetValueOrDefault("offsets"), name), Numbers(part.GetValueOrDefault("sizes"), name)));
        }

        Tensors.Add(new DistributedTensor(name, _machine.NameOf(dtype), Numbers(fields.GetValueOrDefault("size"), name), parts));
    }

    private long[] Numbers(PickleValue value, string name)
    {
        long[] numbers = (value.IsEmpty ? null : _machine.TryNumbers(value)) ?? throw Odd($"a size of {name}");
        Take(1 + numbers.Length);
        return numbers;
    }

    private void Take(long count)
    {
        _taken += count;
        if (_taken > MostTaken)
        {
            throw ScanBudget.Spent("entries", MostTaken, 0);
        }
    }

    private bool IsEmptyList(PickleValue value) => _machine.AllChildren(value) is { Count: 0 };

    /// <summary>The attributes of an object, as its state gives them.</summary>
    private Dictionary<string, PickleValue> Fields(PickleValue value)
    {
        _budget.Poll();
        Dictionary<string, PickleValue> fields = new(StringComparer.Ordinal);
        PickleValue state = _machine.Call(value).State;
        List<PickleValue> dicts = state.Kind == PickleKind.Tuple && _machine.AllChildren(state) is { Count: 2 } pair ? pair : [state];
        foreach (PickleValue dict in dicts.Where(d => d is { IsEmpty: false, Kind: PickleKind.Dict }))
        {
            List<PickleValue> items = _machine.Children(dict, MostFields, out _);
            for (int i = 0; i + 1 < items.Count; i += 2)
            {
                if (_machine.TryText(items[i]) is { } field)
                {
                    fields[field] = items[i + 1];
                }
            }
        }

        return fields;
    }

    private IEnumerable<(PickleValue Key, PickleValue Value)> Pairs(PickleValue dict, string what)
    {
        bool elided = true;
        List<PickleValue> items = dict.Kind == PickleKind.Dict ? _machine.Children(dict, MostChildren, out elided) : [];
        if (elided)
        {
            throw Odd(what);
        }

        for (int i = 0; i + 1 < items.Count; i += 2)
        {
            yield return (items[i], items[i + 1]);
        }
    }

    private static MalformedException Odd(string what) => new(0, $"The metadata of the checkpoint are not as PyTorch writes them: {what}.");
}
