// Writes facts the way the examples of rules do, so that a test says what it means.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Intents;
using Assay.Detection.Packs;

namespace Assay.Tests.Builders;

/// <summary>Makes facts from compact YAML: <c>{call: os.system, args: [id]}</c>, or a list of such.</summary>
internal static class FactBuilder
{
    public const string Path = ExampleFacts.DefaultPath;

    public static List<Fact> Facts(string yaml, string path = Path) => [.. ExampleFacts.Read(PackYaml.Read("facts", yaml), path)];

    /// <summary>
    /// The findings about facts. What calls are for is told beside every harmful one; it explains and never decides, so it is left out where a test does
    /// not give texts or intents.
    /// </summary>
    public static List<Finding> Judge(IReadOnlyList<Fact> facts, RuleSet? rules = null, params string[] allowed)
    {
        bool intents = facts.Any(f => f is IntentFact or TextFact);
        return [.. Detector.Detect(facts, null, rules ?? RuleSet.Default, allowed, long.MaxValue).Findings.Where(f => intents || f.Subject.Kind != "intent")];
    }

    public static List<Finding> Judge(string yaml) => Judge(Facts(yaml));
}
