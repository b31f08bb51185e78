// Every default number of a scan, in one place.
namespace Assay.Bytes;

/// <summary>
/// The limits of a scan. Each names what it bounds; spending one gives an unread that names it, never a clean verdict.
/// All but <see cref="Depth"/> and the memory limits count per scanned input.
/// </summary>
public sealed record ScanLimits
{
    /// <summary>How many artifacts may lie inside each other (a member of an archive in an archive has depth 2).</summary>
    public int Depth { get; init; } = 12;

    /// <summary>
    /// Work, in units of about a nanosecond of a processor of 2024, beside what <see cref="WorkPerByte"/> adds. It is counted from what is done
    /// and not from a clock, so that it ends on the same byte on every machine.
    /// </summary>
    public long Work { get; init; } = 1_200_000_000;

    /// <summary>Work that each byte of the input adds to <see cref="Work"/>: a large file may cost more than a small one.</summary>
    public long WorkPerByte { get; init; } = 400;

    /// <summary>
    /// Bytes of memory held at once for one input: rows, memo, stack, facts, inflated bytes, windows of decoders, what folding computes.
    /// </summary>
    public long Memory { get; init; } = 256L << 20;

    /// <summary>
    /// Bytes of memory held at once for all inputs that are scanned side by side; beyond it all but the first wait. What is found does not depend on it.
    /// </summary>
    public long SharedMemory { get; init; } = 512L << 20;

    /// <summary>Artifacts read per input: the input itself, members, nested payloads.</summary>
    public long Artifacts { get; init; } = 200_000;

    /// <summary>Bytes that may come out of decompressors.</summary>
    public long InflatedBytes { get; init; } = 4L << 30;

    /// <summary>Inflated bytes held in memory per artifact before they spill to scratch space.</summary>
    public long InflatedInMemory { get; init; } = 8L << 20;

    /// <summary>Pickle opcodes executed.</summary>
    public long Opcodes { get; init; } = 400_000_000;

    /// <summary>Entries of a pickle's memo.</summary>
    public long MemoEntries { get; init; } = 50_000_000;

    /// <summary>Values on a pickle's stack.</summary>
    public long StackValues { get; init; } = 50_000_000;

    /// <summary>Rows kept for containers, calls and imports of one pickle; an import costs a hundred and four for each character of its names.</summary>
    public long Nodes { get; init; } = 50_000_000;

    /// <summary>Bytes of one line-terminated argument (GLOBAL, INT, STRING, ...).</summary>
    public int LineBytes { get; init; } = 1 << 20;

    /// <summary>Entries of one archive; beyond 256 characters of its name an entry counts for more.</summary>
    public long Entries { get; init; } = 1_000_000;

    /// <summary>Facts kept; what is over is counted in an unread.</summary>
    public int Facts { get; init; } = 100_000;

    /// <summary>Bytes of memory that facts may hold, about; what is over is counted in an unread.</summary>
    public long FactBytes { get; init; } = 64L << 20;

    /// <summary>Characters of recovered source and commands that are read for what they do.</summary>
    public long SourceText { get; init; } = 32L << 20;

    /// <summary>Bytes of one text that is decoded and kept as evidence.</summary>
    public int TextBytes { get; init; } = 64 << 10;

    /// <summary>Steps that rules may take over the facts of one input.</summary>
    public long RuleSteps { get; init; } = 100_000_000;

    /// <summary>Wall time, in milliseconds.</summary>
    public long Milliseconds { get; init; } = 300_000;
}
