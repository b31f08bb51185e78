// What structures that live and end together hold of a meter's memory.
namespace Assay.Bytes;

/// <summary>What structures that live and end together hold of the memory that a meter counts: given back in one step when they end.</summary>
internal sealed class HeldMemory(ScanBudget? budget = null)
{
    private ScanBudget? _budget = budget;

    /// <summary>How many bytes are held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Gives back what is held, and counts against <paramref name="budget"/> from now on.</summary>
    public void Start(ScanBudget? budget)
    {
        _budget?.Release(Bytes);
        Bytes = 0;
        _budget = budget;
    }

    /// <summary>So many bytes more are about to be held.</summary>
    public void Add(long bytes)
    {
        _budget?.Hold(bytes);
        Bytes += bytes;
    }

    /// <summary>So many bytes more are about to be held; false where so much is not left.</summary>
    public bool TryAdd(long bytes)
    {
        if (_budget?.TryHold(bytes) == false)
        {
            return false;
        }

        Bytes += bytes;
        return true;
    }

    /// <summary>So many bytes are held no longer.</summary>
    public void Remove(long bytes)
    {
        _budget?.Release(bytes);
        Bytes -= bytes;
    }
}
