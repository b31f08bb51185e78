// A rule together with what it asks, where it stands, and the examples that prove it.
using Assay.Detection.Conditions;
using Assay.Detection.Packs;

namespace Assay.Detection;

/// <summary>A compact fact of a pack, as written.</summary>
internal sealed record RuleExample(bool Hit, PackNode Node);

/// <summary>A rule together with what it asks.</summary>
internal sealed record RuleEntry(Rule Rule, RuleCondition When, Lazy<IReadOnlyList<RuleExample>> Shown, PackPlace Place)
{
    /// <summary>The examples that prove it.</summary>
    public IReadOnlyList<RuleExample> Examples => Shown.Value;

    /// <summary>Its patterns, in the order in which an index counts them: the subjects of its alternatives, then what its clauses ask.</summary>
    public IReadOnlyList<PatternUse> Uses => field ??= [
        .. When.Alternatives.Select(a => new PatternUse(a.Subject, this, a, null)),
        .. When.Clauses.SelectMany(c => c.AnyOf.Select(p => new PatternUse(p, this, null, c)))];

    /// <summary>When what it finds would happen.</summary>
    public string Phase { get; init; } = "load";

    /// <summary>Whether it fires only for facts that no other rule takes.</summary>
    public bool IsFallback { get; init; }

    /// <summary>Whether it takes the place of a rule of the same id in an earlier pack.</summary>
    public bool Replaces { get; init; }

    /// <summary>Whether it is only tried (<c>mode: log</c>): what it finds is a note that says how grave it would be.</summary>
    public bool IsTried { get; init; }

    /// <summary>What its findings say, with fields of the fact in braces; empty for the title.</summary>
    public string Message { get; init; } = "";
}
