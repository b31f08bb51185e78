// What differs between two runs in what repositories are and say of themselves.
using Assay.Policies;
using Assay.Reports;

namespace Assay.Store.Audits;

/// <summary>Compares what two runs saw of folders and repositories as a whole: commits, tags, owners, names, and what the files are together.</summary>
internal static class RepositoryComparison
{
    private const int MostNamesakes = 20;

    /// <summary>Adds what differs.</summary>
    public static void Add(AuditSnapshot oldRun, AuditSnapshot newRun, List<AuditNotice> notices)
    {
        Dictionary<string, AuditedRepository> before = oldRun.Repositories.ToDictionary(r => r.Name, StringComparer.Ordinal);
        HashSet<string> names = [.. newRun.Repositories.Select(r => r.Name)];
        bool wasEmpty = before.Count == 0;
        foreach (AuditedRepository now in newRun.Repositories)
        {
            if (now.Fault.Length > 0)
            {
                // That it is gone is told once; that nobody can say is told each time.
                if (!now.IsGone || before.GetValueOrDefault(now.Name)?.IsGone != true)
                {
                    notices.Add(new(now.IsGone ? "gone-repository" : "unreachable", now.Name, now.Fault, now.IsGone ? 2 : 1));
                }
            }
            else if (before.TryGetValue(now.Name, out AuditedRepository? old))
            {
                Changed(old, now, oldRun, newRun, notices);
            }
            else if (!wasEmpty && now.Commit.Length > 0)
            {
                notices.Add(new("new-repository", now.Name, $"A new repository of {now.Owner}: {Words.Of(now.Verdict)}.", now.Verdict >= Verdict.Suspicious ? 4 : 1));
                LooksLike(now, before, notices);
            }
        }

        foreach (AuditedRepository gone in oldRun.Repositories.Where(r => r.Commit.Length > 0 && !names.Contains(r.Name)))
        {
            notices.Add(new("gone-repository", gone.Name, "The repository is gone.", 2));
        }

        Owners(oldRun, newRun, notices);
    }

    private static void Changed(AuditedRepository old, AuditedRepository now, AuditSnapshot oldRun, AuditSnapshot newRun, List<AuditNotice> notices)
    {
        string[] appeared = [.. now.Rules.Except(old.Rules)];
        if (appeared.Length > 0)
        {
            notices.Add(new("together", now.Name, $"Its files together are {Words.Of(now.Verdict)}: {string.Join(", ", appeared)}.", now.Verdict >= Verdict.Suspicious ? 4 : 2));
        }

        if (now.Commit.Length == 0 || old.Commit.Length == 0)
        {
            return;
        }

        // Tags are promises that what they name stays; a branch moves by its nature.
        foreach ((string tag, string commit) in now.Tags.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            if (old.Tags.TryGetValue(tag, out string? was) && was != commit)
            {
                notices.Add(new("moved-tag", now.Name, $"The tag {tag} led to {Short(was)} and leads to {Short(commit)}.", AuditComparison.Regression));
            }
        }

        if (now.Commit != old.Commit && !now.Tags.ContainsKey(now.Revision))
        {
            notices.Add(new("new-revision", now.Name, $"A new revision: {Short(now.Commit)} (it was {Short(old.Commit)}).", 1));
        }
        else if (now.Commit == old.Commit)
        {
            Same(now, oldRun, newRun, notices);
        }

        if (now.Owner != old.Owner && old.Owner.Length > 0)
        {
            notices.Add(new("new-owner", now.Name, $"It belonged to {old.Owner} and belongs to {now.Owner}.", AuditComparison.Regression));
        }

        if (now.HubId != old.HubId && now.HubId.Length > 0 && old.HubId.Length > 0)
        {
            notices.Add(new("re-registered", now.Name, $"Another repository stands under this name{(now.Created.Length > 0 && now.Created != old.Created ? $", made on {now.Created}" : "")}: the one before was taken away.", 4));
        }

        string look = AuditComparison.Look(AuditScan.Below(now.Name).Split('@')[0]);
        foreach (string namesake in now.Namesakes.Except(old.Namesakes).Where(n => AuditComparison.Look(n) == look).Take(MostNamesakes))
        {
            notices.Add(new("look-alike", now.Name, $"There is a new repository {namesake} of somebody else, whose name looks like this one.", AuditComparison.Regression));
        }

        if (now.HubSays != old.HubSays)
        {
            notices.Add(new("hub-says", now.Name, now.HubSays.Length == 0 ? "The hub's own scan says nothing any more." : $"The hub's own scan {now.HubSays}; nothing here rests on that.", 1));
        }
    }

    /// <summary>A commit holds the same files for ever; where it does not, the server changed them.</summary>
    private static void Same(AuditedRepository now, AuditSnapshot oldRun, AuditSnapshot newRun, List<AuditNotice> notices)
    {
        string prefix = AuditScan.Below(now.Name) + "/";
        Dictionary<string, string> before = oldRun.Files.Where(f => f.Listed.Length > 0).ToDictionary(f => f.Name, f => f.Listed, StringComparer.Ordinal);
        foreach (AuditedFile file in newRun.Files.Where(f => (f.Name.StartsWith(prefix, StringComparison.Ordinal) || newRun.Repositories.Count == 1) && before.TryGetValue(f.Name, out string? was) && f.Listed.Length > 0 && was != f.Listed))
        {
            notices.Add(new("same-commit", file.Name, $"Its content changed under the same commit {Short(now.Commit)}: a commit never changes, so the server gives something else.", 4));
        }
    }

    private static void LooksLike(AuditedRepository now, Dictionary<string, AuditedRepository> before, List<AuditNotice> notices)
    {
        string look = AuditComparison.Look(AuditScan.Below(now.Name));
        if (before.Keys.FirstOrDefault(n => n != now.Name && n.Contains("://", StringComparison.Ordinal) && AuditComparison.Look(AuditScan.Below(n)) == look) is { } like)
        {
            notices.Add(new("look-alike", now.Name, $"Its name looks like {like}.", AuditComparison.Regression));
        }
    }

    private static void Owners(AuditSnapshot oldRun, AuditSnapshot newRun, List<AuditNotice> notices)
    {
        HashSet<string> known = [.. oldRun.Repositories.Select(r => r.Owner)];
        if (oldRun.Repositories.All(r => r.Owner.Length == 0))
        {
            return;
        }

        HashSet<string> before = [.. oldRun.Repositories.Select(r => r.Name)];
        foreach (AuditedRepository now in newRun.Repositories.Where(r => r.Owner.Length > 0 && r.Fault.Length == 0 && !before.Contains(r.Name) && known.Add(r.Owner)))
        {
            notices.Add(new("new-publisher", now.Name, $"The first repository of {now.Owner}.", 2));
        }
    }

    private static string Short(string commit) => commit.Length > 12 ? commit[..12] : commit;
}
