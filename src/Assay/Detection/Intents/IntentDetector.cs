// Says what recovered code is for; the verdict stays with the call that runs it.
using Assay.Artifacts;

namespace Assay.Detection.Intents;

/// <summary>Turns intents into findings that explain: what for, by which words, and what can be looked for elsewhere.</summary>
internal sealed class IntentDetector : IDetector
{
    private const int MaxIndicators = 24;

    /// <inheritdoc/>
    public string Id => "intents";

    /// <inheritdoc/>
    public void Detect(IReadOnlyList<Fact> facts, DetectionContext context, ICollection<Finding> findings)
    {
        if (!facts.Any(f => f is IntentFact))
            return;

        FindingBuilder builder = new(facts);
        ILookup<string, IndicatorFact> indicators = facts.OfType<IndicatorFact>().ToLookup(i => i.Path, StringComparer.Ordinal);
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (IntentFact intent in facts.OfType<IntentFact>())
        {
            if (context.Rules.ForIntent(intent.Intent) is not { } entry)
                continue;

            // The indicators of an artifact are listed once, with the strongest intent, which comes first.
            IEnumerable<IndicatorFact> listed = told.Add(intent.Path) ? indicators[intent.Path].Take(MaxIndicators) : [];
            string words = string.Join(", ", intent.Words.Select(w => $"'{w.Trim()}'"));
            string message = $"What runs here looks like {intent.Intent.Replace('-', ' ')}{(words.Length > 0 ? $": {words}" : "")}.";
            Finding finding = builder.Make(entry, intent, intent.Intent, "intent", message, [.. Evidence(intent, listed)]);
            findings.Add(finding with { Confidence = (Confidence)(int)intent.Confidence });
        }
    }

    private static IEnumerable<Evidence> Evidence(IntentFact intent, IEnumerable<IndicatorFact> indicators)
    {
        yield return new("intent", intent.Intent, intent.Offset);
        foreach (string word in intent.Words)
            yield return new("word", word.Trim());

        foreach (string layer in intent.Layers)
            yield return new("layer", layer);

        if (intent.Text.Length > 0)
            yield return new("text", intent.Text);

        foreach (IndicatorFact indicator in indicators)
            yield return new(indicator.Kind, indicator.Value, indicator.Offset);
    }
}
