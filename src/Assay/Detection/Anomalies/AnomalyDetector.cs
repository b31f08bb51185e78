// Turns anomalies into findings by the rules that name their codes.
using Assay.Artifacts;

namespace Assay.Detection.Anomalies;

/// <summary>Every anomaly becomes a finding: by the rule for its code, by a prefix, or by the rule for codes without one.</summary>
internal sealed class AnomalyDetector : IDetector
{
    /// <inheritdoc/>
    public string Id => "anomalies";

    /// <inheritdoc/>
    public void Detect(IReadOnlyList<Fact> facts, DetectionContext context, ICollection<Finding> findings)
    {
        if (!facts.Any(f => f is AnomalyFact))
            return;

        FindingBuilder builder = new(facts);

        // This detector runs after the one for callables: a stream that breaks after a harmful call is worse than a torn download.
        HashSet<string> troubled = [.. findings.Where(f => f.Severity >= Severity.Medium).Select(f => f.Path)];
        foreach (AnomalyFact anomaly in facts.OfType<AnomalyFact>())
        {
            if (context.Rules.ForAnomaly(anomaly.Code, troubled.Contains(anomaly.Path)) is not { } entry)
                continue;

            string message = anomaly.Detail.Length > 0 ? anomaly.Detail : entry.Rule.Title + ".";
            List<Evidence> evidence = [new("anomaly", anomaly.Code, anomaly.Offset)];
            if (anomaly.Count > 1)
                evidence.Add(new("count", anomaly.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)));

            findings.Add(builder.Make(entry, anomaly, anomaly.Code, "anomaly", message, evidence));
        }
    }
}
