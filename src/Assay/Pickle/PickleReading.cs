// One way to read a pickle.
namespace Assay.Pickle;

/// <summary>One way to read a pickle.</summary>
/// <param name="Dialect">The unpickler.</param>
/// <param name="Encodings">The encodings that it is asked for.</param>
/// <param name="StepsOverArrays">Whether it steps over arrays in the stream.</param>
/// <param name="TurnsDisputes">Whether it takes what is disputed about arrays the other way.</param>
internal sealed record PickleReading(
    PickleDialect Dialect, PickleEncodings Encodings = PickleEncodings.All, bool StepsOverArrays = false, bool TurnsDisputes = false)
{
    /// <summary>All unpicklers.</summary>
    public static IReadOnlyList<PickleDialect> Dialects { get; } = Enum.GetValues<PickleDialect>();
}

/// <summary>What came of a reading.</summary>
/// <param name="Reading">The reading.</param>
/// <param name="Met">The places it met at which another unpickler would do something else.</param>
/// <param name="Ending">How it ended.</param>
/// <param name="Position">The offset behind what it read.</param>
/// <param name="EndingOffset">The offset of the opcode at which it ended.</param>
internal readonly record struct PickleOutcome(PickleReading Reading, Differential Met, PickleEnding Ending, long Position, long EndingOffset);
