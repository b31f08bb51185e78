// A value of braced source, as far as the source itself says it.
using System.Text;
using Assay.Artifacts;

namespace Assay.Formats.BracedSources;

/// <summary>What is known of a value.</summary>
internal enum BracedValueKind
{
    /// <summary>Nothing but, perhaps, what was undone to get at it.</summary>
    Unknown,

    /// <summary>A text; where it is a sum, the parts of it that are known.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A name with those below it: <c>child_process.exec</c>, <c>net.connect()</c>.</summary>
    Path,

    /// <summary>A list, or an object with keys.</summary>
    List,
}

/// <summary>A value.</summary>
internal sealed record BracedValue
{
    private const int MostItems = 4096;
    private const int MostShown = 8;
    private const int MostLayers = 8;
    private readonly string _text;
    private readonly BracedSum? _sum;
    private readonly IReadOnlyList<(string? Key, BracedValue Value)> _items = [];
    private Dictionary<string, BracedValue>? _byKey;
    private IReadOnlyList<(string? Key, BracedValue Value)>? _paths;
    private string? _characters;

    public BracedValue(BracedValueKind kind, string text = "", BracedSum? sum = null) => (Kind, _text, _sum) = (kind, text, sum);

    public static BracedValue Unknown { get; } = new(BracedValueKind.Unknown);

    public BracedValueKind Kind { get; }

    /// <summary>The text, the number as it is written, or the path.</summary>
    public string Text => _sum?.Text ?? _text;

    /// <summary>The items of a list, with their keys where it is an object.</summary>
    public IReadOnlyList<(string? Key, BracedValue Value)> Items
    {
        get => _items;
        init => (_items, _byKey, _paths, _characters) = (value, null, null, null);
    }

    /// <summary>The items that are paths: functions that somebody may call.</summary>
    public IReadOnlyList<(string? Key, BracedValue Value)> Paths => _paths ??= _items.Count == 0 ? [] : [.. _items.Where(i => i.Value.Kind is BracedValueKind.Path)];

    /// <summary>The text that a list of characters is (<c>{'s', 'h', 0}</c>); empty where it is none.</summary>
    public string Characters => _characters ??= _items.All(i => i.Value is { Kind: BracedValueKind.Text, _sum: null, Text.Length: 1 } or { Kind: BracedValueKind.Number, Text: "0" or "0x00" or "0x0" })
        ? string.Concat(_items.Where(i => i.Value.Kind is BracedValueKind.Text).Select(i => i.Value.Text)) : "";

    /// <summary>What was undone to get at it.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>The text or list of which a name is the method.</summary>
    public BracedValue? Receiver { get; init; }

    public static BracedValue OfText(string text) => new(BracedValueKind.Text, text.Length > BracedFolding.Longest ? text[..BracedFolding.Longest] : text);

    public static BracedValue OfPath(string path) => path.Length > 512 ? Unknown : new(BracedValueKind.Path, path);

    public static BracedValue OfList(List<(string? Key, BracedValue Value)> items) => new(BracedValueKind.List) { Items = items.Count > MostItems ? items.GetRange(0, MostItems) : items };

    /// <summary>The sum of two values: texts are joined, and of an unknown one the known part stays.</summary>
    public static BracedValue Sum(BracedValue left, BracedValue right, BracedFolding folding)
    {
        IReadOnlyList<string> layers = Both(left.Layers, right.Layers);
        if (left.Kind is not BracedValueKind.Text && right.Kind is not BracedValueKind.Text)
        {
            return Unknown with { Layers = layers };
        }

        BracedSum sum = left._sum ?? new BracedSum(null, left.Kind is BracedValueKind.Text or BracedValueKind.Number ? left._text : "", folding);
        string part = right.Kind is BracedValueKind.Text or BracedValueKind.Number ? right.Text : "";
        int room = BracedFolding.Longest - sum.Length;
        return new BracedValue(BracedValueKind.Text, sum: room <= 0 || part.Length == 0 ? sum : new BracedSum(sum, part.Length > room ? part[..room] : part, folding)) { Layers = layers };
    }

    /// <summary>What was undone, with one more.</summary>
    public static IReadOnlyList<string> Both(IReadOnlyList<string> first, IReadOnlyList<string> second) =>
        second.Count == 0 ? first : first.Count == 0 ? second : [.. first.Union(second).Take(MostLayers)];

    /// <summary>What was undone to get at any of several values.</summary>
    public static IReadOnlyList<string> LayersOf(IEnumerable<BracedValue> values) => [.. values.SelectMany(v => v.Layers).Distinct(StringComparer.Ordinal).Take(MostLayers)];

    /// <summary>What is below a value by a name.</summary>
    public BracedValue Below(string name)
    {
        if (Kind is BracedValueKind.List)
        {
            if (_byKey is null)
            {
                _byKey = new Dictionary<string, BracedValue>(StringComparer.Ordinal);
                foreach ((string? key, BracedValue value) in Items)
                {
                    if (key is not null)
                    {
                        _byKey.TryAdd(key, value);
                    }
                }
            }

            if (_byKey.TryGetValue(name, out BracedValue? found))
            {
                return found;
            }
        }

        return Kind is BracedValueKind.Path ? OfPath(Text + "." + name) with { Layers = Layers } : OfPath("?." + name) with { Layers = Layers, Receiver = this };
    }

    /// <summary>The value as facts keep it.</summary>
    public ValueShape Shape() => Kind switch
    {
        BracedValueKind.Text => new ValueShape(ShapeKind.Str, Text.Length > 4096 ? Text[..4096] : Text) { Count = Encoding.UTF8.GetByteCount(Text) },
        BracedValueKind.Number => new ValueShape(ShapeKind.Int, Text.Length > 40 ? "" : Text),
        BracedValueKind.List => new ValueShape(ShapeKind.List) { Items = [.. Items.Take(MostShown).Select(i => i.Value.Kind is BracedValueKind.List ? new ValueShape(ShapeKind.List) : i.Value.Shape())], Count = Items.Count },
        _ => new ValueShape(ShapeKind.Unknown),
    };
}
