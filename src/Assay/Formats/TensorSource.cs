// What every reader of tensors needs: the bytes, the meter, a place for what must be unpacked, and the group.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Formats;

/// <summary>Bytes that tensors are read from, and what their reader needs beside them.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="Context">The context of the artifact that the tensors are of.</param>
/// <param name="Tensors">Where they go.</param>
internal sealed record TensorSource(ByteSource Bytes, ReadContext Context, TensorGroup Tensors)
{
    /// <summary>The meter.</summary>
    public ScanBudget Budget => Context.TensorBudget;

    /// <summary>How many files lie around this one: a storage may be a file of its own inside a pickle.</summary>
    public int Depth { get; init; }

    /// <summary>Unpacks a range; what comes out lives as long as the tensors.</summary>
    /// <exception cref="MalformedException">The stream is broken.</exception>
    public ByteSource Unpack(CodecKind kind, ByteRange range, string what)
    {
        Inflated inflated = Codec.Inflate(kind, Bytes, range, Budget, Context.Scratch);
        Context.Own(inflated.Bytes);
        return inflated.Error is null ? inflated.Bytes : throw new MalformedException(range.Offset, $"{what} cannot be unpacked: {inflated.Error}");
    }
}
