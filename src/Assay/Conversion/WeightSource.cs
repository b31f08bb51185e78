// What every reader of weights needs: the bytes, the meter, a place for what must be unpacked, and the ledger.
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Conversion;

/// <summary>The bytes of one file of weights, and what its reader needs beside them.</summary>
internal sealed record WeightSource(ByteSource Bytes, ScanBudget Budget, Scratch Scratch, TensorLedger Ledger, List<ByteSource> Owned)
{
    /// <summary>How many files lie around this one: a storage may be a file of its own inside a pickle.</summary>
    public int Depth { get; init; }

    /// <summary>Opens a file beside the one that is read; null where nothing lies beside it.</summary>
    public Func<string, ByteSource?>? Companion { get; init; }

    /// <summary>Unpacks a range; what comes out lives as long as the tensors.</summary>
    /// <exception cref="MalformedException">The stream is broken.</exception>
    public ByteSource Unpack(CodecKind kind, ByteRange range, string what)
    {
        Inflated inflated = Codec.Inflate(kind, Bytes, range, Budget, Scratch);
        Owned.Add(inflated.Bytes);
        return inflated.Error is null ? inflated.Bytes : throw new MalformedException(range.Offset, $"{what} cannot be unpacked: {inflated.Error}");
    }
}
