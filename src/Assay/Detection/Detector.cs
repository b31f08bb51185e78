// From the facts of one input to its findings.
using Assay.Artifacts;
using Assay.Detection.Behaviours;
using Assay.Detection.Callables;
using Assay.Detection.Conditions;
using Assay.Detection.Effects;
using Assay.Detection.Facts;
using Assay.Detection.Intents;
using Assay.Detection.Sources;

namespace Assay.Detection;

/// <summary>What is found in the facts of one input.</summary>
/// <param name="Findings">The findings, in no particular order.</param>
/// <param name="IsSpent">Whether the steps that rules may take were spent before all facts were asked.</param>
/// <param name="IsStopped">Whether the host wanted no more before all facts were asked.</param>
internal readonly record struct Detected(IReadOnlyList<Finding> Findings, bool IsSpent, bool IsStopped);

/// <summary>
/// Detectors derive what rules ask beside facts: judgements about callables, intents. The rules decide. What fires takes the shape of its kind, and
/// what test loads were seen doing adds evidence last.
/// </summary>
internal sealed class Detector
{
    private readonly IReadOnlyList<Fact> _facts;
    private readonly RuleSet _rules;
    private readonly RuleRun _run;
    private readonly FindingBuilder _builder;
    private readonly FindingList _found = new();
    private readonly IntentFindings _intents;
    private readonly CancellationToken _stop;
    private bool _isStopped;

    private Detector(IReadOnlyList<Fact> facts, string? inputDigest, RuleSet rules, MatchBudget budget, CancellationToken stop)
    {
        _facts = facts;
        _rules = rules;
        _run = new RuleRun(rules.Index, new MatchContext(rules.Callables, budget));
        _builder = new FindingBuilder(facts, inputDigest);
        _intents = new IntentFindings(facts);
        _stop = stop;
    }

    /// <summary>Finds by <paramref name="rules"/> what the facts give rise to.</summary>
    /// <param name="facts">The facts of one input.</param>
    /// <param name="inputDigest">The SHA-256 of the input, or null.</param>
    /// <param name="rules">The rules in force.</param>
    /// <param name="allowedModules">Modules whose callables the user vouches for.</param>
    /// <param name="steps">How many steps the rules may take.</param>
    public static Detected Detect(IReadOnlyList<Fact> facts, string? inputDigest, RuleSet rules, IReadOnlyList<string> allowedModules, long steps) =>
        UpTo(facts, inputDigest, rules, allowedModules, steps, CancellationToken.None);

    /// <summary>The same, as far as it comes before <paramref name="stop"/>.</summary>
    public static Detected UpTo(
        IReadOnlyList<Fact> facts, string? inputDigest, RuleSet rules, IReadOnlyList<string> allowedModules, long steps, CancellationToken stop)
    {
        MatchBudget budget = new(steps);
        Detector detector = new(facts, inputDigest, rules, budget, stop);
        detector.Ask(allowedModules);
        return new([.. new Confirmation([.. facts.OfType<BehaviourFact>()]).Of([.. detector._found.All])], budget.IsSpent, detector._isStopped);
    }

    private void Ask(IReadOnlyList<string> allowedModules)
    {
        int judged = 0, asked = 0;
        foreach (CallableJudgement judgement in CallableDetector.Judge(_facts, _rules.Callables, allowedModules, _stop))
        {
            if (IsStopped(judged++))
            {
                break;
            }

            _run.Add(FactKinds.Judgement, judgement, judgement.Path);
        }

        foreach (Fact fact in _facts)
        {
            if (IsStopped(asked++))
            {
                break;
            }

            _run.Add(FactKinds.Of(fact), fact, fact.Path);
        }

        int acted = 0;
        foreach (SourceAct act in SourceJudge.Judge(_facts, _rules.Callables).TakeWhile(_ => !IsStopped(acted++)))
        {
            _run.Add(FactKinds.Act, act, act.Path);
        }

        if (_rules.Index.Asks(FactKinds.Intent) && !IsStopped(_facts.Count) && _facts.Any(IntentDetector.Concerns))
        {
            foreach (IntentFact intent in new IntentDetector(_rules.Intents).Detect(_facts))
            {
                _run.Add(FactKinds.Intent, intent, intent.Path);
            }
        }

        Shape(_run.Fired(askingFindings: false));
        if (_rules.Index.Asks(FactKinds.Finding))
        {
            foreach (Finding finding in _found.Listed.ToArray())
            {
                _run.Add(FactKinds.Finding, finding, finding.Path);
            }
        }

        Shape(_run.Fired(askingFindings: true));
        Shape(_run.Fallbacks());
    }

    /// <summary>Whether no more than <paramref name="done"/> is wanted. The first ones are always judged: they cost little, and a stop must not hide what was found.</summary>
    private bool IsStopped(int done)
    {
        bool isStopped = done >= EffectScope.AlwaysJudged && _stop.IsCancellationRequested;
        _isStopped |= isStopped;
        return isStopped;
    }

    private void Shape(IEnumerable<FiredRule> fired)
    {
        CallableFindings callables = new(_rules.Callables);
        BehaviourFindings behaviours = new();
        List<Finding> others = [];
        int shaped = 0;
        foreach (FiredRule one in fired)
        {
            if (IsStopped(shaped++))
            {
                break;
            }

            switch (one.Fact)
            {
                case CallableJudgement judgement:
                    callables.Add(one.Rule, judgement);
                    break;
                case BehaviourFact seen:
                    behaviours.Add(one.Rule, seen);
                    break;
                case IntentFact intent:
                    others.Add(_intents.Of(one.Rule, intent, _builder));
                    break;
                default:
                    others.Add(FactFindings.Of(one, _builder));
                    break;
            }
        }

        foreach (Finding finding in callables.Findings(_builder).Concat(others).Concat(behaviours.Findings(_builder)))
        {
            _found.Add(finding);
        }

        foreach ((Finding first, long count) in callables.Beyond(_builder))
        {
            _found.AddBeyond(first, count);
        }
    }
}
