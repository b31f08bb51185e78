// What differs between two runs of an audit, and how much it matters.
using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Inspection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Store.Audits;

/// <summary>Compares two runs of an audit: what the files are, and, with the diff of two versions, what they do.</summary>
public static partial class AuditComparison
{
    /// <summary>Notices of this weight and more are regressions.</summary>
    public const int Regression = 3;

    private const int Jump = 4;
    private const int FewCallables = 20;
    private const int MostOfOneFile = 50;

    /// <summary>What differs, the weightiest first.</summary>
    /// <param name="oldRun">What the run before saw.</param>
    /// <param name="newRun">What this run saw.</param>
    /// <param name="oldReport">What was read of a file of the run before; null where that is not kept.</param>
    /// <param name="newReport">What was read of a file of this run.</param>
    public static IReadOnlyList<AuditNotice> Of(
        AuditSnapshot oldRun, AuditSnapshot newRun, Func<AuditedFile, TargetReport?> oldReport, Func<AuditedFile, TargetReport?> newReport)
    {
        ArgumentNullException.ThrowIfNull(oldRun);
        ArgumentNullException.ThrowIfNull(newRun);
        ArgumentNullException.ThrowIfNull(oldReport);
        ArgumentNullException.ThrowIfNull(newReport);
        IReadOnlyList<AuditedFile> old = oldRun.Files, @new = newRun.Files;
        List<AuditNotice> notices = [];
        Dictionary<string, AuditedFile> before = old.ToDictionary(f => f.Name, StringComparer.Ordinal);
        Dictionary<string, AuditedFile> after = @new.ToDictionary(f => f.Name, StringComparer.Ordinal);
        Dictionary<string, TargetReport> was = new(StringComparer.Ordinal), now = new(StringComparer.Ordinal);
        foreach (AuditedFile file in @new)
        {
            if (!before.TryGetValue(file.Name, out AuditedFile? earlier))
            {
                notices.Add(new("new-file", file.Name, $"A new file: {Kinds(file)}, {Words.Of(file.Verdict)}.", file.Verdict >= Verdict.Suspicious ? 4 : 1));
                Put(now, file, newReport);
                continue;
            }

            if (earlier.Verdict != file.Verdict)
            {
                bool isWorse = file.Verdict > earlier.Verdict;
                notices.Add(new(isWorse ? "worse" : "better", file.Name, $"It was {Words.Of(earlier.Verdict)} and is {Words.Of(file.Verdict)}{(earlier.Content == file.Content ? ", with the same bytes" : "")}.",
                    !isWorse ? 1 : file.Verdict >= Verdict.Suspicious ? 4 : Regression));
            }

            if (earlier.Content != file.Content)
            {
                Changed(earlier, file, notices);
                Put(was, earlier, oldReport);
                Put(now, file, newReport);
            }
        }

        foreach (AuditedFile file in old.Where(f => !after.ContainsKey(f.Name)))
        {
            notices.Add(new("gone-file", file.Name, "The file is gone.", 1));
        }

        Names(old, @new, before, notices);
        RepositoryComparison.Add(oldRun, newRun, notices);
        foreach (IGrouping<string, BehaviourChange> file in RepositoryDiff.Of(was, now, _ => null, _ => null).Changes.Where(c => c.Kind is not "file").GroupBy(c => c.File, StringComparer.Ordinal))
        {
            foreach (BehaviourChange change in file.Take(MostOfOneFile))
            {
                notices.Add(new("behaviour", change.File, $"{(change.IsNew ? "New" : "Gone")}: {change.Kind} {change.What.TrimEnd('.')}.", change.IsNew ? change.Risk : Math.Min(change.Risk, 1)));
            }
        }

        return [.. notices.OrderByDescending(n => n.Weight).ThenBy(n => n.File, StringComparer.Ordinal).ThenBy(n => n.Kind, StringComparer.Ordinal).ThenBy(n => n.What, StringComparer.Ordinal)];
    }

    /// <summary>What a first run, which is compared with nothing, has to be told for: all that is suspicious or worse.</summary>
    internal static IEnumerable<AuditNotice> First(AuditSnapshot run)
    {
        AuditNotice Notice(string name, string what, Verdict verdict) => new("first", name, $"{what} {Words.Of(verdict)} in the first run.", verdict >= Verdict.Malicious ? 4 : Regression);
        return run.Files.Where(f => f.Verdict >= Verdict.Suspicious).Select(f => Notice(f.Name, "It is", f.Verdict))
            .Concat(run.Repositories.Where(r => !r.IsGone && r.Together >= Verdict.Suspicious).Select(r => Notice(r.Name, "Its files together are", r.Together)));
    }

    private static void Changed(AuditedFile old, AuditedFile now, List<AuditNotice> notices)
    {
        if (Version().Match(now.Name) is { Success: true } version)
        {
            notices.Add(new("same-version", now.Name, $"Its bytes changed under an unchanged version ({version.Value.Trim('-', '_', '/', '.', '@')}).", Regression));
        }

        if (old.Size == now.Size)
        {
            notices.Add(new("same-size", now.Name, string.Create(CultureInfo.InvariantCulture, $"Its content changed, and its name and its size ({now.Size:n0} bytes) did not."), 2));
        }

        foreach (string format in now.Formats.Except(old.Formats))
        {
            notices.Add(new("new-format", now.Name, $"It is read as {format}, which it was not.", 2));
        }

        if (Math.Max(old.Size, now.Size) > (1 << 20) && (now.Size > old.Size * Jump || old.Size > now.Size * Jump))
        {
            notices.Add(new("size", now.Name, string.Create(CultureInfo.InvariantCulture, $"Its size went from {old.Size:n0} to {now.Size:n0} bytes."), 2));
        }

        if (now.Callables > FewCallables && now.Callables > old.Callables * Jump)
        {
            notices.Add(new("imports", now.Name, string.Create(CultureInfo.InvariantCulture, $"It names {now.Callables:n0} callables; it named {old.Callables:n0}."), 2));
        }
    }

    /// <summary>What is new among names: kinds of files, publishers, and files that look like others.</summary>
    private static void Names(IReadOnlyList<AuditedFile> old, IReadOnlyList<AuditedFile> @new, Dictionary<string, AuditedFile> before, List<AuditNotice> notices)
    {
        if (old.Count == 0)
        {
            return;
        }

        HashSet<string> formats = [.. old.SelectMany(f => f.Formats)];
        HashSet<string> publishers = [.. old.Select(f => PublisherOf(f.Name))];
        Dictionary<string, string> looks = new(StringComparer.Ordinal);
        foreach (AuditedFile file in old)
        {
            looks.TryAdd(Look(file.Name), file.Name);
        }

        foreach (AuditedFile file in @new.Where(f => !before.ContainsKey(f.Name)))
        {
            foreach (string format in file.Formats.Where(formats.Add))
            {
                notices.Add(new("new-format", file.Name, $"The first file of the format {format}.", 2));
            }

            if (PublisherOf(file.Name) is { Length: > 0 } publisher && publishers.Add(publisher))
            {
                notices.Add(new("new-publisher", file.Name, $"The first model of {publisher}.", 2));
            }

            if (looks.TryGetValue(Look(file.Name), out string? other) && other != file.Name)
            {
                notices.Add(new("look-alike", file.Name, $"Its name looks like {other}.", 2));
            }
        }
    }

    /// <summary>The publisher in a name as caches of the hub have it (<c>models--publisher--name</c>); empty where there is none.</summary>
    internal static string PublisherOf(string name) => Publisher().Match(name) is { Success: true } found ? found.Groups[1].Value : "";

    /// <summary>What a name looks like: letters and digits that are taken for each other are one.</summary>
    internal static string Look(string name)
    {
        const string Others = "аеорсухіјѕԁһ0oO1lI|5sS8B2zZ";
        const string Plain = "aeopcyxijsdhoooiiiisssbbzzz";
        char[] look = new char[name.Length];
        int length = 0;
        foreach (char c in name.Replace("rn", "m", StringComparison.Ordinal).Replace("vv", "w", StringComparison.Ordinal))
        {
            int at = Others.IndexOf(c, StringComparison.Ordinal);
            char one = at >= 0 && at < Plain.Length ? Plain[at] : char.ToLowerInvariant(c);
            if (one is not ('-' or '_' or ' '))
            {
                look[length++] = one is 'l' ? 'i' : one;
            }
        }

        return new string(look, 0, length);
    }

    private static void Put(Dictionary<string, TargetReport> files, AuditedFile file, Func<AuditedFile, TargetReport?> report)
    {
        if (report(file) is { } found)
        {
            files[file.Name] = found;
        }
    }

    private static string Kinds(AuditedFile file) => file.Formats.Count == 0 ? "of no known format" : string.Join(", ", file.Formats);

    [GeneratedRegex(@"(?:^|[-_/@])v?\d+\.\d+(?:\.\d+)*(?=[-_/.]|$)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Version();

    [GeneratedRegex(@"(?:^|/)(?:models|datasets|spaces)--([^/]+?)--", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Publisher();
}
