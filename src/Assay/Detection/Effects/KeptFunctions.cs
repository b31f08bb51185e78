// Tells functions that objects keep as settings from those that loading calls.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Tells settings: a configuration that keeps <c>numpy.load</c> or <c>open</c> as its reader names what somebody calls who uses the object. Nobody calls it on load where no method of the class
/// is entered, and whoever enters the object otherwise is judged with what lies in it.
/// </summary>
internal sealed class KeptFunctions(EffectScope scope)
{
    private const int MostValues = 1 << 16;

    /// <summary>Methods that loading enters of every object that gets a state, or at its end.</summary>
    private static readonly string[] s_unasked = ["__setstate__", "__setattr__", "__getattr__", "__getattribute__", "__del__"];

    private readonly Dictionary<string, bool> _keepers = new(StringComparer.Ordinal);
    private readonly List<(KnownPath Name, CallableFact Import)> _imports = [];
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);

    /// <summary>Whether a name is that of a function that reads or writes files, or loads what lies in them, and does nothing else.</summary>
    public static bool IsSetting(KnownPath name) => name.Entry is { Kind: NameKind.Function, IsDerived: false, Imported: not ReferenceWeight.Harmful } entry && entry.Call.Any(e => EffectKinds.IsHarm(e.Kind))
        && entry.Call.All(e => !EffectKinds.IsHarm(e.Kind) || e.Kind is EffectKind.Read or EffectKind.Write or EffectKind.Unpickle);

    /// <summary>Whether objects of all classes that a thing may be of only keep what a state brings.</summary>
    public bool IsKeeper(Meaning target)
    {
        List<KnownPath> classes = [.. scope.ClassesOf(target)];
        return target is Meaning.Instance { Class: Meaning.MadeClass } ? classes.All(Keeps) : classes.Count > 0 && classes.All(Keeps);
    }

    /// <summary>Says that an object keeps a function.</summary>
    public void Keep(KnownPath name, CallableFact fact, string holder)
    {
        if (_kept.Add(name.Path))
            scope.Say(Judgements.Kept, name.Path, fact, "", "", (name.Entry ?? name.Told)!.Origin.Reason, holder);
    }

    /// <summary>
    /// Whether what a partial function, or another that only binds, gets is a setting. It is no more than what it binds: nobody calls it where an object keeps it, and where somebody calls it that is seen.
    /// </summary>
    public bool Waits(KnownPath name, KnownPath binder, CallableFact fact)
    {
        // Its state replaces what a partial function binds.
        if (binder.Path.EndsWith(".__setstate__", StringComparison.Ordinal))
            binder = scope.Names.Of(binder.Path[..binder.Path.LastIndexOf('.')]);

        if (binder.Entry is not { Returns.Kind: ReturnKind.Bound, IsHarmful: false } || !IsSetting(name))
            return false;

        _imports.Add((name, fact));
        return true;
    }

    /// <summary>The setting that a value is, or binds; null where it is none.</summary>
    public KnownPath? SettingOf(ValueShape value)
    {
        if (value.Kind is ShapeKind.Import)
            return scope.Names.Of(value.Text) is var plain && IsSetting(plain) ? plain : null;

        return value.Kind is ShapeKind.Result or ShapeKind.Instance && scope.Meanings.Of(value) is Meaning.Bound { Target: Meaning.Named { Name: var bound } } && IsSetting(bound) ? bound : null;
    }

    /// <summary>Waits with what an import says until it is known whether objects keep the function.</summary>
    public void Imported(KnownPath name, CallableFact fact) => _imports.Add((name, fact));

    /// <summary>The imports of functions that no object keeps.</summary>
    public IEnumerable<(KnownPath Name, CallableFact Import)> NotKept() => _imports.Where(i => !_kept.Contains(i.Name.Path));

    /// <summary>A function that lies as a setting in an object among these values, or null.</summary>
    public KnownPath? In(IReadOnlyList<ValueShape> values)
    {
        Stack<(ValueShape Value, bool IsHeld)> open = new(values.Select(v => (v, false)));
        for (int seen = 0; open.TryPop(out (ValueShape Value, bool IsHeld) next); seen++)
        {
            if (seen == MostValues)
            {
                scope.Cut("what lies in objects");
                break;
            }

            if (next.IsHeld && SettingOf(next.Value) is { } name)
                return name;

            foreach (ValueShape item in next.Value.Items)
                open.Push((item, next.IsHeld));

            if (next.Value.State is { } state)
                open.Push((state, true));
        }

        return null;
    }

    private bool Keeps(KnownPath owner)
    {
        if (_keepers.TryGetValue(owner.Path, out bool known))
            return known;

        bool keeps = owner.Path.Length > 0 && !owner.IsHarmful && (owner.Entry is not null || !owner.IsStrict) && !s_unasked.Any(m => Acts(scope.Names.Of(owner.Path, m).AsRead()));
        return _keepers[owner.Path] = keeps;
    }

    private static bool Acts(KnownPath method) => !method.IsCoarse && (method.Entry ?? method.Told) is { Call.Count: > 0 };
}
