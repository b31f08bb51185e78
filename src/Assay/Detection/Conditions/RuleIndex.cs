// Finds the patterns that a fact may fit without trying every rule.
using Assay.Detection.Facts;

namespace Assay.Detection.Conditions;

/// <summary>A pattern and what it belongs to: a rule's subject, or a clause.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Alternative">The alternative whose subject it is, or null.</param>
/// <param name="Clause">The clause that it is a part of, or null.</param>
internal sealed record PatternUse(FactPattern Pattern, RuleEntry Rule, RuleAlternative? Alternative, FactClause? Clause);

/// <summary>
/// The patterns of all rules by kind and, where they ask for equality, by value: a fact meets those that name its value and the few that no
/// value tells, never all.
/// </summary>
internal sealed class RuleIndex
{
    private readonly Dictionary<FactKind, KindIndex> _kinds = [];

    public RuleIndex(IEnumerable<RuleEntry> rules)
    {
        foreach (RuleEntry rule in rules)
        {
            foreach (RuleAlternative alternative in rule.When.Alternatives)
            {
                Add(new PatternUse(alternative.Subject, rule, alternative, null));
            }

            foreach (FactClause clause in rule.When.Clauses)
            {
                foreach (FactPattern pattern in clause.AnyOf)
                {
                    Add(new PatternUse(pattern, rule, null, clause));
                }
            }
        }
    }

    /// <summary>Whether some rule asks for facts of a kind.</summary>
    public bool Asks(FactKind kind) => _kinds.ContainsKey(kind);

    /// <summary>Adds the patterns that the fact fits to <paramref name="found"/>.</summary>
    public void Match(FactKind kind, object fact, MatchContext context, List<PatternUse> found)
    {
        if (_kinds.TryGetValue(kind, out KindIndex? index))
        {
            index.Match(fact, context, found);
        }
    }

    private void Add(PatternUse use)
    {
        if (!_kinds.TryGetValue(use.Pattern.Kind, out KindIndex? index))
        {
            _kinds.Add(use.Pattern.Kind, index = new KindIndex());
        }

        index.Add(use);
    }

    private sealed class KindIndex
    {
        private readonly Dictionary<FactField, Dictionary<string, List<PatternUse>>> _keyed = new(ReferenceEqualityComparer.Instance);
        private readonly List<PatternUse> _others = [];

        public void Add(PatternUse use)
        {
            (FactField? field, FieldTest? test) = use.Pattern.Tests.FirstOrDefault(t => t is { Field.Type: FieldType.Text, Test: OneOfTest });
            if (field is null || test is not OneOfTest equal)
            {
                _others.Add(use);
                return;
            }

            if (!_keyed.TryGetValue(field, out Dictionary<string, List<PatternUse>>? values))
            {
                _keyed.Add(field, values = new(StringComparer.Ordinal));
            }

            foreach (string text in equal.Texts)
            {
                if (!values.TryGetValue(text, out List<PatternUse>? uses))
                {
                    values.Add(text, uses = []);
                }

                uses.Add(use);
            }
        }

        public void Match(object fact, MatchContext context, List<PatternUse> found)
        {
            foreach ((FactField field, Dictionary<string, List<PatternUse>> values) in _keyed)
            {
                FieldValue value = field.Read(fact);
                if (value.Exists && values.TryGetValue(value.Text, out List<PatternUse>? uses))
                {
                    Try(uses, fact, context, found);
                }
            }

            Try(_others, fact, context, found);
        }

        private static void Try(List<PatternUse> uses, object fact, MatchContext context, List<PatternUse> found)
        {
            foreach (PatternUse use in uses)
            {
                if (!context.Budget.Take(1))
                {
                    return;
                }

                if (use.Pattern.Holds(fact, context))
                {
                    found.Add(use);
                }
            }
        }
    }
}
