// The tensors of one artifact, as data that outlives its bytes.
using Assay.Artifacts;
using Assay.Tensors;

namespace Assay.Inspection;

/// <summary>A tensor, as data that outlives the bytes it lies in.</summary>
/// <param name="Name">Where it stands in the file's containers, joined by dots.</param>
/// <param name="View">How it lies in its storage.</param>
/// <param name="StorageKey">What the file calls its storage; empty where it gives no name.</param>
/// <param name="StorageOffset">Where the storage lies in the artifact, or in what the artifact's member holds after unpacking.</param>
/// <param name="StorageBytes">The bytes of the storage.</param>
/// <param name="BigEndian">Whether elements have their most significant byte first.</param>
/// <param name="TiedTo">The tensor of which it is another name, or null.</param>
/// <param name="Statistics">What its elements are like, where that was asked for.</param>
public sealed record InspectedTensor(
    string Name, TensorView View, string StorageKey, long StorageOffset, long StorageBytes, bool BigEndian, string? TiedTo, TensorStatistics? Statistics)
{
    /// <summary>How elements smaller than a byte share one; null for all others. The view then counts bytes.</summary>
    public Packing? Packing { get; init; }

    /// <summary>Whether a module holds it outside of what its <c>state_dict()</c> gives.</summary>
    public bool IsUnsaved { get; init; }
}

/// <summary>The tensors of one artifact.</summary>
public sealed record TensorListing
{
    /// <summary>The format that the tensors were read as: <c>torch-zip</c>, <c>npy</c> ...; empty where reading failed.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The tensors, in the order of the file.</summary>
    public IReadOnlyList<InspectedTensor> Tensors { get; init; } = [];

    /// <summary>The bytes of their elements; ties count once.</summary>
    public long Bytes { get; init; }

    /// <summary>Tensors that cannot be read, and why.</summary>
    public IReadOnlyList<TensorProblem> Problems { get; init; } = [];

    /// <summary>What is there beside the tensors.</summary>
    public IReadOnlyList<NotCarried> Beside { get; init; } = [];

    /// <summary>Why no tensors can be read at all, and at which offset; null where they can.</summary>
    public (long Offset, string What)? Failure { get; init; }
}
