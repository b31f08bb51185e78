// What asking rules may cost.
namespace Assay.Detection.Conditions;

/// <summary>
/// Counts the steps that rules take over the facts of one input. When they are spent, no further fact is matched and the caller says so:
/// what was not asked is not passed.
/// </summary>
internal sealed class MatchBudget(long steps)
{
    private long _left = steps;

    /// <summary>Whether the steps are spent.</summary>
    public bool IsSpent => _left < 0;

    /// <summary>Takes steps; false when there are none left.</summary>
    public bool Take(long steps)
    {
        _left = _left < 0 || steps > _left ? -1 : _left - steps;
        return _left >= 0;
    }
}

/// <summary>What tests need besides the fact.</summary>
/// <param name="Callables">The callables that the packs list.</param>
/// <param name="Budget">What matching may cost.</param>
internal sealed record MatchContext(CallableTable Callables, MatchBudget Budget);
