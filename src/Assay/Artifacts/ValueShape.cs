// What a value looked like where it was used, small enough to keep.
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>The kind of a value.</summary>
[JsonConverter(typeof(EnumNameConverter<ShapeKind>))]
public enum ShapeKind
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>None.</summary>
    None,

    /// <summary>A bool; the text is <c>True</c> or <c>False</c>.</summary>
    Bool,

    /// <summary>An int; the text is its decimal digits where they are short.</summary>
    Int,

    /// <summary>A float; the text is its shortest form.</summary>
    Float,

    /// <summary>A str.</summary>
    Str,

    /// <summary>Bytes; the text maps each byte to the character of the same number.</summary>
    Bytes,

    /// <summary>A bytearray; text as for bytes.</summary>
    ByteArray,

    /// <summary>A tuple.</summary>
    Tuple,

    /// <summary>A list.</summary>
    List,

    /// <summary>A dict; items alternate key and value.</summary>
    Dict,

    /// <summary>A set.</summary>
    Set,

    /// <summary>A frozenset.</summary>
    FrozenSet,

    /// <summary>An imported object; the text is its resolved name.</summary>
    Import,

    /// <summary>The result of a call; the text is the resolved callee, the items are the arguments where kept.</summary>
    Result,

    /// <summary>An instance made by <c>__new__</c>; the text is the resolved class.</summary>
    Instance,

    /// <summary>The object of a persistent id; the only item is the id.</summary>
    Persistent,

    /// <summary>The object of an extension code; the text is the code.</summary>
    Extension,

    /// <summary>An out-of-band buffer.</summary>
    Buffer,
}

/// <summary>What a value looked like where it was used. Long texts are cut and wide or deep containers elided.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Text">A constant's text or an import's resolved name; empty otherwise.</param>
public sealed record ValueShape(ShapeKind Kind, string Text = "")
{
    /// <summary>The items that were kept, in order.</summary>
    public IReadOnlyList<ValueShape> Items { get; init; } = [];

    /// <summary>How many items there are, kept or not; for str and bytes the length in bytes of the encoded form.</summary>
    public long Count { get; init; }

    /// <summary>Whether items or a part of the text were left out.</summary>
    public bool Elided { get; init; }

    /// <summary>State put in by BUILD, where it was kept.</summary>
    public ValueShape? State { get; init; }

    /// <summary>The keyword arguments that made an instance, as a dict, where there were some.</summary>
    public ValueShape? Keywords { get; init; }

    /// <summary>What was called to make a result or an instance, where that was no plain name.</summary>
    public ValueShape? Callee { get; init; }

    /// <summary>Whether the value is a constant or a container of constants all the way down, as far as it was kept.</summary>
    [JsonIgnore]
    public bool IsPlain => Kind switch
    {
        ShapeKind.Unknown or ShapeKind.Import or ShapeKind.Result or ShapeKind.Instance or ShapeKind.Persistent
            or ShapeKind.Extension or ShapeKind.Buffer => false,
        ShapeKind.Tuple or ShapeKind.List or ShapeKind.Dict or ShapeKind.Set or ShapeKind.FrozenSet => Items.All(i => i.IsPlain),
        _ => true,
    };

    /// <summary>What a shape takes, about: itself, its text, and the list of its items, which many do not have.</summary>
    private const long BareSize = 112;

    /// <summary>About how many bytes of memory shapes take, with all that is in them.</summary>
    internal static long MemorySizeOf(IReadOnlyList<ValueShape> shapes)
    {
        long size = 0;
        Stack<ValueShape> pending = new(shapes);
        while (pending.TryPop(out ValueShape? shape))
        {
            size += BareSize + (2L * shape.Text.Length);
            foreach (ValueShape item in shape.Items)
            {
                pending.Push(item);
            }

            if (shape.State is not null)
            {
                pending.Push(shape.State);
            }

            if (shape.Keywords is not null)
            {
                pending.Push(shape.Keywords);
            }

            if (shape.Callee is not null)
            {
                pending.Push(shape.Callee);
            }
        }

        return size;
    }
}
