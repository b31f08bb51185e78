// The tensors of a file, by name, with the places of their bytes; and what the file holds beside them.
using Assay.Bytes;
using Assay.Tensors;

namespace Assay.Conversion;

/// <summary>A tensor of a file.</summary>
/// <param name="Name">Where it stands in the file's containers, joined by dots.</param>
/// <param name="View">How it lies in its storage.</param>
/// <param name="Storage">The bytes that it lies in.</param>
public sealed record StoredTensor(string Name, TensorView View, TensorStorage Storage)
{
    /// <summary>How elements smaller than a byte share one; null for all others. The view then counts bytes.</summary>
    public Packing? Packing { get; init; }

    /// <summary>Type and shape as safetensors has them: complex numbers that it has not are pairs of floats.</summary>
    public (string Dtype, IReadOnlyList<long> Shape) Written => (View.Type, Packing) switch
    {
        (_, { SafetensorsName: { } name } packing) => (name, packing.Shape),
        (ElementType.C128, _) => ("F64", [.. View.Shape, 2]),
        (ElementType.C32, _) => ("F16", [.. View.Shape, 2]),
        _ => (View.Type.SafetensorsName()!, View.Shape),
    };

    /// <summary>
    /// Whether <paramref name="other"/> is the same elements of the same bytes under another name: a tie.
    /// </summary>
    public bool IsTiedTo(StoredTensor other) => Identity.Equals(other.Identity) && View.Shape.SequenceEqual(other.View.Shape)
        && View.Strides.SequenceEqual(other.View.Strides) && Packing?.Note == other.Packing?.Note;

    /// <summary>What ties have in common, apart from shape and strides. Tensors without elements are tied to nothing.</summary>
    internal (ByteSource Source, long Offset, ElementType Type, SignFlips Flips) Identity =>
        (Storage.Source, Storage.Range.Offset + (View.Offset * View.Type.Size()), View.Type, View.Flips);
}

/// <summary>Something that is in a file and does not become a tensor.</summary>
/// <param name="Path">Where it stands, or the first of several places.</param>
/// <param name="What">What it is.</param>
/// <param name="Why">Why it is not carried over.</param>
/// <param name="Count">In how many places.</param>
public sealed record NotCarried(string Path, string What, string Why, long Count = 1);

/// <summary>Why a file cannot be trusted to hold the tensor that it names.</summary>
/// <param name="Name">The tensor, or the part of the file.</param>
/// <param name="What">One plain sentence.</param>
public sealed record TensorProblem(string Name, string What);

/// <summary>The tensors of a file and what stands beside them. It owns what had to be unpacked to reach them.</summary>
public sealed class TensorMap : IDisposable
{
    private readonly List<ByteSource> _owned;

    internal TensorMap(string format, TensorLedger ledger, List<ByteSource> owned)
    {
        Format = format;
        Tensors = ledger.Tensors;
        NotCarried = ledger.NotCarried;
        Problems = ledger.Problems;
        Metadata = ledger.Metadata;
        Renamed = ledger.Renamed;
        Companions = ledger.Companions;
        Records = ledger.Records;
        StreamArrays = ledger.StreamArrays;
        _owned = owned;
    }

    /// <summary>The kind of file: <c>pytorch-zip</c>, <c>pytorch-legacy</c>, <c>pytorch-tar</c>, <c>pytorch-package</c>, <c>pickle</c>, <c>npy</c>, <c>npz</c>, <c>safetensors</c>.</summary>
    public string Format { get; }

    /// <summary>The tensors, in the order of the file. Names are unique.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>What is in the file and is no tensor.</summary>
    public IReadOnlyList<NotCarried> NotCarried { get; }

    /// <summary>Why tensors of the file cannot be read. Nothing is converted while there is one.</summary>
    public IReadOnlyList<TensorProblem> Problems { get; }

    /// <summary>Texts that belong to the file as a whole.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Tensors that could not keep their name, because another has it or it is no text: the name they have, and the one in the file.</summary>
    public IReadOnlyDictionary<string, string> Renamed { get; }

    /// <summary>Files beside this one that were read, by name: where joblib up to 0.9 kept arrays.</summary>
    public IReadOnlyCollection<string> Companions { get; }

    /// <summary>Members of archives that were read, with their checksums.</summary>
    internal IReadOnlyList<ArchiveRecord> Records { get; }

    /// <summary>How many arrays of joblib lie in the stream of the pickle.</summary>
    internal int StreamArrays { get; }

    /// <summary>
    /// The tensors that are another by a second name, and that tensor. What stands under a name of <paramref name="apart"/> is never one.
    /// </summary>
    internal Dictionary<StoredTensor, StoredTensor> Ties(IReadOnlySet<string> apart)
    {
        Dictionary<StoredTensor, StoredTensor> ties = new(ReferenceEqualityComparer.Instance);
        Dictionary<(ByteSource, long, ElementType, SignFlips), List<StoredTensor>> seen = [];
        foreach (StoredTensor tensor in Tensors.Where(t => t.View.Count > 0))
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

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ByteSource source in _owned)
        {
            source.Dispose();
        }

        _owned.Clear();
    }
}
