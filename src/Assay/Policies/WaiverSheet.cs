// Applies the waivers of a policy to findings.
using Assay.Detection;

namespace Assay.Policies;

/// <summary>Findings parted by the waivers of a policy.</summary>
/// <param name="Kept">Findings that no waiver covers.</param>
/// <param name="Waived">Findings that a waiver covers; they stay in the report.</param>
internal sealed record WaiverResult(IReadOnlyList<Finding> Kept, IReadOnlyList<WaivedFinding> Waived);

/// <summary>Applies the waivers of a policy on a given day. Waivers that have ended do not apply.</summary>
internal sealed class WaiverSheet
{
    private readonly List<Waiver> _valid;

    /// <summary>Creates the sheet for <paramref name="today"/>.</summary>
    public WaiverSheet(Policy policy, DateOnly today)
    {
        _valid = policy.Waivers.Count == 0 ? [] : [.. policy.Waivers.Where(w => !w.IsExpired(today))];
        Expired = policy.Waivers.Count == 0 ? [] : [.. policy.Waivers.Where(w => w.IsExpired(today))];
    }

    /// <summary>Waivers that have ended.</summary>
    public IReadOnlyList<Waiver> Expired { get; }

    /// <summary>Parts the findings of an input with this digest; the first waiver that covers a finding counts.</summary>
    public WaiverResult Apply(IEnumerable<Finding> findings, string? inputDigest)
    {
        List<Finding> kept = [];
        List<WaivedFinding> waived = [];
        foreach (Finding finding in findings)
        {
            if (_valid.Find(w => w.Covers(finding, inputDigest)) is { } waiver)
                waived.Add(new WaivedFinding(finding, waiver));
            else
                kept.Add(finding);
        }

        return new WaiverResult(kept, waived);
    }
}
