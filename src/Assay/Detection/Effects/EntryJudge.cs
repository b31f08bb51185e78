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
    /// <summary>How configurations of a training say which published model they begin with: by its name, and without code of its repository unless they say so.</summary>
    private const string FromPretrained = ".from_pretrained";

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

            if (name.EndsWith(FromPretrained, StringComparison.Ordinal) && !Trusts(byKey, parent))
                continue;

            if (name.Contains('.', StringComparison.Ordinal) && scope.Names.Of(name) is { IsHarmful: true } harmful && !scope.IsAllowed(harmful) && Matters(harmful))
                Say(scope, entry, harmful);
        }
    }

    /// <summary>Whether the values beside say that code of the repository may run.</summary>
    private static bool Trusts(Dictionary<string, EntryFact> byKey, string parent) =>
        byKey.TryGetValue(parent + "trust_remote_code", out EntryFact? trusts) && !trusts.Value.Equals("false", StringComparison.OrdinalIgnoreCase);

    private static bool Matters(KnownPath name) => KnownModules.Has(name.Path.Split('.')[0])
        || (!name.IsCoarse && name.Entry!.Call.Any(e => e.Kind is EffectKind.Process or EffectKind.Exec or EffectKind.Import or EffectKind.NativeLoad));

    private static void Say(EffectScope scope, EntryFact entry, KnownPath name)
    {
        CallableFact fact = new()
        {
            Path = entry.Path, Offset = entry.Offset, Callee = name.Path, Resolved = name.Path, Use = CallableUse.Imported, Phase = "init",
            Arguments = [new ValueShape(ShapeKind.Str, entry.Value)],
        };
        scope.Say(Judgements.NamedByData, name.Path, fact, name.Capability, $"{entry.Key} = {entry.Value}", name.Entry!.Origin.Reason);
    }
}
