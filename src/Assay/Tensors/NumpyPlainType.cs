// The element types of NumPy that are plain numbers, with their byte order.
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>An element type of NumPy that is a plain number.</summary>
/// <param name="Type">The type.</param>
/// <param name="BigEndian">Whether the most significant byte comes first.</param>
internal readonly record struct NumpyPlainType(ElementType Type, bool BigEndian)
{
    /// <summary>The type of a header's <c>descr</c>, or null when it is no plain number.</summary>
    public static NumpyPlainType? FromDescriptor(ValueShape descriptor) =>
        descriptor is { Kind: ShapeKind.Str or ShapeKind.Bytes, Elided: false } ? OfText(descriptor.Text) : null;

    /// <summary>
    /// The type of a pickled <c>numpy.dtype(name, ...)</c>, whose state's second item is the byte order. Null when it is no plain
    /// number, or when its state says something else than its name.
    /// </summary>
    public static NumpyPlainType? FromPickle(ValueShape dtype)
    {
        if (dtype.Kind == ShapeKind.Import)
        {
            return dtype.Text.StartsWith("numpy.", StringComparison.Ordinal) ? ByName(dtype.Text["numpy.".Length..]) : null;
        }

        NumpyElementType element = NumpyElementType.FromPickle(dtype);
        if (element.Error is not null || element.HasObject || element.IsStructured || element.IsDisputed
            || dtype.Items.Count == 0 || dtype.Items[0] is not { Kind: ShapeKind.Str or ShapeKind.Bytes, Elided: false } named)
        {
            return null;
        }

        NumpyPlainType? plain = OfText(named.Text);
        if (plain is not { } type || dtype.State is not { Kind: ShapeKind.Tuple, Items.Count: > 5 } state)
        {
            return plain;
        }

        return state.Items[1].Text switch
        {
            ">" => type with { BigEndian = true },
            "<" or "=" => type with { BigEndian = false },
            "|" => type,
            _ => null,
        };
    }

    /// <summary>The type that a text means, as a code with or without its byte order (<c>&lt;f4</c>, <c>|b1</c>) or as a name (<c>float32</c>); null when it is no plain number.</summary>
    public static NumpyPlainType? OfText(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        bool ordered = text[0] is '<' or '>' or '=' or '|';
        NumpyPlainType? type = ByCode(ordered ? text[1..] : text) ?? (ordered ? null : ByName(text));
        return type is { } found ? found with { BigEndian = text[0] == '>' } : null;
    }

    private static NumpyPlainType? ByCode(string code) => code switch
    {
        "?" or "b1" => Of(ElementType.Bool),
        "b" or "i1" => Of(ElementType.I8),
        "B" or "u1" => Of(ElementType.U8),
        "h" or "i2" => Of(ElementType.I16),
        "H" or "u2" => Of(ElementType.U16),
        "e" or "f2" => Of(ElementType.F16),
        "i" or "i4" => Of(ElementType.I32),
        "I" or "u4" => Of(ElementType.U32),
        "f" or "f4" => Of(ElementType.F32),
        "l" or "q" or "i8" => Of(ElementType.I64),
        "L" or "Q" or "u8" => Of(ElementType.U64),
        "d" or "f8" => Of(ElementType.F64),
        "F" or "c8" => Of(ElementType.C64),
        "D" or "c16" => Of(ElementType.C128),
        _ => null,
    };

    private static NumpyPlainType? ByName(string name) => name switch
    {
        "bool" or "bool_" => Of(ElementType.Bool),
        "int8" => Of(ElementType.I8),
        "uint8" => Of(ElementType.U8),
        "int16" => Of(ElementType.I16),
        "uint16" => Of(ElementType.U16),
        "float16" => Of(ElementType.F16),
        "int32" => Of(ElementType.I32),
        "uint32" => Of(ElementType.U32),
        "float32" => Of(ElementType.F32),
        "int64" => Of(ElementType.I64),
        "uint64" => Of(ElementType.U64),
        "float64" => Of(ElementType.F64),
        "complex64" => Of(ElementType.C64),
        "complex128" => Of(ElementType.C128),
        _ => null,
    };

    private static NumpyPlainType Of(ElementType type) => new(type, false);
}
