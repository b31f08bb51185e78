// How much folding one pickle may cost.
using Assay.Bytes;
using Assay.Evaluation.Values;

namespace Assay.Evaluation;

/// <summary>
/// Work and memory that folding one pickle may spend, out of those of the whole input. What is over makes a value unknown; it never stops the
/// scan, but it is reported.
/// </summary>
internal sealed class FoldBudget
{
    /// <summary>Bytes or characters of one value.</summary>
    public const int MaxValue = 8 << 20;

    /// <summary>Items of one sequence.</summary>
    public const int MaxItems = 1 << 16;

    /// <summary>Bytes of memory that the values of one pickle may hold.</summary>
    private const long MaxBytes = 64L << 20;

    private const int StepWork = 100;
    private const int ItemWork = 20;
    private const int ItemSize = 56;

    /// <summary>Values from this size on are counted once, however often they are kept.</summary>
    private const int Large = 4096;

    /// <summary>From this size on memory for a value is fresh each time, and touching it costs more than filling it.</summary>
    private const int LargeObject = 40_000;

    private readonly ScanBudget _scan;
    private readonly HeldMemory? _held;
    private readonly HashSet<FoldedValue> _kept = new(ReferenceEqualityComparer.Instance);
    private long _bytes;
    private bool _spent;

    /// <summary>Creates the meter of a pickle; what its values hold is held by <paramref name="held"/>.</summary>
    public FoldBudget(ScanBudget? scan, HeldMemory? held)
    {
        _scan = scan ?? new ScanBudget(new ScanLimits(), TimeProvider.System);
        _held = held;
    }

    /// <summary>Whether something was given up because it would have cost too much.</summary>
    public bool Exceeded { get; private set; }

    /// <summary>Spends work that is about to be done; false when it must not be done.</summary>
    public bool Work(long units)
    {
        _spent = _spent || !_scan.TrySpendFolding(units);
        return !_spent || Exceed();
    }

    /// <summary>Spends steps of an interpreter; false when there are none left.</summary>
    public bool Step(long count = 1) => Work(count * StepWork);

    /// <summary>Whether a value of that many bytes or characters may be made; pays for making it.</summary>
    public bool Room(long length) => (length <= MaxValue && Work(Math.Max(0, length) * (length < LargeObject ? 1 : 4))) || Exceed();

    /// <summary>Whether a sequence of that many items may be made; pays for making it.</summary>
    public bool Items(long items) => (items <= MaxItems && Work(ItemWork * Math.Max(0, items))) || Exceed();

    /// <summary>Whether a value that was made may be one of many that are kept for a while: their sum is bounded as if they were kept for good.</summary>
    public bool Holds(FoldedValue value) => Keep(value);

    /// <summary>Whether there is memory for something that is needed for a while; <see cref="GiveBack"/> ends that.</summary>
    public bool TryBorrow(long bytes) => _held?.TryAdd(bytes) != false || Exceed();

    /// <summary>Gives back what was borrowed.</summary>
    public void GiveBack(long bytes) => _held?.Remove(bytes);

    /// <summary>Whether there is memory for a value that is about to be kept.</summary>
    public bool Keep(FoldedValue value)
    {
        long size = Size(value);
        if (size >= Large && !_kept.Add(value))
        {
            return true;
        }

        if (_bytes + size > MaxBytes || _held?.TryAdd(size) == false)
        {
            return Exceed();
        }

        _bytes += size;
        return true;
    }

    /// <summary>Says that something was given up. Always false.</summary>
    public bool Exceed()
    {
        Exceeded = true;
        return false;
    }

    /// <summary>About how many bytes of memory a value takes, without what is in it.</summary>
    private static long Size(FoldedValue value) => 64 + value switch
    {
        FoldedText text => 2L * text.Value.Length,
        FoldedBytes bytes => bytes.Value.Length,
        FoldedInt number => number.Value.GetBitLength() / 8,
        FoldedSequence items => (long)ItemSize * items.Items.Count,
        FoldedDict dict => 2L * ItemSize * dict.Pairs.Count,
        FoldedPacked packed => packed.Content.Value.Length,
        FoldedPartial bound => (long)ItemSize * (bound.Arguments.Count + bound.Keywords.Pairs.Count),
        FoldedGetter getter => (long)ItemSize * getter.Arguments.Count,
        _ => 64,
    };
}
