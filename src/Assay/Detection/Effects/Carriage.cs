// Which values can carry an effect.
using Assay.Artifacts;

namespace Assay.Detection.Effects;

/// <summary>Tells which values can carry an effect of a callable that is known to have it.</summary>
internal static class Carriage
{
    private const int MaxValues = 2048;

    /// <summary>
    /// Whether a value can be, or hold, a text, bytes or something that stands for them: whoever opens, runs or loads needs that. Numbers, flags
    /// and None cannot.
    /// </summary>
    public static bool CanCarry(ValueShape value) => Any(value, v => v.Kind switch
    {
        ShapeKind.Str or ShapeKind.Bytes or ShapeKind.ByteArray => v.Text.Length > 0,
        ShapeKind.Import or ShapeKind.Result or ShapeKind.Instance or ShapeKind.Persistent or ShapeKind.Extension or ShapeKind.Buffer or ShapeKind.Unknown => true,
        _ => v.Elided,
    });

    /// <summary>Whether a value is a flag, a number, a word or nothing: how options are set.</summary>
    public static bool IsOption(ValueShape value) => value.Kind is ShapeKind.Bool or ShapeKind.Int or ShapeKind.Float or ShapeKind.None or ShapeKind.Str;

    /// <summary>Whether a value is not plain data.</summary>
    public static bool IsMoreThanData(ValueShape value) => Any(value, v => v.Kind is ShapeKind.Import or ShapeKind.Extension or ShapeKind.Unknown);

    /// <summary>Whether a value is a constant or a container of constants.</summary>
    public static bool IsPlain(ValueShape value) => !Any(value, v => v.Kind >= ShapeKind.Import || v.Kind is ShapeKind.Unknown);

    /// <summary>Whether a value is bytes of the file, a stream over them or an array of them, which are examined by themselves.</summary>
    public static bool IsExaminedBytes(ValueShape value) => value.Kind is ShapeKind.Bytes or ShapeKind.ByteArray or ShapeKind.Buffer
        || (value is { Kind: ShapeKind.Result, Text: "_codecs.encode" or "codecs.encode", State: null, Keywords: null, Items: { Count: 1 or 2 } encoded } && encoded[0].Kind is ShapeKind.Str && IsKept(encoded[0]))
        || (value is { Text: "_io.BytesIO" or "io.BytesIO", State: null or { Kind: ShapeKind.Tuple, Items: [{ Kind: ShapeKind.Bytes }, ..] } } stream
            && stream.Items.All(i => i.Kind is ShapeKind.Bytes));

    /// <summary>Whether an encoding gives the bytes that are examined: with half a character in the text, or with a way to deal with such, something else may come out.</summary>
    private static bool IsKept(ValueShape text) => !text.Text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    private static bool Any(ValueShape root, Predicate<ValueShape> holds)
    {
        Stack<ValueShape> open = new([root]);
        for (int seen = 0; open.TryPop(out ValueShape? value); seen++)
        {
            if (seen == MaxValues || holds(value))
                return true;

            for (int i = value.Items.Count - 1; i >= 0; i--)
                open.Push(value.Items[i]);
        }

        return false;
    }
}
