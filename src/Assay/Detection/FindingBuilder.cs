// Makes findings: what all detectors do alike.
using Assay.Artifacts;

namespace Assay.Detection;

/// <summary>Makes findings with loaders and fingerprints; the ordinal tells equal subjects of one input apart.</summary>
internal sealed class FindingBuilder(IReadOnlyList<Fact> facts)
{
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
            Message = message,
            Path = where.Path,
            Offset = where.Offset,
            Length = where.Length,
            Evidence = evidence,
            Loaders = Loaders(where.Path),
            Phase = entry.Phase,
            Fingerprint = Fingerprint.Of(entry.Rule.Id, where.Path, subject, use, ordinal),
        };
    }

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
