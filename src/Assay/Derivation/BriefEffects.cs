// What is left out of packs that hold very many names.
using Assay.Detection.Capacity;
using Assay.Detection.Effects;
using Assay.Effects;

namespace Assay.Derivation;

/// <summary>
/// Makes what was found coarser, never more harmless: parts of an argument become the argument, many methods of one value become something that could not
/// be found out. Names that lead to a harmless thing by way of a package it does not belong to are left out; they are judged as unknown then. So are functions
/// that nothing which an analysis finds can clear and of which it found no harm: they are judged as unknown either way; plain methods under the names of classes that have them from others,
/// which stand under those; the members of classes under names that are left out, which are unknown as their class is; and tests that lie beside what they test, which no wheel installs.
/// </summary>
/// <param name="words">What names say.</param>
internal sealed class BriefEffects(CapacityWords words)
{
    private const int MostParts = 3;
    private const int MostMethods = 3;

    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private readonly HashSet<string> _classes = new(StringComparer.Ordinal);

    /// <summary>Whether a name is worth its room; classes are asked for before their members, as their names sort.</summary>
    public bool Keeps(string path, EffectEntry entry, string definition)
    {
        string above = path[..Math.Max(path.LastIndexOf('.'), 0)];
        if (IsOfTest(entry.Kind is NameKind.Module ? path : above))
            return false;

        if (entry.Kind is NameKind.Class)
            _classes.Add(path);

        // A plain method that a class has from another: nobody but a person could clear it, and it is known under the class that defines it.
        if (definition.Length > 0 && entry is { IsDerived: true, Kind: NameKind.Function } && _classes.Contains(above) && !IsEntered(path))
            return false;

        bool isLeft = definition.Length > 0 && _left.Contains(above);
        if (!isLeft && IsWorthIt(path, entry, definition))
            return true;

        if (definition.Length > 0 && entry.Kind is NameKind.Class)
            _left.Add(path);

        return false;
    }

    /// <summary>Whether a module, or what it lies in, is a test by its name.</summary>
    private static bool IsOfTest(string module)
    {
        foreach (Range part in module.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> step = module.AsSpan()[part];
            if (step.EndsWith("_test", StringComparison.Ordinal) || step.StartsWith("test_", StringComparison.Ordinal) || step is "conftest")
                return true;
        }

        return false;
    }

    private bool IsWorthIt(string path, EffectEntry entry, string definition)
    {
        if (!entry.IsDerived)
            return entry.IsHarmful;

        // A method by which Python enters an object calls what the object was made of, whoever uses it.
        bool isEntered = (entry.Kind is NameKind.Value || IsEntered(path)) && entry.Call.Any(e => e.Kind is EffectKind.Call or EffectKind.SetState or EffectKind.Method);
        isEntered |= NameOf(path) is "__setattr__" && entry.Call.Count > 0;
        if (!isEntered && !PathKnowledge.CanBeCleared(path, entry.Kind, words) && !entry.Call.Concat(entry.New).Any(e => EffectKinds.IsHarm(e.Kind)))
            return false;

        if (definition.Length == 0)
            return true;

        // A class that lacks the methods by which a loader enters it would seem to have none. What runs a text as code needs a text that is code, and so much is seen of what nothing is known of as well.
        if (NameOf(path).StartsWith("__", StringComparison.Ordinal) || entry.Call.Any(e => EffectKinds.IsHarm(e.Kind) && e.Kind is not EffectKind.Exec))
            return true;

        // Of other names of one thing the one in a package above it, as manuals write it.
        int dot = path.LastIndexOf('.');
        bool isAbove = dot > 0 && definition.StartsWith(path[..(dot + 1)], StringComparison.Ordinal);
        return isAbove || (NameOf(definition) == NameOf(path) && Top(definition) == Top(path) && !path.Contains("._", StringComparison.Ordinal) && path.AsSpan().Count('.') <= 2);
    }

    /// <summary>Whether a method is one by which Python, or a loader, enters an object unasked.</summary>
    private static bool IsEntered(string path) => ObjectProtocol.Has(path) || NameOf(path) is "append" or "extend" or "add" or "update" or "close" || NameOf(path).StartsWith("__", StringComparison.Ordinal);

    /// <summary>The entry, coarser.</summary>
    public static EffectEntry Of(EffectEntry entry, string definition) => !entry.IsDerived ? entry : entry with
    {
        Call = Of(entry.Call),
        New = Of(entry.New),

        // The members of a class under another name are not all there.
        MembersHarmless = entry.MembersHarmless && definition.Length == 0,
    };

    private static IReadOnlyList<Effect> Of(IReadOnlyList<Effect> effects)
    {
        if (effects.Count == 0)
            return effects;

        HashSet<(SourceKind, int, string)> crowded =
        [
            .. effects.Select(e => e.Source).Where(s => s.Kind is not SourceKind.Always).Distinct().GroupBy(Whole).Where(g => g.Count() > MostParts).Select(g => g.Key),
        ];
        EffectSource Coarse(EffectSource source) => crowded.Contains(Whole(source)) ? source with { Key = "", Items = false } : source;
        HashSet<EffectSource> methods =
        [
            .. effects.Where(e => e.Kind is EffectKind.Method).GroupBy(e => Coarse(e.Source)).Where(g => g.Select(e => e.Name).Distinct().Count() > MostMethods).Select(g => g.Key),
        ];
        List<Effect> brief = [];
        foreach (Effect effect in effects)
        {
            // A part that is called says nothing of calling the whole.
            EffectSource source = effect.Kind is EffectKind.Call or EffectKind.SetState ? effect.Source : Coarse(effect.Source);
            bool isMany = (effect.Kind is EffectKind.Method && methods.Contains(source)) || (effect.Kind is EffectKind.GetAttribute && effect.With.Count > MostParts);
            brief.Add(isMany
                ? new Effect { Kind = EffectKind.Unknown, Source = source }
                : effect with { Source = source, With = effect.Kind is EffectKind.GetAttribute ? effect.With : [] });
        }

        // What is done with a part is not found out either where that is so of the whole.
        HashSet<EffectSource> unknown = [.. brief.Where(e => e.Kind is EffectKind.Unknown).Select(e => e.Source)];
        brief.RemoveAll(e => e.Kind is EffectKind.Unknown && (e.Source.Key.Length > 0 || e.Source.Items) && unknown.Contains(e.Source with { Key = "", Items = false }));
        return [.. brief.DistinctBy(e => e.ToString(), StringComparer.Ordinal)];
    }

    private static (SourceKind Kind, int Index, string Name) Whole(EffectSource source) => (source.Kind, source.Index, source.Name);

    private static string NameOf(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static string Top(string path) => path.Split('.')[0];
}
