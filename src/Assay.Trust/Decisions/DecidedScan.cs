// What decisions make of the report on a file.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Trust.Feeds;

namespace Assay.Trust.Decisions;

/// <summary>
/// Puts decisions into reports: a denial is a fact about the file and so a finding, an allowance waives the findings that it was given for, in this file, and one that does not
/// hold is told; that a feed lists the file is a fact as well, which no allowance answers. Everything goes through the judge: the report says no more and no less than if the facts had said it.
/// </summary>
public sealed class DecidedScan(DecisionBook book, RuleSet rules, Policy policy, DateOnly day, Func<string, string> nameOf, ILookup<string, (string Feed, FeedEntry Entry)>? listed = null)
{
    private const int MostTold = 20;

    /// <summary>The report with what was decided; the same where nothing was. It has to carry its facts.</summary>
    public TargetReport Apply(TargetReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if ((book.Decisions.Count == 0 && listed is null) || report.Read is not { } read)
        {
            return report;
        }

        List<Fact> told = [];
        List<Waiver> waivers = [];
        List<Decision> held = [];
        foreach ((string feed, FeedEntry entry) in report.Sha256 is { } digest && listed is not null ? listed[digest] : [])
        {
            told.Add(Anomaly(report, SaidOfFile.Listed, $"The feed {feed} lists it as {entry.Id}{(entry.Summary.Length > 0 ? $": {entry.Summary}" : "")}."));
        }

        foreach (Decision decision in book.About(report.Sha256))
        {
            DecisionStanding standing = book.Of(decision, day);
            if (!standing.Holds)
            {
                told.Add(Anomaly(report, SaidOfFile.NotApplied, $"{Title(decision)} does not hold: {standing.Why}."));
                continue;
            }

            held.Add(decision);
            string by = string.Join(", ", standing.Signers);
            if (!decision.IsAllowing)
            {
                told.Add(Anomaly(report, SaidOfFile.Denied, string.Create(CultureInfo.InvariantCulture, $"Denied by {by} on {decision.Said.At:yyyy-MM-dd}{Until(decision)}: {decision.Said.Reason} (decision {decision.Id}).")));
                continue;
            }

            waivers.AddRange(Waivers(decision, by));
        }

        if (held.Count == 0)
        {
            foreach (Decision decision in book.Before(nameOf(report.Path), report.Sha256).Take(1))
            {
                told.Add(Anomaly(report, SaidOfFile.NotApplied, $"{Title(decision)} was about another content: what lay here then had the SHA-256 {decision.Sha256[..16]}."));
            }
        }

        if (told.Count + waivers.Count == 0)
        {
            return report;
        }

        // A denial stands whatever somebody else allows.
        bool denied = told.Any(f => f is AnomalyFact { Code: SaidOfFile.Denied });
        Policy decided = denied ? policy : policy with { Waivers = [.. waivers, .. policy.Waivers] };
        FactSet facts = read with { Facts = [.. read.Facts, .. told.Take(MostTold)] };
        Judgement judgement = Judge.Of(facts, rules, decided, day);
        return report with
        {
            Verdict = judgement.Verdict,
            Findings = judgement.Findings,
            Waived = judgement.Waived,
            Unread = judgement.Unread,
            WaivedUnread = judgement.WaivedUnread,
            Read = facts,
        };
    }

    /// <summary>What an allowance accepts: findings by rule and content in this file, and causes for which parts of it were not read.</summary>
    public static IEnumerable<Waiver> Waivers(Decision decision, string by)
    {
        ArgumentNullException.ThrowIfNull(decision);
        string reason = $"{decision.Said.Reason} (decision {decision.Id})";
        foreach (IGrouping<string, DecidedFinding> rule in decision.Said.Findings.GroupBy(f => f.Rule))
        {
            yield return new Waiver { Rule = rule.Key, Contents = [.. rule.Select(f => f.ContentKey).Distinct()], File = decision.Sha256, Reason = reason, By = by, Expires = decision.Said.Until };
        }

        UnreadCause[] causes = [.. decision.Said.Unread.Select(Cause).OfType<UnreadCause>().Distinct()];
        if (causes.Length > 0)
        {
            yield return new Waiver { Unread = causes, File = decision.Sha256, Reason = reason, By = by, Expires = decision.Said.Until };
        }
    }

    /// <summary>The decision on what a report says.</summary>
    public static DecisionPredicate Decide(TargetReport report, ScanHead head, string decision, string reason, string by, DateTimeOffset at, DateOnly? until)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(head);
        return new DecisionPredicate
        {
            Decision = decision,
            Reason = reason,
            By = by,
            At = at,
            Until = until,
            Size = report.Size ?? 0,
            Verdict = report.Verdict.ToString().ToLowerInvariant(),
            Findings = [.. Deciding(report).Select(f => new DecidedFinding { Rule = f.Rule.Id, ContentKey = f.ContentKey, Severity = f.Severity.ToString().ToLowerInvariant(), Message = Reports.Escape.WellFormed(f.Message) }).DistinctBy(f => (f.Rule, f.ContentKey))],
            Unread = [.. report.Unread.Select(u => Name(u.Cause)).Distinct().Order(StringComparer.Ordinal)],
            Version = head.Version,
            Rules = head.RulesDigest,
        };
    }

    /// <summary>The findings that keep a file from passing, but for what other decisions have said.</summary>
    public static IEnumerable<Finding> Deciding(TargetReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Findings.Where(f => f.Severity >= Severity.Medium && f.Subject.Name is not (SaidOfFile.Denied or SaidOfFile.Listed));
    }

    private static string Title(Decision decision) =>
        string.Create(CultureInfo.InvariantCulture, $"The decision {decision.Id} to {decision.Said.Decision} it, which {decision.Said.By} made on {decision.Said.At:yyyy-MM-dd} ({decision.Said.Reason}),");

    private static string Until(Decision decision) => decision.Said.Until is { } day ? string.Create(CultureInfo.InvariantCulture, $" until {day:yyyy-MM-dd}") : "";

    private static AnomalyFact Anomaly(TargetReport report, string code, string detail) => new() { Path = report.Path, Code = code, Detail = detail };

    private static string Name(UnreadCause cause) => JsonNamingPolicy.KebabCaseLower.ConvertName(cause.ToString());

    private static UnreadCause? Cause(string name)
    {
        foreach (UnreadCause cause in Enum.GetValues<UnreadCause>())
        {
            if (Name(cause) == name)
            {
                return cause;
            }
        }

        return null;
    }
}
