// A folder or a repository as one run of an audit saw it as a whole.
using Assay.Policies;

namespace Assay.Store.Audits;

/// <summary>A folder, or a repository of a hub, as one run saw it as a whole. What a hub says is kept beside what was found, and nothing rests on it.</summary>
public sealed record AuditedRepository
{
    /// <summary>The folder below the target, or the address of the repository as it is watched.</summary>
    public required string Name { get; init; }

    /// <summary>What its files are together, the worst of them included.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>What its files are together by what no file of them shows by itself.</summary>
    public Verdict Together { get; init; }

    /// <summary>The rules that find something in its files together.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>The revision that is watched; empty for the main branch.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The commit that it led to; empty for a folder.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Who owns it now; another than its name says where it was moved.</summary>
    public string Owner { get; init; } = "";

    /// <summary>What the hub calls it by itself, whatever its name is.</summary>
    public string HubId { get; init; } = "";

    /// <summary>When it was made, as the hub says.</summary>
    public string Created { get; init; } = "";

    /// <summary>Its tags and the commits that they lead to.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Repositories of others under the same name or one like it.</summary>
    public IReadOnlyList<string> Namesakes { get; init; } = [];

    /// <summary>What the hub's own scan says; empty where it says nothing.</summary>
    public string HubSays { get; init; } = "";

    /// <summary>How many bytes were read of it.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Why it could not be looked at; empty where it was. Then all else is what the run before saw.</summary>
    public string Fault { get; init; } = "";

    /// <summary>Whether the server says that it is not there.</summary>
    public bool IsGone { get; init; }
}
