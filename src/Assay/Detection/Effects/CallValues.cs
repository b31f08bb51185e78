// What a callable gets, in order where the order is known.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// The values that a callable gets. Where it is reached through another callable the order is not known, so each value may be any of its
/// arguments.
/// </summary>
/// <param name="Positional">The arguments, or all possible ones.</param>
/// <param name="Keywords">Keyword arguments as a dictionary, or null.</param>
/// <param name="IsLoose">Whether the order is not known.</param>
internal sealed record CallValues(IReadOnlyList<ValueShape> Positional, ValueShape? Keywords = null, bool IsLoose = false)
{
    private const int MostLoose = 256;

    /// <summary>Whether what an object was made of stands for its fields, where it is not known which value is in which.</summary>
    public bool IsOpened { get; init; }

    /// <summary>All values, keywords last.</summary>
    public IReadOnlyList<ValueShape> All => Keywords is null ? Positional : [.. Positional, Keywords];

    /// <summary>The same with values in front, and with further keywords.</summary>
    public CallValues After(IReadOnlyList<ValueShape> front, ValueShape? keywords = null) => this with
    {
        Positional = front.Count == 0 ? Positional : [.. front, .. Positional],
        Keywords = keywords is null ? Keywords : Keywords is null ? keywords : keywords with { Items = [.. keywords.Items, .. Keywords.Items] },
    };

    /// <summary>The values that a source means.</summary>
    public IReadOnlyList<ValueShape> Of(EffectSource source)
    {
        IReadOnlyList<ValueShape> found = source.Kind switch
        {
            SourceKind.Always => [],
            _ when IsLoose => All,
            SourceKind.Any => All,
            SourceKind.From => [.. Positional.Skip(source.Index)],
            SourceKind.Keyword => Named(source.Name),
            _ => source.Index < Positional.Count ? [Positional[source.Index]] : source.Name.Length > 0 ? Named(source.Name) : [],
        };
        if (source.Key.Length > 0)
            found = [.. found.SelectMany(v => Under(v, source.Key) is { } value ? [value] : IsOpened ? Contents(v) : [])];
        else if (IsOpened)
            found = [.. found, .. found.SelectMany(Contents)];

        return source.Items ? [.. found.SelectMany(Items)] : found;
    }

    /// <summary>What a callable may get that is called with the values of these sources, and their items: in any order.</summary>
    public CallValues Loose(IReadOnlyList<EffectSource> sources, ValueShape without)
    {
        List<ValueShape> values = [];
        IEnumerable<ValueShape> given = sources.Count == 0 ? All.Where(v => !ReferenceEquals(v, without)) : sources.SelectMany(Of);
        foreach (ValueShape value in given)
        {
            values.Add(value);
            ValueShape[] items = [.. Items(value).Take(Math.Max(0, MostLoose - values.Count) + 1)];
            bool isCut = items.Length > Math.Max(0, MostLoose - values.Count);
            values.AddRange(isCut ? items[..^1] : items);
            if (isCut)
            {
                // What is beyond may be anything.
                values.Add(new ValueShape(ShapeKind.Unknown) { Elided = true });
                break;
            }
        }

        return new CallValues(values, null, true);
    }

    /// <summary>What an object was made of: arguments, keywords, and what states brought.</summary>
    private static IEnumerable<ValueShape> Contents(ValueShape value)
    {
        if (value.Kind is not (ShapeKind.Result or ShapeKind.Instance))
            return [];

        IEnumerable<ValueShape> contents = value.Items.Concat(value.Keywords?.Items ?? []);
        if (value.State is { } state)
            contents = contents.Concat((state.Kind is ShapeKind.Tuple ? state.Items : [state]).SelectMany(s => s.Kind is ShapeKind.Dict ? s.Items.Where((_, i) => i % 2 == 1) : [s]));

        ValueShape[] first = [.. contents.Take(MostLoose + 1)];
        return first.Length <= MostLoose ? first : [.. first[..MostLoose], new ValueShape(ShapeKind.Unknown) { Elided = true }];
    }

    private ValueShape[] Named(string name) => Keywords is not null && MeaningReader.Entry(Keywords, name) is { } value ? [value] : [];

    private static ValueShape? Under(ValueShape value, string key) =>
        MeaningReader.Entry(value, key) ?? MeaningReader.Planted(value, key)
        ?? (value.Kind is ShapeKind.Tuple ? value.Items.Select(i => MeaningReader.Entry(i, key)).FirstOrDefault(v => v is not null) : null);

    // Of what was cut the rest may be anything.
    private static IEnumerable<ValueShape> Items(ValueShape value) =>
        value is { Elided: true, Kind: ShapeKind.Tuple or ShapeKind.List or ShapeKind.Set or ShapeKind.FrozenSet or ShapeKind.Dict } ? ShownItems(value).Append(new ValueShape(ShapeKind.Unknown) { Elided = true }) : ShownItems(value);

    private static IEnumerable<ValueShape> ShownItems(ValueShape value) => value.Kind switch
    {
        ShapeKind.Tuple or ShapeKind.List or ShapeKind.Set or ShapeKind.FrozenSet => value.Items.SelectMany(i => i.Kind is ShapeKind.Tuple or ShapeKind.List ? [i, .. i.Items] : new[] { i }),
        ShapeKind.Dict => value.Items,
        _ => [],
    };
}
