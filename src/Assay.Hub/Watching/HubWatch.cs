// What a hub says of repositories that somebody watches: who owns them, where their tags lead, which others look like them.
using Assay.Hub.Bundles;
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Targets;

namespace Assay.Hub.Watching;

/// <summary>What a hub says of a repository that is watched, beside its files. All of it is a claim.</summary>
/// <param name="Tags">The tags with the commits that they lead to.</param>
/// <param name="Namesakes">Repositories of other owners under the same or a similar name.</param>
public sealed record RepositorySigns(IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string> Namesakes);

/// <summary>Asks a hub about repositories that somebody watches.</summary>
public static class HubWatch
{
    private const int ShortestName = 4;

    /// <summary>The repositories that a target stands for: one, or all that an owner has (<c>hf://owner</c>, <c>hf://owner/*</c>).</summary>
    /// <exception cref="RemoteException">The hub has neither.</exception>
    public static async Task<IReadOnlyList<string>> RepositoriesAsync(string target, HubOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        bool isAll = target.EndsWith("/*", StringComparison.Ordinal);
        string plain = isAll ? target[..^2] : target;
        if (RemoteTarget.Parse(plain, options) is not HubTarget hub || (hub.Name.Contains('/', StringComparison.Ordinal) && !isAll))
        {
            return [plain];
        }

        using RemoteServers servers = new(options);
        HubClient client = new(servers);
        if (!isAll)
        {
            try
            {
                await client.RevisionAsync(hub, cancellation).ConfigureAwait(false);
                return [plain];
            }
            catch (RemoteException e) when (e.Fault is RemoteFault.NoRepository)
            {
                // The first models of the hub have no owner; this name is none of theirs, so it is that of an owner.
            }
        }

        List<string> owned = await client.OwnedAsync(hub.Kind, hub.Name, cancellation).ConfigureAwait(false);
        string prefix = hub.Kind is HubKind.Model ? "" : hub.Plural + "/";
        return owned.Count == 0
            ? throw new RemoteException(RemoteFault.NoRepository, $"There is no repository {plain}, and nobody of that name has any.")
            : [.. owned.Order(StringComparer.Ordinal).Select(n => $"hf://{prefix}{n}")];
    }

    /// <summary>What the hub says of a repository that is open. What it does not tell is empty: files are read all the same.</summary>
    public static async Task<RepositorySigns> SignsAsync(RemoteBundle bundle, HubOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        if (bundle.Repository is not { } repository)
        {
            return new RepositorySigns(new Dictionary<string, string>(), []);
        }

        using RemoteServers servers = new(options);
        HubClient client = new(servers);
        Dictionary<string, string> tags = [];
        List<string> named = [];
        try
        {
            tags = await client.TagsAsync(repository, cancellation).ConfigureAwait(false);
            string name = repository.Name.Split('/')[^1];
            named = name.Length < ShortestName ? [] : await client.NamedAsync(repository.Kind, name, cancellation).ConfigureAwait(false);
        }
        catch (RemoteException)
        {
            // Said by what is empty.
        }

        return new RepositorySigns(tags, [.. named.Where(n => n != repository.Name && n != bundle.Revision?.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }
}
