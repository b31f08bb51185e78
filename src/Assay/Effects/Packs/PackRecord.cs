// How one entry is written into a record of a pack.
namespace Assay.Effects.Packs;

/// <summary>Writes entries as records: one byte for each choice, numbers of variable length for texts and counts.</summary>
internal sealed class PackRecordWriter(Func<string, int> textNumber, Func<Effect, int> effectNumber)
{
    private readonly List<byte> _bytes = [];

    /// <summary>The record of an entry.</summary>
    public byte[] Write(EffectEntry entry)
    {
        _bytes.Clear();
        _bytes.Add((byte)((int)entry.Kind | ((int)entry.Imported << 2) | (entry.MembersHarmless ? 16 : 0) | (entry.IsDerived ? 32 : 0)));
        Text(entry.Origin.Id);
        Text(entry.Origin.Reason);
        Number(entry.Origin.References.Count);
        foreach (string reference in entry.Origin.References)
            Text(reference);

        Effects(entry.Call);
        Effects(entry.New);
        _bytes.Add((byte)entry.Returns.Kind);
        Source(entry.Returns.First);
        Source(entry.Returns.Second);
        Text(entry.Returns.Class);
        return [.. _bytes];
    }

    /// <summary>One effect, which records name by its number.</summary>
    public byte[] Write(Effect effect)
    {
        _bytes.Clear();
        _bytes.Add((byte)effect.Kind);
        Source(effect.Source);
        Sources(effect.With);
        Text(effect.Name);
        _bytes.Add((byte)(effect.Condition is null ? 0 : effect.Condition.Negated ? 2 : 1));
        if (effect.Condition is { } condition)
        {
            Source(condition.Source);
            Number(condition.Texts.Count);
            foreach (string text in condition.Texts)
                Text(text);
        }

        return [.. _bytes];
    }

    private void Effects(IReadOnlyList<Effect> effects)
    {
        Number(effects.Count);
        foreach (Effect effect in effects)
            Number(effectNumber(effect));
    }

    private void Sources(IReadOnlyList<EffectSource> sources)
    {
        Number(sources.Count);
        foreach (EffectSource source in sources)
            Source(source);
    }

    private void Source(EffectSource source)
    {
        _bytes.Add((byte)((int)source.Kind | (source.Items ? 128 : 0)));
        _bytes.Add(source.Index);
        Text(source.Name);
        Text(source.Key);
    }

    // Most texts are empty: number 0 stands for that, and the others move up by one.
    private void Text(string text) => Number(text.Length == 0 ? 0 : textNumber(text) + 1);

    private void Number(int number)
    {
        for (; number >= 128; number >>= 7)
            _bytes.Add((byte)(number | 128));

        _bytes.Add((byte)number);
    }
}

/// <summary>Reads a record; whatever does not hold together is an <see cref="EffectPackException"/>.</summary>
internal ref struct PackRecordReader(ReadOnlySpan<byte> bytes, Func<int, string> text, Func<int, Effect> effectOf)
{
    private const int MostParts = 4096;
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>The entry of the record.</summary>
    public EffectEntry Read()
    {
        int head = Byte();
        EffectOrigin origin = new(Text(), Text(), List(static (ref PackRecordReader r) => r.Text()));
        EffectEntry entry = new()
        {
            Kind = (NameKind)(head & 3),
            Imported = (head >> 2 & 3) <= (int)ReferenceWeight.Harmful ? (ReferenceWeight)(head >> 2 & 3) : throw Broken(),
            MembersHarmless = (head & 16) != 0,
            IsDerived = (head & 32) != 0,
            Origin = origin,
            Call = List(static (ref PackRecordReader r) => r.Shared()),
            New = List(static (ref PackRecordReader r) => r.Shared()),
            Returns = Returns(),
        };
        return _at == _bytes.Length ? entry : throw Broken();
    }

    /// <summary>The effect, where what is read is one and no record.</summary>
    public Effect ReadEffect()
    {
        EffectKind kind = (EffectKind)Byte();
        if (!EffectKinds.IsKnown(kind))
            throw Broken();

        EffectSource source = Source();
        List<EffectSource> with = List(static (ref PackRecordReader r) => r.Source());
        string name = Text();
        int condition = Byte();
        Effect effect = condition > 2 ? throw Broken() : new Effect
        {
            Kind = kind,
            Source = source,
            With = with,
            Name = name,
            Condition = condition == 0 ? null : new EffectCondition(Source(), List(static (ref PackRecordReader r) => r.Text()), condition == 2),
        };
        return _at == _bytes.Length ? effect : throw Broken();
    }

    private delegate T Part<T>(ref PackRecordReader reader);

    private List<T> List<T>(Part<T> part)
    {
        // Each part takes a byte at least, so a count is never more than what is left.
        int count = Number();
        if (count > MostParts || count > _bytes.Length - _at)
            throw Broken();

        List<T> parts = new(count);
        for (int i = 0; i < count; i++)
            parts.Add(part(ref this));

        return parts;
    }

    private Effect Shared() => effectOf(Number());

    private EffectSource Source()
    {
        int head = Byte();
        SourceKind kind = (SourceKind)(head & 127);
        return kind <= SourceKind.Keyword ? new EffectSource(kind, (byte)Byte(), Text(), Text(), head > 127) : throw Broken();
    }

    private EffectReturn Returns()
    {
        ReturnKind kind = (ReturnKind)Byte();
        return kind <= ReturnKind.BytesOf ? new EffectReturn(kind, Source(), Source(), Text()) : throw Broken();
    }

    private string Text() => Number() is > 0 and int number ? text(number - 1) : "";

    private int Number()
    {
        int number = 0;
        for (int shift = 0; shift < 28; shift += 7)
        {
            int next = Byte();
            number |= (next & 127) << shift;
            if (next < 128)
                return number;
        }

        throw Broken();
    }

    private int Byte() => _at < _bytes.Length ? _bytes[_at++] : throw Broken();

    private static EffectPackException Broken() => new("A record of the pack does not hold together.");
}
