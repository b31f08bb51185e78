// Joins what the scan foretold with what was observed.
using Assay.Artifacts;

namespace Assay.Detection.Behaviours;

/// <summary>Says of a finding about a callable whether a test load was seen doing it.</summary>
internal sealed class Confirmation(IReadOnlyList<BehaviourFact> events, RuleSet rules)
{
    private const int ShortestText = 3;

    /// <summary>What the kernel or Python shows when a callable of a capability runs.</summary>
    private static readonly Dictionary<string, string[]> s_shows = new(StringComparer.Ordinal)
    {
        ["command-execution"] = ["process-start", "process-fork", "python-process"],
        ["code-execution"] = ["python-code"],
        ["native-load"] = ["python-native", "executable-memory"],
        ["network"] = ["network-connect", "network-send", "network-socket", "network-listen", "python-network", "sinkhole-name", "sinkhole-request"],
        ["file-write"] = ["file-write", "file-link", "file-rename", "file-mode", "python-file"],
        ["file-delete"] = ["file-delete", "python-file"],
        ["file-read"] = ["file-read", "secret-read", "machine-look"],
        ["process-state"] = ["signal", "python-tamper", "python-environment", "load-no-end"],
        ["nested-load"] = ["python-code", "python-lookup"],
        ["host-inspection"] = ["machine-look", "process-start", "python-look", "python-process"],
    };

    /// <summary>The finding with a piece of evidence about the test load; as it is when it is about no callable.</summary>
    public Finding Of(Finding finding)
    {
        if (finding.Evidence.FirstOrDefault(e => e.Kind == "callable") is not { } callable || finding.Severity < Severity.Medium)
            return finding;

        int dot = callable.Text.LastIndexOf('.');
        string path = dot > 0 ? rules.Callables.Canonical(callable.Text[..dot], callable.Text[(dot + 1)..]) : callable.Text;
        string capability = rules.Callables.Find(path)?.Capability ?? "";
        string[] texts = [.. finding.Evidence.Where(e => e.Kind == "argument").Select(e => e.Text.Trim('\'', '"')).Where(t => t.Length >= ShortestText)];
        BehaviourFact? seen = null;
        if (s_shows.TryGetValue(capability, out string[]? kinds))
        {
            // The event that holds the call's own argument is the better proof; the kernel's word comes before Python's.
            seen = events.Where(e => kinds.Contains(e.Kind))
                .OrderByDescending(e => texts.Any(t => Holds(e, t)))
                .ThenBy(e => e.Source)
                .FirstOrDefault();
        }

        string text = seen is null ? "not observed in the test load; it may need another time, place or library" : "confirmed: " + BehaviourDetector.Describe(seen);
        return finding with { Evidence = [.. finding.Evidence, new("observed", text)] };
    }

    private static bool Holds(BehaviourFact seen, string text) =>
        seen.Subject.Contains(text, StringComparison.Ordinal) || seen.Arguments.Any(a => a.Contains(text, StringComparison.Ordinal));
}
