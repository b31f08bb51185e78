// What the judges of one artifact share: the lists, the names, the judgements, and the search for harmful callables in values.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>What the judges of one artifact share.</summary>
internal sealed class JudgeScope
{
    private const int MaxHarmful = 64;
    private readonly IReadOnlyList<string> _allowed;
    private readonly List<CallableJudgement> _said = [];

    public JudgeScope(CallableTable table, IReadOnlyList<string> allowedModules)
    {
        Table = table;
        Names = new NameResolver(Table);
        Checks = new ArgumentChecks(Table, Names);
        _allowed = allowedModules;
    }

    public CallableTable Table { get; }

    public NameResolver Names { get; }

    public ArgumentChecks Checks { get; }

    /// <summary>The judgements so far.</summary>
    public IReadOnlyList<CallableJudgement> Said => _said;

    /// <summary>Notes a judgement.</summary>
    public void Say(CallableJudgement judgement) => _said.Add(judgement);

    /// <summary>Whether the user vouches for the callable.</summary>
    public bool IsAllowed(string path) =>
        _allowed.Any(m => path.StartsWith(m, StringComparison.Ordinal) && (path.Length == m.Length || path[m.Length] == '.'));

    /// <summary>Judges harmful callables anywhere in what <paramref name="holder"/> gets.</summary>
    public void Harmful(CallableFact fact, string holder, CallableGroup? group, IEnumerable<ValueShape> values)
    {
        int found = 0;
        _ = ArgumentChecks.Find(values, v =>
        {
            if (v.Kind is not ShapeKind.Import)
                return false;

            string path = Names.PathOf(v.Text);
            if (Table.Find(path) is { Kind: CallableKind.Harmful } harmful && !IsAllowed(path))
            {
                // A reconstructor runs only __new__ of the class that it gets.
                bool onlyNew = group is { Check: ArgumentCheck.Reconstructor } && !harmful.NewActs;
                Say(new(onlyNew ? Judgements.Constructed : Judgements.Reached, path, fact, harmful.Capability, "", harmful.Reason, holder));
                found++;
            }

            return found >= MaxHarmful;
        });
    }

    /// <summary>Judges the code that a constructor of code or functions gets.</summary>
    public void CodeCarried(CallableFact fact, string subject)
    {
        (string judgement, string words) = CarriedCode.Grade(fact.Arguments, Table);
        Say(new(judgement, subject, fact, "", words));
        if (fact.ConstantsElided && judgement is Judgements.OrdinaryCode)
            Say(new(Judgements.Elided, subject, fact, "", "some of the code that it carries was not kept"));
    }

    /// <summary>
    /// The attribute on a path that leads to code, or null: object.__subclasses__ walks; a lone module.__dict__ is how dill
    /// names the globals of a module.
    /// </summary>
    public string? WalkedStep(string path, CallableGroup? group)
    {
        if (group is not null || !path.Contains("__", StringComparison.Ordinal))
            return null;

        string[] steps = path.Split('.');
        string? step = Array.Find(steps, s => s.StartsWith("__", StringComparison.Ordinal) && Table.DangerousAttributes.Contains(s));
        return step is "__dict__" && steps[^1] == step ? null : step;
    }
}
