// What a status that is no success means.
using System.Globalization;
using Assay.Hub.Secrets;

namespace Assay.Hub.Http;

/// <summary>Turns statuses and the hub's own error codes into sentences.</summary>
internal static class RemoteFailure
{
    private const int LongestWord = 300;

    /// <summary>What the answer means that came from <paramref name="place"/>.</summary>
    public static RemoteException Of(HttpResponseMessage answer, Uri place, IReadOnlyDictionary<string, string> told, HubOptions options, RemoteRequest request)
    {
        int status = (int)answer.StatusCode;
        string where = AddressRules.Shown(place);
        string? code = told.GetValueOrDefault("X-Error-Code");
        string said = told.TryGetValue("X-Error-Message", out string? message) ? $" ({Clean(message, options, request)})" : "";
        string token = options.Token is null ? "no token was given" : "the token does not open it";
        return (status, code) switch
        {
            (_, "GatedRepo") => new RemoteException(RemoteFault.Gated, $"{where} is gated and {token}: ask for access on the hub's page{said}."),
            (_, "RevisionNotFound") => new RemoteException(RemoteFault.NoRevision, $"There is no such revision: {where}{said}."),
            (_, "EntryNotFound") => new RemoteException(RemoteFault.NoEntry, $"There is no such file: {where}."),
            (_, "RepoNotFound") => new RemoteException(RemoteFault.NoRepository, $"There is no such repository, or it is private and {token}: {where}."),
            (401, _) => new RemoteException(RemoteFault.NoRepository, $"{where} is not open to everybody, or is not there, and {token}{said}."),
            (403, _) => new RemoteException(RemoteFault.Forbidden, $"The server does not allow it: {where}{said}."),
            (404 or 410, _) => new RemoteException(RemoteFault.NoEntry, $"There is nothing at {where}."),
            (416, _) => new RemoteException(RemoteFault.Changed, $"{where} is shorter than it was said to be."),
            (429, _) => new RemoteException(RemoteFault.RateLimited, $"{place.Host} has had too many requests from here.") { IsPassing = true, After = After(answer, options) },
            (408 or 500 or 502 or 503 or 504, _) => new RemoteException(RemoteFault.ServerError, $"{place.Host} has an error of its own ({status}).") { IsPassing = true, After = After(answer, options) },
            _ => new RemoteException(RemoteFault.Malformed, $"{place.Host} answered with the status {status.ToString(CultureInfo.InvariantCulture)}, which is none of those that are expected{said}."),
        };
    }

    /// <summary>
    /// How long to wait: <c>Retry-After</c> in seconds or as a date (RFC 9110, 10.2.3), or the hub's <c>RateLimit</c> (<c>"api";r=0;t=55</c>, a draft of the IETF).
    /// </summary>
    private static TimeSpan? After(HttpResponseMessage answer, HubOptions options)
    {
        if (answer.Headers.TryGetValues("RateLimit", out IEnumerable<string>? limits))
        {
            string[] parts = limits.First().Split(';', StringSplitOptions.TrimEntries);
            if (parts.Contains("r=0") && parts.FirstOrDefault(p => p.StartsWith("t=", StringComparison.Ordinal)) is { } reset
                && int.TryParse(reset.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
            {
                return TimeSpan.FromSeconds(seconds + 1.0);
            }
        }

        TimeSpan? after = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - options.Time.GetUtcNow(),
            _ => null,
        };
        return after < TimeSpan.Zero ? TimeSpan.Zero : after;
    }

    /// <summary>What a server says, as far as anybody reads it, and without the secret that it may have been told.</summary>
    private static string Clean(string text, HubOptions options, RemoteRequest request)
    {
        string hidden = options.Token?.Hide(text) ?? text;
        hidden = request.Bearer?.Hide(hidden) ?? hidden;
        hidden = request.SignedBy?.Hide(hidden) ?? hidden;
        return (hidden.Length <= LongestWord ? hidden : hidden[..LongestWord] + "...").TrimEnd('.');
    }
}
