// Reads one rule of a pack.
using Assay.Detection.Conditions;
using Assay.Detection.Facts;

namespace Assay.Detection.Packs;

/// <summary>Reads a rule; every field that is missing, unknown or of the wrong shape is an error with its line.</summary>
internal static class RuleParser
{
    private static readonly string[] _phases = ["extract", "install", "import", "load", "init", "infer", "cell", "call", "use"];

    public static RuleEntry Read(PackNode node, ICollection<AwaitedValue> awaited)
    {
        string? id = null, title = null, why = null, fix = null, phase = null;
        Severity? severity = null;
        Confidence? confidence = null;
        IReadOnlyList<string> references = [], tags = [];
        PackNode? when = null, message = null, examples = null;
        bool fallback = false, replaces = false, tried = false;
        foreach ((string name, PackNode value) in node.AsMap("a rule"))
        {
            switch (name)
            {
                case "id": id = value.AsText(name); break;
                case "title": title = value.AsText(name); break;
                case "severity": severity = value.AsChoice<Severity>(name); break;
                case "confidence": confidence = value.AsChoice<Confidence>(name); break;
                case "why": why = value.AsText(name); break;
                case "fix": fix = value.AsText(name); break;
                case "phase": phase = value.AsText(name); break;
                case "references": references = value.AsTexts(name); break;
                case "tags": tags = value.AsTexts(name); break;
                case "when": when = value; break;
                case "message": message = value; break;
                case "fallback": fallback = value.AsFlag(name); break;
                case "replaces": replaces = value.AsFlag(name); break;
                case "mode": tried = IsTried(value); break;
                case "examples": examples = value; break;
                default: throw value.Error($"'{name}' is not a field of a rule.");
            }
        }

        RulePackException Lacks(string name) => node.Error($"the rule has no '{name}'.");
        if ((id ?? throw Lacks("id")).Length == 0 || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw node.Error($"'{id}' is no rule id: lower-case letters, digits and hyphens only.");

        Rule rule = new()
        {
            Id = id,
            Title = title ?? throw Lacks("title"),
            Severity = severity ?? throw Lacks("severity"),
            Confidence = confidence ?? throw Lacks("confidence"),
            Why = why ?? throw Lacks("why"),
            Fix = fix ?? throw Lacks("fix"),
            References = references,
            Tags = tags,
        };
        phase ??= "load";
        if (!_phases.Contains(phase))
            throw node.Error($"'{phase}' is no phase: {string.Join(", ", _phases)}.");

        RuleCondition condition = new ConditionParser(awaited).Read(when ?? throw Lacks("when"));
        string said = message is null ? "" : CheckedMessage(message, condition);
        if (fallback && (condition.AsksFindings || condition.Together.Count > 0))
            throw node.Error("a fallback asks for single facts, and not for findings.");

        // Those of the program are read when somebody asks for them; its build has read them.
        IReadOnlyList<RuleExample>? read = examples is null ? [] : examples.IsCompiled ? null : ReadExamples(examples);
        return new RuleEntry(rule, condition, new Lazy<IReadOnlyList<RuleExample>>(() => read ?? ReadExamples(examples!)), node.Place)
        {
            Phase = phase, IsFallback = fallback, Replaces = replaces, IsTried = tried, Message = said,
        };
    }

    private static bool IsTried(PackNode mode) => mode.AsText("mode") switch
    {
        "log" => true,
        "apply" => false,
        string other => throw mode.Error($"'{other}' is no mode: apply or log."),
    };

    /// <summary>A message may name fields that every fact has which the rule can be about.</summary>
    private static string CheckedMessage(PackNode node, RuleCondition when)
    {
        string message = node.AsText("message").Trim();
        if (node.IsCompiled)
            return message;

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
