// The element types behind PyTorch's storage classes and dtypes.
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>The element types behind PyTorch's storage classes (<c>torch.FloatStorage</c>) and dtypes (<c>torch.float32</c>).</summary>
internal static class TorchElementTypes
{
    /// <summary>
    /// The element type of the storage class <paramref name="resolved"/>: bytes for an untyped storage, the integer behind a quantised
    /// one, bytes for one that is packed below a byte, null for what is unknown.
    /// </summary>
    public static ElementType? OfStorage(string resolved)
    {
        if (TorchStorageTypes.ElementSize(resolved) is null)
        {
            return null;
        }

        string name = resolved[(resolved.LastIndexOf('.') + 1)..];
        string kind = name.EndsWith("Storage", StringComparison.Ordinal) ? name[..^"Storage".Length] : name[..^"Tensor".Length];
        return kind switch
        {
            "Bool" => ElementType.Bool,
            "Byte" or "QUInt8" or "QUInt4x2" or "QUInt2x4" or "Untyped" or "_Untyped" => ElementType.U8,
            "Char" or "QInt8" => ElementType.I8,
            "Short" => ElementType.I16,
            "Half" => ElementType.F16,
            "BFloat16" => ElementType.BF16,
            "Int" or "QInt32" => ElementType.I32,
            "Float" => ElementType.F32,
            "Long" => ElementType.I64,
            "Double" => ElementType.F64,
            "ComplexHalf" => ElementType.C32,
            "ComplexFloat" => ElementType.C64,
            "ComplexDouble" => ElementType.C128,
            _ => null,
        };
    }

    /// <summary>The bits of one element where several share a byte of the storage class or dtype <paramref name="resolved"/>, or 0.</summary>
    public static int PackedBits(string resolved) => resolved[(resolved.LastIndexOf('.') + 1)..] switch
    {
        "QUInt4x2Storage" or "quint4x2" or "bits4x2" or "float4_e2m1fn_x2" => 4,
        "QUInt2x4Storage" or "quint2x4" or "bits2x4" => 2,
        "bits1x8" => 1,
        _ => 0,
    };

    /// <summary>The element type of the dtype <paramref name="resolved"/>, or null.</summary>
    public static ElementType? OfDtype(string resolved) => !resolved.StartsWith("torch.", StringComparison.Ordinal) ? null : resolved["torch.".Length..] switch
    {
        "bool" => ElementType.Bool,
        "uint8" or "quint8" or "bits8" or "bits1x8" or "bits2x4" or "bits4x2" or "float4_e2m1fn_x2" => ElementType.U8,
        "int8" or "qint8" => ElementType.I8,
        "int16" or "short" => ElementType.I16,
        "uint16" or "bits16" => ElementType.U16,
        "float16" or "half" => ElementType.F16,
        "bfloat16" => ElementType.BF16,
        "int32" or "int" or "qint32" => ElementType.I32,
        "uint32" => ElementType.U32,
        "float32" or "float" => ElementType.F32,
        "int64" or "long" => ElementType.I64,
        "uint64" => ElementType.U64,
        "float64" or "double" => ElementType.F64,
        "complex32" or "chalf" => ElementType.C32,
        "complex64" or "cfloat" => ElementType.C64,
        "complex128" or "cdouble" => ElementType.C128,
        "float8_e4m3fn" => ElementType.F8E4M3,
        "float8_e5m2" => ElementType.F8E5M2,
        "float8_e5m2fnuz" => ElementType.F8E5M2Fnuz,
        "float8_e4m3fnuz" => ElementType.F8E4M3Fnuz,
        "float8_e8m0fnu" => ElementType.F8E8M0,
        _ => null,
    };
}
