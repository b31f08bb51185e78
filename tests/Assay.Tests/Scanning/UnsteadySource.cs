// Bytes that do not stay what they were.
using Assay.Bytes;

namespace Assay.Tests.Scanning;

/// <summary>A source that grows, vanishes, or fails in a way that no source may.</summary>
internal sealed class UnsteadySource(byte[] bytes) : ByteSource
{
    /// <summary>Whether a read, by its offset and length, meets bytes that are gone.</summary>
    public Func<long, int, bool> Gone { get; init; } = (_, _) => false;

    /// <summary>What such a read throws.</summary>
    public Func<long, Exception> Fault { get; init; } = at => new ScanStopException(StopReason.Changed, "The file became shorter.", at);

    /// <summary>Whether it is still what it was in the end.</summary>
    public bool Unchanged { get; init; } = true;

    public override long Length => bytes.Length;

    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (Gone(offset, destination.Length))
        {
            throw Fault(offset);
        }

        int count = (int)Math.Clamp(Length - offset, 0, destination.Length);
        bytes.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    public override bool IsUnchanged() => Unchanged;
}
