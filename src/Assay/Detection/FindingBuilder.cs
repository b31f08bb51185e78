// Makes findings: what all detectors do alike.
using Assay.Artifacts;

namespace Assay.Detection;

/// <summary>Makes findings with loaders and fingerprints; the ordinal tells equal subjects of one input apart.</summary>
internal sealed class FindingBuilder(IReadOnlyList<Fact> facts)
{
    /// <summary>Characters of a message or of a piece of evidence that reports print; names may have a million.</summary>
    private const int LongestText = 8192;

    private readonly Dictionary<(string Rule, string Path, string Subject, string Use), int> _seen = [];
    private LoaderReach? _reach;

    public Finding Make(RuleEntry entry, Fact where, string subject, string use, string message, IReadOnlyList<Evidence> evidence)
    {
        (string, string, string, string) key = (entry.Rule.Id, where.Path, subject, use);
        int ordinal = _seen.GetValueOrDefault(key);
        _seen[key] = ordinal + 1;
        return new Finding
        {
            Rule = entry.Rule,
            Severity = entry.Rule.Severity,
            Confidence = entry.Rule.Confidence,
            Message = Cut(message),
            Path = where.Path,
            Offset = where.Offset,
            Length = where.Length,
            Evidence = [.. evidence.Select(e => e.Text.Length > LongestText ? e with { Text = Cut(e.Text) } : e)],
            Loaders = (_reach ??= new LoaderReach(facts)).Of(where),
            Reached = where is CallableFact { Reached: false } ? "no" : "yes",
            Phase = entry.Phase,
            Fingerprint = Fingerprint.Of(entry.Rule.Id, where.Path, subject, use, ordinal),
        };
    }

    private static string Cut(string text) =>
        text.Length <= LongestText ? text : $"{text.AsSpan(0, LongestText - (char.IsHighSurrogate(text[LongestText - 1]) ? 1 : 0))}... ({text.Length} characters)";
}
