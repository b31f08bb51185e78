// Whether a few bytes can be the start of a pickle that does something.
namespace Assay.Pickle;

/// <summary>
/// Tells bytes that no unpickler gets anywhere with from those that are worth a trial, by their first opcodes alone: most pickles of protocol 0
/// and 1 have no header, and constants are many.
/// </summary>
internal static class PicklePreview
{
    /// <summary>Bytes at the start that are looked at.</summary>
    public const int Head = 96;

    private const int MostOpcodes = 32;
    private const int MostMarks = 16;

    /// <summary>
    /// Whether the pickle that begins with <paramref name="head"/> and has at most <paramref name="length"/> bytes may come to an import, a persistent id or an
    /// extension. False only where every unpickler stops or raises before.
    /// </summary>
    public static bool MayAct(ReadOnlySpan<byte> head, long length)
    {
        Span<int> below = stackalloc int[MostMarks];
        int marks = 0;
        int values = 0;
        long at = 0;
        bool hasMemo = false;
        for (int count = 0; count < MostOpcodes; count++)
        {
            if (at >= head.Length)
            {
                return at < length;
            }

            Op opcode = (Op)head[(int)at];
            long next = After(head, length, at);
            if (next < 0)
            {
                return next == CannotTell;
            }

            at = next;
            switch (opcode)
            {
                case Op.GLOBAL or Op.INST or Op.PERSID or Op.EXT1 or Op.EXT2 or Op.EXT4 or Op.FRAME:
                    // What follows a frame depends on who reads it.
                    return true;
                case Op.STACK_GLOBAL:
                    return values >= 2;
                case Op.BINPERSID:
                    return values >= 1;
                case Op.PROTO:
                    break;
                case Op.MARK:
                    if (marks == MostMarks)
                    {
                        return true;
                    }

                    below[marks++] = values;
                    values = 0;
                    break;
                case Op.POP when values == 0 && marks > 0:
                    values = below[--marks];
                    break;
                case Op.POP_MARK or Op.TUPLE or Op.LIST or Op.DICT or Op.FROZENSET:
                    if (marks == 0)
                    {
                        return false;
                    }

                    values = below[--marks] + (opcode == Op.POP_MARK ? 0 : 1);
                    break;
                case Op.APPENDS or Op.SETITEMS or Op.ADDITEMS:
                    if (marks == 0 || below[--marks] == 0)
                    {
                        return false;
                    }

                    values = below[marks];
                    break;
                case Op.OBJ:
                    // Nothing that could be called was imported.
                    return false;
                case Op.GET or Op.BINGET or Op.LONG_BINGET when !hasMemo:
                    return false;
                default:
                    (int needs, int gives) = Effect(opcode);
                    if (values < needs || opcode is Op.STOP or Op.REDUCE or Op.NEWOBJ or Op.NEWOBJ_EX)
                    {
                        return false;
                    }

                    hasMemo |= opcode is Op.PUT or Op.BINPUT or Op.LONG_BINPUT or Op.MEMOIZE;
                    values += gives;
                    break;
            }
        }

        return true;
    }

    private const long Impossible = -1;
    private const long CannotTell = -2;

    /// <summary>The offset behind an opcode and its argument.</summary>
    private static long After(ReadOnlySpan<byte> head, long length, long at)
    {
        byte layout = OpcodeTable.Layout[head[(int)at]];
        if (layout == OpcodeTable.UnknownLayout)
        {
            return Impossible;
        }

        if ((layout & OpcodeTable.LineFlag) != 0)
        {
            int lines = (Op)head[(int)at] is Op.GLOBAL or Op.INST ? 2 : 1;
            for (at++; lines > 0; lines--)
            {
                int end = head[(int)at..].IndexOf((byte)'\n');
                if (end < 0)
                {
                    // Without a newline the unpickler in Python takes what is left for the line.
                    return CannotTell;
                }

                at += end + 1;
            }

            return at;
        }

        int width = layout & 15;
        if (at + 1 + width > head.Length)
        {
            return at + 1 + width > length ? Impossible : CannotTell;
        }

        if ((layout & OpcodeTable.CountedFlag) == 0)
        {
            return at + 1 + width;
        }

        ulong count = 0;
        for (int i = width; i > 0; i--)
        {
            count = (count << 8) | head[(int)at + i];
        }

        return count > (ulong)(length - at - 1 - width) ? Impossible : at + 1 + width + (long)count;
    }

    /// <summary>How many values an opcode needs, and by how many their number changes.</summary>
    private static (int Needs, int Change) Effect(Op opcode) => opcode switch
    {
        Op.POP => (1, -1),
        Op.DUP => (1, 1),
        Op.TUPLE1 or Op.MEMOIZE or Op.PUT or Op.BINPUT or Op.LONG_BINPUT or Op.READONLY_BUFFER or Op.STOP => (1, 0),
        Op.TUPLE2 or Op.APPEND or Op.BUILD or Op.REDUCE or Op.NEWOBJ => (2, -1),
        Op.TUPLE3 or Op.SETITEM or Op.NEWOBJ_EX => (3, -2),
        _ => (0, 1),
    };
}
