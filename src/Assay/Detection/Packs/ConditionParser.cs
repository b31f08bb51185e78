// Reads what a rule asks.
using Assay.Detection.Conditions;
using Assay.Detection.Facts;

namespace Assay.Detection.Packs;

/// <summary>
/// Reads a rule's <c>when</c>: a kind of fact with tests of its fields; <c>any</c> of such; or <c>all</c> of several that must hold for the
/// facts of an artifact together. <c>with</c> and <c>without</c> ask for what is beside it, <c>within</c> says how far beside.
/// </summary>
internal sealed class ConditionParser(ICollection<AwaitedValue> awaited)
{
    private static readonly FactField s_times = new("times", FieldType.Number, _ => default);
    private static readonly FieldTest s_oneOrMore = new RangeTest(1, long.MaxValue);
    private readonly FieldTestParser _fields = new(awaited);

    public RuleCondition Read(PackNode node)
    {
        List<(string Key, PackNode Value)> parts = [.. node.AsMap("when")];
        RuleScope within = RuleScope.Artifact;
        if (parts.Find(p => p.Key == "within").Value is { } where)
        {
            within = EnumNames<RuleScope>.Find(where.AsText("within")) ?? throw where.Error("'within' is artifact or bundle.");
            parts.RemoveAll(p => p.Key == "within");
        }

        RuleCondition condition = parts switch
        {
            [("any", var any)] => new() { Alternatives = [.. List(any, "any").Select(a => Alternative(a, [.. a.AsMap("a condition")]))] },
            [("all", _), ..] => Together(node, parts),
            _ => new() { Alternatives = [Alternative(node, parts)] },
        };
        return condition with { Within = within };
    }

    private RuleCondition Together(PackNode node, List<(string Key, PackNode Value)> parts)
    {
        List<FactClause> all = [];
        IReadOnlyList<FactClause> without = [];
        foreach ((string key, PackNode value) in parts)
        {
            switch (key)
            {
                case "all":
                    all.AddRange(List(value, "all").Select(Clause));
                    break;
                case "without":
                    without = Clauses(value, key);
                    break;
                default:
                    throw value.Error($"'{key}' does not stand beside 'all'; only 'without' and 'within' do.");
            }
        }

        if (all.Count == 0)
        {
            throw node.Error("'all' names nothing.");
        }

        // The first clause says where the finding stands, so it needs a fact.
        return all[0].Times.Holds(FieldValue.Of(0), null!)
            ? throw node.Error("the first clause of 'all' must ask for at least one fact.")
            : new RuleCondition { Together = all, Without = without };
    }

    private RuleAlternative Alternative(PackNode node, IReadOnlyList<(string Key, PackNode Value)> parts)
    {
        FactPattern? subject = null;
        IReadOnlyList<FactClause> with = [];
        IReadOnlyList<FactClause> without = [];
        foreach ((string key, PackNode value) in parts)
        {
            switch (key)
            {
                case "with":
                    with = Clauses(value, key);
                    break;
                case "without":
                    without = Clauses(value, key);
                    break;
                default:
                    subject = subject is null ? Pattern(key, value) : throw value.Error($"'{key}' is a second kind of fact; facts together stand in 'all'.");
                    break;
            }
        }

        return new(subject ?? throw node.Error($"'when' names no kind of fact: {Kinds()}."), with, without);
    }

    private List<FactClause> Clauses(PackNode node, string what) => node.Kind is not PackNodeKind.List ? [Clause(node)] : [.. List(node, what).Select(Clause)];

    private FactClause Clause(PackNode node)
    {
        List<FactPattern> any = [];
        FieldTest times = s_oneOrMore;
        foreach ((string key, PackNode value) in node.AsMap("a clause"))
        {
            switch (key)
            {
                case "times":
                    times = _fields.Read(s_times, value);
                    break;
                case "any" when any.Count == 0:
                    any.AddRange(List(value, "any").SelectMany(a => a.AsMap("a condition")).Select(p => Pattern(p.Key, p.Value)));
                    break;
                default:
                    any.Add(any.Count == 0 ? Pattern(key, value) : throw value.Error($"'{key}' is a second kind of fact in one clause; alternatives stand in 'any'."));
                    break;
            }
        }

        return any.Count > 0 ? new(any, times) : throw node.Error($"a clause names no kind of fact: {Kinds()}.");
    }

    private FactPattern Pattern(string kind, PackNode node)
    {
        FactKind asked = FactKinds.Find(kind) ?? throw node.Error($"'{kind}' is no kind of fact: {Kinds()}.");
        if (node.Kind is not PackNodeKind.Map)
        {
            return new(asked, [(asked.Main, _fields.Read(asked.Main, node))]);
        }

        List<(FactField, FieldTest)> tests = [];
        foreach ((string name, PackNode value) in node.AsMap($"'{kind}'"))
        {
            FactField field = asked.Find(name)
                ?? throw value.Error($"'{name}' is no field of '{kind}': {string.Join(", ", asked.Fields.Select(f => f.Name))}.");
            tests.Add((field, _fields.Read(field, value)));
        }

        return new(asked, tests);
    }

    private static IReadOnlyList<PackNode> List(PackNode node, string what) =>
        node.AsList(what) is { Count: > 0 } items ? items : throw node.Error($"'{what}' names nothing.");

    private static string Kinds() => string.Join(", ", FactKinds.All.Select(k => k.Name));
}
