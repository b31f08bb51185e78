// Takes what decoders put out: in memory while it is small, in scratch space afterwards, and every byte is paid for.
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>Takes what decoders put out.</summary>
internal sealed class InflatedSink(ScanBudget budget, Scratch scratch, long cap) : IDisposable
{
    private const int Installment = 64 << 10;

    /// <summary>What eight bytes cost more that the system keeps: they are handed over, and handed back when they are looked at.</summary>
    private const long SpilledPerEight = 24;
    private readonly HeldMemory _held = new(budget);
    private readonly long _inMemory = Math.Max(0, budget.Limits.InflatedInMemory);
    private ScratchSpace _space = new MemorySpace(long.MaxValue);
    private bool _spilled;

    public long Length => _space.Length;

    public bool IsCapped { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (bytes.Length > cap - _space.Length)
        {
            Append(bytes[..(int)(cap - _space.Length)]);
            IsCapped = true;
            throw new ScanStopException(StopReason.Limit, $"More than {cap} bytes come out.", _space.Length);
        }

        Append(bytes);
    }

    /// <summary>What comes out of the decoder costs so many units for eight bytes, beside what the decoder spends itself.</summary>
    public long WorkPerEight { get; init; }

    /// <summary>Spends work of a decoder.</summary>
    public void SpendWork(long units) => budget.SpendWork(units, _space.Length);

    /// <summary>Notes memory that a decoder is about to hold until its end.</summary>
    public void Hold(long bytes)
    {
        // Fresh memory is also cleared.
        budget.SpendWork(bytes / WorkCosts.BytesRead);
        _held.Add(bytes);
    }

    /// <summary>Ends the decoder: what it held is held no longer, and the bytes are the caller's.</summary>
    public ByteSource Finish()
    {
        _held.Start(null);
        return _space;
    }

    public void Dispose()
    {
        _held.Start(null);
        _space.Dispose();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (!_spilled && _space.Length + bytes.Length > _inMemory)
        {
            Spill();
        }

        // What came out is kept before it is paid for: a stream that is stopped still shows all it had put out.
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> part = bytes[..Math.Min(bytes.Length, Installment)];
            _space.Append(part);
            budget.SpendWork(part.Length / 8 * (WorkPerEight + (_spilled ? SpilledPerEight : 0)), _space.Length);
            budget.SpendInflated(part.Length, _space.Length);
            bytes = bytes[part.Length..];
        }
    }

    private void Spill()
    {
        ScratchSpace place = scratch.Create();
        byte[] buffer = new byte[64 << 10];
        long at = 0;
        for (int got; (got = _space.ReadAt(at, buffer)) > 0; at += got)
        {
            place.Append(buffer.AsSpan(0, got));
        }

        _space.Dispose();
        _space = place;
        _spilled = true;
    }
}
