// Judges values of a file that a framework takes for names of code.
using Assay.Artifacts;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Effects;

/// <summary>
/// Judges texts under keys by which frameworks import code. Naming a model's own class is what they are for; a function of the standard
/// library that runs, loads or opens things, or one of a library that runs programs, is named there by no model.
/// </summary>
internal static class EntryJudge
{
    /// <summary>How configurations of logging write the name of an object of a module.</summary>
    private const string External = "ext://";

    private static readonly (string Module, string Name)[] s_pairs = [("@module", "@class"), ("module", "class")];

    /// <summary>Notes judgements about the entries of one artifact.</summary>
    public static void Judge(IReadOnlyList<EntryFact> entries, EffectScope scope)
    {
        Dictionary<string, EntryFact> byKey = new(StringComparer.Ordinal);
        foreach (EntryFact entry in entries)
            byKey[entry.Key] = entry;

        foreach (EntryFact entry in entries)
        {
            int dot = entry.Key.LastIndexOf('.');
            string parent = entry.Key[..(dot + 1)];
            string key = entry.Key[(dot + 1)..];
            string name = (entry.Value.StartsWith(External, StringComparison.Ordinal) ? entry.Value[External.Length..] : entry.Value).Replace(':', '.');
            foreach ((string module, string member) in s_pairs)
            {
                if (key == module)
                    name = byKey.TryGetValue(parent + member, out EntryFact? named) ? $"{name}.{named.Value}" : "";
                else if (key == member)
                    name = "";
            }

            // An address is no name, though one begins as a module of Python is called: http://.
            if (name.Contains('.', StringComparison.Ordinal) && !name.Contains('/', StringComparison.Ordinal) && scope.Names.Of(name) is { IsHarmful: true } harmful && !scope.IsAllowed(harmful) && What(harmful, byKey, parent) is { } effect)
                Say(scope, entry, harmful, effect);
        }
    }

    /// <summary>
    /// What the framework would have happen: anything that a function of the standard library does; of others what runs programs or code with the values that stand beside the name, as that
    /// function gets these.
    /// </summary>
    private static Effect? What(KnownPath name, Dictionary<string, EntryFact> byKey, string parent)
    {
        foreach (Effect effect in name.Entry!.Call)
        {
            if (!EffectKinds.IsHarm(effect.Kind))
                continue;

            // A published model that a library loads by its name is one more model, whose code runs where the configuration says so beside it.
            if (effect.Kind is EffectKind.Unpickle && name.Path.EndsWith(".from_pretrained", StringComparison.Ordinal))
                continue;

            bool matters = KnownModules.Has(name.Path.Split('.')[0]) || (!name.IsCoarse && effect.Kind is EffectKind.Process or EffectKind.Exec or EffectKind.Import or EffectKind.NativeLoad);
            if (matters && EffectActions.Applies(effect.Condition, Beside(effect, byKey, parent)))
                return effect;
        }

        return null;
    }

    private static CallValues Beside(Effect effect, Dictionary<string, EntryFact> byKey, string parent)
    {
        string key = effect.Condition?.Source.Name ?? "";
        return key.Length > 0 && byKey.TryGetValue(parent + key, out EntryFact? found)
            ? new CallValues([], new ValueShape(ShapeKind.Dict) { Items = [new ValueShape(ShapeKind.Str, key), new ValueShape(ShapeKind.Str, found.Value)] })
            : new CallValues([]);
    }

    private static void Say(EffectScope scope, EntryFact entry, KnownPath name, Effect effect)
    {
        CallableFact fact = new()
        {
            Path = entry.Path, Offset = entry.Offset, Callee = name.Path, Resolved = name.Path, Use = CallableUse.Imported, Phase = "init",
            Arguments = [new ValueShape(ShapeKind.Str, entry.Value)],

            // What stands beside it is what the callable gets, and not all of that is kept: a decision about it is one about the whole file.
            ConstantsElided = true,
        };
        scope.Say(Judgements.NamedByData, name.Path, fact, EffectKinds.Capability(effect.Kind), $"{entry.Key} = {entry.Value}", name.Entry!.Origin.Reason);
    }
}
