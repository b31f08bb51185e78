// A timeless statement: what to look for, why it matters, what to do about it.
namespace Assay.Detection;

/// <summary>A rule. Its id is permanent.</summary>
public sealed record Rule
{
    /// <summary>The permanent id.</summary>
    public required string Id { get; init; }

    /// <summary>What it finds, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>How much harm it can mean.</summary>
    public required Severity Severity { get; init; }

    /// <summary>How sure it is.</summary>
    public required Confidence Confidence { get; init; }

    /// <summary>Why it matters.</summary>
    public required string Why { get; init; }

    /// <summary>What to do.</summary>
    public required string Fix { get; init; }

    /// <summary>CVE, GHSA, CWE, MITRE ATLAS ids and links.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Words to search by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}
