// The tensors of one artifact as its format reads them, with what stands beside them and what is wrong; everything in it is bounded.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>The tensors of one artifact, as one format reads them.</summary>
internal sealed class TensorGroup
{
    private const int MostTensors = 1_000_000;
    private const int MostGroups = 1_000;
    private const int MostProblems = 100;
    private const int LongestName = 4096;

    /// <summary>Safetensors keeps this name for itself.</summary>
    private const string ReservedName = "__metadata__";

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unsaved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _suffixes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Top, string What, string Why), int> _groups = [];

    private readonly List<StoredTensor> _tensors = [];
    private readonly List<NotCarried> _notCarried = [];
    private readonly List<TensorProblem> _problems = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _companions = new(StringComparer.Ordinal);
    private readonly List<string> _shards = [];

    /// <summary>Creates a group without tensors.</summary>
    /// <param name="kind">The id of the format that reads the tensors, or of the kind of archive that it is.</param>
    public TensorGroup(string kind) => Kind = kind;

    /// <summary>The id of the format that reads the tensors, or of the kind of archive that it is.</summary>
    public string Kind { get; internal set; }

    /// <summary>The tensors, in the order of the file. Names are unique among those that are saved, and among the others.</summary>
    public IReadOnlyList<StoredTensor> Tensors => _tensors;

    /// <summary>What is in the file and is no tensor.</summary>
    public IReadOnlyList<NotCarried> NotCarried => _notCarried;

    /// <summary>Tensors that cannot be read, and why.</summary>
    public IReadOnlyList<TensorProblem> Problems => _problems;

    /// <summary>Texts that belong to the tensors as a whole.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Tensors that could not keep their name, because another has it or it is no text: the name they have, and the one in the file.</summary>
    public IReadOnlyDictionary<string, string> Renamed => _renamed;

    /// <summary>Files beside this one that were read, by name.</summary>
    public IReadOnlyCollection<string> Companions => _companions;

    /// <summary>Tensors that lie in other files, by name, with the file: what an index holds instead of tensors.</summary>
    public Dictionary<string, string> Elsewhere { get; } = new(StringComparer.Ordinal);

    /// <summary>The files that the tensors were taken from, where an index names them.</summary>
    public IReadOnlyCollection<string> Shards => _shards;

    /// <summary>Why no tensors can be read at all: the bytes are broken or ambiguous, or a limit is spent. Null where they can.</summary>
    public Exception? Failure { get; internal set; }

    /// <summary>Whether what is added now lies in a module outside of what its <c>state_dict()</c> gives.</summary>
    internal bool AddsUnsaved { get; set; }

    /// <summary>How many arrays of joblib lie in the stream of a pickle.</summary>
    internal int StreamArrays { get; set; }

    /// <summary>Members of archives that were opened and have a checksum to be compared with.</summary>
    internal List<MemberChecksum> Checksums { get; } = [];

    /// <summary>Adds a tensor; what does not fit its storage becomes a problem.</summary>
    /// <exception cref="ScanStopException">There are more than a file may have.</exception>
    public void Add(string path, TensorView view, TensorStorage storage, Packing? packing = null)
    {
        if (view.Refusal(storage.Range.Length) is { } refusal)
        {
            Problem(path, $"The tensor cannot be read: {refusal}.");
            return;
        }

        if (_tensors.Count >= MostTensors)
        {
            throw ScanBudget.Spent("tensors", MostTensors, 0);
        }

        _tensors.Add(new StoredTensor(Name(path), view, storage) { Packing = packing, IsUnsaved = AddsUnsaved });
    }

    /// <summary>Adds a small tensor of the reader's own making, such as the scale of a quantised one.</summary>
    public void Add(string path, ElementType type, IReadOnlyList<long> shape, byte[] littleEndian) =>
        Add(path, TensorView.RowMajor(type, shape), new TensorStorage("", new MemorySource(littleEndian), new ByteRange(0, littleEndian.Length)));

    /// <summary>Notes what is left behind; what is alike below the same entry of the root is one note with a count.</summary>
    public void Leave(string path, string what, string why, long count = 1)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        (string Top, string What, string Why) key = (dot < 0 ? path : path[..dot], what, why);
        if (!_groups.ContainsKey(key) && _notCarried.Count >= MostGroups)
        {
            key = ("", "further kinds of things", "There are too many kinds to list.");
        }

        if (_groups.TryGetValue(key, out int index))
        {
            _notCarried[index] = _notCarried[index] with { Count = _notCarried[index].Count + count };
            return;
        }

        _groups.Add(key, _notCarried.Count);
        _notCarried.Add(new NotCarried(Shown(path), key.What, key.Why, count));
    }

    /// <summary>Notes a tensor that cannot be read, and why.</summary>
    public void Problem(string path, string what)
    {
        if (_problems.Count < MostProblems)
        {
            _problems.Add(new TensorProblem(Shown(path), what));
        }
    }

    /// <summary>Notes a text that belongs to the tensors as a whole; the last one of a key counts.</summary>
    public void Meta(string key, string value) => _metadata[key] = value;

    /// <summary>Notes a file beside this one that was read.</summary>
    public void Companion(string name) => _companions.Add(name);

    /// <summary>Takes over the tensors of a shard. A name that another shard has as well is a problem.</summary>
    public void Take(string file, TensorGroup shard)
    {
        _shards.Add(file);
        foreach (StoredTensor tensor in shard.Tensors)
        {
            AddsUnsaved = tensor.IsUnsaved;
            if ((AddsUnsaved ? _unsaved : _names).Contains(tensor.Name))
            {
                Problem(tensor.Name, $"It lies in {file} and in a file before it.");
                continue;
            }

            Add(tensor.Name, tensor.View, tensor.Storage, tensor.Packing);
        }

        AddsUnsaved = false;
        foreach (NotCarried left in shard.NotCarried)
        {
            Leave(left.Path, left.What, left.Why, left.Count);
        }

        _problems.AddRange(shard.Problems.Take(MostProblems - _problems.Count));
        foreach ((string key, string value) in shard.Metadata)
        {
            _metadata.TryAdd(key, value);
        }

        foreach ((string name, string path) in shard.Renamed)
        {
            _renamed.TryAdd(name, path);
        }

        _companions.UnionWith(shard.Companions);
        Checksums.AddRange(shard.Checksums);
    }

    /// <summary>
    /// Those of <paramref name="tensors"/> that are another by a second name, and that tensor. What stands under a name of <paramref name="apart"/> is never one.
    /// </summary>
    internal static Dictionary<StoredTensor, StoredTensor> Ties(IEnumerable<StoredTensor> tensors, IReadOnlySet<string> apart)
    {
        Dictionary<StoredTensor, StoredTensor> ties = new(ReferenceEqualityComparer.Instance);
        Dictionary<(ByteSource, long, ElementType, SignFlips), List<StoredTensor>> seen = [];
        foreach (StoredTensor tensor in tensors.Where(t => t.View.Count > 0))
        {
            List<StoredTensor> same = seen.TryGetValue(tensor.Identity, out List<StoredTensor>? known) ? known : seen[tensor.Identity] = [];
            if (!apart.Contains(tensor.Name) && same.Find(tensor.IsTiedTo) is { } first)
            {
                ties.Add(tensor, first);
            }
            else
            {
                same.Add(tensor);
            }
        }

        return ties;
    }

    private static string Shown(string path) => path.Length == 0 ? "(root)" : path.Length > LongestName ? path[..LongestName] : path;

    private string Name(string path)
    {
        string name = path.Length == 0 ? "tensor" : path.Length > LongestName ? path[..LongestName] : path;
        name = WellFormed(name);
        string unique = name;
        while (unique == ReservedName || !(AddsUnsaved ? _unsaved : _names).Add(unique))
        {
            int next = _suffixes.GetValueOrDefault(name, 1) + 1;
            _suffixes[name] = next;
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}~{next}");
        }

        if (unique != path && path.Length > 0)
        {
            _renamed[unique] = Shown(path);
        }

        return unique;
    }

    /// <summary>Python's texts may hold half of a surrogate pair, which UTF-8 cannot.</summary>
    private static string WellFormed(string name)
    {
        StringBuilder text = new(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            text.Append(rune.ToString());
        }

        return text.ToString();
    }
}
