// What audits watch on servers, opened with the client of hubs.
using Assay.Hosting;
using Assay.Hosting.Folders;
using Assay.Hub;
using Assay.Hub.Bundles;
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Targets;
using Assay.Hub.Watching;
using Assay.Policies;
using Assay.Scanning;
using Assay.Store.Audits;

namespace Assay.Cli.Commands;

/// <summary>What audits watch on servers: repositories of a hub with all that the hub says of them, and what else <c>assay scan</c> opens.</summary>
internal sealed class WatchedHub(Host host) : IWatchedServers
{
    private HubOptions? _options;

    private HubOptions Options => _options ??= host.Hub(HubSettings.Read(host.Variable));

    /// <inheritdoc/>
    public bool IsRemote(string target) => RemoteTarget.IsRemote(target);

    /// <inheritdoc/>
    public IReadOnlyList<string> Repositories(string target, CancellationToken cancellation) =>
        Ask(() => HubWatch.RepositoriesAsync(target, Options, cancellation));

    /// <inheritdoc/>
    public IWatchedRepository Open(string address, CancellationToken cancellation) => Ask(async () =>
    {
        RemoteInputs.MakeThreads();
        RemoteBundle bundle = await RemoteBundle.OpenAsync(RemoteTarget.Parse(address, Options), Options, cancellation).ConfigureAwait(false);
        RepositorySigns signs = await HubWatch.SignsAsync(bundle, Options, cancellation).ConfigureAwait(false);
        HubRevision? revision = bundle.Revision;
        string name = revision?.Name ?? bundle.Repository?.Name ?? "";
        return (IWatchedRepository)new Watched(bundle, new AuditedRepository
        {
            Name = address,
            Verdict = Verdict.Passed,
            Revision = bundle.Repository?.Revision ?? "",
            Commit = revision?.Commit ?? "",
            Owner = name.Contains('/', StringComparison.Ordinal) ? name[..name.IndexOf('/', StringComparison.Ordinal)] : "",
            HubId = revision?.Id ?? "",
            Created = revision?.Created ?? "",
            Tags = signs.Tags,
            Namesakes = signs.Namesakes,
            HubSays = revision is { IsHubScanDone: not null } ? RemoteInputs.HubVerdict(revision) : "",
        });
    });

    /// <summary>Says whether a target names something, before it is written down.</summary>
    /// <exception cref="SettingException">It names nothing.</exception>
    public void Check(string target) => RemoteTarget.Parse(target.EndsWith("/*", StringComparison.Ordinal) ? target[..^2] : target, Options);

    private static T Ask<T>(Func<Task<T>> question)
    {
        try
        {
            return question().GetAwaiter().GetResult();
        }
        catch (RemoteException e)
        {
            throw new WatchException(e.Message, e.Fault is RemoteFault.NoRepository or RemoteFault.NoRevision or RemoteFault.NoEntry);
        }
        catch (SettingException e)
        {
            throw new WatchException(e.Message, isMissing: false);
        }
    }

    private sealed class Watched(RemoteBundle bundle, AuditedRepository signs) : IWatchedRepository
    {
        public IListedBundle Bundle => bundle;

        public AuditedRepository Signs => signs;

        public long ReadBytes => bundle.ReadBytes;

        public IEnumerable<ScanInput> Inputs(Func<string, bool> known, CancellationToken cancellation) => bundle.Inputs(static _ => true, known, cancellation);

        public void Dispose() => bundle.Dispose();
    }
}
