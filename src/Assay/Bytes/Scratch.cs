// A place, handed in by the host, for inflated bytes that do not fit in memory.
namespace Assay.Bytes;

/// <summary>
/// Makes temporary places for bytes that were inflated. The library opens no files: a host hands in a scratch that spills to
/// disk, or <see cref="MemoryScratch"/>.
/// </summary>
public abstract class Scratch
{
    /// <summary>A new, empty place. What is written can be read back as a <see cref="ByteSource"/>; disposing frees it.</summary>
    public abstract ScratchSpace Create();
}

/// <summary>Bytes that are appended first and read at random afterwards.</summary>
public abstract class ScratchSpace : ByteSource
{
    /// <summary>Appends <paramref name="bytes"/>.</summary>
    public abstract void Append(ReadOnlySpan<byte> bytes);
}
