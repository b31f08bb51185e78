// Gathers tensors, what is left behind and what is wrong while a file is read; everything in it is bounded.
using System.Globalization;
using System.Text;
using Assay.Bytes;
using Assay.Tensors;

namespace Assay.Conversion;

/// <summary>What was found in a file so far.</summary>
internal sealed class TensorLedger
{
    private const int MostTensors = 1_000_000;
    private const int MostGroups = 1_000;
    private const int MostProblems = 100;
    private const int LongestName = 4096;

    /// <summary>Safetensors keeps this name for itself.</summary>
    private const string ReservedName = "__metadata__";

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _suffixes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Top, string What, string Why), int> _groups = [];

    public List<StoredTensor> Tensors { get; } = [];

    public List<NotCarried> NotCarried { get; } = [];

    public List<TensorProblem> Problems { get; } = [];

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Members of archives that were opened and have a checksum to be compared with.</summary>
    public List<ArchiveRecord> Records { get; } = [];

    /// <summary>Files beside this one that were read, by name.</summary>
    public SortedSet<string> Companions { get; } = new(StringComparer.Ordinal);

    /// <summary>How many arrays of joblib lie in the stream of a pickle.</summary>
    public int StreamArrays { get; set; }

    public Dictionary<string, string> Renamed { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a tensor; what does not fit its storage becomes a problem.</summary>
    public void Add(string path, TensorView view, TensorStorage storage, Packing? packing = null)
    {
        if (view.Refusal(storage.Range.Length) is { } refusal)
        {
            Problem(path, $"The tensor cannot be read: {refusal}.");
            return;
        }

        if (Tensors.Count >= MostTensors)
        {
            throw ScanBudget.Spent("tensors", MostTensors, 0);
        }

        Tensors.Add(new StoredTensor(Name(path), view, storage) { Packing = packing });
    }

    /// <summary>Adds a small tensor of the reader's own making, such as the scale of a quantised one.</summary>
    public void Add(string path, ElementType type, IReadOnlyList<long> shape, byte[] littleEndian) =>
        Add(path, TensorView.RowMajor(type, shape), new TensorStorage("", new MemorySource(littleEndian), new ByteRange(0, littleEndian.Length)));

    /// <summary>Notes what is left behind; what is alike below the same entry of the root is one note with a count.</summary>
    public void Leave(string path, string what, string why, long count = 1)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        (string Top, string What, string Why) key = (dot < 0 ? path : path[..dot], what, why);
        if (!_groups.ContainsKey(key) && NotCarried.Count >= MostGroups)
        {
            key = ("", "further kinds of things", "There are too many kinds to list.");
        }

        if (_groups.TryGetValue(key, out int index))
        {
            NotCarried[index] = NotCarried[index] with { Count = NotCarried[index].Count + count };
            return;
        }

        _groups.Add(key, NotCarried.Count);
        NotCarried.Add(new NotCarried(Shown(path), key.What, key.Why, count));
    }

    public void Problem(string path, string what)
    {
        if (Problems.Count < MostProblems)
        {
            Problems.Add(new TensorProblem(Shown(path), what));
        }
    }

    private static string Shown(string path) => path.Length == 0 ? "(root)" : path.Length > LongestName ? path[..LongestName] : path;

    private string Name(string path)
    {
        string name = path.Length == 0 ? "tensor" : path.Length > LongestName ? path[..LongestName] : path;
        name = WellFormed(name);
        string unique = name;
        while (unique == ReservedName || !_names.Add(unique))
        {
            int next = _suffixes.GetValueOrDefault(name, 1) + 1;
            _suffixes[name] = next;
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}~{next}");
        }

        if (unique != path && path.Length > 0)
        {
            Renamed[unique] = Shown(path);
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
