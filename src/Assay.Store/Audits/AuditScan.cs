// What one run of an audit reads: files and folders here, repositories on servers.
using Assay.Artifacts;
using Assay.Hosting.Folders;
using Assay.Policies;
using Assay.Scanning;
using Assay.Store.Scans;

namespace Assay.Store.Audits;

/// <summary>What one run of an audit reads.</summary>
internal sealed class AuditScan(ModelStore store, ScanOptions how, AuditSnapshot last)
{
    private readonly SortedDictionary<string, AuditedFile> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AuditedRepository> _repositories = new(StringComparer.Ordinal);

    /// <summary>What was seen.</summary>
    public AuditSnapshot Snapshot() => new() { Files = [.. _files.Values], Repositories = [.. _repositories.Values] };

    /// <summary>What was read of a file, from the store; null where that is not kept.</summary>
    public TargetReport? ReportOf(AuditedFile file) => file.Reading == 0 ? null : ScanMemory.ReportOf(store, file.Reading, file.Name, how.Rules);

    /// <summary>Scans files and folders of this machine.</summary>
    public void AddLocal(string target, bool isOne, CancellationToken cancellation)
    {
        (string root, Glob[] include) = Split(target);
        if (Unreachable(root) is { } why)
        {
            // A disk that is not mounted today has lost nothing: its files are what the last run saw.
            string name = isOne ? "." : target;
            AuditedRepository known = last.Repositories.FirstOrDefault(r => r.Name == name) ?? new AuditedRepository { Name = name, Verdict = Verdict.Incomplete };
            _repositories[name] = known with { Fault = $"{root} {why}", IsGone = false };
            foreach (AuditedFile file in last.Files.Where(f => isOne || f.Name.StartsWith(target + ": ", StringComparison.Ordinal)))
            {
                _files.TryAdd(file.Name, file);
            }

            return;
        }

        FileWalk walk = new([root], new WalkOptions { Include = include }, cancellation);
        if (!store.At.IsServer)
        {
            foreach (string end in (ReadOnlySpan<string>)["", "-wal", "-shm", "-journal"])
            {
                walk.LeaveOut(Path.GetFullPath(store.At.Text) + end);
            }
        }

        string NameOf(string path)
        {
            // A name below the target, so that a target that was moved is compared all the same; with several targets the target stands before it.
            string below = path.Length > root.Length && path.StartsWith(root, StringComparison.Ordinal) ? path[root.Length..].TrimStart('/') : Path.GetFileName(path);
            return isOne ? below : $"{target}: {below}";
        }

        Scan(_ => walk.Inputs(), NameOf, bundle => new AuditedRepository { Name = bundle == root ? (isOne ? "." : target) : NameOf(bundle) }, null, cancellation);
    }

    /// <summary>Scans repositories on a server. One that cannot be reached is what the run before saw of it.</summary>
    public void AddRemote(IWatchedServers servers, string target, bool isOne, CancellationToken cancellation)
    {
        IReadOnlyList<string> addresses;
        try
        {
            addresses = servers.Repositories(target, cancellation);
        }
        catch (WatchException e)
        {
            Missed(target, e, r => r.Name == target || r.Name.StartsWith(target.TrimEnd('*').TrimEnd('/') + "/", StringComparison.Ordinal));
            return;
        }

        foreach (string address in addresses)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                using IWatchedRepository repository = servers.Open(address, cancellation);
                string path = repository.Bundle.Path;
                string Prefix() => isOne && address == target ? "" : Below(address) + "/";
                AuditedRepository signs = repository.Signs with { Name = address };
                AuditedRepository whole = Scan(
                    scan => repository.Inputs(name => scan.Knows(repository.Bundle, name), cancellation),
                    at => Prefix() + (at.StartsWith(path + "/", StringComparison.Ordinal) ? at[(path.Length + 1)..] : at),
                    _ => signs,
                    repository.Bundle, cancellation) ?? signs;
                _repositories[address] = whole with { ReadBytes = repository.ReadBytes };
            }
            catch (WatchException e)
            {
                Missed(address, e, r => r.Name == address);
            }
        }
    }

    /// <summary>What a repository is called before the names of its files.</summary>
    internal static string Below(string address) => address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..];

    /// <summary>Notes that something could not be looked at. Where the server says that it is gone, its files are gone too; otherwise they are what they were.</summary>
    private void Missed(string name, WatchException fault, Func<AuditedRepository, bool> isMeant)
    {
        AuditedRepository[] known = [.. last.Repositories.Where(isMeant)];
        foreach (AuditedRepository repository in known.Length == 0 ? [new AuditedRepository { Name = name, Verdict = Verdict.Incomplete }] : known)
        {
            _repositories[repository.Name] = repository with { Fault = fault.Message, IsGone = fault.IsMissing, ReadBytes = 0 };
            if (fault.IsMissing)
            {
                continue;
            }

            string prefix = Below(repository.Name) + "/";
            bool isPlain = last.Repositories.Count == 1 && last.Files.Any(f => f.Listed.Length > 0 && !f.Name.StartsWith(prefix, StringComparison.Ordinal));
            foreach (AuditedFile file in last.Files.Where(f => isPlain || f.Name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                _files.TryAdd(file.Name, file);
            }
        }
    }

    private AuditedRepository? Scan(
        Func<StoredScan, IEnumerable<ScanInput>> inputs, Func<string, string> nameOf, Func<string, AuditedRepository> repositoryOf, IListedBundle? far, CancellationToken cancellation)
    {
        Dictionary<string, (string Digest, long Size, long Reading)> kept = new(StringComparer.Ordinal);
        Scanner scanner = new(how);
        BundleSheet bundles = new(how.Rules, how.Policy, scanner.Today, how.Limits);
        StoredScan scan = new(store, scanner, wholeFacts: true) { OnKept = (path, digest, size, reading) => kept[path] = (digest, size, reading) };
        foreach (ScanResult result in scan.Run(inputs(scan), null, cancellation))
        {
            bundles.Add(result);
            if (result.Report is { } report)
            {
                (string digest, long size, long reading) = kept.GetValueOrDefault(result.Path);
                ListedContent? listed = far?.Listed(result.Path.Length > far.Path.Length ? result.Path[(far.Path.Length + 1)..] : "");
                string name = nameOf(result.Path);
                _files.TryAdd(name, new AuditedFile
                {
                    Name = name,
                    Sha256 = far is null ? digest ?? "" : report.Sha256 ?? listed?.Sha256 ?? "",
                    Listed = listed?.Identity ?? "",
                    Size = report.Size ?? size,
                    Verdict = report.Verdict,
                    Formats = report.Formats,
                    Callables = report.Facts.OfType<CallableFact>().Select(c => c.Resolved.Length > 0 ? c.Resolved : c.Callee).Distinct(StringComparer.Ordinal).Count(),
                    Reading = reading,
                });
            }
        }

        IReadOnlyList<BundleReport> wholes = bundles.End();
        scan.Keep(wholes);
        if (scan.Tally.Fault is { } fault)
        {
            throw new StoreException(fault);
        }

        AuditedRepository? seen = null;
        foreach (BundleReport whole in wholes)
        {
            seen = repositoryOf(whole.Path) with { Verdict = whole.Judgement.Verdict, Together = VerdictJudge.Judge(whole.Judgement.Findings, []), Rules = [.. whole.Judgement.Findings.Select(f => f.Rule.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] };
            _repositories[seen.Name] = seen;
        }

        return seen;
    }

    /// <summary>Why a folder or file cannot be looked at; null where it can.</summary>
    private static string? Unreachable(string root)
    {
        try
        {
            if (Directory.Exists(root))
            {
                using IEnumerator<string> some = Directory.EnumerateFileSystemEntries(root).GetEnumerator();
                some.MoveNext();
                return null;
            }

            return Path.Exists(root) ? null : "is not there";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "cannot be listed";
        }
    }

    /// <summary>The folder or file that a target begins with, and what in it is meant.</summary>
    private static (string Root, Glob[] Include) Split(string target)
    {
        int star = target.IndexOfAny(['*', '?']);
        if (star < 0 || Path.Exists(target))
        {
            return (target, []);
        }

        int slash = target.LastIndexOf('/', star);
        return slash < 0 ? (".", [new Glob(target)]) : (target[..Math.Max(1, slash)], [new Glob(target[(slash + 1)..])]);
    }
}
