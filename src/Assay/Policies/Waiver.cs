// A finding that the user has accepted, with a reason and an end.
using Assay.Detection;

namespace Assay.Policies;

/// <summary>
/// Accepts a rule's findings under paths that match a glob, for a reason, until a day (inclusive; null for no end).
/// </summary>
public sealed record Waiver(string Rule, string Path, string Reason, DateOnly? Expires)
{
    /// <summary>Whether the waiver has ended on <paramref name="today"/>.</summary>
    public bool IsExpired(DateOnly today) => Expires < today;

    /// <summary>Whether the waiver covers a finding; its end is not looked at.</summary>
    public bool Covers(Finding finding) =>
        string.Equals(Rule, finding.Rule.Id, StringComparison.Ordinal) && new PathGlob(Path).Matches(finding.Path);
}

/// <summary>A finding together with the waiver that covers it.</summary>
public sealed record WaivedFinding(Finding Finding, Waiver Waiver);
