// One document on a web server, fetched whole.
using Assay.Hub.Http;
using Assay.Hub.Targets;

namespace Assay.Hub;

/// <summary>A document on a web server, such as a list that somebody publishes: fetched whole, under the same rules as everything else, and without any secret.</summary>
public static class RemoteDocument
{
    /// <summary>Whether a text is the address of one.</summary>
    public static bool IsAddress(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The bytes of a document.</summary>
    /// <param name="address">Where it lies.</param>
    /// <param name="options">How servers are spoken to.</param>
    /// <param name="limit">How many bytes it may have.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RemoteException">The server does not give it.</exception>
    /// <exception cref="Hosting.SettingException">It is no address.</exception>
    public static async Task<byte[]> FetchAsync(string address, HubOptions options, int limit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        using RemoteServers servers = new(options with { AnswerBytes = limit });
        (RemoteAnswer head, byte[] body) = await servers.AskAsync(new RemoteRequest(RemoteTarget.Address(address)) { Credentials = Credentials.None }, cancellation).ConfigureAwait(false);
        return head.IsPlain ? body : throw new RemoteException(RemoteFault.Malformed, $"{head.Place.Host} packs what it should give as it is.");
    }
}
