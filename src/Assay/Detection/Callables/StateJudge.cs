// Judges the states that a file puts into objects.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>Judges states: harmful callables in them, hooks that they plant, and states of things that were only imported.</summary>
internal sealed class StateJudge(JudgeScope scope)
{
    public void Judge(CallableFact fact, string path)
    {
        string subject = path.Length == 0 ? fact.Callee : path;
        scope.Harmful(fact, subject, null, fact.Arguments);
        if (PlantedHook(fact.Arguments) is { } hook)
            scope.Say(new(Judgements.HookState, subject, fact, "", hook));

        // What was made prints as X(); a path without it is a module, a function or a class that was only imported.
        if (path.Length > 0)
            scope.Say(new(Judgements.ModuleState, subject, fact));
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
