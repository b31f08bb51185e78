// How entries, effects, sources, returns and origins are written as items of a pack.
using static Assay.Effects.Packs.PackRecordReader;

namespace Assay.Effects.Packs;

/// <summary>Writes the items of a pack as <see cref="PackRecordReader"/> reads them. First everything is counted, in the order in which one refers to another, then written.</summary>
internal sealed class PackItemWriter
{
    private readonly PackNumbers<string> _texts = new(1, t => t);
    private readonly PackNumbers<EffectSource> _sources = new(2, s => s.ToString());
    private readonly PackNumbers<Effect> _effects = new(2, e => e.ToString());
    private readonly PackNumbers<EffectReturn> _returns = new(1, r => r.ToString());
    private readonly PackNumbers<EffectOrigin> _origins = new(1, o => o.Id + "\0" + o.Reason);
    private readonly List<byte> _bytes = [];

    /// <summary>Counts what all entries use and gives it numbers.</summary>
    /// <param name="entries">The entries, each once.</param>
    /// <param name="texts">What else needs a number; the first one gets number 0.</param>
    public PackItemWriter(IReadOnlyList<EffectEntry> entries, IReadOnlyList<string> texts)
    {
        foreach (EffectEntry entry in entries)
        {
            _returns.Use(entry.Returns);
            _origins.Use(entry.Origin);
            foreach (Effect effect in entry.Call.Concat(IsNewWritten(entry) ? entry.New : []))
                _effects.Use(effect);
        }

        _returns.Seal();
        _origins.Seal();
        _effects.Seal();

        // What has a number is written once, and what has none is used once.
        foreach (Effect effect in _effects.Used)
        {
            Use(effect.Source);
            foreach (EffectSource source in effect.With.Concat(effect.Condition is { } condition ? [condition.Source] : []))
                Use(source);

            foreach (string text in effect.Condition?.Texts.Append(effect.Name) ?? [effect.Name])
                Use(text);
        }

        foreach (EffectReturn given in _returns.Numbered)
        {
            Use(given.First);
            Use(given.Second);
            Use(given.Class);
        }

        _sources.Seal();
        foreach (EffectSource source in _sources.Used)
        {
            Use(source.Name);
            Use(source.Key);
        }

        foreach (string text in _origins.Numbered.SelectMany(o => o.References.Append(o.Id).Append(o.Reason)).Concat(texts.Skip(1)))
            Use(text);

        _texts.Seal(texts[0]);
    }

    /// <summary>The texts, by number.</summary>
    public IReadOnlyList<string> Texts => _texts.Numbered;

    /// <summary>The sources that have a number.</summary>
    public IEnumerable<byte[]> Sources => _sources.Numbered.Select(s => Item(() => Write(s)));

    /// <summary>The effects that have a number.</summary>
    public IEnumerable<byte[]> Effects => _effects.Numbered.Select(e => Item(() => Write(e)));

    /// <summary>What comes back.</summary>
    public IEnumerable<byte[]> Returns => _returns.Numbered.Select(r => Item(() => Write(r)));

    /// <summary>Where knowledge comes from.</summary>
    public IEnumerable<byte[]> Origins => _origins.Numbered.Select(o => Item(() => Write(o)));

    /// <summary>The record of an entry, and of the class whose members it has beside its own, if any.</summary>
    public byte[] Record(EffectEntry entry, string link) => Item(() =>
    {
        bool isSame = entry.New.Count > 0 && entry.New.SequenceEqual(entry.Call);
        _bytes.Add((byte)((int)entry.Kind | ((int)entry.Imported << 2) | (entry.MembersHarmless ? MembersHarmless : 0) | (entry.IsDerived ? IsDerived : 0) | (isSame ? NewAsCall : 0) | (IsNewWritten(entry) ? HasNew : 0)));
        Number(_origins.Of(entry.Origin));
        Number(_returns.Of(entry.Returns));
        All(entry.Call, Refer);
        if (IsNewWritten(entry))
            All(entry.New, Refer);

        if (link.Length > 0)
            Text(link);
    });

    /// <summary>The number of a text.</summary>
    public int TextNumber(string text) => _texts.Of(text);

    private static bool IsNewWritten(EffectEntry entry) => entry.New.Count > 0 && !entry.New.SequenceEqual(entry.Call);

    private void Use(EffectSource source) => _sources.Use(source);

    private void Use(string text)
    {
        if (text.Length > 0)
            _texts.Use(text);
    }

    private byte[] Item(Action write)
    {
        _bytes.Clear();
        write();
        return [.. _bytes];
    }

    private void Refer(Effect effect)
    {
        int number = _effects.Of(effect);
        Number(number + 1);
        if (number < 0)
            Write(effect);
    }

    private void Refer(EffectSource source)
    {
        int number = _sources.Of(source);
        Number(number + 1);
        if (number < 0)
            Write(source);
    }

    private void Write(Effect effect)
    {
        int more = (effect.Name.Length > 0 ? HasName : 0) | (effect.Condition is null ? 0 : HasCondition) | (effect.Condition is { Negated: true } ? IsNegated : 0);
        _bytes.Add((byte)((int)effect.Kind | (effect.With.Count > 0 ? HasValues : 0) | (more > 0 ? HasMore : 0)));
        Refer(effect.Source);
        if (effect.With.Count > 0)
            All(effect.With, Refer);

        if (more > 0)
            _bytes.Add((byte)more);

        if (effect.Name.Length > 0)
            Text(effect.Name);

        if (effect.Condition is not { } condition)
            return;

        Refer(condition.Source);
        All(condition.Texts, Text);
    }

    private void Write(EffectSource source)
    {
        _bytes.Add((byte)((int)source.Kind | (source.Items ? IsItems : 0)));
        _bytes.Add(source.Index);
        Text(source.Name);
        Text(source.Key);
    }

    private void Write(EffectReturn given)
    {
        _bytes.Add((byte)given.Kind);
        Refer(given.First);
        Refer(given.Second);
        Text(given.Class);
    }

    private void Write(EffectOrigin origin)
    {
        Text(origin.Id);
        Text(origin.Reason);
        All(origin.References, Text);
    }

    private void All<T>(IReadOnlyList<T> parts, Action<T> write)
    {
        Number(parts.Count);
        foreach (T part in parts)
            write(part);
    }

    private void Text(string text) => Number(text.Length == 0 ? 0 : _texts.Of(text) + 1);

    private void Number(int number)
    {
        for (; number >= 128; number >>= 7)
            _bytes.Add((byte)(number | 128));

        _bytes.Add((byte)number);
    }
}
