// Makes findings: what all detectors do alike.
using Assay.Artifacts;

namespace Assay.Detection;

/// <summary>Makes findings with loaders and fingerprints; the ordinal tells equal subjects of one input apart.</summary>
internal sealed class FindingBuilder(IReadOnlyList<Fact> facts)
{
    /// <summary>Characters of a message or of a piece of evidence that reports print; names may have a million.</summary>
    private const int LongestText = 8192;

    private readonly Dictionary<(string Rule, string Path, string Subject, string Use), int> _seen = [];
    private Dictionary<string, List<LoaderUse>>? _loaders;

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
            Loaders = where is CallableFact fact ? [.. Loaders(where.Path).Where(l => Comes(l, fact)).Select(l => Unsafe(l, fact))] : Loaders(where.Path),
            Reached = where is CallableFact { Reached: false } ? "no" : "yes",
            Phase = entry.Phase,
            Fingerprint = Fingerprint.Of(entry.Rule.Id, where.Path, subject, use, ordinal),
        };
    }

    private static string Cut(string text) =>
        text.Length <= LongestText ? text : $"{text.AsSpan(0, LongestText - (char.IsHighSurrogate(text[LongestText - 1]) ? 1 : 0))}... ({text.Length} characters)";

    /// <summary>Whether a loader comes to what the fact tells.</summary>
    private static bool Comes(LoaderUse loader, CallableFact fact) =>
        fact.Reached && (fact.Pickle is not { } pickle || (Meet(loader.Dialects, pickle.Dialects) && Meet(loader.Encodings, pickle.Encodings)));

    /// <summary>Where nothing is named, nothing is ruled out.</summary>
    private static bool Meet(IReadOnlyList<string> one, IReadOnlyList<string> other) =>
        one.Count == 0 || other.Count == 0 || one.Any(other.Contains);

    /// <summary>A safe setting that does not refuse the name is none.</summary>
    private static LoaderUse Unsafe(LoaderUse loader, CallableFact fact) =>
        loader.SafeDialect.Length > 0 && fact.Pickle is { } pickle && pickle.AllowedBy.Contains(loader.SafeDialect) ? loader with { SafeSetting = "" } : loader;

    private List<LoaderUse> Loaders(string path)
    {
        if (_loaders is null)
        {
            _loaders = new(StringComparer.Ordinal);
            foreach (FormatFact format in facts.OfType<FormatFact>())
            {
                if (!_loaders.TryGetValue(format.Path, out List<LoaderUse>? list))
                    _loaders.Add(format.Path, list = []);

                list.AddRange(format.Loaders.Where(l => !list.Contains(l)));
            }
        }

        return _loaders.TryGetValue(path, out List<LoaderUse>? found) ? found : [];
    }
}
