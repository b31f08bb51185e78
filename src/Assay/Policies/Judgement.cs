// What a judgement of an input came to.
using Assay.Artifacts;
using Assay.Detection;

namespace Assay.Policies;

/// <summary>What a judgement of an input came to; the same for the same facts, rules, policy and day.</summary>
public sealed record Judgement
{
    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The findings, worst first, then by path and offset.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Findings that the policy waives.</summary>
    public IReadOnlyList<WaivedFinding> Waived { get; init; } = [];

    /// <summary>What was not read, or not asked, and is not waived.</summary>
    public IReadOnlyList<UnreadFact> Unread { get; init; } = [];

    /// <summary>What was not read, and the policy accepts that.</summary>
    public IReadOnlyList<WaivedUnread> WaivedUnread { get; init; } = [];
}
