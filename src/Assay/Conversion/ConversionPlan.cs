// What will be written: which tensor under which name into which file, before the first byte is.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Conversion;

/// <summary>What the user wants of a conversion.</summary>
public sealed record ConversionOptions
{
    /// <summary>The name of the file to write; shards and their index are named after it.</summary>
    public string FileName { get; init; } = "model.safetensors";

    /// <summary>Whether the tensors that <c>state_dict()</c> does not give are to be written, instead of those that it gives.</summary>
    public bool Unsaved { get; init; }

    /// <summary>The most bytes of tensors in one file; a larger tensor has a file of its own.</summary>
    public long MaxShardSize { get; init; } = long.MaxValue;
}

/// <summary>A tensor as it will be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="From">Where its elements come from.</param>
public sealed record PlannedTensor(string Name, ElementType Type, IReadOnlyList<long> Shape, StoredTensor From)
{
    /// <summary>What the header calls its element type.</summary>
    public string Dtype => From.Written.Dtype;

    /// <summary>The bytes of its elements.</summary>
    public long Bytes => From.View.Bytes;
}

/// <summary>One file to be written.</summary>
/// <param name="FileName">Its name.</param>
/// <param name="Tensors">Its tensors in the order of their bytes: falling alignment, so that each is aligned to its elements.</param>
/// <param name="Metadata">Its texts, ties among them.</param>
public sealed record PlannedFile(string FileName, IReadOnlyList<PlannedTensor> Tensors, IReadOnlyDictionary<string, string> Metadata);

/// <summary>What will be written.</summary>
public sealed class ConversionPlan
{
    /// <summary>How many bytes views may need beyond twice those that the file holds.</summary>
    private const long SpareBytes = 64L << 20;

    private const string FormatKey = "format";

    /// <summary>Behind a tensor's name: the text that says how elements smaller than a byte share one.</summary>
    private const string PackingKey = ".packing";

    private ConversionPlan(List<PlannedTensor> tensors, Dictionary<string, string> ties, List<PlannedFile> files, string? index)
    {
        Tensors = tensors;
        Ties = ties;
        Files = files;
        IndexName = index;
        Bytes = tensors.Sum(t => t.Bytes);
    }

    /// <summary>The tensors, in the order of the file that they come from.</summary>
    public IReadOnlyList<PlannedTensor> Tensors { get; }

    /// <summary>Names that stand for the elements of another tensor, and that tensor's name.</summary>
    public IReadOnlyDictionary<string, string> Ties { get; }

    /// <summary>The files.</summary>
    public IReadOnlyList<PlannedFile> Files { get; }

    /// <summary>The name of the index, where there are several files.</summary>
    public string? IndexName { get; }

    /// <summary>The bytes of all tensors.</summary>
    public long Bytes { get; }

    /// <summary>Members of archives that were read, with their checksums.</summary>
    internal IReadOnlyList<MemberChecksum> Records { get; private init; } = [];

    /// <summary>Plans the conversion of <paramref name="map"/>.</summary>
    /// <exception cref="MalformedException">A tensor cannot be read, or the views ask for far more bytes than there are.</exception>
    public static ConversionPlan Of(TensorMap map, ConversionOptions options)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(options);
        if (map.Problems is [TensorProblem problem, ..])
        {
            throw new MalformedException(0, $"{problem.Name}: {problem.What}");
        }

        IReadOnlyList<StoredTensor> wanted = options.Unsaved ? map.Unsaved : map.Tensors;
        Dictionary<string, string> notes = wanted.Where(t => t.Packing is { SafetensorsName: null })
            .ToDictionary(t => t.Name + PackingKey, t => t.Packing!.Note, StringComparer.Ordinal);
        Dictionary<StoredTensor, StoredTensor> tied = TensorGroup.Ties(wanted, new HashSet<string>([.. map.Metadata.Keys, .. notes.Keys], StringComparer.Ordinal) { FormatKey });
        Dictionary<string, string> ties = tied.ToDictionary(t => t.Key.Name, t => t.Value.Name, StringComparer.Ordinal);
        List<PlannedTensor> tensors = [.. wanted.Where(t => !tied.ContainsKey(t)).Select(Plan)];
        CheckExpansion(tensors);
        List<List<PlannedTensor>> shards = Shard(tensors, options.MaxShardSize);
        List<PlannedFile> files = [];
        for (int i = 0; i < shards.Count; i++)
        {
            Dictionary<string, string> metadata = new(map.Metadata, StringComparer.Ordinal);
            metadata.TryAdd(FormatKey, map.Format is "npy" or "npz" ? "np" : "pt");
            HashSet<string> here = [.. shards[i].Select(t => t.Name)];
            foreach (PlannedTensor packed in shards[i].Where(t => t.From.Packing is { SafetensorsName: null }))
            {
                metadata.TryAdd(packed.Name + PackingKey, packed.From.Packing!.Note);
            }

            foreach ((string name, string target) in ties.Where(t => here.Contains(t.Value)))
            {
                metadata[name] = target;
            }

            files.Add(new PlannedFile(
                FileName(options.FileName, i, shards.Count), [.. shards[i].OrderByDescending(t => t.Type.Size())], metadata));
        }

        return new ConversionPlan(tensors, ties, files, files.Count > 1 ? options.FileName + ".index.json" : null) { Records = options.Unsaved ? [] : map.Group.Checksums };
    }

    private static PlannedTensor Plan(StoredTensor tensor) => new(tensor.Name, tensor.View.Type switch
    {
        ElementType.C128 => ElementType.F64,
        ElementType.C32 => ElementType.F16,
        _ => tensor.View.Type,
    }, tensor.Written.Shape, tensor);

    /// <summary>
    /// Views may overlap and repeat, as <c>expand</c> does; a file that asks for far more than it holds is refused before anything is
    /// written.
    /// </summary>
    private static void CheckExpansion(List<PlannedTensor> tensors)
    {
        long held = tensors.Select(t => t.From.Storage).GroupBy(s => s.Source, ReferenceEqualityComparer.Instance).Sum(g => Union(g.Select(s => s.Range)));
        Int128 most = ((Int128)2 * held) + SpareBytes;
        Int128 sum = 0;
        foreach (PlannedTensor tensor in tensors)
        {
            sum += (Int128)tensor.From.View.Count * tensor.From.View.Type.Size();
            if (sum > most)
            {
                throw new MalformedException(0, string.Create(CultureInfo.InvariantCulture,
                    $"{tensor.Name}: with this tensor, views ask for {sum} bytes of storages that hold {held}."));
            }
        }
    }

    private static long Union(IEnumerable<ByteRange> ranges)
    {
        long sum = 0;
        long end = 0;
        foreach (ByteRange range in ranges.OrderBy(r => r.Offset))
        {
            sum += Math.Max(0, range.End - Math.Max(end, range.Offset));
            end = Math.Max(end, range.End);
        }

        return sum;
    }

    private static List<List<PlannedTensor>> Shard(List<PlannedTensor> tensors, long most)
    {
        List<List<PlannedTensor>> shards = [[]];
        long size = 0;
        foreach (PlannedTensor tensor in tensors)
        {
            if (shards[^1].Count > 0 && tensor.Bytes > most - size)
            {
                shards.Add([]);
                size = 0;
            }

            shards[^1].Add(tensor);
            size += tensor.Bytes;
        }

        return shards;
    }

    private static string FileName(string name, int index, int count)
    {
        int dot = name.LastIndexOf('.');
        (string stem, string extension) = dot > 0 ? (name[..dot], name[dot..]) : (name, "");
        return count == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{stem}-{index + 1:D5}-of-{count:D5}{extension}");
    }
}
