// How much folding one pickle may cost.
namespace Assay.Evaluation;

/// <summary>
/// Steps and bytes that folding one pickle may spend. What is over makes a value unknown; it never stops the scan, but it is told.
/// </summary>
internal sealed class FoldBudget
{
    /// <summary>Bytes or characters of one value.</summary>
    public const int MaxValue = 16 << 20;

    /// <summary>Items of one sequence.</summary>
    public const int MaxItems = 1 << 16;

    private const long MaxSteps = 1_000_000;
    private const long MaxBytes = 64L << 20;
    private long _steps;
    private long _bytes;

    /// <summary>Whether something was given up because it would have cost too much.</summary>
    public bool Exceeded { get; private set; }

    /// <summary>Spends steps; false when there are none left.</summary>
    public bool Step(long count = 1)
    {
        _steps += count;
        return _steps <= MaxSteps || Exceed();
    }

    /// <summary>Whether a value of that many bytes or characters may be made.</summary>
    public bool Room(long bytes)
    {
        if (bytes > MaxValue || _bytes + bytes > MaxBytes)
        {
            return Exceed();
        }

        _bytes += Math.Max(0, bytes);
        return Step();
    }

    /// <summary>Whether a sequence of that many items may be made.</summary>
    public bool Items(long items) => (items <= MaxItems && Step(items)) || Exceed();

    /// <summary>Says that something was given up. Always false.</summary>
    public bool Exceed()
    {
        Exceeded = true;
        return false;
    }
}
