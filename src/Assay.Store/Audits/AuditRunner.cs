// One run of an audit: scan with the store, compare, keep.
using Assay.Hosting.Files;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Store.Audits;

/// <summary>Runs audits.</summary>
/// <param name="store">The store.</param>
/// <param name="options">How an audit is read and judged.</param>
/// <param name="servers">What lies on servers; null where nothing does.</param>
public sealed class AuditRunner(ModelStore store, Func<Audit, ScanOptions> options, IWatchedServers? servers = null)
{
    private const int LongestList = 4 << 20;
    private readonly AuditBook _book = new(store);

    /// <summary>Scans the targets of an audit, compares with the baseline or the run before, and keeps the run.</summary>
    public (AuditRun Run, AuditSnapshot Snapshot) Run(Audit audit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(audit);
        DateTimeOffset began = store.Time.GetUtcNow();
        ScanOptions how = options(audit) with { KeepFacts = true };
        AuditRun? against = audit.Baseline is { } baseline ? _book.Runs(audit, int.MaxValue).FirstOrDefault(r => r.Id == baseline) : _book.LastRun(audit);
        AuditSnapshot before = against is null ? new() : _book.SnapshotOf(against.Id);

        // What cannot be reached today is what the last run saw, and not gone.
        AuditSnapshot last = _book.LastRun(audit) is { } run ? _book.SnapshotOf(run.Id) : new();
        AuditScan scan = new(store, how, last);
        string[] targets = [.. audit.Targets.SelectMany(Spelled)];
        bool isOne = targets.Length == 1 && audit.Targets[0][0] != Audit.ListSign;
        foreach (string target in targets)
        {
            cancellation.ThrowIfCancellationRequested();
            if (servers?.IsRemote(target) == true)
            {
                scan.AddRemote(servers, target, isOne, cancellation);
            }
            else
            {
                scan.AddLocal(target, isOne, cancellation);
            }
        }

        cancellation.ThrowIfCancellationRequested();
        AuditSnapshot now = scan.Snapshot();
        IReadOnlyList<AuditNotice> notices = against is null ? [] : AuditComparison.Of(before, now, f => scan.ReportOf(f), f => scan.ReportOf(f));
        now = now with { Notices = notices };
        AuditSummary summary = new()
        {
            Files = now.Files.Count,
            Passed = now.Files.Count(f => f.Verdict is Verdict.Passed),
            Incomplete = now.Files.Count(f => f.Verdict is Verdict.Incomplete),
            Suspicious = now.Files.Count(f => f.Verdict is Verdict.Suspicious) + now.Repositories.Count(r => !r.IsGone && r.Together is Verdict.Suspicious),
            Malicious = now.Files.Count(f => f.Verdict is Verdict.Malicious) + now.Repositories.Count(r => !r.IsGone && r.Together is Verdict.Malicious),
            Notices = notices.Count,
            Regressions = notices.Count(n => n.Weight >= AuditComparison.Regression),
            Bytes = now.Files.Sum(f => f.Size),
            Unreachable = now.Repositories.Count(r => r.Fault.Length > 0 && (!r.IsGone || against is null)),
            Against = against?.Id ?? 0,
        };
        long kept = _book.Keep(audit, began, summary, now);
        return (new AuditRun(kept, audit.Id, began, store.Time.GetUtcNow(), summary), now);
    }

    /// <summary>The targets that a target stands for: itself, or what a file lists.</summary>
    private static IEnumerable<string> Spelled(string target)
    {
        if (target[0] != Audit.ListSign)
        {
            return [target];
        }

        string file = target[1..], folder = Path.GetDirectoryName(file) ?? "";
        return System.Text.Encoding.UTF8.GetString(SettingFile.Read("list of targets", file, LongestList)).TrimStart('\ufeff')
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(l => l[0] != '#')
            .Select(l => l.Contains("://", StringComparison.Ordinal) ? l : Path.GetFullPath(l, folder))
            .Distinct(StringComparer.Ordinal);
    }
}
