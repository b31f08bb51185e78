// Reads one rule of a pack.
using Assay.Detection.Conditions;
using Assay.Detection.Facts;

namespace Assay.Detection.Packs;

/// <summary>Reads a rule; every field that is missing, unknown or of the wrong shape is an error with its line.</summary>
internal static class RuleParser
{
    private static readonly string[] _phases = ["extract", "load", "init", "infer", "use"];

    public static RuleEntry Read(PackNode node, ICollection<AwaitedValue> awaited)
    {
        Dictionary<string, PackNode> fields = node.AsMap("a rule").ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        string Take(string name) =>
            fields.Remove(name, out PackNode? value) ? value.AsText(name) : throw node.Error($"the rule has no '{name}'.");
        T TakeChoice<T>(string name)
            where T : struct, Enum => fields.Remove(name, out PackNode? value) ? value.AsChoice<T>(name) : throw node.Error($"the rule has no '{name}'.");
        IReadOnlyList<string> TakeTexts(string name) => fields.Remove(name, out PackNode? value) ? value.AsTexts(name) : [];

        string id = Take("id");
        if (id.Length == 0 || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw node.Error($"'{id}' is no rule id: lower-case letters, digits and hyphens only.");

        Rule rule = new()
        {
            Id = id,
            Title = Take("title"),
            Severity = TakeChoice<Severity>("severity"),
            Confidence = TakeChoice<Confidence>("confidence"),
            Why = Take("why"),
            Fix = Take("fix"),
            References = TakeTexts("references"),
            Tags = TakeTexts("tags"),
        };
        string phase = fields.Remove("phase", out PackNode? phaseNode) ? phaseNode.AsText("phase") : "load";
        if (!_phases.Contains(phase))
            throw node.Error($"'{phase}' is no phase: {string.Join(", ", _phases)}.");

        RuleCondition when = fields.Remove("when", out PackNode? whenNode)
            ? new ConditionParser(awaited).Read(whenNode)
            : throw node.Error("the rule has no 'when'.");
        string message = fields.Remove("message", out PackNode? messageNode) ? CheckedMessage(messageNode, when) : "";
        bool TakeFlag(string name) => fields.Remove(name, out PackNode? value) && value.AsFlag(name);
        bool fallback = TakeFlag("fallback");
        bool replaces = TakeFlag("replaces");
        if (fallback && (when.AsksFindings || when.Together.Count > 0))
            throw node.Error("a fallback asks for single facts, and not for findings.");

        List<RuleExample> examples = fields.Remove("examples", out PackNode? shown) ? ReadExamples(shown) : [];
        foreach ((string name, PackNode value) in fields)
            throw value.Error($"'{name}' is not a field of a rule.");

        return new RuleEntry(rule, when, examples, node.Place) { Phase = phase, IsFallback = fallback, Replaces = replaces, Message = message };
    }

    /// <summary>A message may name fields that every fact has which the rule can be about.</summary>
    private static string CheckedMessage(PackNode node, RuleCondition when)
    {
        string message = node.AsText("message").Trim();
        FactKind[] kinds = [.. (when.Together.Count > 0 ? when.Together[0].AnyOf : when.Alternatives.Select(a => a.Subject)).Select(p => p.Kind).Distinct()];
        for (int open = message.IndexOf('{', StringComparison.Ordinal); open >= 0; open = message.IndexOf('{', open + 1))
        {
            int close = message.IndexOf('}', open);
            string field = close < 0 ? message[open..] : message[(open + 1)..close];
            if (close < 0 || Array.Exists(kinds, k => k.Find(field) is null))
                throw node.Error($"'{field}' is no field that the message can name.");
        }

        return message;
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
