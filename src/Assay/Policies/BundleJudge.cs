// From the facts of the files of a bundle to a judgement of the bundle.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Detection.Conditions;
using Assay.Detection.Facts;
using Assay.Detection.Sources;

namespace Assay.Policies;

/// <summary>
/// Judges a bundle by its files: the worst verdict of a file is the bundle's, and rules that take the facts of a bundle together (<c>within: bundle</c>)
/// are asked over all files. Like <see cref="Judge"/> it needs nothing but facts. Of each file only the facts that such rules ask for are kept.
/// </summary>
public sealed class BundleJudge
{
    private readonly RuleSet _rules;
    private readonly RuleIndex _all;
    private readonly Policy _policy;
    private readonly DateOnly _day;
    private readonly string _path;
    private readonly ScanLimits _limits;
    private readonly MatchContext _context;
    private readonly bool _needsAll;
    private readonly RuleSet _whole;
    private readonly FactLog _kept;
    private readonly HashSet<string> _fired = new(StringComparer.Ordinal);
    private readonly List<PatternUse> _found = [];
    private readonly HashSet<(string, string, string, string, CallableUse)> _named = [];
    private Verdict _worst;

    /// <summary>Begins the judgement of a bundle.</summary>
    /// <param name="path">What reports call the bundle.</param>
    /// <param name="rules">The rules in force.</param>
    /// <param name="policy">What the user has decided.</param>
    /// <param name="day">The day of the judgement.</param>
    /// <param name="limits">The limits on the facts that are kept, and on the steps that rules may take; those of a scan where none are given.</param>
    public BundleJudge(string path, RuleSet rules, Policy policy, DateOnly day, ScanLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        _path = path;
        _policy = policy;
        _day = day;
        _limits = limits ?? new ScanLimits();
        _whole = rules;
        _rules = rules.OfBundles();
        _all = _rules.Index;
        _context = new MatchContext(rules.Callables, new MatchBudget(_limits.RuleSteps));
        _needsAll = _all.Asks(FactKinds.Judgement) || _all.Asks(FactKinds.Intent) || _all.Asks(FactKinds.Finding);
        _kept = new FactLog(_limits);
    }

    /// <summary>Takes in a file: its facts, and what it was judged to be by itself.</summary>
    public void Add(FactSet facts, Judgement judgement)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(judgement);
        _worst = judgement.Verdict > _worst ? judgement.Verdict : _worst;
        _fired.UnionWith(judgement.Findings.Concat(judgement.Waived.Select(w => w.Finding)).Select(f => f.Rule.Id));
        foreach (Fact fact in facts.Facts)
        {
            // A pickle names the same class thousands of times.
            if (Asks(fact) || (BundleCode.Wants(fact) && (fact is not CallableFact named || _named.Add((named.Path, named.Module, named.Name, named.Resolved, named.Use)))))
            {
                _kept.Add(fact);
            }
        }
    }

    /// <summary>Whether the judgement of a bundle may rest on a fact of a file: who keeps files one by one keeps these for it.</summary>
    internal bool Wants(Fact fact) => Asks(fact) || BundleCode.Wants(fact);

    /// <summary>Whether a rule over files asks for a fact.</summary>
    private bool Asks(Fact fact)
    {
        _found.Clear();
        _all.Match(FactKinds.Of(fact), fact, _context, _found);
        return _needsAll || _found.Count > 0;
    }

    /// <summary>The judgement of the bundle. Its findings are those that no file gives by itself.</summary>
    public Judgement End()
    {
        FactSet set = new() { Path = _path, Limits = _limits, Facts = _kept.Facts };
        Judgement together = Judge.Of(set, _rules, _policy, _day);
        SourceAct[] acts = [.. BundleCode.Judge(_kept.Facts, _whole.Callables)];
        Judgement across = Judge.Of(set with { Facts = acts }, _whole, _policy, _day);
        Finding[] own = [.. across.Findings, .. together.Findings.Where(f => !_fired.Contains(f.Rule.Id))];
        UnreadFact[] unread = [.. together.Unread.Where(u => u.Cause == UnreadCause.Limit)];
        Verdict verdict = VerdictJudge.Judge(own, unread);
        return new Judgement
        {
            Verdict = verdict > _worst ? verdict : _worst,
            Findings = own,
            Waived = [.. across.Waived, .. together.Waived.Where(w => !_fired.Contains(w.Finding.Rule.Id))],
            Unread = unread,
        };
    }

    /// <summary>The facts of the files that the judgement rests on.</summary>
    public FactSet Facts => new() { Path = _path, Limits = _limits, Facts = _kept.Facts };
}
