// Numbers in an array of a state, where they lie.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Tensors;

namespace Assay.Formats.States;

/// <summary>How the elements of an array lie: records with fields, or plain numbers.</summary>
/// <param name="Stride">The bytes from one element to the next.</param>
/// <param name="Type">The type of a number; null where elements are none.</param>
/// <param name="IsBigEndian">Whether the most significant byte comes first.</param>
internal sealed record StateLayout(long Stride, ElementType? Type, bool IsBigEndian)
{
    private const int MostFields = 256;

    /// <summary>Where the number lies in the element.</summary>
    public long At { get; init; }

    /// <summary>The fields of records.</summary>
    public IReadOnlyDictionary<string, StateLayout> Fields { get; init; } = new Dictionary<string, StateLayout>();

    /// <summary>The layout that a pickled <c>numpy.dtype</c> describes; null where it is not known.</summary>
    public static StateLayout? OfPickled(ValueShape dtype)
    {
        if (NumpyPlainType.FromPickle(dtype) is { } plain)
        {
            return Of(plain);
        }

        NumpyElementType element = NumpyElementType.FromPickle(dtype);
        if (element.HasObject || element.ItemSize <= 0)
        {
            return null;
        }

        Dictionary<string, StateLayout> fields = new(StringComparer.Ordinal);
        if (dtype.State is { Kind: ShapeKind.Tuple, Items: { Count: > 5 } state } && state[4] is { Kind: ShapeKind.Dict } named)
        {
            for (int i = 0; i + 1 < named.Items.Count && fields.Count < MostFields; i += 2)
            {
                if (named.Items[i + 1] is { Kind: ShapeKind.Tuple, Items: [var type, var at, ..] } && NumpyPlainType.FromPickle(type) is { } field && ArrayExtent.TryInteger(at, out long offset, out _) && offset >= 0)
                {
                    fields[named.Items[i].Text] = Of(field) with { Stride = element.ItemSize, At = offset };
                }
            }
        }

        return new StateLayout(element.ItemSize, null, false) { Fields = fields };
    }

    /// <summary>The layout that the header of a file describes; null where it is not known.</summary>
    public static StateLayout? OfDescriptor(ValueShape descriptor)
    {
        if (NumpyPlainType.FromDescriptor(descriptor) is { } plain)
        {
            return Of(plain);
        }

        NumpyElementType element = NumpyElementType.FromDescriptor(descriptor);
        if (element.HasObject || element.ItemSize <= 0)
        {
            return null;
        }

        Dictionary<string, StateLayout> fields = new(StringComparer.Ordinal);
        long at = 0;
        foreach (ValueShape field in descriptor.Kind == ShapeKind.List ? descriptor.Items : [])
        {
            if (field is { Items: [var name, var type] } && fields.Count < MostFields && NumpyPlainType.FromDescriptor(type) is { } number)
            {
                fields[name.Text] = Of(number) with { Stride = element.ItemSize, At = at };
            }

            at += NumpyElementType.FromDescriptor(new ValueShape(ShapeKind.List) { Items = [field], Count = 1 }).ItemSize;
        }

        return new StateLayout(element.ItemSize, null, false) { Fields = fields };
    }

    private static StateLayout Of(NumpyPlainType type) => new(type.Type.Size(), type.Type, type.BigEndian);
}

/// <summary>An array of a state.</summary>
/// <param name="Bytes">What it lies in.</param>
/// <param name="Range">Where.</param>
/// <param name="Layout">How.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record StateArray(ByteSource Bytes, ByteRange Range, StateLayout Layout, IReadOnlyList<long> Shape)
{
    private const int Block = 1 << 15;
    private const int CostOfNumber = 4;
    private const int Widest = 8;

    /// <summary>How many elements there are: those that the shape asks for, as far as there are bytes of them.</summary>
    public long Count => Math.Min(ArrayExtent.Of(Shape, Layout.Stride) is { Error: ExtentError.None } extent ? extent.Count : 0, Range.Length / Layout.Stride);

    /// <summary>The numbers of a field; null where there is no such field.</summary>
    public StateArray? Field(string name)
    {
        string[] raw = name.Split('+');
        if (raw.Length == 2 && long.TryParse(raw[0], out long stride) && long.TryParse(raw[1], out long at))
        {
            return this with { Layout = new StateLayout(stride, ElementType.I64, false) { At = at }, Shape = [Range.Length / stride] };
        }

        return Layout.Fields.TryGetValue(name, out StateLayout? field) ? this with { Layout = field } : null;
    }

    /// <summary>One of the numbers; null where it is none.</summary>
    public long? At(long index)
    {
        if (index < 0 || index >= Count || Layout.Type is not { } type)
        {
            return null;
        }

        byte[] bytes = Bytes.ReadUpTo(Range.Offset + (index * Layout.Stride) + Layout.At, type.Size());
        return bytes.Length == type.Size() ? Number(bytes, type) : null;
    }

    /// <summary>Whether its elements are whole numbers.</summary>
    public bool IsWhole => Layout.Type is ElementType.Bool or ElementType.U8 or ElementType.I8 or ElementType.U16 or ElementType.I16 or ElementType.U32 or ElementType.I32 or ElementType.U64 or ElementType.I64;

    /// <summary>The numbers in their order, each paid for.</summary>
    public IEnumerable<long> Numbers(ScanBudget budget)
    {
        if (Layout.Type is not { } type || !IsWhole)
        {
            yield break;
        }

        long count = Count;
        int width = type.Size();
        int rows = (int)Math.Max(1, Math.Min(count, Block / Layout.Stride));
        byte[] block = new byte[rows == 1 ? Widest : rows * (int)Layout.Stride];
        for (long row = 0; row < count; row += rows)
        {
            budget.SpendWork(((long)CostOfNumber * rows) + (block.Length / Widest), Range.Offset);
            long at = Range.Offset + (row * Layout.Stride) + (rows == 1 ? Layout.At : 0);
            int got = Bytes.ReadAt(at, block);
            for (int i = 0; i < rows && row + i < count; i++)
            {
                int start = rows == 1 ? 0 : (int)((i * Layout.Stride) + Layout.At);
                if (start + width > got)
                {
                    yield break;
                }

                yield return Number(block.AsSpan(start, width), type);
            }
        }
    }

    private long Number(ReadOnlySpan<byte> bytes, ElementType type) => type switch
    {
        ElementType.I8 => (sbyte)bytes[0],
        ElementType.U8 or ElementType.Bool => bytes[0],
        ElementType.I16 => Layout.IsBigEndian ? BinaryPrimitives.ReadInt16BigEndian(bytes) : BinaryPrimitives.ReadInt16LittleEndian(bytes),
        ElementType.U16 => Layout.IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        ElementType.I32 => Layout.IsBigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ElementType.U32 => Layout.IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes),

        // What does not fit 63 bits is negative: no index.
        _ => Layout.IsBigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };
}
