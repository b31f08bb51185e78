// The effects of one entry as they are put together.
using Assay.Code.Flow;
using Assay.Code.Values;
using Assay.Effects;
using Assay.Effects.Packs;

namespace Assay.Code.Entries;

/// <summary>Puts the effects of an entry together from summaries, in the terms of whoever calls it.</summary>
internal sealed class EffectSet
{
    /// <summary>So many effects an entry keeps apart; then whole arguments stand for their parts.</summary>
    private const int Most = 96;

    private const int MostCalls = 24;
    private readonly SortedDictionary<string, (Effect Effect, Unit Unit, EffectKey Key)> _effects = new(StringComparer.Ordinal);

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _effects.Count == 0;

    /// <summary>The effects in order: harm first.</summary>
    public IReadOnlyList<Effect> Effects => [.. _effects.Values.Select(e => e.Effect).Where(e => !IsSaid(e)).OrderBy(e => (int)e.Kind).ThenBy(e => e.ToString(), StringComparer.Ordinal)];

    /// <summary>Adds what a unit does.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="shift">How many of its first parameters the caller does not give.</param>
    /// <param name="fields">What the fields of the object are; null where the object itself is argument 0.</param>
    /// <param name="isBare">Whether it gets no arguments: only what it does with fields counts, and what it does to everybody.</param>
    public void Add(Unit unit, int shift, Func<string, IReadOnlyList<Origin>>? fields = null, bool isBare = false)
    {
        foreach ((EffectKey key, EffectFlow flow) in unit.Summary.Effects)
        {
            // What every object does at its end is clearing up after itself.
            if (isBare && key.Source.Kind is not OriginKind.Field && (key.Source.Kind is not OriginKind.Nothing || unit.Function!.Name is "__del__"))
                continue;

            foreach (Origin source in Closed(key.Source, fields))
            {
                EffectKind kind = source.Derived || source.Deep ? Blunt(key.Kind) : key.Kind;
                if (SourceOf(source, shift) is { } met)
                    Add(new Effect { Kind = kind, Source = met, Name = kind is EffectKind.Method ? key.Name : "", With = With(kind, flow, shift, fields) }, unit, key);
            }
        }
    }

    // What is done with a whole value is done with its parts.
    private bool IsSaid(Effect effect) => (EffectKinds.IsHarm(effect.Kind) || effect.Kind is EffectKind.Unknown) && (effect.Source.Key.Length > 0 || effect.Source.Items)
        && _effects.ContainsKey(new Effect { Kind = effect.Kind, Source = effect.Source with { Key = "", Items = false } }.ToString());

    /// <summary>Adds an effect that no unit says.</summary>
    public void Add(Effect effect) => _effects.TryAdd(effect.ToString(), (effect, null!, default));

    /// <summary>Why there are the effects, for the file beside a pack.</summary>
    public IReadOnlyList<EffectEvidence> Evidence(string path, string route) => [.. _effects.Values.Where(e => e.Unit is not null && !IsSaid(e.Effect)).Select(e => Evidence(path, route, e.Effect, e.Unit, e.Key))];

    private void Add(Effect effect, Unit unit, EffectKey key)
    {
        if (_effects.Count >= Most)
            effect = new Effect { Kind = Blunt(effect.Kind), Source = effect.Source with { Key = "", Items = false } };

        string text = effect.ToString();

        // One call of a value with one thing and with another is one with both.
        _effects.TryAdd(text, (effect, unit, key));
    }

    // Of what type a computed value is the file does not choose: what is done with it is not known.
    private static EffectKind Blunt(EffectKind kind) =>
        kind is EffectKind.Call or EffectKind.Method or EffectKind.New or EffectKind.SetState ? EffectKind.Unknown : kind;

    private static List<EffectSource> With(EffectKind kind, EffectFlow flow, int shift, Func<string, IReadOnlyList<Origin>>? fields)
    {
        if (kind is not (EffectKind.Call or EffectKind.Method or EffectKind.New or EffectKind.SetState or EffectKind.GetAttribute) || flow.WithAll)
            return [];

        List<EffectSource> with = [];
        foreach (Atom atom in flow.With.Atoms)
        {
            foreach (Origin closed in Closed(atom.Origin, fields))
            {
                if (SourceOf(closed, shift) is { } source && !with.Contains(source))
                    with.Add(source);
            }
        }

        return with.Count > 0 ? [.. with.OrderBy(s => s.ToString(), StringComparer.Ordinal)] : [EffectSource.Always];
    }

    private static List<Origin> Closed(Origin origin, Func<string, IReadOnlyList<Origin>>? fields)
    {
        if (origin.Kind is not OriginKind.Field || fields is null)
            return [origin];

        List<Origin> closed = [];
        foreach (Origin kept in fields(origin.Name))
        {
            Origin part = origin.Deep ? kept.Whole with { Deep = true } : kept;
            part = origin.Key.Length > 0 ? part.Under(origin.Key) : part;
            closed.Add(origin.Items ? part.Inside : part);
        }

        return closed;
    }

    private static EffectSource? SourceOf(Origin origin, int shift)
    {
        string key = origin.Deep ? "" : origin.Key;
        bool items = origin.Items && !origin.Deep;
        int index = origin.Index - shift;
        return origin.Kind switch
        {
            OriginKind.Field => key.Length > 0 || !IsName(origin.Name) ? new EffectSource(SourceKind.Argument, 0) : new EffectSource(SourceKind.Argument, 0, "", origin.Name, items),
            OriginKind.Keyword => new EffectSource(SourceKind.Keyword, 0, origin.Name, key, items),
            OriginKind.AnyKeyword => new EffectSource(SourceKind.Any),
            OriginKind.Nothing => EffectSource.Always,
            OriginKind.Captured => null,
            OriginKind.Rest => index < 0 ? new EffectSource(SourceKind.Any) : new EffectSource(SourceKind.From, (byte)Math.Min(index, 255), "", key, items),
            _ => index < 0 ? null : new EffectSource(SourceKind.Argument, (byte)Math.Min(index, 255), IsName(origin.Name) ? origin.Name : "", key, items),
        };
    }

    private static bool IsName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_');

    private static EffectEvidence Evidence(string path, string route, Effect effect, Unit unit, EffectKey key)
    {
        List<string> calls = [];
        string file = "";
        int line = 0;
        HashSet<(Unit, EffectKey)> seen = [];
        while (calls.Count < MostCalls && seen.Add((unit, key)) && unit.Summary.Effects.TryGetValue(key, out EffectFlow? flow))
        {
            Cause cause = flow.Cause;
            file = unit.Root.Module.Source.File;
            line = unit.Root.Module.Tree.Text.Position(cause.Offset).Line;
            calls.Add($"{(cause.Callee is { Function: { } callee } ? callee.Path : cause.Leaf)} ({file}:{line})");
            if (cause.Callee is null)
                break;

            (unit, key) = (cause.Callee, cause.Key);
        }

        return new EffectEvidence(path, route, effect.ToString(), file, line, calls);
    }
}
