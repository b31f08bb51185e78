// A rule together with what it applies to and the examples that prove it.
namespace Assay.Detection;

/// <summary>What a rule applies to: a judgement about a callable, anomaly codes, intents, or behaviours.</summary>
/// <param name="Use">The judgement of the callable detector, such as <c>reached</c>; empty for other rules.</param>
/// <param name="Capabilities">The capabilities meant; empty for all.</param>
/// <param name="Anomalies">Anomaly codes; a code that ends in <c>*</c> is a prefix.</param>
/// <param name="WithFinding">Whether an anomaly counts only in an artifact with a finding of medium severity or more.</param>
/// <param name="Intents">Intents; <c>*</c> stands for those that no other rule names.</param>
/// <param name="Behaviours">Kinds of what was observed in a test load.</param>
internal sealed record RuleCondition(
    string Use, IReadOnlyList<string> Capabilities, IReadOnlyList<string> Anomalies, bool WithFinding, IReadOnlyList<string> Intents, IReadOnlyList<string> Behaviours);

/// <summary>A compact fact of a pack, as written.</summary>
internal sealed record RuleExample(bool Hit, Packs.PackNode Node);

/// <summary>A rule together with what it applies to.</summary>
internal sealed record RuleEntry(Rule Rule, RuleCondition When, string Phase, IReadOnlyList<RuleExample> Examples);
