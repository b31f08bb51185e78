// How a tensor lies in its storage: type, shape, strides and offset, checked before anything is read.
using System.Globalization;

namespace Assay.Artifacts;

/// <summary>What is done to the sign bits of elements on the way out: PyTorch's lazy negation and conjugation.</summary>
[Flags]
public enum SignFlips
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The sign of real elements, or of the real part.</summary>
    Real = 1,

    /// <summary>The sign of the imaginary part.</summary>
    Imaginary = 2,
}

/// <summary>How a tensor lies in its storage. Shape and strides count elements; so does the offset.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The size of each dimension; none is a scalar.</param>
/// <param name="Strides">For each dimension, how many elements of the storage lie between neighbours.</param>
/// <param name="Offset">The element of the storage at which the tensor starts.</param>
public sealed record TensorView(ElementType Type, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides, long Offset)
{
    /// <summary>More dimensions than this no library takes.</summary>
    public const int MaxDimensions = 64;

    /// <summary>Sign bits that are flipped on the way out.</summary>
    public SignFlips Flips { get; init; }

    /// <summary>The number of elements, or -1 where it does not fit in 63 bits or a size is negative.</summary>
    public long Count => ArrayExtent.Of(Shape, Type.Size()) is { Error: ExtentError.None } extent ? extent.Count : -1;

    /// <summary>The bytes of the elements, written one after the other.</summary>
    public long Bytes => checked(Count * Type.Size());

    /// <summary>Whether the elements lie in the storage one after the other, in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int i = Shape.Count - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                {
                    return Count == 0;
                }

                expected *= Math.Max(1, Shape[i]);
            }

            return true;
        }
    }

    /// <summary>A view that lies in row-major order from <paramref name="offset"/> on.</summary>
    public static TensorView RowMajor(ElementType type, IReadOnlyList<long> shape, long offset = 0) => new(type, shape, RowStrides(shape), offset);

    /// <summary>A view in column-major order: the first dimension's neighbours lie next to each other.</summary>
    public static TensorView ColumnMajor(ElementType type, IReadOnlyList<long> shape) =>
        new(type, shape, [.. RowStrides([.. shape.Reverse()]).Reverse()], 0);

    /// <summary>Why the view cannot lie in a storage of <paramref name="bytes"/> bytes, or null when it does.</summary>
    public string? Refusal(long bytes)
    {
        if (Shape.Count > MaxDimensions || Shape.Count != Strides.Count)
        {
            return Text($"it has {Shape.Count} sizes and {Strides.Count} strides");
        }

        if (Offset < 0 || Shape.Any(s => s < 0) || Strides.Any(s => s < 0))
        {
            return "it has a negative offset, size or stride";
        }

        if (Count < 0)
        {
            return "its size does not fit in 63 bits";
        }

        if (Shape.Contains(0))
        {
            return null;
        }

        Int128 last = Offset;
        for (int i = 0; i < Shape.Count; i++)
        {
            last += (Int128)(Shape[i] - 1) * Strides[i];
        }

        return (last + 1) * Type.Size() > bytes ? Text($"it reaches element {last} of a storage of {bytes / Type.Size()}") : null;
    }

    private static long[] RowStrides(IReadOnlyList<long> shape)
    {
        long[] strides = new long[shape.Count];
        UInt128 next = 1;
        for (int i = strides.Length - 1; i >= 0; i--)
        {
            strides[i] = next > long.MaxValue ? long.MaxValue : (long)next;
            next = UInt128.Min(next * (UInt128)Math.Max(1, shape[i]), UInt128.One << 64);
        }

        return strides;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
