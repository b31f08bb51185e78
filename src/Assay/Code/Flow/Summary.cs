// What a function does, in terms of its parameters and fields.
using Assay.Code.Values;
using Assay.Effects;

namespace Assay.Code.Flow;

/// <summary>One thing that a function does.</summary>
/// <param name="Kind">What.</param>
/// <param name="Source">With which value.</param>
/// <param name="Name">For a method: its name.</param>
internal readonly record struct EffectKey(EffectKind Kind, Origin Source, string Name);

/// <summary>Why a function does something: the place in it, and what it calls there.</summary>
/// <param name="Offset">The offset of the call in the source.</param>
/// <param name="Leaf">What is called, where nothing more is known of it; else empty.</param>
/// <param name="Callee">The function whose summary says it.</param>
/// <param name="Key">What that summary says.</param>
internal sealed record Cause(int Offset, string Leaf, Unit? Callee, EffectKey Key);

/// <summary>What a call gets, and why it happens.</summary>
internal sealed class EffectFlow(Cause cause)
{
    private const int Most = 8;

    /// <summary>Why it happens, as it was found first.</summary>
    public Cause Cause { get; } = cause;

    /// <summary>What a called value gets of what comes from callers.</summary>
    public Value With { get; private set; } = Value.None;

    /// <summary>Whether it gets all other arguments: more than are kept.</summary>
    public bool WithAll { get; private set; }

    /// <summary>Adds what a call gets; whether that is new.</summary>
    public bool Add(Value with, bool isWidened = false)
    {
        if (WithAll)
            return false;

        if (isWidened && !ReferenceEquals(With.Union(with), With))
        {
            WithAll = true;
            With = Value.None;
            return true;
        }

        Value all = With.Union(with);
        if (ReferenceEquals(all, With))
            return false;

        WithAll = all.Count > Most;
        With = WithAll ? Value.None : all;
        return true;
    }
}

/// <summary>
/// What a function does, what it returns and what it keeps; it only grows, and not far: what is too much of a kind is said of the whole value.
/// </summary>
internal sealed class Summary
{
    /// <summary>So many keys of one value are kept apart; then the whole value stands for them.</summary>
    private const int MostParts = 6;

    /// <summary>So many methods and attributes of one value are kept; then it is not known what is done with it.</summary>
    private const int MostMethods = 12;

    /// <summary>So many fields of the object are kept apart for one kind; then any field stands for them.</summary>
    private const int MostFields = 12;

    /// <summary>So many calls of what may be shadowed are told.</summary>
    private const int MostShadowed = 48;

    private readonly Dictionary<EffectKey, EffectFlow> _effects = [];
    private readonly List<(EffectKey Key, EffectFlow Flow)> _order = [];
    private readonly List<(EffectKey Key, EffectFlow Flow)> _always = [];
    private readonly Dictionary<(EffectKind, string, Origin), int> _parts = [];
    private readonly Dictionary<EffectKind, int> _fields = [];
    private readonly List<string> _kept = [];
    private Value _returns = Value.None;

    /// <summary>What it does.</summary>
    public IReadOnlyDictionary<EffectKey, EffectFlow> Effects => _effects;

    /// <summary>What it does, in the order in which that was found.</summary>
    public IReadOnlyList<(EffectKey Key, EffectFlow Flow)> InOrder => _order;

    /// <summary>What it does whatever it gets.</summary>
    public IReadOnlyList<(EffectKey Key, EffectFlow Flow)> Always => _always;

    /// <summary>Grows with all that changes.</summary>
    public int Version { get; private set; }

    /// <summary>Whether it grew often: then parts of values are no longer kept apart.</summary>
    public bool IsWidened { get; set; }

    /// <summary>What it returns.</summary>
    public Value Returns
    {
        get => _returns;
        set
        {
            Version += ReferenceEquals(_returns, value) ? 0 : 1;
            _returns = value;
        }
    }

    /// <summary>What it puts into fields of its object.</summary>
    public Dictionary<string, Value> Keeps { get; } = new(StringComparer.Ordinal);

    /// <summary>The fields in the order in which they were found.</summary>
    public IReadOnlyList<string> KeptFields => _kept;

    /// <summary>
    /// Methods that it calls on its own object, and <c>field.method</c> on containers in its fields: attributes of the object come before methods of its class, and a state can bring both.
    /// </summary>
    public SortedSet<string> Shadowed { get; } = new(StringComparer.Ordinal);

    /// <summary>Says that a call may be shadowed; whether that is new.</summary>
    public bool Shadow(string call)
    {
        if (Shadowed.Count >= MostShadowed || !Shadowed.Add(call))
            return false;

        Version++;
        return true;
    }

    /// <summary>Says what a field may be.</summary>
    public void Keep(string field, Value value)
    {
        if (!Keeps.ContainsKey(field))
            _kept.Add(field);

        Keeps[field] = value;
        Version++;
    }

    /// <summary>Whether an effect is there already, with what its call gets.</summary>
    public bool Has(EffectKey key, Value with) => _effects.TryGetValue(key, out EffectFlow? flow) && (flow.WithAll || ReferenceEquals(flow.With.Union(with), flow.With));

    /// <summary>Adds an effect; whether that is new. Where there are too many of a kind they are widened, and never left out.</summary>
    public bool Add(EffectKey key, Value with, Cause cause)
    {
        if (!_effects.TryGetValue(key, out EffectFlow? flow))
        {
            key = Widened(key);
            if (IsSaid(key))
                return false;
        }

        if (flow is null && !_effects.TryGetValue(key, out flow))
        {
            _effects.Add(key, flow = new EffectFlow(cause));
            _order.Add((key, flow));
            if (key.Source.Kind is OriginKind.Nothing)
                _always.Add((key, flow));

            flow.Add(with);
            (EffectKind, string, Origin) group = Group(key);
            _parts[group] = _parts.GetValueOrDefault(group) + 1;
            if (key.Source.Kind is OriginKind.Field)
                _fields[key.Kind] = _fields.GetValueOrDefault(key.Kind) + 1;

            Version++;
            return true;
        }

        if (!flow.Add(with, IsWidened))
            return false;

        Version++;
        return true;
    }

    // What is done with a whole value is done with what lies in it, and what is not known may be anything that its type decides; a call of it is something else.
    private bool IsSaid(EffectKey key)
    {
        if (key.Kind is EffectKind.Call or EffectKind.New or EffectKind.SetState or EffectKind.MakeClass or EffectKind.NamesModule)
            return false;

        bool dispatches = key.Kind is EffectKind.Method or EffectKind.GetAttribute or EffectKind.SetAttribute;
        Origin whole = key.Source.Whole;
        EffectKey around = dispatches ? new EffectKey(EffectKind.Unknown, whole, "") : key with { Source = whole };
        if ((dispatches || key.Source != whole) && _effects.ContainsKey(around))
            return true;

        return whole.Kind is OriginKind.Field && whole.Name != Origin.AnyField && _effects.ContainsKey(around with { Source = Origin.Field(Origin.AnyField) });
    }

    private EffectKey Widened(EffectKey key)
    {
        Origin whole = key.Source.Whole;
        if (whole.Kind is OriginKind.Field && whole.Name != Origin.AnyField && _fields.GetValueOrDefault(key.Kind) >= (IsWidened ? MostFields / 4 : MostFields))
            key = key with { Source = whole = Origin.Field(Origin.AnyField) };

        int parts = _parts.GetValueOrDefault(Group(key));
        if (key.Kind is EffectKind.Method or EffectKind.GetAttribute or EffectKind.SetAttribute)
            return parts >= (IsWidened ? MostMethods / 4 : MostMethods) ? new EffectKey(EffectKind.Unknown, whole, "") : key;

        return key.Source != whole && parts >= (IsWidened ? 1 : MostParts) ? key with { Source = whole with { Deep = true } } : key;
    }

    // Methods and attributes of one value are counted together.
    private static (EffectKind, string, Origin) Group(EffectKey key) => key.Kind is EffectKind.Method or EffectKind.GetAttribute or EffectKind.SetAttribute
        ? (EffectKind.Method, "", key.Source.Whole)
        : (key.Kind, key.Name, key.Source.Whole);
}
