// Makes findings of judgements about callables, so that equal ones become one finding.
using System.Globalization;
using Assay.Artifacts;
using Assay.Detection.Capacity;

namespace Assay.Detection.Callables;

/// <summary>Makes findings of judgements; equal ones (same rule, artifact, callable and use) are one finding with a count.</summary>
internal sealed class CallableFindings(CallableTable table)
{
    private const int MaxOffsets = 8;

    /// <summary>What is over of each rule, told apart by whether a loader gets there.</summary>
    private readonly Dictionary<(string Rule, bool Reached), Group> _beyond = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Rule, string Path, string Callable, CallableUse Use), Group> _index = [];
    private readonly List<Group> _all = [];

    /// <summary>Adds a judgement for which a rule fires.</summary>
    public void Add(RuleEntry entry, CallableJudgement judgement)
    {
        (string, string, string, CallableUse) key = (entry.Rule.Id, judgement.Path, judgement.Callable, judgement.Use);
        if (!_index.TryGetValue(key, out Group? group))
        {
            if (_counts.GetValueOrDefault(entry.Rule.Id) >= FindingList.MostOfOneRule)
            {
                AddBeyond(entry, judgement);
                return;
            }

            group = new Group(entry, judgement);
            _index.Add(key, group);
            _all.Add(group);
            _counts[entry.Rule.Id] = _counts.GetValueOrDefault(entry.Rule.Id) + 1;
        }
        else
        {
            group.Widen(judgement);
        }

        group.Count += judgement.Fact.Count;
        group.Offsets.AddRange(Offsets(judgement.Fact).Except(group.Offsets).Take(MaxOffsets - group.Offsets.Count));
        group.Content.Add(judgement.Fact, judgement.Is, judgement.Detail, judgement.Holder, judgement.Content);
    }

    /// <summary>The findings, in the order in which their first judgement came.</summary>
    public IEnumerable<Finding> Findings(FindingBuilder builder) => _all.Select(g => Make(g, builder));

    /// <summary>The first of those findings of each rule that are not listed one by one, and how many they are.</summary>
    public IEnumerable<(Finding First, long Count)> Beyond(FindingBuilder builder) => _beyond.Values.Select(g => (Make(g, builder), g.Count));

    /// <summary>Of a rule that fires a hundred thousand times nobody reads each: the rest is one, which stands on all of them.</summary>
    private void AddBeyond(RuleEntry entry, CallableJudgement judgement)
    {
        if (!_beyond.TryGetValue((entry.Rule.Id, judgement.Fact.Reached), out Group? rest))
        {
            _beyond.Add((entry.Rule.Id, judgement.Fact.Reached), rest = new Group(entry, judgement));
        }

        rest.Count++;
        rest.Content.Add(judgement.Fact, judgement.Is, judgement.Detail, judgement.Holder, judgement.Content);
    }

    private Finding Make(Group group, FindingBuilder builder)
    {
        CallableJudgement told = group.Told;
        FindingSubject subject = new(Facts.FactKinds.Judgement.Name, told.Callable)
        {
            Capability = told.Capability.Length > 0 ? told.Capability : table.CapabilityOf(told.Callable),
            Arguments = told.Fact.Arguments,
        };
        return builder.Make(
            group.Entry, FindingPlace.Of(told.Fact), subject, told.Fact.Use.ToString(), Message(told), Evidence(told, group.Count, group.Offsets), group.Content);
    }

    private sealed class Group(RuleEntry entry, CallableJudgement told)
    {
        public RuleEntry Entry { get; } = entry;

        /// <summary>The judgement that is reported.</summary>
        public CallableJudgement Told { get; private set; } = told;

        public long Count { get; set; }

        public List<long> Offsets { get; } = [];

        public FindingContent Content { get; } = new();

        /// <summary>A fact that carries arguments tells more than one that does not; so does one that every loader comes to.</summary>
        public void Widen(CallableJudgement other)
        {
            bool isBetter = (Told.Fact.Arguments.Count == 0 && other.Fact.Arguments.Count > 0) || (IsNarrow(Told.Fact) && !IsNarrow(other.Fact));
            (CallableJudgement better, CallableJudgement rest) = isBetter ? (other, Told) : (Told, other);
            Told = better.About(Widened(better.Fact, rest.Fact));
        }
    }

    /// <summary>The fact, for all unpicklers and encodings in which either happens.</summary>
    private static CallableFact Widened(CallableFact fact, CallableFact other)
    {
        static IReadOnlyList<string> Either(IReadOnlyList<string> one, IReadOnlyList<string> two) => one.Count == 0 || two.Count == 0 ? [] : [.. one.Union(two)];
        return fact is { Pickle: { } use } && other is { Pickle: { } more }
            ? fact with
            {
                Pickle = use with
                {
                    Dialects = Either(use.Dialects, more.Dialects),
                    Encodings = Either(use.Encodings, more.Encodings),
                    IsBehindPersistentId = use.IsBehindPersistentId && more.IsBehindPersistentId,
                },
            }
            : fact;
    }

    private static bool IsNarrow(CallableFact fact) => fact.Pickle is { } pickle && pickle.Dialects.Count + pickle.Encodings.Count > 0;

    private static IEnumerable<long> Offsets(CallableFact fact) => fact.Offsets.Count > 0 ? fact.Offsets : [fact.Offset];

    private static IEnumerable<Evidence> Evidence(CallableJudgement judged, long count, List<long> offsets)
    {
        CallableFact fact = judged.Fact;
        yield return new("callable", judged.Callable, fact.Offset);
        if (fact.Callee != judged.Callable && fact.Callee.Length > 0)
            yield return new("as-written", fact.Callee, fact.Offset);

        if (fact.Pickle is { } written)
            yield return new("opcode", written.Opcode, fact.Offset);

        foreach (ValueShape argument in fact.Arguments.Take(4))
            yield return new("argument", CallText.Value(argument));

        if (judged.Holder.Length > 0)
            yield return new("held-by", judged.Holder);

        if (judged.Detail.Length > 0)
            yield return new("detail", judged.Detail);

        if (judged.Reason.Length > 0)
            yield return new("reason", judged.Reason);

        foreach (string step in fact.Derivation.Take(4))
            yield return new("derivation", step);

        if (fact.Pickle is { Dialects.Count: > 0 } only)
            yield return new("only-in", string.Join(", ", only.Dialects));

        if (fact.Pickle is { Encodings.Count: > 0 } read)
            yield return new("encodings", string.Join(", ", read.Encodings));

        if (count > 1)
            yield return new("count", count.ToString(CultureInfo.InvariantCulture));

        foreach (long offset in offsets.Skip(1))
            yield return new("also-at", offset.ToString(CultureInfo.InvariantCulture), offset);
    }

    private static string Message(CallableJudgement judged)
    {
        CallableFact fact = judged.Fact;
        string call = CallText.Call(judged.Callable, fact.Arguments);
        return judged.Is switch
        {
            Judgements.Reached or Judgements.Constructed when judged.Holder.Length > 0 =>
                $"{judged.Callable} is handed to {CallText.Call(judged.Holder, fact.Arguments)}.",
            Judgements.Reached when fact.Use is CallableUse.Imported => $"{judged.Callable} is imported.",
            Judgements.Reached when fact.Use is CallableUse.Method => $"Items are put into {judged.Callable}: {call}.",
            Judgements.Reached => $"{call} is called.",
            Judgements.Constructed => $"An instance of {judged.Callable} is made without running its constructor.",
            Judgements.Imported => $"{judged.Callable} is imported; nothing in the file calls it.",
            Judgements.OddArguments => $"{call} is called with arguments that it does not need: {judged.Detail}.",
            Judgements.Elided => $"Not all that {judged.Callable} stands with was kept or looked at: {judged.Detail}.",
            Judgements.UnknownCalled when judged.Capability.Length > 0 && judged.Holder.Length > 0 =>
                $"{judged.Callable} lies in what {CallText.Call(judged.Holder, fact.Arguments)} gets, and does this when somebody calls it: {judged.Capability}.",
            Judgements.UnknownCalled when judged.Capability.Length > 0 => $"{call} is called, and does this whatever it gets: {judged.Capability}.",
            Judgements.UnknownCalled or Judgements.UnknownInert when judged.Holder.Length > 0 =>
                $"{judged.Callable}, of which nothing is known, is called through {CallText.Call(judged.Holder, fact.Arguments)}{(judged.Detail.Length > 0 ? $" with {CarriedForms.InWords(judged.Detail)}" : "")}.",
            Judgements.UnknownCalled when judged.Detail.Length > 0 => $"{call} is called, nothing is known of it, and it gets {CarriedForms.InWords(judged.Detail)}.",
            Judgements.UnknownCalled => $"{call} is called, and nothing is known of it.",
            Judgements.UnknownInert => $"{call} is called; nothing is known of it, and what it gets can carry nothing.",
            Judgements.UnknownState => $"The state of an object of {judged.Callable}, of which nothing is known, holds {CarriedForms.InWords(judged.Detail)}.",
            Judgements.ComputedCalled when fact.Use is CallableUse.Imported => $"{judged.Callable} is imported: {judged.Detail}.",
            Judgements.ComputedCalled => judged.Detail.Length > 0 ? $"{call} is called: {judged.Detail}." : $"{call} is called, and what it is cannot be told.",
            Judgements.ResultCalled => $"What {judged.Callable} returned is called: {CallText.Call(fact.Callee, fact.Arguments)}.",
            Judgements.TrampolineResult => $"What {judged.Callable} found is called: {CallText.Call(fact.Callee, fact.Arguments)}.",
            Judgements.DangerousAttribute => $"{call} reaches {judged.Detail}.",
            Judgements.HookState => $"The state of {judged.Callable} plants {judged.Detail}.",
            Judgements.ModuleState => $"Attributes are set on {judged.Callable} itself: {Values(fact)}.",
            Judgements.TensorItems => $"Items are set on a tensor: {call}.",
            Judgements.HarmfulCode or Judgements.SuspiciousCode => $"Code that the file carries ({judged.Callable}) uses {judged.Detail}.",
            Judgements.OrdinaryCode => $"The file carries code ({judged.Callable})" + (judged.Detail.Length > 0 ? $" that uses {judged.Detail}." : "."),
            Judgements.TrampolineMade => $"{call} is made and not called.",
            Judgements.Kept => $"{judged.Callable} lies in the state of {judged.Holder.TrimEnd('(', ')')}; whoever uses the object may call it, and loading does not.",
            Judgements.Packages => judged.Detail,
            Judgements.NamedByData => $"A value that a framework takes for the name of code names {judged.Callable}: {judged.Detail}.",
            Judgements.Unreached when fact.Use is CallableUse.Imported => $"{judged.Callable} is named behind the point at which every loader stops.",
            Judgements.Unreached => $"{call} stands behind the point at which every loader stops.",
            _ => $"{call}.",
        };
    }

    private static string Values(CallableFact fact) => string.Join(", ", fact.Arguments.Take(2).Select(CallText.Value));
}
