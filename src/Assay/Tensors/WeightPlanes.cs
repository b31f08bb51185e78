// What the bits of a tensor's elements look like: per byte, per bit, per exponent, and whether they fit a smaller type.
using System.Buffers.Binary;
using System.Numerics;
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>How many elements would survive a trip through a smaller type unchanged.</summary>
/// <param name="Type">The smaller type.</param>
/// <param name="Exact">How many elements it holds exactly; NaN counts as held.</param>
/// <param name="FirstOther">The index of the first that it does not hold, or -1.</param>
internal readonly record struct PrecisionFit(ElementType Type, long Exact, long FirstOther);

/// <summary>
/// What the bits of a tensor's elements look like, gathered in one pass. These are measurements, no verdict: bits of encrypted data in the
/// low mantissa of full-precision weights look like those weights, and nothing here can tell them apart.
/// </summary>
internal sealed class WeightPlanes
{
    private const int ByteValues = 256;
    private readonly long[][] _bytes;
    private readonly long[] _exponents = new long[2048];
    private readonly long[] _exact;
    private readonly long[] _other;
    private readonly ElementType[] _smaller;

    private WeightPlanes(ElementType type)
    {
        Type = type;
        _bytes = [.. Enumerable.Range(0, type.Size()).Select(_ => new long[ByteValues])];
        _smaller = type switch
        {
            ElementType.F64 => [ElementType.F32, ElementType.F16, ElementType.BF16],
            ElementType.F32 => [ElementType.F16, ElementType.BF16],
            _ => [],
        };
        _exact = new long[_smaller.Length];
        _other = [.. _smaller.Select(_ => -1L)];
    }

    /// <summary>The element type.</summary>
    public ElementType Type { get; }

    /// <summary>The number of elements.</summary>
    public long Count { get; private set; }

    /// <summary>For each byte of an element, lowest first, the entropy of its values in bits: 0 for a constant, 8 for even noise.</summary>
    public IReadOnlyList<double> ByteEntropy => [.. _bytes.Select(Entropy)];

    /// <summary>For each bit of an element, lowest first, the share of elements in which it is 1.</summary>
    public IReadOnlyList<double> BitShare => [.. Enumerable.Range(0, 8 * _bytes.Length).Select(Share)];

    /// <summary>For floats, how many elements have each power of two (the unbiased exponent); zeros, subnormals, infinities and NaN are left out.</summary>
    public IReadOnlyDictionary<int, long> Exponents
    {
        get
        {
            (int bits, int bias) = Exponent(Type);
            return bits == 0
                ? new Dictionary<int, long>()
                : Enumerable.Range(1, (1 << bits) - 2).Where(e => _exponents[e] > 0).ToDictionary(e => e - bias, e => _exponents[e]);
        }
    }

    /// <summary>For floats of 32 and 64 bits, how many elements smaller floats hold exactly.</summary>
    public IReadOnlyList<PrecisionFit> Fits => [.. _smaller.Select((t, i) => new PrecisionFit(t, _exact[i], _other[i]))];

    /// <summary>Reads all elements; null for complex numbers and floats of 8 bits.</summary>
    public static WeightPlanes? Of(TensorStorage storage, TensorView view, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (view.Type.IsComplex() || view.Type is ElementType.F8E4M3 or ElementType.F8E5M2 or ElementType.F8E8M0 or ElementType.F8E4M3Fnuz or ElementType.F8E5M2Fnuz)
        {
            return null;
        }

        WeightPlanes planes = new(view.Type);
        using TensorBytes bytes = new(storage, view);
        for (ReadOnlySpan<byte> chunk = bytes.Next(); !chunk.IsEmpty; chunk = bytes.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            planes.Add(chunk);
        }

        return planes;
    }

    private void Add(ReadOnlySpan<byte> chunk)
    {
        int size = _bytes.Length;
        for (int plane = 0; plane < size; plane++)
        {
            long[] counts = _bytes[plane];
            for (int at = plane; at < chunk.Length; at += size)
            {
                counts[chunk[at]]++;
            }
        }

        (int bits, _) = Exponent(Type);
        for (int at = 0; at < chunk.Length; at += size, Count++)
        {
            if (bits > 0)
            {
                ulong raw = Raw(chunk.Slice(at, size));
                _exponents[(int)(raw >> ((8 * size) - 1 - bits)) & ((1 << bits) - 1)]++;
                for (int i = 0; i < _smaller.Length; i++)
                {
                    if (IsExact(raw, _smaller[i]))
                    {
                        _exact[i]++;
                    }
                    else if (_other[i] < 0)
                    {
                        _other[i] = Count;
                    }
                }
            }
        }
    }

    private bool IsExact(ulong raw, ElementType smaller)
    {
        double value = Type == ElementType.F64 ? BitConverter.UInt64BitsToDouble(raw) : BitConverter.UInt32BitsToSingle((uint)raw);
        if (double.IsNaN(value))
        {
            return true;
        }

        return smaller switch
        {
            ElementType.F32 => (float)value == value,
            ElementType.F16 => (double)(Half)value == value,
            _ => (float)value == value && (BitConverter.SingleToUInt32Bits((float)value) & 0xFFFF) == 0,
        };
    }

    private static ulong Raw(ReadOnlySpan<byte> element) => element.Length switch
    {
        2 => BinaryPrimitives.ReadUInt16LittleEndian(element),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(element),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(element),
    };

    private static (int Bits, int Bias) Exponent(ElementType type) => type switch
    {
        ElementType.F64 => (11, 1023),
        ElementType.F32 or ElementType.BF16 => (8, 127),
        ElementType.F16 => (5, 15),
        _ => (0, 0),
    };

    private double Entropy(long[] counts)
    {
        double sum = 0;
        foreach (long count in counts)
        {
            double share = (double)count / Math.Max(1, Count);
            sum -= share > 0 ? share * Math.Log2(share) : 0;
        }

        return Math.Max(0, sum);
    }

    private double Share(int bit)
    {
        long[] counts = _bytes[bit / 8];
        long ones = 0;
        for (int value = 0; value < ByteValues; value++)
        {
            ones += BitOperations.PopCount((uint)value & (1u << (bit % 8))) * counts[value];
        }

        return (double)ones / Math.Max(1, Count);
    }
}
