// How entries, effects, sources, returns and origins are read from the items of a pack.
namespace Assay.Effects.Packs;

/// <summary>What the items of a pack refer to by number.</summary>
internal interface IPackTables
{
    /// <summary>The text with a number.</summary>
    string Text(int number);

    /// <summary>The effect with a number.</summary>
    Effect EffectOf(int number);

    /// <summary>The source with a number.</summary>
    EffectSource SourceOf(int number);

    /// <summary>The return with a number.</summary>
    EffectReturn ReturnOf(int number);

    /// <summary>The origin with a number.</summary>
    EffectOrigin OriginOf(int number);
}

/// <summary>Reads one item; whatever does not hold together is an <see cref="EffectPackException"/>.</summary>
internal ref struct PackRecordReader(ReadOnlySpan<byte> bytes, IPackTables tables)
{
    /// <summary>What the first byte of a record says beside its two small numbers.</summary>
    public const int MembersHarmless = 16, IsDerived = 32, NewAsCall = 64, HasNew = 128;

    /// <summary>What the first byte of an effect says beside its kind, and the further byte.</summary>
    public const int HasValues = 64, HasMore = 128, HasName = 1, HasCondition = 2, IsNegated = 4;

    /// <summary>What the first byte of a source says beside its kind.</summary>
    public const int IsItems = 128;

    private const int MostParts = 4096;
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    private delegate T Part<T>(ref PackRecordReader reader);

    /// <summary>The entry that the item is, and the path of the class whose members it has beside its own, or an empty one.</summary>
    public (EffectEntry Entry, string Link) Read()
    {
        int head = Byte();
        EffectOrigin origin = tables.OriginOf(Number());
        EffectReturn returns = tables.ReturnOf(Number());
        List<Effect> call = List(static (ref PackRecordReader r) => r.AnyEffect());
        if ((head >> 2 & 3) > (int)ReferenceWeight.Harmful || (head & (NewAsCall | HasNew)) == (NewAsCall | HasNew))
            throw Broken();

        EffectEntry entry = new()
        {
            Kind = (NameKind)(head & 3),
            Imported = (ReferenceWeight)(head >> 2 & 3),
            MembersHarmless = (head & MembersHarmless) != 0,
            IsDerived = (head & IsDerived) != 0,
            Origin = origin,
            Returns = returns,
            Call = call,
            New = (head & NewAsCall) != 0 ? call : (head & HasNew) != 0 ? List(static (ref PackRecordReader r) => r.AnyEffect()) : [],
        };
        return Whole((entry, _at < _bytes.Length ? Text() : ""));
    }

    /// <summary>The effect that the item is.</summary>
    public Effect ReadEffect() => Whole(OneEffect());

    /// <summary>The source that the item is.</summary>
    public EffectSource ReadSource() => Whole(OneSource());

    /// <summary>The return that the item is.</summary>
    public EffectReturn ReadReturn()
    {
        ReturnKind kind = (ReturnKind)Byte();
        return kind <= ReturnKind.BytesOf ? Whole(new EffectReturn(kind, AnySource(), AnySource(), Text())) : throw Broken();
    }

    /// <summary>The origin that the item is.</summary>
    public EffectOrigin ReadOrigin() => Whole(new EffectOrigin(Text(), Text(), List(static (ref PackRecordReader r) => r.Text())));

    private readonly T Whole<T>(T read) => _at == _bytes.Length ? read : throw Broken();

    private Effect AnyEffect() => Number() is > 0 and int number ? tables.EffectOf(number - 1) : OneEffect();

    private EffectSource AnySource() => Number() is > 0 and int number ? tables.SourceOf(number - 1) : OneSource();

    private Effect OneEffect()
    {
        int head = Byte();
        EffectKind kind = (EffectKind)(head & (HasValues - 1));
        if (!EffectKinds.IsKnown(kind))
            throw Broken();

        EffectSource source = AnySource();
        List<EffectSource> with = (head & HasValues) != 0 ? List(static (ref PackRecordReader r) => r.AnySource()) : [];
        int more = (head & HasMore) != 0 ? Byte() : 0;
        if (more > (HasName | HasCondition | IsNegated))
            throw Broken();

        return new Effect
        {
            Kind = kind,
            Source = source,
            With = with,
            Name = (more & HasName) != 0 ? Text() : "",
            Condition = (more & HasCondition) == 0 ? null : new EffectCondition(AnySource(), List(static (ref PackRecordReader r) => r.Text()), (more & IsNegated) != 0),
        };
    }

    private EffectSource OneSource()
    {
        int head = Byte();
        SourceKind kind = (SourceKind)(head & (IsItems - 1));
        return kind <= SourceKind.Keyword ? new EffectSource(kind, (byte)Byte(), Text(), Text(), (head & IsItems) != 0) : throw Broken();
    }

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

    private string Text() => Number() is > 0 and int number ? tables.Text(number - 1) : "";

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
