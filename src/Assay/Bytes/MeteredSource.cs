// Bytes whose reading is paid for.
namespace Assay.Bytes;

/// <summary>
/// A source of which every read is work: whoever reads the same bytes again and again pays each time, without having to think of it. It does not
/// own the source behind it.
/// </summary>
internal sealed class MeteredSource(ByteSource inner, ScanBudget budget) : ByteSource
{
    /// <summary>What one step of the system's reading ahead holds.</summary>
    private const long Near = 32 << 10;

    private long _last = -Near;

    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <summary>The source with a meter, unless it or what it is a part of has one.</summary>
    public static ByteSource Of(ByteSource source, ScanBudget budget) =>
        source is MeteredSource or SliceSource { Identity.Whole: MeteredSource } ? source : new MeteredSource(source, budget);

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        long place = Math.Abs(offset - _last) < Near ? WorkCosts.NearRead : WorkCosts.FarRead;
        budget.SpendWork(place + (destination.Length / WorkCosts.BytesRead), offset);
        _last = offset + destination.Length;
        return inner.ReadAt(offset, destination);
    }

    /// <inheritdoc/>
    public override long NextData(long offset)
    {
        budget.SpendWork(WorkCosts.FarRead, offset);
        return inner.NextData(offset);
    }

    /// <inheritdoc/>
    public override bool IsUnchanged() => inner.IsUnchanged();
}
