// The element types of tensors, across libraries: how large they are and what safetensors calls them.
namespace Assay.Artifacts;

/// <summary>The type of one element of a tensor.</summary>
public enum ElementType
{
    /// <summary>A byte that is 0 or 1.</summary>
    Bool,

    /// <summary>An unsigned byte.</summary>
    U8,

    /// <summary>A signed byte.</summary>
    I8,

    /// <summary>A float of 8 bits with 5 bits of exponent.</summary>
    F8E5M2,

    /// <summary>A float of 8 bits with 4 bits of exponent, without infinities.</summary>
    F8E4M3,

    /// <summary>A power of two in 8 bits.</summary>
    F8E8M0,

    /// <summary>A float of 8 bits with 5 bits of exponent, without infinities and negative zero.</summary>
    F8E5M2Fnuz,

    /// <summary>A float of 8 bits with 4 bits of exponent, without infinities and negative zero.</summary>
    F8E4M3Fnuz,

    /// <summary>A signed number of 16 bits.</summary>
    I16,

    /// <summary>An unsigned number of 16 bits.</summary>
    U16,

    /// <summary>A half-precision float.</summary>
    F16,

    /// <summary>The upper half of a single-precision float.</summary>
    BF16,

    /// <summary>Two half-precision floats: real and imaginary part. Safetensors has no such type.</summary>
    C32,

    /// <summary>A signed number of 32 bits.</summary>
    I32,

    /// <summary>An unsigned number of 32 bits.</summary>
    U32,

    /// <summary>A single-precision float.</summary>
    F32,

    /// <summary>Two single-precision floats: real and imaginary part.</summary>
    C64,

    /// <summary>A double-precision float.</summary>
    F64,

    /// <summary>A signed number of 64 bits.</summary>
    I64,

    /// <summary>An unsigned number of 64 bits.</summary>
    U64,

    /// <summary>Two double-precision floats: real and imaginary part. Safetensors has no such type.</summary>
    C128,
}

/// <summary>What is known of each <see cref="ElementType"/>.</summary>
internal static class ElementTypes
{
    /// <summary>The bytes of one element.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.C128 => 16,
        ElementType.F64 or ElementType.I64 or ElementType.U64 or ElementType.C64 => 8,
        ElementType.F32 or ElementType.I32 or ElementType.U32 or ElementType.C32 => 4,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 or ElementType.U16 => 2,
        _ => 1,
    };

    /// <summary>Whether an element is a pair of floats.</summary>
    public static bool IsComplex(this ElementType type) => type is ElementType.C32 or ElementType.C64 or ElementType.C128;

    /// <summary>Whether elements are, or are made of, floats.</summary>
    public static bool IsFloat(this ElementType type) => type.IsComplex()
        || type is ElementType.F64 or ElementType.F32 or ElementType.F16 or ElementType.BF16 or ElementType.F8E4M3 or ElementType.F8E5M2;

    /// <summary>The bytes that another byte order turns round: the element, or half of a complex one.</summary>
    public static int SwapUnit(this ElementType type) => type.IsComplex() ? type.Size() / 2 : type.Size();

    /// <summary>The name in a safetensors header, or null where safetensors has no such type.</summary>
    public static string? SafetensorsName(this ElementType type) => type switch
    {
        ElementType.Bool => "BOOL",
        ElementType.F8E5M2 => "F8_E5M2",
        ElementType.F8E4M3 => "F8_E4M3",
        ElementType.F8E8M0 => "F8_E8M0",
        ElementType.F8E5M2Fnuz => "F8_E5M2FNUZ",
        ElementType.F8E4M3Fnuz => "F8_E4M3FNUZ",
        ElementType.C32 or ElementType.C128 => null,
        _ => type.ToString(),
    };

    /// <summary>The type that a safetensors header calls <paramref name="name"/>, or null.</summary>
    public static ElementType? FromSafetensors(string name)
    {
        foreach (ElementType type in Enum.GetValues<ElementType>())
        {
            if (type.SafetensorsName() == name)
            {
                return type;
            }
        }

        return null;
    }
}
