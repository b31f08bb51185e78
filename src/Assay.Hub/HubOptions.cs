// How servers are spoken to: addresses, the token, patience and bounds.
using Assay.Hub.Http;
using Assay.Hub.Secrets;

namespace Assay.Hub;

/// <summary>How servers are spoken to. Every number bounds what a hostile or broken server can ask for.</summary>
public sealed record HubOptions
{
    /// <summary>The hub that has the public models.</summary>
    public static Uri PublicHub { get; } = new("https://huggingface.co");

    /// <summary>The hub.</summary>
    public Uri Endpoint { get; init; } = PublicHub;

    /// <summary>What opens closed repositories of the hub; sent to the hub itself and nowhere else.</summary>
    public AccessToken? Token { get; init; }

    /// <summary>Finds the key for buckets that are not open; asked only for one of them, and null where there is none.</summary>
    public Func<BucketKey?> FindBucketKey { get; init; } = static () => null;

    /// <summary>Finds the login for an artifact of a registry by the registry's host and the artifact's name; asked only where the registry asks for one.</summary>
    public Func<string, string, RegistryLogin?> FindLogin { get; init; } = static (_, _) => null;

    /// <summary>
    /// Hosts, or hosts with ports, that the user knows to lie in a private network: to them, and to the hub's own host, plain HTTP and private addresses are
    /// allowed. A server elsewhere that leads to such an address is not followed.
    /// </summary>
    public IReadOnlySet<string> PrivateHosts { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The folder of blocks that were read before, or null for none.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>How many bytes that folder holds.</summary>
    public long CacheBytes { get; init; } = 2L << 30;

    /// <summary>How long a connection may take to stand.</summary>
    public TimeSpan ConnectTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an answer may take to begin.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a body may give nothing.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How slow a body may be over its whole length, in bytes a second; the first <see cref="AnswerTime"/> is free.</summary>
    public long SlowestRate { get; init; } = 16 << 10;

    /// <summary>How often a request is made in all before it has failed.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause before the second attempt; it doubles.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between attempts that the server did not ask for.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>The longest pause that a server may ask for.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a request is led on.</summary>
    public int Redirects { get; init; } = 6;

    /// <summary>How many bytes one answer that is read whole may have: a page of a listing, a description.</summary>
    public int AnswerBytes { get; init; } = 32 << 20;

    /// <summary>How many pages a listing may have.</summary>
    public int Pages { get; init; } = 2000;

    /// <summary>How many files a repository may list.</summary>
    public int Files { get; init; } = 1_000_000;

    /// <summary>How many requests are under way at a time.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
