// Joins what the scan foretold with what was observed.
using Assay.Artifacts;
using Assay.Detection.Facts;

namespace Assay.Detection.Behaviours;

/// <summary>
/// Says of findings about callables whether a test load was seen doing it, and of what was observed whether the scan foresaw it. It only adds evidence: nothing
/// is taken away or made milder, because a load that did nothing here may do it elsewhere.
/// </summary>
internal sealed class Confirmation(IReadOnlyList<BehaviourFact> events)
{
    private const int ShortestText = 3;
    private const int LongestText = 120;
    private const int MaxValues = 64;

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

    /// <summary>The findings with a piece of evidence about the test load where one belongs.</summary>
    public IEnumerable<Finding> Of(IReadOnlyList<Finding> findings)
    {
        if (events.Count == 0)
        {
            return findings;
        }

        bool foreseen = findings.Any(f => f.Severity >= Severity.Medium && f.Subject.Kind != FactKinds.Behaviour.Name);
        return findings.Select(f => Of(f, foreseen));
    }

    private Finding Of(Finding finding, bool foreseen)
    {
        if (finding.Subject.Kind == FactKinds.Behaviour.Name)
        {
            return With(finding, "scan", foreseen ? "the scan found this file harmful or doubtful as well" : "only observed: the scan did not foresee it");
        }

        if (finding.Subject.Kind != FactKinds.Judgement.Name || finding.Severity < Severity.Medium)
        {
            return finding;
        }

        BehaviourFact? seen = null;
        if (s_shows.TryGetValue(finding.Subject.Capability, out string[]? kinds))
        {
            // The event that holds the call's own argument is the better proof; the kernel's word comes before Python's.
            List<string> texts = [.. Constants(finding.Subject.Arguments)];
            seen = events.Where(e => kinds.Contains(e.Kind))
                .OrderByDescending(e => texts.Exists(t => Holds(e, t)))
                .ThenBy(e => e.Source)
                .FirstOrDefault();
        }

        string text = seen is null ? "not observed in the test load; it may need another time, place or library" : "confirmed: " + BehaviourFindings.Describe(seen);
        return With(finding, "observed", text);
    }

    private static Finding With(Finding finding, string kind, string text) => finding with { Evidence = [.. finding.Evidence, new(kind, text)] };

    /// <summary>The beginnings of the texts that a call gets, at any depth.</summary>
    private static IEnumerable<string> Constants(IReadOnlyList<ValueShape> arguments)
    {
        Queue<ValueShape> open = new(arguments);
        for (int seen = 0; seen < MaxValues && open.TryDequeue(out ValueShape? value); seen++)
        {
            if (value.Kind is ShapeKind.Str or ShapeKind.Bytes && value.Text.Length >= ShortestText)
            {
                yield return value.Text.Length > LongestText ? value.Text[..LongestText] : value.Text;
            }

            foreach (ValueShape item in value.Items)
            {
                open.Enqueue(item);
            }
        }
    }

    private static bool Holds(BehaviourFact seen, string text) =>
        seen.Subject.Contains(text, StringComparison.Ordinal) || seen.Arguments.Any(a => a.Contains(text, StringComparison.Ordinal));
}
