// The element type of a NumPy array as its header or its pickle describes it: item size, and whether it holds objects.
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>
/// An element type of NumPy. Follows what <c>numpy.dtype</c> and <c>numpy.lib.format.descr_to_dtype</c> make of a description,
/// on a 64-bit Linux or macOS; a description that they would refuse, or that was not kept whole, has an <see cref="Error"/>.
/// </summary>
internal sealed record NumpyElementType
{
    /// <summary>Lists and tuples that may lie inside each other.</summary>
    public const int MaxDepth = PyLiteral.MaxDepth;

    /// <summary>The bytes of one element; an object is a pointer of 8 bytes.</summary>
    public long ItemSize { get; init; }

    /// <summary>The bytes of one unit of a type that has no size of its own yet (1 for S and V, 4 for U); 0 for all others.</summary>
    internal long UnitSize { get; init; }

    /// <summary>Whether it holds Python objects, so that its arrays are stored as a pickle.</summary>
    public bool HasObject { get; init; }

    /// <summary>Whether it has named fields.</summary>
    public bool IsStructured { get; init; }

    /// <summary>
    /// Whether loaders may disagree with <see cref="HasObject"/>: the flags that a pickle puts into a type contradict its
    /// structure, or its class is not known.
    /// </summary>
    public bool IsDisputed { get; init; }

    /// <summary>One plain sentence, or null when the description makes sense.</summary>
    public string? Error { get; init; }

    /// <summary>A type that could not be made out. It is disputed: whether it holds objects cannot be told.</summary>
    public static NumpyElementType Unknown(string error) => new() { Error = error, IsDisputed = true };

    /// <summary>
    /// The type that <c>descr_to_dtype</c> makes of a header's <c>descr</c>: a type string, a tuple of type and shape, or a list
    /// of fields, nested.
    /// </summary>
    public static NumpyElementType FromDescriptor(ValueShape descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return NumpyDescriptor.Parse(descriptor);
    }

    /// <summary>
    /// The type that a pickle's <c>numpy.dtype(...)</c> with its state becomes: a <see cref="ShapeKind.Result"/> whose items are
    /// the arguments and whose state is what BUILD put in.
    /// </summary>
    public static NumpyElementType FromPickle(ValueShape value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return NumpyPickledType.Parse(value);
    }

    /// <summary>This type, <paramref name="count"/> times in a row.</summary>
    internal NumpyElementType Times(long count)
    {
        if (Error is not null)
        {
            return this;
        }

        ArrayExtent extent = ArrayExtent.Of([count], ItemSize);
        return extent.Error != ExtentError.None || extent.Bytes > int.MaxValue
            ? Unknown("The element is larger than NumPy allows.")
            : this with { ItemSize = extent.Bytes, UnitSize = 0 };
    }
}
