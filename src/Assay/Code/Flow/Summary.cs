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

    /// <summary>What a called value gets.</summary>
    public List<Origin> With { get; } = [];

    /// <summary>Whether it gets all other arguments: more than are kept.</summary>
    public bool WithAll { get; private set; }

    /// <summary>Adds what a call gets; whether that is new.</summary>
    public bool Add(IEnumerable<Origin> with)
    {
        bool added = false;
        foreach (Origin origin in with)
        {
            if (WithAll || With.Contains(origin))
                continue;

            added = true;
            if (With.Count == Most)
            {
                WithAll = true;
                With.Clear();
            }
            else
            {
                With.Add(origin);
            }
        }

        return added;
    }
}

/// <summary>What a function does, what it returns and what it keeps; it only grows.</summary>
internal sealed class Summary
{
    /// <summary>So many keys of one value are kept apart; then the whole value stands for them.</summary>
    private const int MostParts = 6;

    /// <summary>So many methods of one value are kept; then it is not known what is done with it.</summary>
    private const int MostMethods = 24;

    private readonly Dictionary<EffectKey, EffectFlow> _effects = [];
    private readonly Dictionary<(EffectKind, string, Origin), int> _parts = [];

    /// <summary>What it does.</summary>
    public IReadOnlyDictionary<EffectKey, EffectFlow> Effects => _effects;

    /// <summary>What it returns.</summary>
    public Value Returns { get; set; } = Value.None;

    /// <summary>What it puts into fields of its object.</summary>
    public Dictionary<string, Value> Keeps { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds an effect; whether that is new. Where there are too many of a kind they are widened, and never left out.</summary>
    public bool Add(EffectKey key, IEnumerable<Origin> with, Cause cause)
    {
        key = key with { Source = key.Source.Plain };
        if (!_effects.TryGetValue(key, out EffectFlow? flow))
        {
            if (IsSaid(key))
                return false;

            key = Widened(key);
        }

        if (flow is null && !_effects.TryGetValue(key, out flow))
        {
            _effects.Add(key, flow = new EffectFlow(cause));
            flow.Add(with);
            (EffectKind, string, Origin) group = Group(key);
            _parts[group] = _parts.GetValueOrDefault(group) + 1;
            return true;
        }

        return flow.Add(with);
    }

    // What is done with a whole value is done with what lies in it; a call of it is something else.
    private bool IsSaid(EffectKey key) => key.Source != key.Source.Whole
        && key.Kind is not (EffectKind.Call or EffectKind.Method or EffectKind.New or EffectKind.SetState or EffectKind.GetAttribute or EffectKind.SetAttribute or EffectKind.MakeClass or EffectKind.NamesModule)
        && _effects.ContainsKey(key with { Source = key.Source.Whole });

    private EffectKey Widened(EffectKey key)
    {
        if (key.Kind is EffectKind.Method && _parts.GetValueOrDefault(Group(key)) >= MostMethods)
            return new EffectKey(EffectKind.Unknown, key.Source.Whole, "");

        return key.Kind is not EffectKind.Method && key.Source != key.Source.Whole && _parts.GetValueOrDefault(Group(key)) >= MostParts
            ? key with { Source = key.Source.Whole with { Deep = true } }
            : key;
    }

    private static (EffectKind, string, Origin) Group(EffectKey key) => (key.Kind, key.Kind is EffectKind.Method ? "" : key.Name, key.Source.Whole);
}
