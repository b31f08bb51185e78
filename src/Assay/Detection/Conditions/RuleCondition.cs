// What a rule asks: of one fact, and of the facts beside it.
using Assay.Detection.Facts;

namespace Assay.Detection.Conditions;

/// <summary>Asks one fact: its kind, and tests of its fields that must all hold.</summary>
internal sealed record FactPattern(FactKind Kind, IReadOnlyList<(FactField Field, FieldTest Test)> Tests)
{
    /// <summary>Whether the fact, which is of the kind, passes the tests.</summary>
    public bool Holds(object fact, MatchContext context)
    {
        foreach ((FactField field, FieldTest test) in Tests)
        {
            if (!test.Holds(field.Read(fact), context))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Asks the facts of a scope together: how many of them fit one of the patterns.</summary>
/// <param name="AnyOf">The patterns.</param>
/// <param name="Times">What their number must be; one or more where nothing is said.</param>
internal sealed record FactClause(IReadOnlyList<FactPattern> AnyOf, FieldTest Times);

/// <summary>A fact that a rule is about, and what must and must not be beside it.</summary>
internal sealed record RuleAlternative(FactPattern Subject, IReadOnlyList<FactClause> With, IReadOnlyList<FactClause> Without);

/// <summary>Where the facts that a rule takes together lie.</summary>
internal enum RuleScope
{
    /// <summary>In one artifact.</summary>
    Artifact,

    /// <summary>In the whole input: the file and everything in it, or the bundle.</summary>
    Bundle,
}

/// <summary>
/// What a rule asks. Either each fact that fits one of the alternatives is a finding; or the facts of a scope are one finding where every
/// clause holds.
/// </summary>
internal sealed record RuleCondition
{
    // It is asked for every fact that fits.
    private bool? _asksFindings;

    public IReadOnlyList<RuleAlternative> Alternatives { get; init; } = [];

    /// <summary>Clauses that must all hold for the facts of a scope together; the first one says where.</summary>
    public IReadOnlyList<FactClause> Together { get; init; } = [];

    /// <summary>Clauses that must not hold beside <see cref="Together"/>.</summary>
    public IReadOnlyList<FactClause> Without { get; init; } = [];

    public RuleScope Within { get; init; }

    /// <summary>Every clause.</summary>
    public IEnumerable<FactClause> Clauses => Alternatives.SelectMany(a => a.With.Concat(a.Without)).Concat(Together).Concat(Without);

    /// <summary>Every pattern.</summary>
    public IEnumerable<FactPattern> Patterns => Alternatives.Select(a => a.Subject).Concat(Clauses.SelectMany(c => c.AnyOf));

    /// <summary>Whether it asks for findings of other rules, so that those come first.</summary>
    public bool AsksFindings => _asksFindings ??= Patterns.Any(p => p.Kind == FactKinds.Finding);
}
