// Elements smaller than a byte: how several share one, and what safetensors calls them.
using System.Globalization;

namespace Assay.Artifacts;

/// <summary>
/// How elements smaller than a byte share one. Such a tensor is read as its bytes: its view counts bytes, and this says what they hold.
/// </summary>
/// <param name="Name">What the file calls the type: <c>quint4x2</c>, <c>F4</c> ...</param>
/// <param name="Bits">The bits of one element.</param>
/// <param name="Shape">The shape in elements.</param>
/// <param name="SafetensorsName">What a safetensors header calls the type; null where it has none, and the bytes are written as bytes.</param>
public sealed record Packing(string Name, int Bits, IReadOnlyList<long> Shape, string? SafetensorsName)
{
    /// <summary>What is said of bytes that are written as bytes.</summary>
    public string Note => string.Create(CultureInfo.InvariantCulture,
        $"{Name} [{string.Join(", ", Shape)}]: {8 / Bits} elements of {Bits} bits in a byte{(Name.StartsWith("quint", StringComparison.Ordinal) ? ", the first in the lowest bits" : "")}");

    /// <summary>
    /// A tensor whose shape, strides and offset count elements (PyTorch's quantised types): as bytes, if the elements lie one after the
    /// other from the start of a byte on. The last byte may be filled in part.
    /// </summary>
    internal static (TensorView View, Packing Packing)? OfElements(string name, int bits, TensorView elements)
    {
        Int128 first = (Int128)elements.Offset * bits;
        if (elements.Offset < 0 || elements.Count < 0 || elements.Shape.Count != elements.Strides.Count || !elements.IsContiguous || first % 8 != 0)
        {
            return null;
        }

        long bytes = (long)((((Int128)elements.Count * bits) + 7) / 8);
        return (TensorView.RowMajor(elements.Type, [bytes], (long)(first / 8)), new Packing(name, bits, elements.Shape, null));
    }

    /// <summary>A tensor whose shape and strides count bytes (PyTorch's <c>bits4x2</c>, <c>float4_e2m1fn_x2</c>): its last dimension has several elements a byte.</summary>
    internal static (TensorView View, Packing Packing)? OfBytes(string name, int bits, TensorView bytes)
    {
        long[] shape = bytes.Shape.Count == 0 ? [1] : [.. bytes.Shape];
        int each = 8 / bits;
        if (shape[^1] > long.MaxValue / each)
        {
            return null;
        }

        shape[^1] *= each;
        return (bytes, new Packing(name, bits, shape, name == "float4_e2m1fn_x2" ? "F4" : null));
    }

    /// <summary>The type of safetensors with that name, in <paramref name="shape"/>; null where it is none that is smaller than a byte.</summary>
    internal static Packing? FromSafetensors(string name, IReadOnlyList<long> shape) => name switch
    {
        "F4" => new Packing(name, 4, shape, name),
        "F6_E2M3" or "F6_E3M2" => new Packing(name, 6, shape, name),
        _ => null,
    };

    /// <summary>The bytes that the elements fill; null where they end within one, or are too many.</summary>
    internal long? WholeBytes => ArrayExtent.Of(Shape, 1) is { Error: ExtentError.None } extent && (Int128)extent.Count * Bits is var bits && bits % 8 == 0
        ? (long)(bits / 8) : null;
}
