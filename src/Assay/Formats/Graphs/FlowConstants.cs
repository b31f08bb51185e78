// Constants of a graph, from the first of their bytes.
using System.Buffers.Binary;
using Assay.Artifacts;

namespace Assay.Formats.Graphs;

/// <summary>Makes values of constants.</summary>
internal static class FlowConstants
{
    /// <summary>So many bytes of a constant say whether its elements differ.</summary>
    public const int Sample = 2048;

    private const int MostKnown = 16;

    /// <summary>A constant.</summary>
    /// <param name="shape">Its shape; null where it is not known.</param>
    /// <param name="type">The type of its elements; null where it is none that is known.</param>
    /// <param name="first">Its first bytes, little-endian; all of them where there are fewer than <see cref="Sample"/>.</param>
    public static FlowValue Of(IReadOnlyList<long>? shape, ElementType? type, ReadOnlySpan<byte> first)
    {
        if (type is not { } known || known.Size() is not (> 0 and <= 8) || first.Length < known.Size())
        {
            return FlowValue.Constant with { Shape = shape };
        }

        int size = known.Size();
        bool isUniform = true;
        for (int at = size; at + size <= first.Length && isUniform; at += size)
        {
            isUniform = first.Slice(at, size).SequenceEqual(first[..size]);
        }

        List<double>? values = null;
        if (shape is not null && shape.All(e => e >= 0) && shape.Aggregate(1.0, (a, b) => a * b) is <= MostKnown and var count && first.Length >= (int)count * size)
        {
            values = [];
            for (int i = 0; i < (int)count; i++)
            {
                values.Add(Number(known, first[(i * size)..]));
            }

            isUniform = values.Distinct().Count() <= 1;
        }

        return FlowValue.Constant with { Shape = shape, IsUniform = isUniform, Known = values };
    }

    /// <summary>A constant whose elements are known.</summary>
    public static FlowValue Of(IReadOnlyList<long>? shape, IReadOnlyList<double> values, bool isCut)
    {
        bool isUniform = values.Distinct().Count() <= 1;
        // Where fewer elements stand there than the shape says, the last is repeated.
        return FlowValue.Constant with { Shape = shape, IsUniform = isUniform && values.Count > 0, Known = isCut || values.Count > MostKnown || values.Count == 0 ? null : values };
    }

    private static double Number(ElementType type, ReadOnlySpan<byte> at) => type switch
    {
        ElementType.F64 => BinaryPrimitives.ReadDoubleLittleEndian(at),
        ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(at),
        ElementType.F16 => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
        ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(at),
        ElementType.U64 => BinaryPrimitives.ReadUInt64LittleEndian(at),
        ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(at),
        ElementType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
        ElementType.I16 => BinaryPrimitives.ReadInt16LittleEndian(at),
        ElementType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(at),
        ElementType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16),
        ElementType.I8 => (sbyte)at[0],
        ElementType.Bool or ElementType.U8 => at[0],
        _ => double.NaN,
    };
}
