// What an audit asks of servers: which repositories a target stands for, what they say of themselves, and their files.
using Assay.Hosting.Folders;
using Assay.Scanning;

namespace Assay.Store.Audits;

/// <summary>Opens what audits watch on servers.</summary>
public interface IWatchedServers
{
    /// <summary>Whether a target lies on a server.</summary>
    bool IsRemote(string target);

    /// <summary>The addresses of the repositories that a target stands for.</summary>
    /// <exception cref="WatchException">The server does not tell.</exception>
    IReadOnlyList<string> Repositories(string target, CancellationToken cancellation);

    /// <summary>Opens a repository.</summary>
    /// <exception cref="WatchException">The server does not give it.</exception>
    IWatchedRepository Open(string address, CancellationToken cancellation);
}

/// <summary>A repository that is open.</summary>
public interface IWatchedRepository : IDisposable
{
    /// <summary>Its files.</summary>
    IListedBundle Bundle { get; }

    /// <summary>What the server says of it.</summary>
    AuditedRepository Signs { get; }

    /// <summary>How many bytes were read so far.</summary>
    long ReadBytes { get; }

    /// <summary>The inputs of a scan; of a file that is <paramref name="known"/> nothing is fetched ahead.</summary>
    IEnumerable<ScanInput> Inputs(Func<string, bool> known, CancellationToken cancellation);
}

/// <summary>A server does not give what is watched. The message is one plain sentence that names no secret.</summary>
public sealed class WatchException(string message, bool isMissing) : Exception(message)
{
    /// <summary>Whether the server says that it is not there.</summary>
    public bool IsMissing => isMissing;
}
