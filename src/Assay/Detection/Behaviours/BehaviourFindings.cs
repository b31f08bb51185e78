// Makes findings of what test loads were seen doing.
using System.Globalization;
using Assay.Artifacts;
using Assay.Detection.Facts;

namespace Assay.Detection.Behaviours;

/// <summary>One finding for each rule that something observed fulfils.</summary>
internal sealed class BehaviourFindings
{
    private const int MaxEvidence = 12;
    private readonly OrderedDictionary<string, (RuleEntry Entry, List<BehaviourFact> Seen)> _rules = new(StringComparer.Ordinal);

    /// <summary>Adds an event for which a rule fires.</summary>
    public void Add(RuleEntry entry, BehaviourFact seen)
    {
        if (!_rules.TryGetValue(entry.Rule.Id, out (RuleEntry Entry, List<BehaviourFact> Seen) rule))
        {
            _rules.Add(entry.Rule.Id, rule = (entry, []));
        }

        rule.Seen.Add(seen);
    }

    /// <summary>The findings, in the order in which their first event came.</summary>
    public IEnumerable<Finding> Findings(FindingBuilder builder)
    {
        foreach ((RuleEntry entry, List<BehaviourFact> seen) in _rules.Values)
        {
            // The first and the last: what a flood was to hide stands at either end of it.
            IEnumerable<BehaviourFact> shown = seen.Count > MaxEvidence ? seen.Take(MaxEvidence / 2).Concat(seen.TakeLast(MaxEvidence / 2)) : seen;
            List<Evidence> evidence = [.. shown.Select(e => new Evidence("observed", Describe(e)))];
            if (seen.Count > MaxEvidence)
            {
                evidence.Add(new("more", (seen.Count - MaxEvidence).ToString(CultureInfo.InvariantCulture)));
            }

            FindingContent content = new();
            foreach (BehaviourFact one in seen)
            {
                content.Add(FactKinds.Behaviour, one);
            }

            string loaders = string.Join(", ", seen.Select(e => e.Loader).Where(l => l.Length > 0).Distinct());
            string message = $"In a test load with {loaders}: {Describe(seen[0])}{(seen.Count > 1 ? $", and {seen.Count - 1} more" : "")}.";
            FindingSubject subject = new(FactKinds.Behaviour.Name, entry.Rule.Id);
            FindingPlace place = FindingPlace.Of(seen[0]) with { Loaders = [.. seen.SelectMany(builder.LoadersOf).Distinct()] };
            yield return builder.Make(entry, place, subject, "behaviour", message, evidence, content) with
            {
                Phase = seen.Any(e => e.Phase == "load") ? "load" : "use",
            };
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
}
