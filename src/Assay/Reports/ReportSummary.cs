// The counts that every report ends with.
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>The counts of a report, result by result.</summary>
internal sealed class ReportSummary
{
    private const int MostIgnored = 10_000;
    private readonly long[] _verdicts = new long[4];
    private readonly long[] _severities = new long[5];
    private readonly HashSet<Waiver> _used = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);

    /// <summary>The first of the files that were ignored, in the order of the report.</summary>
    public List<string> IgnoredFiles { get; } = [];

    /// <summary>Counts a result.</summary>
    public void Add(ScanResult result)
    {
        if (result.Report is not { } target)
        {
            Ignored++;
            if (IgnoredFiles.Count < MostIgnored)
            {
                IgnoredFiles.Add(result.Path);
            }

            return;
        }

        Targets++;
        Verdict = (Verdict)Math.Max((int)Verdict, (int)target.Verdict);
        _verdicts[(int)target.Verdict]++;
        Unread += target.Unread.Count;
        UnreadTargets += target.Unread.Count > 0 ? 1 : 0;
        Artifacts += target.Artifacts;
        Bytes += target.Size ?? 0;
        Parsed += target.Bytes.Parsed;
        Data += target.Bytes.Data;
        Unknown += target.Bytes.Unknown;
        Judged(target.Judgement);
    }

    /// <summary>Counts what was left out before the scan.</summary>
    public void Add(LeftAside aside)
    {
        Ignored += aside.Ignored;
        NotLookedAt += aside.NotLookedAt;
        IgnoredFiles.AddRange((aside.Files ?? []).Take(MostIgnored - IgnoredFiles.Count));
    }

    /// <summary>Counts what a bundle is as a whole; its files are counted by themselves.</summary>
    public void Add(BundleReport bundle)
    {
        Verdict = (Verdict)Math.Max((int)Verdict, (int)bundle.Judgement.Verdict);
        Unread += bundle.Judgement.Unread.Count;
        Judged(bundle.Judgement);
        Bundles.Add(bundle);
    }

    private void Judged(Judgement judgement)
    {
        Waived += judgement.Waived.Count;
        WaivedUnread += judgement.WaivedUnread.Count;
        foreach (Finding finding in judgement.Findings)
        {
            Findings++;
            _severities[(int)finding.Severity]++;
            if (finding.Severity >= Severity.Medium && _kept.Count < MostIgnored)
            {
                _kept.Add(finding.Rule.Id);
            }
        }

        foreach (WaivedFinding waived in judgement.Waived)
        {
            _used.Add(waived.Waiver);
        }

        foreach (WaivedUnread waived in judgement.WaivedUnread)
        {
            _used.Add(waived.Waiver);
        }
    }

    /// <summary>The bundles, in the order in which they came.</summary>
    public List<BundleReport> Bundles { get; } = [];

    /// <summary>The waivers of a policy that have ended, and those that cover nothing of what was added.</summary>
    public (IReadOnlyList<Waiver> Expired, IReadOnlyList<Waiver> Unused) Standing(ScanHead head) => (
        [.. head.Policy.Waivers.Where(w => w.IsExpired(head.Day))],
        [.. head.Policy.Waivers.Where(w => !w.IsExpired(head.Day) && !_used.Contains(w))]);

    /// <summary>Whether a waiver that met nothing is for a rule that was found all the same: what it was for has changed since, or is something else.</summary>
    public bool HasChanged(Waiver unused) => unused.Rule is { } rule && _kept.Contains(rule);

    /// <summary>The worst verdict so far.</summary>
    public Verdict Verdict { get; private set; }

    public long Targets { get; private set; }

    public long Ignored { get; private set; }

    /// <summary>How many of those that are ignored nobody looked at.</summary>
    public long NotLookedAt { get; private set; }

    public long Findings { get; private set; }

    public long Waived { get; private set; }

    public long WaivedUnread { get; private set; }

    public long Unread { get; private set; }

    public long UnreadTargets { get; private set; }

    public long Artifacts { get; private set; }

    public long Bytes { get; private set; }

    public long Parsed { get; private set; }

    public long Data { get; private set; }

    public long Unknown { get; private set; }

    public long this[Verdict verdict] => _verdicts[(int)verdict];

    public long this[Severity severity] => _severities[(int)severity];
}
