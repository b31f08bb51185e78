// Turns what test loads were seen doing into findings, and says which findings of the scan they confirm.
using System.Globalization;
using Assay.Artifacts;

namespace Assay.Detection.Behaviours;

/// <summary>
/// One finding for each rule that something observed fulfils. Findings of the scan that what was observed confirms, and those that it does
/// not, get a piece of evidence that says so; none is taken away or made milder, because a load that did nothing here may do it elsewhere.
/// </summary>
internal sealed class BehaviourDetector : IDetector
{
    private const int MaxEvidence = 12;

    /// <inheritdoc/>
    public string Id => "behaviours";

    /// <inheritdoc/>
    public void Detect(IReadOnlyList<Fact> facts, DetectionContext context, ICollection<Finding> findings)
    {
        List<BehaviourFact> events = [.. facts.OfType<BehaviourFact>()];
        if (events.Count == 0)
            return;

        Confirmation confirmation = new(events, context.Rules);
        List<Finding> told = [.. findings];
        findings.Clear();
        foreach (Finding finding in told)
            findings.Add(confirmation.Of(finding));

        FindingBuilder builder = new(facts);
        bool foretold = told.Exists(f => f.Severity >= Severity.Medium);
        foreach (IGrouping<RuleEntry, BehaviourFact> group in Judged(events, context.Rules).GroupBy(j => j.Entry, j => j.Event))
        {
            BehaviourFact[] seen = [.. group];
            List<Evidence> evidence = [.. seen.Take(MaxEvidence).Select(e => new Evidence("observed", Describe(e)))];
            if (seen.Length > MaxEvidence)
                evidence.Add(new("more", (seen.Length - MaxEvidence).ToString(CultureInfo.InvariantCulture)));

            evidence.Add(new("scan", foretold ? "the scan found this file harmful or doubtful as well" : "only observed: the scan did not foresee it"));
            string loaders = string.Join(", ", seen.Select(e => e.Loader).Where(l => l.Length > 0).Distinct());
            string message = $"In a test load with {loaders}: {Describe(seen[0])}{(seen.Length > 1 ? $", and {seen.Length - 1} more" : "")}.";
            Finding finding = builder.Make(group.Key, seen[0], group.Key.Rule.Id, "behaviour", message, evidence);
            findings.Add(finding with { Phase = seen.Any(e => e.Phase == "load") ? "load" : "use" });
        }
    }

    /// <summary>One event as a line of text.</summary>
    internal static string Describe(BehaviourFact seen)
    {
        string arguments = seen.Arguments.Count > 0 ? $" [{string.Join(", ", seen.Arguments.Where(a => a.Length > 0))}]" : "";
        string count = seen.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({seen.Count} times)") : "";
        string runs = seen.SeenIn < seen.Runs ? string.Create(CultureInfo.InvariantCulture, $", only in {seen.SeenIn} of {seen.Runs} loads") : "";
        string what = seen.Action.Length > 0 ? seen.Action : seen.Kind;
        return $"{what} {seen.Subject}".TrimEnd() + arguments + count + (seen.Refused ? ", refused by the box" : "") + runs;
    }

    private static IEnumerable<(RuleEntry Entry, BehaviourFact Event)> Judged(List<BehaviourFact> events, RuleSet rules)
    {
        foreach (BehaviourFact seen in events)
        {
            // Python looks up every class of a model; only names that the packs call harmful say something.
            if (seen.Kind == "python-lookup" && !IsHarmful(seen.Subject, rules))
                continue;

            if (rules.ForBehaviour(seen.Kind) is { } entry)
                yield return (entry, seen);
        }
    }

    private static bool IsHarmful(string name, RuleSet rules)
    {
        int dot = name.LastIndexOf('.');
        string path = dot > 0 ? rules.Callables.Canonical(name[..dot], name[(dot + 1)..]) : name;
        return rules.Callables.Find(path) is { Kind: CallableKind.Harmful };
    }
}
