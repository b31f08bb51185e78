// The counts that every report ends with.
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>The counts of a report.</summary>
internal sealed class ReportSummary
{
    private readonly int[] _verdicts = new int[4];
    private readonly int[] _severities = new int[5];

    public ReportSummary(ScanReport report)
    {
        Targets = report.Targets.Count;
        Ignored = report.Ignored;
        foreach (TargetReport target in report.Targets)
        {
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
    }

    public int Targets { get; }

    public int Ignored { get; }

    public int Findings { get; }

    public int Waived { get; }

    public int Unread { get; }

    public int UnreadTargets { get; }

    public long Artifacts { get; }

    public long Bytes { get; }

    public long Parsed { get; }

    public long Data { get; }

    public long Unknown { get; }

    public int this[Verdict verdict] => _verdicts[(int)verdict];

    public int this[Severity severity] => _severities[(int)severity];
}
