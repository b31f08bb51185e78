// What the elements of a tensor are like: smallest, largest, mean, and how many are not numbers.
using System.Buffers.Binary;
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>
/// What the elements of a tensor are like. Complex numbers count as two floats. Smallest, largest and mean leave out what is not finite,
/// and are NaN where nothing is left.
/// </summary>
/// <param name="Count">How many elements (floats of complex ones) there are.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
/// <param name="Mean">The mean, summed in double precision.</param>
/// <param name="NaN">How many are not a number.</param>
/// <param name="Infinite">How many are infinite.</param>
/// <param name="Zero">How many are zero.</param>
public readonly record struct TensorStatistics(long Count, double Min, double Max, double Mean, long NaN, long Infinite, long Zero)
{
    /// <summary>Reads all elements of <paramref name="view"/>; null for types that are not decoded (floats of 8 bits).</summary>
    public static TensorStatistics? Of(TensorStorage storage, TensorView view, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (view.Type is ElementType.F8E4M3 or ElementType.F8E5M2 or ElementType.F8E8M0 or ElementType.F8E4M3Fnuz or ElementType.F8E5M2Fnuz)
        {
            return null;
        }

        using TensorBytes bytes = new(storage, view);
        int unit = view.Type.SwapUnit();
        (long count, long nan, long infinite, long zero) = (0, 0, 0, 0);
        (double min, double max, double sum) = (double.PositiveInfinity, double.NegativeInfinity, 0);
        for (ReadOnlySpan<byte> chunk = bytes.Next(); !chunk.IsEmpty; chunk = bytes.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            for (int at = 0; at < chunk.Length; at += unit, count++)
            {
                double value = Decode(chunk[at..], view.Type);
                if (!double.IsFinite(value))
                {
                    nan += double.IsNaN(value) ? 1 : 0;
                    infinite += double.IsInfinity(value) ? 1 : 0;
                    continue;
                }

                zero += value == 0 ? 1 : 0;
                min = Math.Min(min, value);
                max = Math.Max(max, value);
                sum += value;
            }
        }

        long finite = count - nan - infinite;
        return finite == 0
            ? new TensorStatistics(count, double.NaN, double.NaN, double.NaN, nan, infinite, zero)
            : new TensorStatistics(count, min, max, sum / finite, nan, infinite, zero);
    }

    private static double Decode(ReadOnlySpan<byte> bytes, ElementType type) => type switch
    {
        ElementType.F64 or ElementType.C128 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        ElementType.F32 or ElementType.C64 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        ElementType.F16 or ElementType.C32 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        ElementType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
        ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ElementType.U64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ElementType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        ElementType.I16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        ElementType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        ElementType.I8 => (sbyte)bytes[0],
        _ => bytes[0],
    };
}
