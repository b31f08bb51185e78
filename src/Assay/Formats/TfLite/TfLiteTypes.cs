// The element types of TensorFlow Lite.
using Assay.Artifacts;

namespace Assay.Formats.TfLite;

/// <summary>The element types of TensorFlow Lite (<c>enum TensorType</c>).</summary>
internal static class TfLiteTypes
{
    /// <summary>The type, where its elements fill whole bytes.</summary>
    public static ElementType? ElementOf(byte type) => type switch
    {
        0 => ElementType.F32,
        1 => ElementType.F16,
        2 => ElementType.I32,
        3 => ElementType.U8,
        4 => ElementType.I64,
        6 => ElementType.Bool,
        7 => ElementType.I16,
        8 => ElementType.C64,
        9 => ElementType.I8,
        10 => ElementType.F64,
        11 => ElementType.C128,
        12 => ElementType.U64,
        15 => ElementType.U32,
        16 => ElementType.U16,
        18 => ElementType.BF16,
        21 => ElementType.F8E4M3,
        22 => ElementType.F8E5M2,
        _ => null,
    };

    /// <summary>The bits of an element; 0 where elements differ (texts, resources) or the type is not known.</summary>
    public static int BitsOf(byte type) => ElementOf(type) is { } known ? known.Size() * 8 : type switch { 17 or 20 => 4, 19 => 2, _ => 0 };

    /// <summary>Whether there is such a type.</summary>
    public static bool IsKnown(byte type) => type <= 22;
}
