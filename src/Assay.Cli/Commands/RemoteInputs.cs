// What of a command line lies on servers: opened, walked, and told about in the end.
using System.Globalization;
using Assay.Artifacts;
using Assay.Hosting;
using Assay.Hosting.Folders;
using Assay.Hub;
using Assay.Hub.Bundles;
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Targets;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>The targets of a command that lie on servers. What cannot be opened is an input that says so, as a missing file is.</summary>
internal sealed class RemoteInputs : IDisposable
{
    /// <summary>Files wait for servers and not for the processor: threads for as many as are fetched at a time.</summary>
    private const int Threads = 48;

    private readonly Host _host;
    private readonly List<RemoteBundle> _bundles = [];
    private readonly List<ScanInput> _closed = [];

    private RemoteInputs(Host host) => _host = host;

    /// <summary>Whether any target is judged as a whole.</summary>
    public bool HasWhole => _bundles.Any(b => b.Single is null);

    /// <summary>How many bytes were read of how many.</summary>
    public (long Read, long Total) Bytes => (_bundles.Sum(b => b.ReadBytes), _bundles.Sum(b => b.TotalBytes));

    /// <summary>Opens the targets among <paramref name="paths"/>; null where there are none.</summary>
    public static RemoteInputs? Open(Host host, IEnumerable<string> paths)
    {
        string[] targets = [.. paths.Where(RemoteTarget.IsRemote).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (targets.Length == 0)
        {
            return null;
        }

        HubOptions options = host.Hub(HubSettings.Read(host.Variable));
        RemoteTarget[] parsed = [.. targets.Select(t => RemoteTarget.Parse(t, options))];
        MakeThreads();
        RemoteInputs inputs = new(host);
        for (int at = 0; at < parsed.Length; at++)
        {
            inputs.Add(parsed[at], RemoteTarget.Shown(targets[at]), options);
        }

        return inputs;
    }

    /// <summary>Makes room for the threads that wait for servers.</summary>
    internal static void MakeThreads()
    {
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Threads), completions);
    }

    /// <summary>Opens one target that a command cannot do without.</summary>
    /// <exception cref="UsageException">It cannot be opened.</exception>
    public static RemoteBundle OpenOne(Host host, string target)
    {
        HubOptions options = host.Hub(HubSettings.Read(host.Variable));
        try
        {
            return RemoteBundle.OpenAsync(RemoteTarget.Parse(target, options), options, host.Cancellation).GetAwaiter().GetResult();
        }
        catch (RemoteException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>The inputs.</summary>
    /// <param name="which">Which files are meant.</param>
    /// <param name="known">Says of a file that it will not be read, so that nothing of it is fetched ahead.</param>
    public IEnumerable<ScanInput> Inputs(WalkOptions which, Func<IListedBundle, string, bool>? known = null) =>
        _closed.Concat(_bundles.SelectMany(b => b.Inputs(name => Takes(which, name), known is null ? null : name => known(b, name), _host.Cancellation)));

    /// <summary>How many inputs there are.</summary>
    public long Count(WalkOptions which) => _closed.Count + _bundles.Sum(b => b.Single is null ? b.Names.LongCount(n => Takes(which, n)) : 1);

    /// <summary>Says on standard error what was read, and what the hub says itself.</summary>
    public void Tell()
    {
        foreach (RemoteBundle bundle in _bundles)
        {
            string shown = Escape.Visible(bundle.Path);
            _host.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"assay: {shown}: {Size(bundle.ReadBytes)} of {Size(bundle.TotalBytes)} read, in {bundle.Requests} requests."));
            if (bundle.Revision is { IsHubScanDone: not null } revision)
            {
                _host.Error.WriteLine($"assay: {shown}: {HubSays(revision)}");
            }
        }
    }

    /// <summary>What the hub's own scan says, which nothing here rests on.</summary>
    internal static string HubSays(HubRevision revision) => revision switch
    {
        { HubFindings: [] } when revision.IsHubScanDone != true => "the hub's own scan is not done.",
        _ => $"the hub's own scan {HubVerdict(revision)}; this report does not rest on it.",
    };

    /// <summary>What the hub's own scan says, as the end of a sentence.</summary>
    internal static string HubVerdict(HubRevision revision) => revision switch
    {
        { HubFindings: [] } when revision.IsHubScanDone == true => "found nothing",
        { HubFindings: [] } => "is not done",
        { HubFindings: var found } => $"says {string.Join(", ", found.Take(5).Select(f => $"{Escape.Visible(f.Path)}: {Escape.Visible(f.Level)}"))}{(found.Count > 5 ? $" and {found.Count - 5} more" : "")}",
    };

    public void Dispose()
    {
        foreach (RemoteBundle bundle in _bundles)
        {
            bundle.Dispose();
        }
    }

    internal static string Size(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F1} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB"),
    };

    private void Add(RemoteTarget target, string shown, HubOptions options)
    {
        try
        {
            _bundles.Add(RemoteBundle.OpenAsync(target, options, _host.Cancellation).GetAwaiter().GetResult());
        }
        catch (RemoteException e)
        {
            bool missing = e.Fault is RemoteFault.NoEntry or RemoteFault.NoRepository or RemoteFault.NoRevision;
            _closed.Add(new ScanInput { Path = shown, Unreadable = e.Message, Cause = missing ? UnreadCause.Missing : UnreadCause.Unreadable, Named = true });
        }
        catch (OperationCanceledException) when (_host.Cancellation.IsCancellationRequested)
        {
            _closed.Add(new ScanInput { Path = shown, Unreadable = "The scan was cancelled before the server had answered.", Cause = UnreadCause.Cancelled, Named = true });
        }
    }

    internal static bool Takes(WalkOptions which, string name)
    {
        for (int slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
        {
            if (which.Excludes(name[..slash], isFolder: true))
            {
                return false;
            }
        }

        return !which.Excludes(name, isFolder: false) && which.Includes(name);
    }
}
