// Where joblib's in-stream arrays end: the one thing that a walker of such pickles must know.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Tensors;

namespace Assay.Formats.Joblib;

/// <summary>
/// What follows the BUILD opcode of a <c>NumpyArrayWrapper</c> in a joblib file: a complete pickle when the element type holds
/// objects; otherwise, since joblib 1.2, one byte with a number of padding bytes and that padding, and then the array's bytes.
/// Specification: <c>joblib/numpy_pickle.py</c>, <c>NumpyArrayWrapper.read_array</c>.
/// </summary>
internal sealed record JoblibArrayLayout
{
    private ArrayExtent _extent;
    private bool _isAligned;

    /// <summary>Whether a nested pickle follows.</summary>
    public bool IsPickle { get; init; }

    /// <summary>
    /// Whether loaders may disagree about <see cref="IsPickle"/>: read the bytes both ways. joblib asks the element type's
    /// <c>hasobject</c>, which a file can forge.
    /// </summary>
    public bool IsDisputed { get; init; }

    /// <summary>Whether a byte with the number of padding bytes comes first.</summary>
    public bool HasPadding { get; init; }

    /// <summary>The number of elements.</summary>
    public long Count { get; init; }

    /// <summary>The number of bytes of the array, padding apart; 0 when a pickle follows.</summary>
    public long ByteCount { get; init; }

    /// <summary>The element type.</summary>
    public NumpyElementType? Element { get; init; }

    /// <summary>One plain sentence, or null. With an error it is not known where the array ends.</summary>
    public string? Error { get; init; }

    /// <summary>
    /// Whether joblib's unpickler stops after a BUILD of an instance of the class <paramref name="resolved"/> to read an array. The
    /// class is judged by its name alone: it is reachable through several modules.
    /// </summary>
    public static bool IsWrapper(string resolved)
    {
        ArgumentNullException.ThrowIfNull(resolved);
        return resolved.EndsWith(".NumpyArrayWrapper", StringComparison.Ordinal);
    }

    /// <summary>The layout that the wrapper's <paramref name="state"/> asks for.</summary>
    public static JoblibArrayLayout FromState(ValueShape state)
    {
        ArgumentNullException.ThrowIfNull(state);

        // BUILD also takes a pair of the instance's dict and its slots.
        ValueShape dict = state is { Kind: ShapeKind.Tuple, Items.Count: 2 } ? state.Items[0] : state;
        if (dict.Kind != ShapeKind.Dict || dict.Elided)
        {
            return Broken("The state of the array wrapper is no dict, or was not kept whole.");
        }

        ValueShape? shape = null, type = null, alignment = null;
        for (int i = 0; i + 1 < dict.Items.Count; i += 2)
        {
            switch (dict.Items[i].Text)
            {
                case "shape": shape = dict.Items[i + 1]; break;
                case "dtype": type = dict.Items[i + 1]; break;
                case "numpy_array_alignment_bytes": alignment = dict.Items[i + 1]; break;
                default: break;
            }
        }

        if (shape is null || type is null)
        {
            return Broken("The state of the array wrapper lacks the shape or the element type.");
        }

        NumpyElementType element = NumpyElementType.FromPickle(type);
        ArrayExtent extent = ArrayExtent.Of(shape, element.ItemSize);
        bool isAligned = alignment is not null && alignment.Kind != ShapeKind.None;
        return new JoblibArrayLayout
        {
            IsPickle = element.HasObject,
            IsDisputed = element.IsDisputed,
            HasPadding = !element.HasObject && isAligned,
            Count = extent.Count,
            ByteCount = element.HasObject ? 0 : extent.Bytes,
            Element = element,
            Error = element.HasObject ? null : element.Error ?? (extent.Error == ExtentError.None ? null : NoSize(extent)),
            _isAligned = isAligned,
            _extent = extent,
        };
    }

    /// <summary>
    /// The place of the array's bytes in <paramref name="source"/> when its BUILD opcode ends at <paramref name="offset"/>. The range
    /// is cut where the source ends; <paramref name="missing"/> counts the bytes that are not there. False when a pickle follows or
    /// the layout is not known.
    /// </summary>
    public bool TryLocate(ByteSource source, long offset, out ByteRange data, out long missing)
    {
        ArgumentNullException.ThrowIfNull(source);
        data = default;
        missing = 0;
        if (Error is not null || IsPickle)
        {
            return false;
        }

        long start = offset;
        if (HasPadding)
        {
            byte[] padding = source.ReadUpTo(offset, 1);
            start += padding.Length == 0 ? 1 : 1 + padding[0];
        }

        long left = Math.Max(0, source.Length - start);
        missing = Math.Max(0, ByteCount - left) + Math.Max(0, start - source.Length);
        data = new ByteRange(Math.Min(start, source.Length), Math.Min(ByteCount, left));
        return true;
    }

    /// <summary>The layout by which a loader goes that sees <see cref="IsPickle"/> the other way round.</summary>
    internal JoblibArrayLayout Turned() => IsPickle
        ? this with { IsPickle = false, HasPadding = _isAligned, ByteCount = _extent.Bytes, Error = _extent.Error == ExtentError.None ? null : NoSize(_extent) }
        : this with { IsPickle = true, HasPadding = false, ByteCount = 0, Error = null };

    private static string NoSize(ArrayExtent extent) => extent.Error switch
    {
        ExtentError.Overflow => "The array's shape asks for more bytes than 63 bits can count.",
        ExtentError.Negative => "The array's shape is negative.",
        _ => "The array's shape is no tuple of whole numbers, or was not kept whole.",
    };

    private static JoblibArrayLayout Broken(string error) => new() { Error = error, IsDisputed = true };
}
