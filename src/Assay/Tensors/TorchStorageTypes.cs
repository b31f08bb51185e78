// The element sizes of PyTorch's storage classes.
namespace Assay.Tensors;

/// <summary>The element sizes of PyTorch's storage classes, by the class's resolved name.</summary>
internal static class TorchStorageTypes
{
    /// <summary>
    /// The bytes of one element of the storage class <paramref name="resolved"/> (<c>torch.FloatStorage</c>,
    /// <c>torch.cuda.HalfStorage</c>, <c>torch.storage.UntypedStorage</c>), or null when it is none that PyTorch has. Old streams
    /// name tensor classes where storages are meant (<c>torch.FloatTensor</c>); they have the same sizes.
    /// </summary>
    public static int? ElementSize(string resolved)
    {
        ArgumentNullException.ThrowIfNull(resolved);
        int dot = resolved.LastIndexOf('.');
        string module = dot < 0 ? "" : resolved[..dot];
        if (module is not ("torch" or "torch.cuda" or "torch.storage" or "torch.sparse" or "torch.cuda.sparse" or "torch._storage"))
        {
            return null;
        }

        string name = resolved[(dot + 1)..];
        string kind = name.EndsWith("Storage", StringComparison.Ordinal) ? name[..^"Storage".Length]
            : name.EndsWith("Tensor", StringComparison.Ordinal) ? name[..^"Tensor".Length] : name;
        return kind == name ? null : kind switch
        {
            "Byte" or "Char" or "Bool" or "QInt8" or "QUInt8" or "QUInt4x2" or "QUInt2x4" or "Untyped" or "_Untyped" => 1,
            "Short" or "Half" or "BFloat16" => 2,
            "Int" or "Float" or "QInt32" or "ComplexHalf" => 4,
            "Long" or "Double" or "ComplexFloat" => 8,
            "ComplexDouble" => 16,
            _ => null,
        };
    }
}
