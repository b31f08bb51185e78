// Collects the judgements about the callables of one artifact, so that equal ones become one finding.
using System.Globalization;
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>One judgement about one use of a callable.</summary>
/// <param name="Use">The judgement; a rule names it.</param>
/// <param name="Subject">The canonical callable.</param>
/// <param name="Fact">The fact that shows it.</param>
/// <param name="Capability">What the callable can do, where it is listed.</param>
/// <param name="Detail">What is odd, in a few words.</param>
/// <param name="Reason">Why the callable is listed.</param>
/// <param name="Holder">The callable that gets the subject as an argument or in its state, or empty.</param>
internal sealed record Judged(string Use, string Subject, CallableFact Fact, string Capability = "", string Detail = "", string Reason = "", string Holder = "");

/// <summary>Collects judgements; equal ones (same rule, subject and use) are one finding with a count.</summary>
internal sealed class JudgementLog(RuleSet rules)
{
    private const int MaxOffsets = 8;
    private readonly Dictionary<(string Rule, string Subject, CallableUse Use), int> _index = [];
    private readonly List<(RuleEntry Entry, Judged First, long Count, List<long> Offsets)> _all = [];

    public void Add(Judged judged)
    {
        if (rules.ForUse(judged.Use, judged.Capability) is not { } entry)
            return;

        CallableUse use = judged.Holder.Length > 0 && judged.Fact.Use is CallableUse.Called or CallableUse.Constructed
            ? CallableUse.Argument
            : judged.Fact.Use;
        (string, string, CallableUse) key = (entry.Rule.Id, judged.Subject, use);
        if (_index.TryGetValue(key, out int at))
        {
            (RuleEntry e, Judged first, long count, List<long> offsets) = _all[at];

            // A fact that carries arguments tells more than one that does not.
            // So does one that every loader comes to.
            Judged told = (first.Fact.Arguments.Count == 0 && judged.Fact.Arguments.Count > 0) || (IsNarrow(first.Fact) && !IsNarrow(judged.Fact)) ? judged : first;
            told = told with { Fact = Widened(told.Fact, told == first ? judged.Fact : first.Fact) };
            offsets.AddRange(Offsets(judged.Fact).Except(offsets).Take(MaxOffsets - offsets.Count));
            _all[at] = (e, told, count + judged.Fact.Count, offsets);
            return;
        }

        _index.Add(key, _all.Count);
        _all.Add((entry, judged, judged.Fact.Count, [.. Offsets(judged.Fact).Take(MaxOffsets)]));
    }

    public IEnumerable<Finding> Findings(FindingBuilder builder)
    {
        foreach ((RuleEntry entry, Judged judged, long count, List<long> offsets) in _all)
        {
            yield return builder.Make(
                entry, judged.Fact, judged.Subject, judged.Fact.Use.ToString(), Message(judged), [.. Evidence(judged, count, offsets)]);
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

    private static IEnumerable<Evidence> Evidence(Judged judged, long count, List<long> offsets)
    {
        CallableFact fact = judged.Fact;
        yield return new("callable", judged.Subject, fact.Offset);
        if (fact.Callee != judged.Subject && fact.Callee.Length > 0)
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

    private static string Message(Judged judged)
    {
        CallableFact fact = judged.Fact;
        string call = CallText.Call(judged.Subject, fact.Arguments);
        return judged.Use switch
        {
            Judgements.Reached or Judgements.Constructed when judged.Holder.Length > 0 =>
                $"{judged.Subject} is handed to {CallText.Call(judged.Holder, fact.Arguments)}.",
            Judgements.Reached when fact.Use is CallableUse.Imported => $"{judged.Subject} is imported.",
            Judgements.Reached when fact.Use is CallableUse.Method => $"Items are put into {judged.Subject}: {call}.",
            Judgements.Reached => $"{call} is called.",
            Judgements.Constructed => $"An instance of {judged.Subject} is made without running its constructor.",
            Judgements.Imported => $"{judged.Subject} is imported; nothing in the file calls it.",
            Judgements.OddArguments => $"{call} is called with arguments that it does not need: {judged.Detail}.",
            Judgements.Elided => $"{judged.Subject} is used more often than was kept: {judged.Detail}.",
            Judgements.UnknownCalled => $"{call} is called, and nothing vouches for it.",
            Judgements.ComputedCalled when fact.Use is CallableUse.Imported => $"{judged.Subject} is imported: {judged.Detail}.",
            Judgements.ComputedCalled => judged.Detail.Length > 0 ? $"{call} is called: {judged.Detail}." : $"{call} is called, and what it is cannot be told.",
            Judgements.ResultCalled => $"What {judged.Subject} returned is called: {CallText.Call(fact.Callee, fact.Arguments)}.",
            Judgements.TrampolineResult => $"What {judged.Subject} found is called: {CallText.Call(fact.Callee, fact.Arguments)}.",
            Judgements.DangerousAttribute => $"{call} reaches {judged.Detail}.",
            Judgements.HookState => $"The state of {judged.Subject} plants {judged.Detail}.",
            Judgements.ModuleState => $"Attributes are set on {judged.Subject} itself: {Values(fact)}.",
            Judgements.TensorItems => $"Items are set on a tensor: {call}.",
            Judgements.HarmfulCode or Judgements.SuspiciousCode => $"Code that the file carries ({judged.Subject}) uses {judged.Detail}.",
            Judgements.OrdinaryCode => $"The file carries code ({judged.Subject})" + (judged.Detail.Length > 0 ? $" that uses {judged.Detail}." : "."),
            Judgements.TrampolineMade => $"{call} is made and not called.",
            Judgements.Packages => judged.Detail,
            Judgements.Unreached when fact.Use is CallableUse.Imported => $"{judged.Subject} is named behind the point at which every loader stops.",
            Judgements.Unreached => $"{call} stands behind the point at which every loader stops.",
            _ => $"{call}.",
        };
    }

    private static string Values(CallableFact fact) => string.Join(", ", fact.Arguments.Take(2).Select(CallText.Value));
}
