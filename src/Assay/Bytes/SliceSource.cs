// A part of another source.
namespace Assay.Bytes;

internal sealed class SliceSource(ByteSource inner, ByteRange range) : ByteSource
{
    /// <summary>What the slice is a part of, and which part: the same bytes have the same identity.</summary>
    public (ByteSource Whole, ByteRange Part) Identity => (inner, range);

    public override long Length => range.Length;

    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= range.Length)
        {
            return 0;
        }

        int count = (int)Math.Min(destination.Length, range.Length - offset);
        return inner.ReadAt(range.Offset + offset, destination[..count]);
    }

    public override long NextData(long offset) => Math.Min(range.Length, inner.NextData(range.Offset + offset) - range.Offset);

    public override ByteSource Slice(ByteRange part)
    {
        ByteRange inside = part.ClampTo(Length);
        return new SliceSource(inner, new ByteRange(range.Offset + inside.Offset, inside.Length));
    }

    public override bool IsUnchanged() => inner.IsUnchanged();
}
