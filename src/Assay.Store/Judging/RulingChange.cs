// What differs between two rulings, and which readings that can concern.
using System.Text.Json;
using Assay.Detection;
using Assay.Detection.Conditions;
using Assay.Detection.Facts;
using Assay.Store.Databases;
using Assay.Store.Readings;

namespace Assay.Store.Judging;

/// <summary>
/// What differs between two rulings, and which readings that can concern. A rule that is new or was changed can fire only where a fact fits what it is about, and the store knows of
/// each reading which kinds of facts it has and the values by which most rules tell them: a rule's test is put to each value once, and not to each fact of a million readings.
/// </summary>
internal sealed class RulingChange
{
    /// <summary>What detectors derive judgements, acts and intents from.</summary>
    private static readonly string[] s_behind = ["callable", "code", "text", "entry", "operator", "reference", "behaviour"];
    private readonly SortedSet<string> _rules = new(StringComparer.Ordinal);
    private readonly bool _isAll;
    private readonly bool _areEffects;
    private readonly bool _isPolicy;
    private readonly Ruling _ruling;

    private RulingChange(Ruling ruling, byte[]? before)
    {
        _ruling = ruling;
        if (before is null)
        {
            _isAll = true;
            return;
        }

        using JsonDocument old = JsonDocument.Parse(before);
        using JsonDocument now = JsonDocument.Parse(ruling.Description);
        bool Differs(string name) => old.RootElement.GetProperty(name).GetString() != now.RootElement.GetProperty(name).GetString();
        _isAll = Differs("build");
        _areEffects = Differs("effects");
        _isPolicy = Differs("policy");
        Dictionary<string, string?> oldParts = Parts(old), nowParts = Parts(now);
        foreach (string part in oldParts.Keys.Concat(nowParts.Keys).Distinct(StringComparer.Ordinal).Where(k => oldParts.GetValueOrDefault(k) != nowParts.GetValueOrDefault(k)))
        {
            _areEffects |= part.Contains(':', StringComparison.Ordinal);
            _rules.Add(part);
        }
    }

    /// <summary>The change from a ruling, of which the store has the description, to another.</summary>
    public static RulingChange Of(Ruling ruling, byte[]? before) => new(ruling, before);

    /// <summary>The rules that are new, changed or gone.</summary>
    public IReadOnlyCollection<string> RulesThatChanged => _rules;

    /// <summary>Whether the change can concern what bundles keep of their files.</summary>
    public bool AreBundles => _isAll || _areEffects || _ruling.Rules.Entries.Any(e => e.When.Within is RuleScope.Bundle && _rules.Contains(e.Rule.Id));

    /// <summary>The readings that the change can concern, of those up to a number; null for all of them.</summary>
    public BitSet? Concerned(StoreConnection c, IReadOnlyList<(long Id, long UpTo)> before, long upTo)
    {
        if (_isAll)
        {
            return null;
        }

        BitSet readings = new(upTo);
        if (_isPolicy || _rules.Count > 0)
        {
            // Findings of rules that are gone or changed, and what a policy can waive or no longer waives, stand where something was found.
            foreach ((long ruling, _) in before)
            {
                c.Each("SELECT reading FROM verdicts WHERE ruling = @a AND plain = 0", r => readings.Add(r.GetInt64(0)), ruling);
            }
        }

        HashSet<(string Kind, FactPattern? Pattern)> asked = [];
        if (_areEffects)
        {
            asked.UnionWith(s_behind.Select(k => (k, (FactPattern?)null)));
        }

        foreach (RuleEntry rule in _ruling.Rules.Entries.Where(e => _rules.Contains(e.Rule.Id)))
        {
            // What one file must have together, each file has or has not; what files have together may stand in any of them.
            IEnumerable<FactPattern> about = rule.When.Within is RuleScope.Bundle
                ? rule.Uses.Select(u => u.Pattern)
                : rule.When.Alternatives.Select(a => a.Subject).Concat(rule.When.Together.Take(1).SelectMany(t => t.AnyOf));
            foreach (FactPattern pattern in about)
            {
                string kind = pattern.Kind.Name;
                if (kind is "judgement" or "intent" or "source-act")
                {
                    asked.UnionWith(s_behind.Select(k => (k, (FactPattern?)null)));
                }
                else if (kind is not "finding")
                {
                    asked.Add((kind, pattern));
                }
            }
        }

        HashSet<long> terms = [];
        foreach ((string kind, FactPattern? pattern) in asked)
        {
            AddTerms(c, kind, pattern, terms);
        }

        if (asked.Count > 0 && c.Number("SELECT id FROM terms WHERE kind = @a AND value = @b", Terms.Many.Kind, Terms.Many.Value) is { } many)
        {
            terms.Add(many);
        }

        foreach (long term in terms)
        {
            c.Each("SELECT reading FROM postings WHERE term = @a", r => readings.Add(r.GetInt64(0)), term);
        }

        return readings;
    }

    private void AddTerms(StoreConnection c, string kind, FactPattern? pattern, HashSet<long> terms)
    {
        MatchContext context = new(_ruling.Rules.Callables, new MatchBudget(long.MaxValue));
        FieldTest? test = pattern?.Tests.FirstOrDefault(t => t.Field.Name == Terms.FieldOf(pattern.Kind)).Test;
        if (test is null || test.Holds(FieldValue.Of(""), context))
        {
            if (c.Number("SELECT id FROM terms WHERE kind = @a AND value = @b", Terms.Fact, kind) is { } all)
            {
                terms.Add(all);
            }

            return;
        }

        if (test is OneOfTest one)
        {
            foreach (string text in one.Texts)
            {
                if (c.Number("SELECT id FROM terms WHERE kind = @a AND value = @b", kind, Terms.Cut(text)) is { } known)
                {
                    terms.Add(known);
                }
            }

            return;
        }

        c.Each("SELECT id, value FROM terms WHERE kind = @a", r =>
        {
            string value = r.GetString(1);
            if (value.Length >= Terms.Longest || value.Contains('\ufffd', StringComparison.Ordinal) || test.Holds(FieldValue.Of(value), context))
            {
                terms.Add(r.GetInt64(0));
            }
        }, kind);
    }

    private static Dictionary<string, string?> Parts(JsonDocument description) =>
        description.RootElement.GetProperty("own").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString(), StringComparer.Ordinal);
}
