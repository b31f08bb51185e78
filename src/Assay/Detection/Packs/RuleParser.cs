// Reads one rule of a pack.
namespace Assay.Detection.Packs;

/// <summary>Reads a rule; every field that is missing, unknown or of the wrong shape is an error with its line.</summary>
internal static class RuleParser
{
    private static readonly string[] _phases = ["extract", "load", "init", "infer", "use"];

    public static RuleEntry Read(PackNode node)
    {
        Dictionary<string, PackNode> fields = node.AsMap("a rule").ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        string Take(string name) =>
            fields.Remove(name, out PackNode? value) ? value.AsText(name) : throw node.Error($"the rule has no '{name}'.");
        IReadOnlyList<string> TakeTexts(string name) => fields.Remove(name, out PackNode? value) ? value.AsTexts(name) : [];

        string id = Take("id");
        if (id.Length == 0 || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw node.Error($"'{id}' is no rule id: lower-case letters, digits and hyphens only.");

        Rule rule = new()
        {
            Id = id,
            Title = Take("title"),
            Severity = Choose<Severity>(node, "severity", Take("severity")),
            Confidence = Choose<Confidence>(node, "confidence", Take("confidence")),
            Why = Take("why"),
            Fix = Take("fix"),
            References = TakeTexts("references"),
            Tags = TakeTexts("tags"),
        };
        string phase = fields.Remove("phase", out PackNode? phaseNode) ? phaseNode.AsText("phase") : "load";
        if (!_phases.Contains(phase))
            throw node.Error($"'{phase}' is no phase: {string.Join(", ", _phases)}.");

        RuleCondition when = fields.Remove("when", out PackNode? whenNode) ? ReadCondition(whenNode) : throw node.Error("the rule has no 'when'.");
        List<RuleExample> examples = fields.Remove("examples", out PackNode? shown) ? ReadExamples(shown) : [];
        foreach ((string name, PackNode value) in fields)
            throw value.Error($"'{name}' is not a field of a rule.");

        return new RuleEntry(rule, when, phase, examples);
    }

    internal static T Choose<T>(PackNode node, string what, string text)
        where T : struct, Enum
    {
        // Names in packs are kebab-case; enum members are not.
        string name = text.Replace("-", "", StringComparison.Ordinal);
        return !text.Any(char.IsAsciiDigit) && Enum.TryParse(name, ignoreCase: true, out T value)
            ? value
            : throw node.Error($"'{text}' is no {what}: {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
    }

    private static RuleCondition ReadCondition(PackNode node)
    {
        string use = "";
        IReadOnlyList<string> capabilities = [];
        IReadOnlyList<string> anomalies = [];
        IReadOnlyList<string> intents = [];
        IReadOnlyList<string> behaviours = [];
        bool withFinding = false;
        foreach ((string key, PackNode value) in node.AsMap("when"))
        {
            switch (key)
            {
                case "callable":
                    use = value.AsText("callable");
                    if (!Judgements.All.Contains(use))
                        throw value.Error($"'{use}' is no judgement about a callable: {string.Join(", ", Judgements.All)}.");

                    break;
                case "capability":
                    capabilities = value.AsTexts("capability");
                    break;
                case "anomaly":
                    anomalies = value.AsTexts("anomaly");
                    break;
                case "intent":
                    intents = value.AsTexts("intent");
                    break;
                case "behaviour":
                    behaviours = value.AsTexts("behaviour");
                    break;
                case "with":
                    withFinding = value.AsText("with") is "finding" ? true : throw value.Error("'with' can only be 'finding'.");
                    break;
                default:
                    throw value.Error($"'{key}' is not a condition.");
            }
        }

        return use.Length > 0 || anomalies.Count > 0 || intents.Count > 0 || behaviours.Count > 0
            ? new RuleCondition(use, capabilities, anomalies, withFinding, intents, behaviours)
            : throw node.Error("'when' must name a judgement about a callable, anomaly codes, intents or behaviours.");
    }

    private static List<RuleExample> ReadExamples(PackNode node)
    {
        List<RuleExample> examples = [];
        foreach ((string key, PackNode value) in node.AsMap("examples"))
        {
            bool hit = key switch
            {
                "hit" => true,
                "pass" => false,
                _ => throw value.Error("examples are 'hit' and 'pass'."),
            };
            examples.AddRange(value.AsList(key).Select(e => new RuleExample(hit, e)));
        }

        return examples;
    }
}
