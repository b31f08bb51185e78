// The element types of OpenVINO.
using Assay.Artifacts;

namespace Assay.Formats.OpenVino;

/// <summary>The element types of OpenVINO, as its documents name them.</summary>
internal static class OpenVinoTypes
{
    /// <summary>The type that fills whole bytes, or null.</summary>
    public static ElementType? ElementOf(string name) => name.ToLowerInvariant() switch
    {
        "f64" or "fp64" => ElementType.F64,
        "f32" or "fp32" => ElementType.F32,
        "f16" or "fp16" => ElementType.F16,
        "bf16" => ElementType.BF16,
        "f8e4m3" => ElementType.F8E4M3,
        "f8e5m2" => ElementType.F8E5M2,
        "f8e8m0" => ElementType.F8E8M0,
        "i64" => ElementType.I64,
        "i32" => ElementType.I32,
        "i16" => ElementType.I16,
        "i8" => ElementType.I8,
        "u64" => ElementType.U64,
        "u32" => ElementType.U32,
        "u16" => ElementType.U16,
        "u8" => ElementType.U8,
        "boolean" or "bool" => ElementType.Bool,
        _ => null,
    };

    /// <summary>The bits of one element; 0 where they are not known, or differ from element to element.</summary>
    public static int BitsOf(string name) => ElementOf(name) is { } type ? type.Size() * 8 : name.ToLowerInvariant() switch
    {
        "u1" or "bin" => 1,
        "u2" => 2,
        "u3" => 3,
        "i4" or "u4" or "nf4" or "f4e2m1" => 4,
        "u6" => 6,
        _ => 0,
    };
}
