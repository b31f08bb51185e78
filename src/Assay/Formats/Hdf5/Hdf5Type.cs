// Datatypes and dataspaces of HDF5, as far as readers of tensors and of texts need them.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>The class of a datatype.</summary>
internal enum Hdf5Class
{
    Integer = 0,
    Float = 1,
    Time = 2,
    Text = 3,
    Bits = 4,
    Opaque = 5,
    Compound = 6,
    Reference = 7,
    Enumeration = 8,
    VariableLength = 9,
    Array = 10,
    Complex = 11,
}

/// <summary>A datatype.</summary>
/// <param name="Class">Its class.</param>
/// <param name="Size">The bytes of one element.</param>
internal sealed record Hdf5Type(Hdf5Class Class, long Size)
{
    private const int MaxDepth = 16;
    private const int LongestTag = 64;

    /// <summary>The element type of tensors, where there is one.</summary>
    public ElementType? Element { get; private init; }

    /// <summary>Whether the most significant byte comes first.</summary>
    public bool IsBigEndian { get; private init; }

    /// <summary>Of variable length: whether it is text.</summary>
    public bool IsText { get; private init; }

    /// <summary>Of variable length, an array or an enumeration: the type of the items.</summary>
    public Hdf5Type? Items { get; private init; }

    /// <summary>
    /// The tag of an opaque type by which h5py takes stored bytes for Python objects, wherever in the type it lies; null without one. Specification: <c>h5py/h5t.pyx</c>,
    /// <c>TypeOpaqueID</c>: what stands behind <c>NUMPY:</c> is the description of an element type.
    /// </summary>
    public string? ObjectTag { get; private init; }

    /// <summary>Reads a datatype message.</summary>
    public static Hdf5Type Read(Hdf5Message message, Hdf5File file)
    {
        // Types lie in types: from the outside to the inside, then built the other way.
        Hdf5Cursor all = new(message.Bytes, message.At, file);
        List<(Hdf5Class Class, int Version, long Bits, long Size, ElementType? Element)> levels = [];
        while (levels.Count < MaxDepth)
        {
            int head = all.U8();
            long bits = all.Number(3);
            long size = all.U32();
            Hdf5Class kind = (Hdf5Class)(head & 0xF);
            int version = head >> 4;
            levels.Add((kind, version, bits, size, kind is Hdf5Class.Integer or Hdf5Class.Float ? Number(kind, bits, size, ref all) : kind is Hdf5Class.Compound ? Pair(version, bits, size, ref all) : null));
            if (kind is Hdf5Class.Array)
            {
                int rank = all.U8();
                all.Skip((version < 3 ? 3 : 0) + (4L * rank) + (version < 3 ? 4L * rank : 0));
            }
            else if (kind is not (Hdf5Class.VariableLength or Hdf5Class.Enumeration))
            {
                break;
            }
        }

        Hdf5Type? type = null;
        for (int i = levels.Count - 1; i >= 0; i--)
        {
            (Hdf5Class kind, _, long bits, long size, ElementType? element) = levels[i];
            bool isBool = kind is Hdf5Class.Enumeration && size == 1 && IsBool(message.Bytes);
            type = new Hdf5Type(kind, size)
            {
                Element = isBool ? ElementType.Bool : kind is Hdf5Class.Enumeration or Hdf5Class.Bits ? type?.Element : element,
                IsBigEndian = kind is Hdf5Class.Integer or Hdf5Class.Float ? (bits & 1) != 0 : kind is Hdf5Class.Compound && element is not null ? PairIsBig(message.Bytes) : type?.IsBigEndian ?? false,
                IsText = kind is Hdf5Class.VariableLength && (bits & 0xF) == 1,
                Items = type,
                ObjectTag = i == 0 ? Tag(message.Bytes) : null,
            };
        }

        return type!;
    }

    /// <summary>The sizes of a dataspace message; null where there is no data at all.</summary>
    public static List<long>? Shape(Hdf5Message message, Hdf5File file, out bool growsSideways)
    {
        growsSideways = false;
        Hdf5Cursor all = new(message.Bytes, message.At, file);
        int version = all.U8();
        int rank = all.U8();
        bool hasMost = (all.U8() & 1) != 0;
        if (version is not (1 or 2))
            throw new MalformedException(message.At, "A dataspace has a version that is not known.");

        all.Skip(version == 1 ? 5 : 0);
        if (version == 2 && all.U8() == 2)
            return null;

        List<long> shape = [];
        for (int i = 0; i < rank; i++)
            shape.Add(all.Length());

        for (int i = 0; i < rank && hasMost && all.Left >= file.LengthSize; i++)
            growsSideways |= all.LengthOrNone() < 0 && i > 0;

        return shape;
    }

    private static ElementType? Number(Hdf5Class kind, long bits, long size, ref Hdf5Cursor all)
    {
        int offset = all.U16();
        int precision = all.U16();
        if (kind is Hdf5Class.Integer)
        {
            bool isSigned = (bits & 8) != 0;
            return offset != 0 || precision != size * 8 ? null : size switch
            {
                1 => isSigned ? ElementType.I8 : ElementType.U8,
                2 => isSigned ? ElementType.I16 : ElementType.U16,
                4 => isSigned ? ElementType.I32 : ElementType.U32,
                8 => isSigned ? ElementType.I64 : ElementType.U64,
                _ => null,
            };
        }

        all.Skip(1);
        int exponent = all.U8();
        all.Skip(6);
        return (size, exponent) switch
        {
            (2, 5) => ElementType.F16,
            (2, 8) => ElementType.BF16,
            (4, 8) => ElementType.F32,
            (8, 11) => ElementType.F64,
            (1, 4) => ElementType.F8E4M3,
            (1, 5) => ElementType.F8E5M2,
            _ => null,
        };
    }

    /// <summary>A complex number as h5py writes it: a compound of two floats, real and imaginary part.</summary>
    private static ElementType? Pair(int version, long bits, long size, ref Hdf5Cursor all) =>
        (bits & 0xFFFF) == 2 && version is 1 or 3 && all.Left >= 2 && all.Bytes(1)[0] is (byte)'r' && all.Bytes(1)[0] == 0
            ? size switch { 8 => ElementType.C64, 16 => ElementType.C128, 4 => ElementType.C32, _ => null }
            : null;

    private static bool PairIsBig(ReadOnlySpan<byte> type)
    {
        int version = type[0] >> 4;

        // The first member's name, its place, and in version 1 its sizes; then its type.
        int at = version == 1 ? 8 + 8 + 4 + 28 + 1 : 8 + 2 + 1 + 1;
        return at < type.Length && (type[at] & 1) != 0;
    }

    private static string? Tag(ReadOnlySpan<byte> type)
    {
        for (int at = 0; type[at..].IndexOf("NUMPY:"u8) is >= 0 and var found; at += found + 1)
        {
            ReadOnlySpan<byte> tag = type[(at + found)..];
            tag = tag[..(tag.IndexOf((byte)0) is >= 0 and var end ? end : tag.Length)];
            if (tag.IndexOf((byte)'O') >= 0 || tag.IndexOf("object"u8) >= 0)
            {
                return Encoding.Latin1.GetString(tag[..Math.Min(tag.Length, LongestTag)]);
            }
        }

        return null;
    }

    private static bool IsBool(ReadOnlySpan<byte> type) => type.IndexOf("FALSE\0"u8) >= 0 && type.IndexOf("TRUE\0"u8) >= 0;
}
