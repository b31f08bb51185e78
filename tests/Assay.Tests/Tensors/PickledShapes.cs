// Values of a pickle as the walker would hand them over, written as Python literals.
using Assay.Artifacts;
using Assay.Tensors;

namespace Assay.Tests.Tensors;

/// <summary>
/// Turns a literal into the shape of a pickled value: <c>('@dtype', arguments, state)</c> is a <c>numpy.dtype</c> with its state, and a
/// text that begins with <c>@import:</c> an imported object.
/// </summary>
internal static class PickledShapes
{
    /// <summary>Python that prints a dtype in this form: <c>shape(dtype)</c>.</summary>
    public const string Script = """
        import numpy, sys
        def shape(v):
            if isinstance(v, numpy.dtype):
                r = v.__reduce__()
                return ('@dtype', tuple(map(shape, r[1])), shape(r[2]))
            if isinstance(v, type): return '@import:' + v.__module__ + '.' + v.__name__
            if isinstance(v, tuple): return tuple(map(shape, v))
            if isinstance(v, dict) or type(v).__name__ == 'mappingproxy': return {shape(k): shape(x) for k, x in v.items()}
            return v

        """;

    public static ValueShape Of(string literal)
    {
        PyLiteralResult parsed = PyLiteral.Parse(literal);
        Assert.True(parsed.Value is not null, parsed.Error);
        return Of(parsed.Value!);
    }

    private static ValueShape Of(ValueShape value)
    {
        if (value is { Kind: ShapeKind.Tuple, Items: [{ Kind: ShapeKind.Str, Text: "@dtype" }, var arguments, ..] })
        {
            return new ValueShape(ShapeKind.Result, "numpy.dtype")
            {
                Items = [.. arguments.Items.Select(Of)],
                Count = arguments.Count,
                State = value.Items.Count > 2 ? Of(value.Items[2]) : null,
            };
        }

        return value.Kind == ShapeKind.Str && value.Text.StartsWith("@import:", StringComparison.Ordinal)
            ? new ValueShape(ShapeKind.Import, value.Text["@import:".Length..])
            : value with { Items = [.. value.Items.Select(Of)] };
    }
}
