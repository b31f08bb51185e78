// From facts, rules and a policy to a judgement: nothing else goes in.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Facts;

namespace Assay.Policies;

/// <summary>Judges inputs by their facts. Pure: it reads no bytes, no clock and no files, so a set of facts can be judged at any time and anywhere.</summary>
public static class Judge
{
    /// <summary>Judges one input.</summary>
    /// <param name="facts">What reading the input gave.</param>
    /// <param name="rules">The rules in force.</param>
    /// <param name="policy">What the user has decided.</param>
    /// <param name="day">The day of the judgement: waivers that ended before it do not apply.</param>
    public static Judgement Of(FactSet facts, RuleSet rules, Policy policy, DateOnly day) => UpTo(facts, rules, policy, day, CancellationToken.None);

    /// <summary>Judges one input, as far as it comes before <paramref name="stop"/>, be it of the host or of the clock: what is found until then stands, and that there was more is said.</summary>
    internal static Judgement UpTo(FactSet facts, RuleSet rules, Policy policy, DateOnly day, CancellationToken stop, bool isClock = false)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(policy);
        List<UnreadFact> unread = [];
        bool asked = false;
        foreach (Fact fact in facts.Facts)
        {
            // Most files hold nothing but their formats, and no rule asks about those.
            asked |= fact is not FormatFact;
            if (fact is UnreadFact one)
            {
                unread.Add(one);
            }
        }

        if (!asked && !rules.Index.Asks(FactKinds.Format))
        {
            return new Judgement { Verdict = Verdict.Passed };
        }

        Detected detected = Detector.UpTo(facts.Facts, facts.Sha256, rules, policy.AllowedModules, facts.Limits.RuleSteps, stop);
        if (detected.IsSpent)
        {
            unread.Add(new UnreadFact
            {
                Path = facts.Path,
                Cause = UnreadCause.Limit,
                Detail = $"The limit rule-steps={facts.Limits.RuleSteps} is spent: the rules were not put to all facts.",
            });
        }

        if (detected.IsStopped)
        {
            unread.Add(isClock
                ? new UnreadFact { Path = facts.Path, Cause = UnreadCause.Limit, Detail = "The time ended before everything that was read was judged." }
                : new UnreadFact { Path = facts.Path, Cause = UnreadCause.Cancelled, Detail = "The scan was cancelled before everything that was read was judged." });
        }

        IEnumerable<Finding> ordered = detected.Findings
            .OrderByDescending(f => f.Severity)
            .ThenBy(f => f.Path, StringComparer.Ordinal)
            .ThenBy(f => f.Offset)
            .ThenBy(f => f.Rule.Id, StringComparer.Ordinal)
            .ThenBy(f => f.Key, StringComparer.Ordinal)
            .Select(SecretMask.Of);
        WaiverSheet waivers = new(policy, day);
        (IReadOnlyList<Finding> kept, IReadOnlyList<WaivedFinding> waived) = waivers.Apply(ordered, facts.Sha256);
        if (policy.AllowedModules.Count > 0)
        {
            waived = [.. waived, .. Allowed(facts, rules, policy, kept, stop)];
        }

        (IReadOnlyList<UnreadFact> missing, IReadOnlyList<WaivedUnread> accepted) = waivers.Apply(unread, facts.Sha256);
        return new Judgement
        {
            Verdict = VerdictJudge.Judge(kept, missing),
            Findings = kept,
            Waived = waived,
            Unread = missing,
            WaivedUnread = accepted,
        };
    }

    /// <summary>
    /// What would be found if no module were allowed. An allowed module answers only the question what unknown code does, so that this is all that it takes away; it is told
    /// like any other waiver.
    /// </summary>
    private static IEnumerable<WaivedFinding> Allowed(FactSet facts, RuleSet rules, Policy policy, IReadOnlyList<Finding> kept, CancellationToken stop)
    {
        HashSet<string> told = [.. kept.Select(f => f.ContentKey)];
        foreach (Finding finding in Detector.UpTo(facts.Facts, facts.Sha256, rules, [], facts.Limits.RuleSteps, stop).Findings.Select(SecretMask.Of))
        {
            string? module = policy.AllowedModules.FirstOrDefault(m => finding.Subject.Name == m || finding.Subject.Name.StartsWith(m + ".", StringComparison.Ordinal));
            if (finding.Severity >= Severity.Medium && module is not null && told.Add(finding.ContentKey))
            {
                yield return new WaivedFinding(finding, new Waiver { Rule = finding.Rule.Id, Contents = [finding.ContentKey], Reason = $"allowed-modules names {module}" });
            }
        }
    }
}
