// Applies the waivers of a policy.
using Assay.Artifacts;
using Assay.Detection;

namespace Assay.Policies;

/// <summary>Applies the waivers of a policy on a given day. Waivers that have ended do not apply.</summary>
internal sealed class WaiverSheet
{
    private readonly List<Waiver> _valid;

    /// <summary>Creates the sheet for <paramref name="today"/>.</summary>
    public WaiverSheet(Policy policy, DateOnly today)
    {
        _valid = policy.Waivers.Count == 0 ? [] : [.. policy.Waivers.Where(w => !w.IsExpired(today))];
    }

    /// <summary>Parts the findings of an input with this digest; the first waiver that covers a finding counts.</summary>
    public (IReadOnlyList<Finding> Kept, IReadOnlyList<WaivedFinding> Waived) Apply(IEnumerable<Finding> findings, string? inputDigest)
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

        return (kept, waived);
    }

    /// <summary>The same for what was not read.</summary>
    public (IReadOnlyList<UnreadFact> Kept, IReadOnlyList<WaivedUnread> Waived) Apply(IReadOnlyList<UnreadFact> unread, string? inputDigest)
    {
        if (!_valid.Exists(w => w.Unread.Count > 0))
            return (unread, []);

        List<UnreadFact> kept = [];
        List<WaivedUnread> waived = [];
        foreach (UnreadFact one in unread)
        {
            if (_valid.Find(w => w.Covers(one, inputDigest)) is { } waiver)
                waived.Add(new WaivedUnread(one, waiver));
            else
                kept.Add(one);
        }

        return (kept, waived);
    }
}
