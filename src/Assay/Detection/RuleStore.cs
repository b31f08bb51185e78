// The rules by number, each read when it is asked for.
namespace Assay.Detection;

/// <summary>Rules in the order of their ids. Most scans ask for few of them or none, so a rule is made when somebody asks for it, and then kept.</summary>
/// <param name="count">How many there are.</param>
/// <param name="read">Makes the rule of a number.</param>
internal sealed class RuleStore(int count, Func<int, RuleEntry> read)
{
    private readonly RuleEntry?[] _made = new RuleEntry?[count];

    /// <summary>A store of rules that are there.</summary>
    public RuleStore(IReadOnlyList<RuleEntry> rules)
        : this(rules.Count, n => rules[n])
    {
    }

    /// <summary>How many there are.</summary>
    public int Count => count;

    /// <summary>The rule of a number: the same object whoever asks, because clauses are told apart as objects.</summary>
    public RuleEntry this[int number] => _made[number] ?? Interlocked.CompareExchange(ref _made[number], read(number), null) ?? _made[number]!;

    /// <summary>All of them.</summary>
    public IReadOnlyList<RuleEntry> All => [.. Enumerable.Range(0, count).Select(n => this[n])];
}
