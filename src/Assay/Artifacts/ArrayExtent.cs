// How many elements and bytes a shape asks for, with overflow as a value.
using System.Globalization;

namespace Assay.Artifacts;

/// <summary>What is wrong with a shape.</summary>
internal enum ExtentError
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The number of elements or bytes does not fit in 63 bits.</summary>
    Overflow,

    /// <summary>A dimension is negative.</summary>
    Negative,

    /// <summary>It is no tuple or list of whole numbers, or a part of it was not kept.</summary>
    NotAShape,
}

/// <summary>How many elements and bytes a shape asks for. Both are 0 when there is an error.</summary>
internal readonly record struct ArrayExtent(long Count, long Bytes, ExtentError Error)
{
    private const long HugeBytes = 1L << 30;
    private const long HugeRatio = 16;

    /// <summary>
    /// Whether an array of <paramref name="declared"/> bytes is out of all proportion to the <paramref name="left"/> bytes that are there:
    /// no torn download, but a header that makes its reader reserve memory.
    /// </summary>
    internal static bool IsAbsurd(long declared, long left) => declared >= HugeBytes && declared / HugeRatio > left;

    /// <summary>The extent of <paramref name="dimensions"/> with elements of <paramref name="itemSize"/> bytes; no dimensions are one element.</summary>
    public static ArrayExtent Of(IReadOnlyList<long> dimensions, long itemSize)
    {
        if (itemSize < 0 || dimensions.Any(d => d < 0))
        {
            return new ArrayExtent(0, 0, ExtentError.Negative);
        }

        if (dimensions.Contains(0))
        {
            return default;
        }

        UInt128 count = 1;
        foreach (long dimension in dimensions)
        {
            count *= (UInt128)dimension;
            if (count > long.MaxValue)
            {
                return new ArrayExtent(0, 0, ExtentError.Overflow);
            }
        }

        UInt128 bytes = count * (UInt128)itemSize;
        return bytes > long.MaxValue
            ? new ArrayExtent(0, 0, ExtentError.Overflow)
            : new ArrayExtent((long)count, (long)bytes, ExtentError.None);
    }

    /// <summary>The extent of a shape that was read from a literal or a pickle.</summary>
    public static ArrayExtent Of(ValueShape shape, long itemSize)
    {
        long[]? dimensions = Dimensions(shape, out ExtentError error);
        return dimensions is null ? new ArrayExtent(0, 0, error) : Of(dimensions, itemSize);
    }

    /// <summary>The dimensions of a shape that was read from a literal or a pickle, or null when it is none.</summary>
    internal static long[]? TryDimensions(ValueShape shape) => Dimensions(shape, out _);

    private static long[]? Dimensions(ValueShape shape, out ExtentError error)
    {
        error = ExtentError.NotAShape;
        if (shape.Kind is not (ShapeKind.Tuple or ShapeKind.List) || shape.Elided || shape.Items.Count != shape.Count)
        {
            return null;
        }

        long[] dimensions = new long[shape.Items.Count];
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (!TryInteger(shape.Items[i], out dimensions[i], out bool tooLong))
            {
                error = tooLong ? ExtentError.Overflow : ExtentError.NotAShape;
                return null;
            }
        }

        error = ExtentError.None;
        return dimensions;
    }

    /// <summary>The whole number that <paramref name="value"/> is; a bool counts as 0 or 1, as in Python.</summary>
    internal static bool TryInteger(ValueShape value, out long number, out bool tooLong)
    {
        number = 0;
        tooLong = false;
        if (value.Kind == ShapeKind.Bool)
        {
            number = value.Text == "True" ? 1 : 0;
            return true;
        }

        if (value.Kind != ShapeKind.Int)
        {
            return false;
        }

        if (long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            return true;
        }

        // Digits are cut where they are long: such a number overflows, whatever its digits are.
        tooLong = value.Elided || value.Text.Length > 18;
        return false;
    }
}
