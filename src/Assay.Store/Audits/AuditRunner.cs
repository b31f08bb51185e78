// One run of an audit: scan with the store, compare, keep.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Hosting.Folders;
using Assay.Policies;
using Assay.Scanning;
using Assay.Store.Scans;

namespace Assay.Store.Audits;

/// <summary>Runs audits.</summary>
public sealed class AuditRunner(ModelStore store, Func<Audit, ScanOptions> options)
{
    private readonly AuditBook _book = new(store);

    /// <summary>Scans the targets of an audit, compares with the baseline or the run before, and keeps the run.</summary>
    public (AuditRun Run, AuditSnapshot Snapshot) Run(Audit audit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(audit);
        DateTimeOffset began = store.Time.GetUtcNow();
        ScanOptions how = options(audit) with { KeepFacts = true };
        Dictionary<string, AuditedFile> files = new(StringComparer.Ordinal);
        foreach (string target in audit.Targets)
        {
            foreach (AuditedFile file in Scan(audit, target, how, cancellation))
            {
                files.TryAdd(file.Name, file);
            }
        }

        cancellation.ThrowIfCancellationRequested();
        AuditedFile[] now = [.. files.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
        AuditRun? against = audit.Baseline is { } baseline ? _book.Runs(audit, int.MaxValue).FirstOrDefault(r => r.Id == baseline) : _book.LastRun(audit);
        IReadOnlyList<AuditNotice> notices = against is null
            ? []
            : AuditComparison.Of(_book.SnapshotOf(against.Id).Files, now, f => ReportOf(f, how.Rules), f => ReportOf(f, how.Rules));
        AuditSnapshot snapshot = new() { Files = now, Notices = notices };
        AuditSummary summary = new()
        {
            Files = now.Length,
            Passed = now.Count(f => f.Verdict is Verdict.Passed),
            Incomplete = now.Count(f => f.Verdict is Verdict.Incomplete),
            Suspicious = now.Count(f => f.Verdict is Verdict.Suspicious),
            Malicious = now.Count(f => f.Verdict is Verdict.Malicious),
            Notices = notices.Count,
            Regressions = notices.Count(n => n.Weight >= AuditComparison.Regression),
            Bytes = now.Sum(f => f.Size),
            Against = against?.Id ?? 0,
        };
        long run = _book.Keep(audit, began, summary, snapshot);
        return (new AuditRun(run, audit.Id, began, store.Time.GetUtcNow(), summary), snapshot);
    }

    private TargetReport? ReportOf(AuditedFile file, RuleSet rules) => file.Reading == 0 ? null : ScanMemory.ReportOf(store, file.Reading, file.Name, rules);

    private List<AuditedFile> Scan(Audit audit, string target, ScanOptions how, CancellationToken cancellation)
    {
        (string root, Glob[] include) = Split(target);
        FileWalk walk = new([root], new WalkOptions { Include = include }, cancellation);
        if (!store.At.IsServer)
        {
            foreach (string end in (ReadOnlySpan<string>)["", "-wal", "-shm", "-journal"])
            {
                walk.LeaveOut(Path.GetFullPath(store.At.Text) + end);
            }
        }

        Dictionary<string, (string Digest, long Size, long Reading)> kept = new(StringComparer.Ordinal);
        StoredScan scan = new(store, new Scanner(how), wholeFacts: true) { OnKept = (path, digest, size, reading) => kept[path] = (digest, size, reading) };
        List<AuditedFile> files = [];
        foreach (ScanResult result in scan.Run(walk.Inputs(), null, cancellation))
        {
            if (result.Report is { } report)
            {
                (string digest, long size, long reading) = kept.GetValueOrDefault(result.Path);
                files.Add(new AuditedFile
                {
                    Name = NameOf(audit, target, root, result.Path),
                    Sha256 = digest ?? "",
                    Size = report.Size ?? size,
                    Verdict = report.Verdict,
                    Formats = report.Formats,
                    Callables = report.Facts.OfType<CallableFact>().Select(c => c.Resolved.Length > 0 ? c.Resolved : c.Callee).Distinct(StringComparer.Ordinal).Count(),
                    Reading = reading,
                });
            }
        }

        return scan.Tally.Fault is { } fault ? throw new StoreException(fault) : files;
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

    /// <summary>A name below the target, so that a target that was moved is compared all the same; with several targets the target stands before it.</summary>
    private static string NameOf(Audit audit, string target, string root, string path)
    {
        string below = path.Length > root.Length && path.StartsWith(root, StringComparison.Ordinal) ? path[root.Length..].TrimStart('/') : Path.GetFileName(path);
        return audit.Targets.Count == 1 ? below : $"{target}: {below}";
    }
}
