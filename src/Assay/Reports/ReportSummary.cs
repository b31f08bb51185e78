// The counts that every report ends with.
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>The counts of a report, result by result.</summary>
internal sealed class ReportSummary
{
    private readonly long[] _verdicts = new long[4];
    private readonly long[] _severities = new long[5];

    /// <summary>Counts a result.</summary>
    public void Add(ScanResult result)
    {
        if (result.Report is not { } target)
        {
            Ignored++;
            return;
        }

        Targets++;
        Verdict = (Verdict)Math.Max((int)Verdict, (int)target.Verdict);
        _verdicts[(int)target.Verdict]++;
        Waived += target.Waived.Count;
        Unread += target.Unread.Count;
        UnreadTargets += target.Unread.Count > 0 ? 1 : 0;
        Artifacts += target.Artifacts;
        Bytes += target.Size ?? 0;
        Parsed += target.Bytes.Parsed;
        Data += target.Bytes.Data;
        Unknown += target.Bytes.Unknown;
        foreach (Finding finding in target.Findings)
        {
            Findings++;
            _severities[(int)finding.Severity]++;
        }
    }

    /// <summary>The worst verdict so far.</summary>
    public Verdict Verdict { get; private set; }

    public long Targets { get; private set; }

    public long Ignored { get; set; }

    public long Findings { get; private set; }

    public long Waived { get; private set; }

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
