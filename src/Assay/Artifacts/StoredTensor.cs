// A tensor of a file: its name and the place of its elements; and what stands beside tensors.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>A tensor of a file.</summary>
/// <param name="Name">Where it stands in the file's containers, joined by dots.</param>
/// <param name="View">How it lies in its storage.</param>
/// <param name="Storage">The bytes that it lies in.</param>
public sealed record StoredTensor(string Name, TensorView View, TensorStorage Storage)
{
    /// <summary>How elements smaller than a byte share one; null for all others. The view then counts bytes.</summary>
    public Packing? Packing { get; init; }

    /// <summary>Whether a module holds it outside of what its <c>state_dict()</c> gives: a plain attribute, a buffer that is not persistent.</summary>
    public bool IsUnsaved { get; init; }

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

/// <summary>Something that is in a file and is no tensor.</summary>
/// <param name="Path">Where it stands, or the first of several places.</param>
/// <param name="What">What it is.</param>
/// <param name="Why">Why it is not carried over.</param>
/// <param name="Count">In how many places.</param>
public sealed record NotCarried(string Path, string What, string Why, long Count = 1);

/// <summary>Why a file cannot be trusted to hold the tensor that it names.</summary>
/// <param name="Name">The tensor, or the part of the file.</param>
/// <param name="What">One plain sentence.</param>
public sealed record TensorProblem(string Name, string What);

/// <summary>A member of an archive that tensors lie in, and the CRC-32 that the archive gives it.</summary>
internal sealed record MemberChecksum(string Name, ByteSource Source, ByteRange Range, uint Crc);
