// Judges the states that a file puts into objects.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>Judges states: harmful callables in them, hooks that they plant, and states of things that were only imported.</summary>
internal sealed class StateJudge(IReadOnlyCollection<CallableFact> facts, JudgeScope scope)
{
    private readonly HashSet<string> _made = [.. facts.Where(f => f.Use is CallableUse.Called or CallableUse.Constructed).Select(f => f.Callee)];
    private readonly HashSet<string> _handed = [.. facts.Where(f => f.Use is CallableUse.Argument).Select(f => f.Callee)];

    public void Judge(CallableFact fact, string path)
    {
        bool ofResult = path.Length == 0;
        string subject = ofResult ? fact.Callee : path;
        scope.Harmful(fact, subject, null, fact.Arguments);
        if (PlantedHook(fact.Arguments) is { } hook)
            scope.Log.Add(new(Judgements.HookState, subject, fact, "", hook));

        // An instance was made somewhere, or its class was handed to something that makes it; a module or a function that gets a
        // state was only imported.
        bool instance = ofResult || _made.Contains(fact.Callee)
            || (CallableTable.IsClassName(path[(path.LastIndexOf('.') + 1)..]) && _handed.Contains(fact.Callee));
        if (!instance)
            scope.Log.Add(new(Judgements.ModuleState, subject, fact));
    }

    private string? PlantedHook(IReadOnlyList<ValueShape> state)
    {
        foreach (ValueShape part in state.Concat(state.Where(s => s.Kind is ShapeKind.Tuple).SelectMany(s => s.Items)))
        {
            if (part.Kind is not ShapeKind.Dict)
                continue;

            for (int i = 0; i + 1 < part.Items.Count; i += 2)
            {
                if (part.Items[i].Kind is ShapeKind.Str && scope.Table.Hooks.Contains(part.Items[i].Text) && !part.Items[i + 1].IsPlain)
                    return $"{part.Items[i].Text} = {CallText.Value(part.Items[i + 1])}";
            }
        }

        return null;
    }
}
