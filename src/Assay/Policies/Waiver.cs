// A finding that the user has accepted, with a reason and an end.
using Assay.Detection;

namespace Assay.Policies;

/// <summary>
/// Accepts findings of a rule for a reason, until a day. It binds to what was looked at: to the content of findings, or to the digest of the file. A
/// path can narrow it and is never enough, because another file, or another command in this one, may come to stand there.
/// </summary>
public sealed record Waiver
{
    /// <summary>The rule.</summary>
    public required string Rule { get; init; }

    /// <summary>The content keys of the findings meant; empty where the waiver binds to a file.</summary>
    public IReadOnlyList<string> Contents { get; init; } = [];

    /// <summary>The SHA-256 of the file meant, in lower-case hex, or null where the waiver binds to contents.</summary>
    public string? File { get; init; }

    /// <summary>Where the findings must lie, or null for anywhere.</summary>
    public string? Path { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The last day, or null for no end.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>Whether the waiver has ended on <paramref name="today"/>.</summary>
    public bool IsExpired(DateOnly today) => Expires < today;

    /// <summary>Whether the waiver covers a finding in an input with this digest; its end is not looked at.</summary>
    public bool Covers(Finding finding, string? inputDigest) =>
        string.Equals(Rule, finding.Rule.Id, StringComparison.Ordinal)
        && (File is not null ? string.Equals(File, inputDigest, StringComparison.Ordinal) : !finding.IsContentPartial && Contents.Contains(finding.ContentKey))
        && (Path is null || new PathGlob(Path).Matches(finding.Path));
}

/// <summary>A finding together with the waiver that covers it.</summary>
public sealed record WaivedFinding(Finding Finding, Waiver Waiver);
