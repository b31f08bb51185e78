// Puts the rules to the facts of one input.
using Assay.Detection.Facts;

namespace Assay.Detection.Conditions;

/// <summary>A rule that fires, and the fact that it fires for.</summary>
internal readonly record struct FiredRule(RuleEntry Rule, FactKind Kind, object Fact);

/// <summary>
/// Puts the rules to the facts of one input. Each fact is looked at once; what it fits is noted, and which rules fire is decided when all
/// facts were seen. Rules that ask for findings are asked when the others have fired, and those for facts that no other rule takes are last.
/// </summary>
internal sealed class RuleRun(RuleIndex index, MatchContext context)
{
    private const string Whole = "";
    private readonly List<(PatternUse Use, FactKind Kind, object Fact, string Path)> _subjects = [];
    private readonly Dictionary<FactClause, OrderedDictionary<string, (long Count, FactKind Kind, object First)>> _clauses = new(ReferenceEqualityComparer.Instance);
    private readonly SortedDictionary<string, RuleEntry> _together = new(StringComparer.Ordinal);
    private readonly HashSet<object> _taken = new(ReferenceEqualityComparer.Instance);
    private readonly List<PatternUse> _found = [];

    /// <summary>Looks at a fact of the artifact at <paramref name="path"/>.</summary>
    public void Add(FactKind kind, object fact, string path)
    {
        _found.Clear();
        index.Match(kind, fact, context, _found);
        foreach (PatternUse use in _found)
        {
            if (use.Clause is null)
            {
                _subjects.Add((use, kind, fact, path));
                continue;
            }

            if (!_clauses.TryGetValue(use.Clause, out OrderedDictionary<string, (long, FactKind, object)>? scopes))
            {
                _clauses.Add(use.Clause, scopes = new(StringComparer.Ordinal));
                if (use.Rule.When.Together.Count > 0)
                {
                    _together[use.Rule.Rule.Id] = use.Rule;
                }
            }

            string scope = use.Rule.When.Within is RuleScope.Bundle ? Whole : path;
            scopes[scope] = scopes.TryGetValue(scope, out (long Count, FactKind Kind, object First) known)
                ? (known.Count + 1, known.Kind, known.First)
                : (1, kind, fact);
        }
    }

    /// <summary>The rules that fire for the facts so far: those that ask for findings or the others.</summary>
    public IEnumerable<FiredRule> Fired(bool askingFindings)
    {
        foreach (FiredRule fired in Subjects(r => !r.IsFallback && r.When.AsksFindings == askingFindings))
        {
            // A rule that is only tried changes nothing for the others.
            if (!fired.Rule.IsTried)
            {
                _taken.Add(fired.Fact);
            }

            yield return fired;
        }

        foreach (RuleEntry rule in _together.Values.Where(r => r.When.AsksFindings == askingFindings))
        {
            foreach (FiredRule fired in Together(rule))
            {
                yield return fired;
            }
        }
    }

    /// <summary>The rules that fire for facts that no other rule took.</summary>
    public IEnumerable<FiredRule> Fallbacks() => Subjects(r => r.IsFallback).Where(f => !_taken.Contains(f.Fact));

    private IEnumerable<FiredRule> Subjects(Predicate<RuleEntry> wanted)
    {
        foreach ((PatternUse use, FactKind kind, object fact, string path) in _subjects)
        {
            if (wanted(use.Rule) && Stands(use.Rule, use.Alternative!.With, use.Alternative.Without, path))
            {
                yield return new FiredRule(use.Rule, kind, fact);
            }
        }
    }

    private IEnumerable<FiredRule> Together(RuleEntry rule)
    {
        if (!_clauses.TryGetValue(rule.When.Together[0], out OrderedDictionary<string, (long Count, FactKind Kind, object First)>? scopes))
        {
            yield break;
        }

        foreach ((string scope, (_, FactKind kind, object first)) in scopes)
        {
            if (Stands(rule, rule.When.Together, rule.When.Without, scope))
            {
                yield return new FiredRule(rule, kind, first);
            }
        }
    }

    private bool Stands(RuleEntry rule, IReadOnlyList<FactClause> with, IReadOnlyList<FactClause> without, string path)
    {
        string scope = rule.When.Within is RuleScope.Bundle ? Whole : path;
        return with.All(c => Holds(c, scope)) && !without.Any(c => Holds(c, scope));
    }

    private bool Holds(FactClause clause, string scope)
    {
        long count = _clauses.TryGetValue(clause, out OrderedDictionary<string, (long Count, FactKind Kind, object First)>? scopes)
            && scopes.TryGetValue(scope, out (long Count, FactKind Kind, object First) known) ? known.Count : 0;
        return clause.Times.Holds(FieldValue.Of(count), context);
    }
}
