// One file that a server lists.
namespace Assay.Hub.Protocol;

/// <summary>A file, as the listing of a server describes it; none of it is believed until the bytes say the same.</summary>
/// <param name="Path">The name in the repository, whatever it may hold.</param>
/// <param name="Size">How many bytes it has.</param>
public sealed record RemoteFile(string Path, long Size)
{
    /// <summary>The SHA-256 in lower-case hex, where the server tells it (large files).</summary>
    public string? Sha256 { get; init; }

    /// <summary>The name of the git object, where the server tells it: of a small file the SHA-1 of its bytes behind a short header.</summary>
    public string? Oid { get; init; }

    /// <summary>What the server calls this content, for comparing only.</summary>
    public string? Tag { get; init; }

    /// <summary>Where it lies, where that does not follow from its name.</summary>
    internal Uri? Place { get; init; }

    /// <summary>What stands for the content: two files of one server with the same are the same.</summary>
    internal string? Identity => Sha256 ?? Oid ?? Tag;
}

/// <summary>What a hub says of a repository at a revision.</summary>
/// <param name="Commit">The commit.</param>
public sealed record HubRevision(string Commit)
{
    /// <summary>Whether it is private.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether its files are given only to those who were let in.</summary>
    public bool IsGated { get; init; }

    /// <summary>The name under which the hub has it now; another than was asked for where it was renamed.</summary>
    public string? Name { get; init; }

    /// <summary>What the hub calls the repository by itself, whatever its name is: another one under the same name is another repository.</summary>
    public string? Id { get; init; }

    /// <summary>When the repository was made, as the hub writes it.</summary>
    public string? Created { get; init; }

    /// <summary>What the hub's own scan says of its files (<c>unsafe</c>, <c>suspicious</c>, ...), by path. Shown, never believed.</summary>
    public IReadOnlyList<(string Path, string Level)> HubFindings { get; init; } = [];

    /// <summary>Whether the hub's own scan was done; null where the hub does not say.</summary>
    public bool? IsHubScanDone { get; init; }
}
