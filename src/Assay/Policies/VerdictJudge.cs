// Turns findings and coverage into a verdict.
using Assay.Artifacts;
using Assay.Detection;

namespace Assay.Policies;

/// <summary>
/// Turns findings and coverage into a verdict. High and critical findings are malicious, or suspicious where their confidence
/// is low; medium ones suspicious; what is left is passed only when everything was read.
/// </summary>
internal static class VerdictJudge
{
    /// <summary>The verdict for findings (without those that are waived) and what was not read (without what is waived).</summary>
    public static Verdict Judge(IEnumerable<Finding> findings, IEnumerable<UnreadFact> unread)
    {
        Verdict worst = unread.Any() ? Verdict.Incomplete : Verdict.Passed;
        foreach (Finding finding in findings)
        {
            Verdict verdict = Of(finding);
            if (verdict > worst)
                worst = verdict;
        }

        return worst;
    }

    /// <summary>What one finding alone would make of complete coverage.</summary>
    public static Verdict Of(Finding finding) => finding.Severity switch
    {
        >= Severity.High when finding.Confidence > Confidence.Low => Verdict.Malicious,
        >= Severity.Medium => Verdict.Suspicious,
        _ => Verdict.Passed,
    };
}
