// One request, as it is made again when it fails.
using Assay.Hub.Secrets;

namespace Assay.Hub.Http;

/// <summary>Who is told the secret.</summary>
internal enum Credentials
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>The hub, by the token of the options; hosts to which it leads are told nothing.</summary>
    Hub,
}

/// <summary>One request.</summary>
internal sealed record RemoteRequest(Uri Place)
{
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    public Credentials Credentials { get; init; } = Credentials.Hub;

    /// <summary>A header <c>Authorization</c> of its own, for the host of <see cref="Place"/> only.</summary>
    public AccessToken? Bearer { get; init; }

    /// <summary>The key by which it is signed for the host of <see cref="Place"/>.</summary>
    public BucketKey? SignedBy { get; init; }

    /// <summary>First and last byte of each part; none for all.</summary>
    public IReadOnlyList<(long From, long To)> Ranges { get; init; } = [];

    /// <summary>Media types.</summary>
    public string? Accept { get; init; }

    /// <summary>A body; of JSON where <see cref="JsonType"/> says no other.</summary>
    public string? Json { get; init; }

    /// <summary>The media type of <see cref="Json"/>.</summary>
    public string JsonType { get; init; } = "application/json";

    /// <summary>Whether an answer that leads elsewhere is the answer.</summary>
    public bool StopsAtRedirect { get; init; }

    /// <summary>Statuses that are answers and no failures.</summary>
    public Func<int, bool> IsExpected { get; init; } = static status => status is >= 200 and < 300;
}
