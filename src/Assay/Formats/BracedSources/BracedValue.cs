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
internal sealed record BracedValue(BracedValueKind Kind, string Text = "")
{
    private const int LongestText = 1 << 16;
    private const int MostItems = 4096;
    private const int MostShown = 8;

    public static BracedValue Unknown { get; } = new(BracedValueKind.Unknown);

    /// <summary>The items of a list, with their keys where it is an object.</summary>
    public IReadOnlyList<(string? Key, BracedValue Value)> Items { get; init; } = [];

    /// <summary>What was undone to get at it.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>The text or list of which a name is the method.</summary>
    public BracedValue? Receiver { get; init; }

    public static BracedValue OfText(string text) => new(BracedValueKind.Text, text.Length > LongestText ? text[..LongestText] : text);

    public static BracedValue OfPath(string path) => path.Length > 512 ? Unknown : new(BracedValueKind.Path, path);

    public static BracedValue OfList(List<(string? Key, BracedValue Value)> items) => new(BracedValueKind.List) { Items = items.Count > MostItems ? items.GetRange(0, MostItems) : items };

    /// <summary>The sum of two values: texts are joined, and of an unknown one the known part stays.</summary>
    public static BracedValue Sum(BracedValue left, BracedValue right)
    {
        IReadOnlyList<string> layers = left.Layers.Count == 0 ? right.Layers : right.Layers.Count == 0 ? left.Layers : [.. left.Layers.Union(right.Layers)];
        string text = (left.Kind is BracedValueKind.Text or BracedValueKind.Number ? left.Text : "") + (right.Kind is BracedValueKind.Text or BracedValueKind.Number ? right.Text : "");
        bool known = left.Kind is BracedValueKind.Text || right.Kind is BracedValueKind.Text;
        return (known ? OfText(text) : Unknown) with { Layers = layers };
    }

    /// <summary>What is below a value by a name.</summary>
    public BracedValue Below(string name)
    {
        if (Kind is BracedValueKind.List)
        {
            foreach ((string? key, BracedValue value) in Items)
            {
                if (key == name)
                {
                    return value;
                }
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
