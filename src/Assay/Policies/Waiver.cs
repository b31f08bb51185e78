// What the user has accepted, with a reason and an end: findings, or that something was not read.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Facts;

namespace Assay.Policies;

/// <summary>
/// Accepts findings of a rule, or that parts of a file are not read, for a reason and until a day. It binds to what was looked at: to the content of findings, or to the digest of the file. A
/// path can narrow it and is never enough, because another file, or another command in this one, may come to stand there.
/// </summary>
public sealed record Waiver
{
    /// <summary>The causes that may be accepted: they lie in the bytes. Whatever else keeps a file from being read may go away, or be a defect.</summary>
    internal static readonly IReadOnlySet<UnreadCause> Acceptable = new HashSet<UnreadCause>
    {
        UnreadCause.Malformed, UnreadCause.Truncated, UnreadCause.Limit, UnreadCause.NotSupported, UnreadCause.Unrecognised, UnreadCause.Encrypted, UnreadCause.Missing,
    };

    /// <summary>The rule whose findings are accepted, or null where <see cref="Unread"/> says what is.</summary>
    public string? Rule { get; init; }

    /// <summary>What may keep parts of the file from being read; empty where findings are accepted.</summary>
    public IReadOnlyList<UnreadCause> Unread { get; init; } = [];

    /// <summary>The content keys of the findings meant; empty where the waiver binds to a file alone. A decision about one file binds to both.</summary>
    public IReadOnlyList<string> Contents { get; init; } = [];

    /// <summary>The SHA-256 of the file meant, in lower-case hex, or null where the waiver binds to contents.</summary>
    public string? File { get; init; }

    /// <summary>Where the findings must lie, or null for anywhere.</summary>
    public string? Path { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Who decided it; empty where the policy names nobody.</summary>
    public string By { get; init; } = "";

    /// <summary>Whether it is of a baseline: what was there on a day, and not what a person decided about it.</summary>
    public bool IsBaseline { get; init; }

    /// <summary>The last day, or null for no end; what is not read is never accepted without one.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>Whether the waiver has ended on <paramref name="today"/>.</summary>
    public bool IsExpired(DateOnly today) => Expires < today;

    /// <summary>Whether the waiver covers a finding in an input with this digest; its end is not looked at.</summary>
    public bool Covers(Finding finding, string? inputDigest) =>
        string.Equals(Rule, finding.Rule.Id, StringComparison.Ordinal)
        && (File is not null || Contents.Count > 0)
        && (File is null || string.Equals(File, inputDigest, StringComparison.Ordinal))
        && (Contents.Count == 0 || (!finding.IsContentPartial && Contents.Contains(finding.ContentKey)))
        && (Path is null || new PathGlob(Path).Matches(finding.Path));

    /// <summary>Whether the waiver covers that something in an input with this digest was not read; its end is not looked at.</summary>
    public bool Covers(UnreadFact unread, string? inputDigest)
    {
        ArgumentNullException.ThrowIfNull(unread);
        return Unread.Contains(unread.Cause)
            && Acceptable.Contains(unread.Cause)
            && File is not null && string.Equals(File, inputDigest, StringComparison.Ordinal)
            && (Path is null || new PathGlob(Path).Matches(unread.Path));
    }

    /// <summary>What is accepted, in the words of the policy: the rule, or the causes.</summary>
    public override string ToString() => Rule ?? $"unread {string.Join(", ", Unread.Select(EnumNames<UnreadCause>.Of))}";
}

/// <summary>A finding together with the waiver that covers it.</summary>
public sealed record WaivedFinding(Finding Finding, Waiver Waiver);

/// <summary>Something that was not read, together with the waiver that accepts it.</summary>
public sealed record WaivedUnread(UnreadFact Unread, Waiver Waiver);
