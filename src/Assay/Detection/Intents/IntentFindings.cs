// Says what recovered code is for; the verdict stays with the call that runs it.
using Assay.Artifacts;
using Assay.Detection.Facts;

namespace Assay.Detection.Intents;

/// <summary>Makes findings of intents that explain: what for, by which words, and what can be looked for elsewhere.</summary>
internal sealed class IntentFindings(IReadOnlyList<Fact> facts)
{
    private const int MaxIndicators = 24;
    private readonly ILookup<string, IndicatorFact> _indicators = facts.OfType<IndicatorFact>().ToLookup(i => i.Path, StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>The finding of a rule that fires for an intent.</summary>
    public Finding Of(RuleEntry entry, IntentFact intent, FindingBuilder builder)
    {
        // The indicators of an artifact are listed once, with the strongest intent, which comes first.
        IEnumerable<IndicatorFact> listed = _told.Add(intent.Path) ? _indicators[intent.Path].Take(MaxIndicators) : [];
        string words = string.Join(", ", intent.Words.Select(w => $"'{w.Trim()}'"));
        string message = $"What runs here looks like {intent.Intent.Replace('-', ' ')}{(words.Length > 0 ? $": {words}" : "")}.";
        FindingContent content = new();
        content.Add(FactKinds.Intent, intent, isPartial: intent.IsCut);

        // Whoever comes to the code comes to what it is for.
        FindingPlace place = FindingPlace.Of(new CodeFact { Path = intent.Path, Offset = intent.Offset, Length = intent.Length, Language = "" });
        return builder.Make(entry, place, new(FactKinds.Intent.Name, intent.Intent), "intent", message, Evidence(intent, listed), content) with
        {
            Confidence = (Confidence)(int)intent.Confidence,
        };
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
