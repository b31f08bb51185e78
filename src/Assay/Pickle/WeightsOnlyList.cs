// What PyTorch's restricted unpickler lets a pickle do.
using Assay.Bytes;
using Assay.Python.Names;

namespace Assay.Pickle;

/// <summary>
/// The opcodes and names of <c>torch/_weights_only_unpickler.py</c>, in all its versions together. Whoever loads may add names of his own
/// (<c>torch.serialization.add_safe_globals</c>); no file can tell which.
/// </summary>
internal static class WeightsOnlyList
{
    private static readonly bool[] s_opcodes = MakeOpcodes();

    private static readonly Lazy<HashSet<string>> s_names = new(() => [.. EmbeddedTable.Rows("pickle/weights-only-names.txt").Select(r => r[0])]);

    /// <summary>Whether it knows the opcode.</summary>
    public static bool Knows(byte code) => s_opcodes[code];

    /// <summary>
    /// Whether it lets the pickle name a callable or type. Newer versions rename what Python 2 called otherwise, whatever the protocol;
    /// what is looked up is the two joined by a dot.
    /// </summary>
    public static bool Allows(string? module, string? name)
    {
        if (module is null || name is null)
        {
            return false;
        }

        if (s_names.Value.Contains($"{module}.{name}"))
        {
            return true;
        }

        (string fixedModule, string fixedName) = Python2Names.Fix(module, name);
        return s_names.Value.Contains($"{fixedModule}.{fixedName}");
    }

    private static bool[] MakeOpcodes()
    {
        bool[] known = new bool[256];
        ReadOnlySpan<Op> opcodes =
        [
            Op.GLOBAL, Op.NEWOBJ, Op.REDUCE, Op.BUILD, Op.APPEND, Op.APPENDS, Op.SETITEM, Op.SETITEMS, Op.MARK, Op.TUPLE, Op.TUPLE1,
            Op.TUPLE2, Op.TUPLE3, Op.NONE, Op.NEWFALSE, Op.NEWTRUE, Op.EMPTY_TUPLE, Op.EMPTY_LIST, Op.EMPTY_DICT, Op.EMPTY_SET, Op.BININT,
            Op.BININT1, Op.BININT2, Op.BINFLOAT, Op.BINUNICODE, Op.SHORT_BINSTRING, Op.BINPERSID, Op.BINGET, Op.LONG_BINGET, Op.BINPUT,
            Op.LONG_BINPUT, Op.LONG1, Op.PROTO, Op.STOP,
        ];
        foreach (Op opcode in opcodes)
        {
            known[(byte)opcode] = true;
        }

        return known;
    }
}
