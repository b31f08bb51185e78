// The specification of the pickle opcodes, as data.
namespace Assay.Pickle;

/// <summary>How an opcode's argument is laid out after its code byte. Numbers are little-endian unless said.</summary>
internal enum PickleArgument : byte
{
    /// <summary>None.</summary>
    None,

    /// <summary>An unsigned byte.</summary>
    UInt1,

    /// <summary>An unsigned 16-bit number.</summary>
    UInt2,

    /// <summary>A signed 32-bit number.</summary>
    Int4,

    /// <summary>An unsigned 32-bit number.</summary>
    UInt4,

    /// <summary>An unsigned 64-bit number.</summary>
    UInt8,

    /// <summary>An IEEE 754 double, big-endian.</summary>
    Float8,

    /// <summary>A one-byte length and that many bytes.</summary>
    Counted1,

    /// <summary>A four-byte unsigned length and that many bytes.</summary>
    Counted4,

    /// <summary>A four-byte signed length, an error when negative, and that many bytes.</summary>
    CountedSigned4,

    /// <summary>An eight-byte unsigned length and that many bytes.</summary>
    Counted8,

    /// <summary>Text up to a newline.</summary>
    Line,

    /// <summary>Two texts, each up to a newline.</summary>
    LinePair,
}

/// <summary>One opcode of the specification.</summary>
/// <param name="Code">The code.</param>
/// <param name="Argument">How its argument is laid out.</param>
/// <param name="Protocol">The first protocol whose pickler writes it; the unpickler accepts every opcode in every protocol.</param>
internal readonly record struct OpcodeInfo(Op Code, PickleArgument Argument, byte Protocol);

/// <summary>
/// The 68 opcodes of protocols 0 to 5, after CPython's <c>Lib/pickletools.py</c> and <c>Modules/_pickle.c</c>.
/// </summary>
internal static class OpcodeTable
{
    private static readonly OpcodeInfo[] s_all =
    [
        new(Op.MARK, PickleArgument.None, 0), new(Op.EMPTY_TUPLE, PickleArgument.None, 1), new(Op.STOP, PickleArgument.None, 0),
        new(Op.POP, PickleArgument.None, 0), new(Op.POP_MARK, PickleArgument.None, 1), new(Op.DUP, PickleArgument.None, 0),
        new(Op.BINBYTES, PickleArgument.Counted4, 3), new(Op.SHORT_BINBYTES, PickleArgument.Counted1, 3),
        new(Op.FLOAT, PickleArgument.Line, 0), new(Op.BINFLOAT, PickleArgument.Float8, 1), new(Op.INT, PickleArgument.Line, 0),
        new(Op.BININT, PickleArgument.Int4, 1), new(Op.BININT1, PickleArgument.UInt1, 1), new(Op.LONG, PickleArgument.Line, 0),
        new(Op.BININT2, PickleArgument.UInt2, 1), new(Op.NONE, PickleArgument.None, 0), new(Op.PERSID, PickleArgument.Line, 0),
        new(Op.BINPERSID, PickleArgument.None, 1), new(Op.REDUCE, PickleArgument.None, 0), new(Op.STRING, PickleArgument.Line, 0),
        new(Op.BINSTRING, PickleArgument.CountedSigned4, 1), new(Op.SHORT_BINSTRING, PickleArgument.Counted1, 1),
        new(Op.UNICODE, PickleArgument.Line, 0), new(Op.BINUNICODE, PickleArgument.Counted4, 1),
        new(Op.EMPTY_LIST, PickleArgument.None, 1), new(Op.APPEND, PickleArgument.None, 0), new(Op.BUILD, PickleArgument.None, 0),
        new(Op.GLOBAL, PickleArgument.LinePair, 0), new(Op.DICT, PickleArgument.None, 0), new(Op.APPENDS, PickleArgument.None, 1),
        new(Op.GET, PickleArgument.Line, 0), new(Op.BINGET, PickleArgument.UInt1, 1), new(Op.INST, PickleArgument.LinePair, 0),
        new(Op.LONG_BINGET, PickleArgument.UInt4, 1), new(Op.LIST, PickleArgument.None, 0), new(Op.OBJ, PickleArgument.None, 1),
        new(Op.PUT, PickleArgument.Line, 0), new(Op.BINPUT, PickleArgument.UInt1, 1), new(Op.LONG_BINPUT, PickleArgument.UInt4, 1),
        new(Op.SETITEM, PickleArgument.None, 0), new(Op.TUPLE, PickleArgument.None, 0), new(Op.SETITEMS, PickleArgument.None, 1),
        new(Op.EMPTY_DICT, PickleArgument.None, 1), new(Op.PROTO, PickleArgument.UInt1, 2), new(Op.NEWOBJ, PickleArgument.None, 2),
        new(Op.EXT1, PickleArgument.UInt1, 2), new(Op.EXT2, PickleArgument.UInt2, 2), new(Op.EXT4, PickleArgument.Int4, 2),
        new(Op.TUPLE1, PickleArgument.None, 2), new(Op.TUPLE2, PickleArgument.None, 2), new(Op.TUPLE3, PickleArgument.None, 2),
        new(Op.NEWTRUE, PickleArgument.None, 2), new(Op.NEWFALSE, PickleArgument.None, 2), new(Op.LONG1, PickleArgument.Counted1, 2),
        new(Op.LONG4, PickleArgument.CountedSigned4, 2), new(Op.SHORT_BINUNICODE, PickleArgument.Counted1, 4),
        new(Op.BINUNICODE8, PickleArgument.Counted8, 4), new(Op.BINBYTES8, PickleArgument.Counted8, 4),
        new(Op.EMPTY_SET, PickleArgument.None, 4), new(Op.ADDITEMS, PickleArgument.None, 4), new(Op.FROZENSET, PickleArgument.None, 4),
        new(Op.NEWOBJ_EX, PickleArgument.None, 4), new(Op.STACK_GLOBAL, PickleArgument.None, 4), new(Op.MEMOIZE, PickleArgument.None, 4),
        new(Op.FRAME, PickleArgument.UInt8, 4), new(Op.BYTEARRAY8, PickleArgument.Counted8, 5),
        new(Op.NEXT_BUFFER, PickleArgument.None, 5), new(Op.READONLY_BUFFER, PickleArgument.None, 5),
    ];

    private static readonly string[] s_names = MakeNames();

    /// <summary>All opcodes.</summary>
    public static IReadOnlyList<OpcodeInfo> All => s_all;

    /// <summary>
    /// The layout of each code: the low four bits hold the length of the fixed part; <see cref="CountedFlag"/> says that it counts
    /// the bytes that follow, <see cref="LineFlag"/> that a line follows; <see cref="UnknownLayout"/> is no opcode.
    /// </summary>
    /// <remarks>Written out: a table that is made at the start costs a look at whether it was made, opcode by opcode.</remarks>
    internal static ReadOnlySpan<byte> Layout =>
    [
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00, 0x80, 0x80, 0x80, 0x80, 0x00, 0x80,
        0x00, 0x00, 0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x80, 0x80, 0x14, 0x11, 0x80, 0x80, 0x40, 0x08, 0x80, 0x40, 0x04, 0x01, 0x40, 0x02, 0x00, 0x80,
        0x40, 0x00, 0x00, 0x40, 0x34, 0x11, 0x40, 0x80, 0x14, 0x80, 0x80, 0x80, 0x80, 0x00, 0x80, 0x80,
        0x80, 0x00, 0x00, 0x40, 0x00, 0x00, 0x80, 0x40, 0x01, 0x40, 0x04, 0x80, 0x00, 0x80, 0x80, 0x00,
        0x40, 0x01, 0x04, 0x00, 0x00, 0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x80, 0x80,
        0x01, 0x00, 0x01, 0x02, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x11, 0x34, 0x11, 0x18, 0x18, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x18, 0x00, 0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
    ];

    internal const byte CountedFlag = 0x10;
    internal const byte SignedFlag = 0x20;
    internal const byte LineFlag = 0x40;
    internal const byte UnknownLayout = 0x80;

    /// <summary>Whether <paramref name="code"/> is an opcode.</summary>
    public static bool IsOpcode(byte code) => Layout[code] != UnknownLayout;

    /// <summary>The name of an opcode; <c>0xNN</c> for a byte that is none.</summary>
    public static string Name(Op code) => s_names[(byte)code];

    private static string[] MakeNames()
    {
        string[] names = new string[256];
        for (int i = 0; i < 256; i++)
        {
            names[i] = $"0x{i:x2}";
        }

        foreach (OpcodeInfo info in s_all)
        {
            names[(byte)info.Code] = info.Code.ToString();
        }

        return names;
    }
}
