// A repository of the test hub: revisions by commit and by name, and who may see it.
using System.Security.Cryptography;
using System.Text;

namespace Assay.Hub.Tests.Server;

/// <summary>A repository: its commits, the names that lead to them, and who may see it.</summary>
internal sealed class TestRepository(string kind, string name)
{
    private readonly Dictionary<string, List<TestFile>> _commits = new(StringComparer.Ordinal);

    /// <summary><c>models</c>, <c>datasets</c> or <c>spaces</c>.</summary>
    public string Kind => kind;

    /// <summary>The name, with its owner where it has one.</summary>
    public string Name => name;

    /// <summary>What the hub calls it by itself; another repository under the same name has another one.</summary>
    public string Id { get; set; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(kind + "/" + name)))[..24];

    /// <summary>When it was made.</summary>
    public string Created { get; set; } = "2026-01-01T00:00:00.000Z";

    /// <summary>Where branches and tags (<c>tag-...</c>) lead.</summary>
    public Dictionary<string, string> References { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether nobody without a token learns that it is there.</summary>
    public bool IsPrivate { get; set; }

    /// <summary>Whether its files are given only to those who were let in.</summary>
    public bool IsGated { get; set; }

    /// <summary>What the hub's own scan says of files, by path.</summary>
    public Dictionary<string, string> SecurityStatus { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a commit and lets a branch lead to it; returns its id.</summary>
    public string Commit(string branch, params TestFile[] files)
    {
        string id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}/{name}/{branch}/{_commits.Count}/{string.Join(',', files.Select(f => f.Path + f.Sha256))}")))[..40];
        _commits[id] = [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];
        References[branch] = id;
        return id;
    }

    /// <summary>Puts other files into a commit that is there, which no honest hub does.</summary>
    public void Exchange(string commit, params TestFile[] files) => _commits[commit] = [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];

    /// <summary>The commit that a revision leads to, or null.</summary>
    public string? Find(string revision) =>
        _commits.ContainsKey(revision) ? revision : References.GetValueOrDefault(revision == "HEAD" ? "main" : revision);

    /// <summary>The files of a commit.</summary>
    public IReadOnlyList<TestFile> Files(string commit) => _commits[commit];

    /// <summary>All files of all commits.</summary>
    public IEnumerable<TestFile> All => _commits.Values.SelectMany(f => f);
}
