// Says what went wrong with a server, in one sentence for people and one word for programs.
namespace Assay.Hub.Http;

/// <summary>What went wrong.</summary>
public enum RemoteFault
{
    /// <summary>There is no such repository, or it is private and the token does not open it: hubs do not tell which.</summary>
    NoRepository,

    /// <summary>There is no such revision.</summary>
    NoRevision,

    /// <summary>There is no such file.</summary>
    NoEntry,

    /// <summary>The files are given to those only who were let in.</summary>
    Gated,

    /// <summary>The server does not allow it.</summary>
    Forbidden,

    /// <summary>The server asks to come back later than anybody waits.</summary>
    RateLimited,

    /// <summary>The server has an error of its own, again and again.</summary>
    ServerError,

    /// <summary>The server cannot be reached, or the connection breaks again and again.</summary>
    Network,

    /// <summary>The certificate of the server is not to be trusted.</summary>
    Certificate,

    /// <summary>The answer takes too long.</summary>
    TooSlow,

    /// <summary>The answer is larger than any answer should be.</summary>
    TooLarge,

    /// <summary>The answer is none of those that the protocol has.</summary>
    Malformed,

    /// <summary>The server leads to a place that is not gone to: another scheme, a private address, in circles.</summary>
    Refused,

    /// <summary>The file is no longer what it was.</summary>
    Changed,

    /// <summary>The server does not give parts of a file.</summary>
    NoRanges,

    /// <summary>The bytes are not those that the digest promises.</summary>
    WrongDigest,
}

/// <summary>A server did not give what it was asked for. The message is one plain sentence that names no secret.</summary>
public sealed class RemoteException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RemoteException(RemoteFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    /// <summary>What went wrong.</summary>
    public RemoteFault Fault { get; }

    /// <summary>Whether the same request may go well a moment later.</summary>
    internal bool IsPassing { get; init; }

    /// <summary>How long the server asks to wait.</summary>
    internal TimeSpan? After { get; init; }
}
