// Pickles whose decompilation is agreed to, one per golden file.
using Assay.Pickle;
using Assay.Tests.Builders;

namespace Assay.Tests.Evaluation.Decompiler;

/// <summary>Pickles by the name of their golden file.</summary>
internal static class DecompilerSamples
{
    public static IReadOnlyDictionary<string, Func<PickleBuilder>> All { get; } = new Dictionary<string, Func<PickleBuilder>>
    {
        ["protocol-0"] = () => PickleBuilder.Start()
            .Mark().Op(Op.LIST).Op(Op.PUT).Line("0").Op(Op.INT).Line("01").Op(Op.APPEND).Op(Op.LONG).Line("12345678901234567890L").Op(Op.APPEND)
            .Op(Op.FLOAT).Line("1e3").Op(Op.APPEND).Op(Op.UNICODE).Line("sm\\u00f8rrebr\\u00f8d").Op(Op.APPEND)
            .Op(Op.GLOBAL).Line("__builtin__").Line("eval").Mark().Op(Op.STRING).Line("'1+1'").Tuple().Reduce().Op(Op.APPEND)
            .Op(Op.PERSID).Line("blob 7").Op(Op.APPEND).Stop(),
        ["protocol-1"] = () => PickleBuilder.Start()
            .Op(Op.EMPTY_DICT).Put(0).Mark().Op(Op.SHORT_BINSTRING).Raw(1, (byte)'k').Op(Op.BININT1).Raw(7)
            .Op(Op.SHORT_BINSTRING).Raw(2, 0xFF, 0xFE).Op(Op.BINFLOAT).Raw(0x3F, 0xF0, 0, 0, 0, 0, 0, 0).Op(Op.SETITEMS).Stop(),
        ["protocol-2"] = () => PickleBuilder.Protocol(2)
            .Global("collections", "OrderedDict").Op(Op.EMPTY_TUPLE).Op(Op.NEWOBJ).Op(Op.NEWTRUE).Op(Op.NEWFALSE).Op(Op.LONG1).Raw(2, 0x00, 0x80).Op(Op.TUPLE3).Stop(),
        ["protocol-3"] = () => PickleBuilder.Protocol(3).Global("builtins", "bytearray").Bytes("it's \"raw\"\x00\x7f"u8).Tuple1().Reduce().Stop(),
        ["protocol-4"] = () => PickleBuilder.Protocol(4)
            .Op(Op.EMPTY_SET).Memoize().Mark().Str("a").None().Op(Op.ADDITEMS).Mark().Str("b").Op(Op.FROZENSET).Mark().Op(Op.FROZENSET)
            .Op(Op.EMPTY_SET).Op(Op.TUPLE3).Op(Op.TUPLE2).StackGlobal("os", "system").Str("id").Tuple1().Reduce().Op(Op.TUPLE2).Stop(),
        ["protocol-5"] = () => PickleBuilder.Protocol(5)
            .StackGlobal("numpy.core.numeric", "_frombuffer").Op(Op.BYTEARRAY8).UInt64(3).Raw(1, 2, 3).Op(Op.NEXT_BUFFER).Op(Op.READONLY_BUFFER).Op(Op.TUPLE2).Reduce().Stop(),
        ["inst-and-obj"] = () => PickleBuilder.Start()
            .Mark().Op(Op.STRING).Line("'id'").Inst("os", "system").Pop().Mark().Inst("decimal", "Decimal").Pop()
            .Mark().Global("posix", "popen").Str("ls").Op(Op.OBJ).Stop(),
        ["dotted-walk"] = () => PickleBuilder.Protocol(4).StackGlobal("pathlib", "os.path.join").Str("a").Tuple1().Reduce().Stop(),
        ["dotted-below-4"] = () => PickleBuilder.Protocol(2).Global("pathlib", "os.system").Str("a").Tuple1().Reduce().Stop(),
        ["getattr-chain"] = () => PickleBuilder.Protocol(2)
            .Global("__builtin__", "getattr").Call("__builtin__", "__import__", "os").Str("system").Tuple2().Reduce().Str("id").Tuple1().Reduce().Stop(),
        ["partial"] = () => PickleBuilder.Protocol(2)
            .Global("functools", "partial").Global("os", "system").Str("id").Tuple2().Reduce().EmptyTuple().Reduce().Pop().None().Stop(),
        ["build-twice"] = () => PickleBuilder.Protocol(2)
            .Global("mod", "Thing").EmptyTuple().Op(Op.NEWOBJ).Put(0).Op(Op.EMPTY_DICT).Str("a").Int(1).Op(Op.SETITEM).Build()
            .None().Op(Op.EMPTY_DICT).Str("slot").Get(0).Op(Op.SETITEM).Tuple2().Build().Stop(),
        ["broken-after-call"] = () => PickleBuilder.Protocol(2).Call("os", "system", "id").Raw(0xFF),
        ["truncated-argument"] = () => PickleBuilder.Protocol(4).Op(Op.BINUNICODE8).UInt64(1UL << 40).Raw((byte)'x'),
        ["second-pickle"] = () => PickleBuilder.Protocol(2).Op(Op.EMPTY_DICT).Str("epoch").Int(7).Op(Op.SETITEM).Stop()
            .Raw(0, 0, (byte)'\n').Proto(2).Call("os", "system", "id").Stop().Raw(0xFE, 0xFF, 0),
        ["torch-state-dict"] = TorchStateDict,
        ["joblib-array"] = JoblibArray,
        ["shared-list"] = () => PickleBuilder.Protocol(4)
            .Op(Op.EMPTY_LIST).Memoize().Mark().Int(1).Int(2).Op(Op.APPENDS).Get(0).Op(Op.EMPTY_DICT).Str("again").Get(0).Op(Op.SETITEM).Op(Op.TUPLE3).Stop(),
        ["list-in-itself"] = () => PickleBuilder.Protocol(4).Op(Op.EMPTY_LIST).Memoize().Get(0).Op(Op.APPEND).Stop(),
        ["cycle-through-objects"] = () => PickleBuilder.Protocol(4)
            .Op(Op.EMPTY_DICT).Memoize().Str("child").StackGlobal("mod", "Child").EmptyTuple().Op(Op.NEWOBJ).Memoize()
            .Op(Op.EMPTY_DICT).Str("parent").Get(0).Op(Op.SETITEM).Build().Op(Op.SETITEM).Stop(),
        ["cycle-of-lists"] = () => PickleBuilder.Protocol(4)
            .Op(Op.EMPTY_LIST).Memoize().Op(Op.EMPTY_LIST).Memoize().Get(0).Op(Op.APPEND).Op(Op.APPEND).Stop(),
        ["filled-after-use"] = () => PickleBuilder.Protocol(4)
            .Op(Op.EMPTY_LIST).Memoize().Pop().StackGlobal("builtins", "len").Get(0).Tuple1().Reduce().Pop()
            .Get(0).Mark().Str("late").StackGlobal("builtins", "id").Op(Op.APPENDS).Pop().None().Stop(),
        ["newobj-ex"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("mod", "Thing").Str("x").Tuple1().Op(Op.EMPTY_DICT).Str("key").Bytes("v"u8).Op(Op.SETITEM).Op(Op.NEWOBJ_EX).Stop(),
        ["starred-arguments"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("os", "system").StackGlobal("mod", "arguments").EmptyTuple().Reduce().Reduce().Stop(),
        ["extension-codes"] = () => PickleBuilder.Protocol(2)
            .Op(Op.EXT1).Raw(5).EmptyTuple().Reduce().Op(Op.EXT2).Raw(1, 1).Op(Op.EXT1).Raw(5).Op(Op.TUPLE3).Stop(),
        ["methods"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("collections", "deque").EmptyTuple().Reduce().Mark().Int(1).Int(2).Op(Op.APPENDS).Int(3).Op(Op.APPEND)
            .StackGlobal("collections", "OrderedDict").EmptyTuple().Reduce().Mark().Str("a").Int(1).Str("b").None().Op(Op.SETITEMS)
            .StackGlobal("mod", "MySet").EmptyTuple().Reduce().Mark().Str("x").Str("y").Op(Op.ADDITEMS).Op(Op.TUPLE3).Stop(),
        ["computed-name"] = () => PickleBuilder.Protocol(4)
            .Str("os").StackGlobal("mod", "name").EmptyTuple().Reduce().Op(Op.STACK_GLOBAL).Str("id").Tuple1().Reduce().Stop(),
        ["hostile-names"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("os\n# harmless", "sys\u202etem").Pop().StackGlobal("оs", "system").Pop().StackGlobal("class", "x").Pop()
            .Str("\e[31mred\u202e\u200b\ud83d\ude00 \\ ' caf\u00e9").Stop(),
        ["name-clash"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("os", "system").StackGlobal("evil", "system").StackGlobal("evil", "v1").StackGlobal("evil", "frozenset").StackGlobal("evil", "eval")
            .StackGlobal("builtins", "eval").Str("1").Tuple1().Reduce().Stop(),
        ["python-2-names"] = () => PickleBuilder.Protocol(2).Global("__builtin__", "xrange").Global("copy_reg", "_reconstructor").Tuple2().Stop(),
        ["odd-numbers"] = () => PickleBuilder.Start()
            .Mark().Op(Op.INT).Line("0x10").Op(Op.INT).Line(" 7").Op(Op.LONG).Line(new string('9', 300) + "L").Op(Op.FLOAT).Line("nan").Op(Op.FLOAT).Line("-inf")
            .Op(Op.BINFLOAT).Raw(0x7F, 0xF0, 0, 0, 0, 0, 0, 0).Tuple().Stop(),
        ["long-data"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("builtins", "exec").Str(new string('a', 5000)).Bytes(new byte[300]).Op(Op.EMPTY_LIST).Bytes(new byte[300]).Op(Op.APPEND).Op(Op.TUPLE3).Reduce().Stop(),
        ["source"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("builtins", "exec").Str("import os\nfor name in sorted(os.listdir('.')):\n    print(\"file\", name)\n\nprint('done, and nothing was touched at all')\n").Tuple1().Reduce().Stop(),
        ["folded-source"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("builtins", "exec").Call("base64", "b64decode", "aW1wb3J0IG9zCmZvciBuYW1lIGluIHNvcnRlZChvcy5lbnZpcm9uKToKICAgIHByaW50KG5hbWUpCg==").Tuple1().Reduce().Stop(),
        ["folded-pickle"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("pickle", "loads").Call("base64", "b64decode", "gASMAm9zjAZnZXRjd2STKVIu").Tuple1().Reduce().Stop(),
        ["folded-code"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("builtins", "exec").StackGlobal("marshal", "loads").Call("base64", "b64decode", "4wAAAAAAAAAAAAAAAAQAAAAAAAAA80oAAACXAGQAZAFsAFoAAgBlAWUAagIAAAAAAAAAAKYBAACrAQAAAAAAAAAARABdDVoDAgBlBGUDpgEAAKsBAAAAAAAAAAABAIwOZAFTACkC6QAAAABOKQXaAm9z2gZzb3J0ZWTaB2Vudmlyb27aAW7aBXByaW50qQDzAAAAANoBePoIPG1vZHVsZT5yCwAAAAEAAABzQgAAAPADAQEB2AAJgAmACYAJ2AkPiBaQApQK0Qkb1Akb8AABAQ3wAAEBDYBB2AQJgEWIIYFIhEiASIBI8AMBAQ3wAAEBDXIJAAAA").Tuple1().Reduce().Tuple1().Reduce().Stop(),
        ["folded-layers"] = () => PickleBuilder.Protocol(4)
            .Call("builtins", "exec", "import base64; exec(base64.b64decode('cHJpbnQoJ3R3byBsYXllcnMgZGVlcCcp'))").Stop(),
        ["folded-long-data"] = () => PickleBuilder.Protocol(4)
            .Call("binascii", "unhexlify", string.Concat(Enumerable.Range(0, 400).Select(i => "0" + (i % 8)))).Stop(),
        ["folded-late"] = () => PickleBuilder.Protocol(4)
            .StackGlobal("builtins", "map").StackGlobal("os", "system").Op(Op.EMPTY_LIST).Invoke("operator", "add", "i", "d").Op(Op.APPEND).Tuple2().Reduce().Stop(),
        ["many-items"] = ManyItems,
        ["deep-nesting"] = () => Deep(20),
        ["leftover-stack"] = () => PickleBuilder.Protocol(2).Call("os", "system", "id").None().None().Stop(),
        ["result-used-later"] = () => PickleBuilder.Protocol(2).Call("os", "getcwd", "x").Put(0).Pop().Call("os", "listdir", "y").Pop().Get(0).Stop(),
        ["unhashable-key"] = () => PickleBuilder.Protocol(2).Op(Op.EMPTY_DICT).Op(Op.EMPTY_LIST).None().Op(Op.SETITEM).Stop(),
        ["empty-stream"] = PickleBuilder.Start,
    };

    private static PickleBuilder TorchStateDict()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2).Global("collections", "OrderedDict").Put(0).EmptyTuple().Reduce().Put(1).Mark();
        foreach ((string name, int size) in new[] { ("fc.weight", 8), ("fc.bias", 2) })
        {
            pickle.Str(name).Global("torch._utils", "_rebuild_tensor_v2").Mark().Mark().Str("storage").Global("torch", "FloatStorage").Str(name).Str("cpu").Int(size).Tuple()
                .Op(Op.BINPERSID).Int(0).Int(size).Tuple1().Int(1).Tuple1().Op(Op.NEWFALSE).Get(0).EmptyTuple().Reduce().Tuple().Reduce();
        }

        return pickle.Op(Op.SETITEMS).Op(Op.EMPTY_DICT).Str("_metadata").Get(1).Op(Op.SETITEM).Build().Stop();
    }

    private static PickleBuilder JoblibArray() => PickleBuilder.Protocol(4)
        .Op(Op.EMPTY_LIST)
        .StackGlobal("joblib.numpy_pickle", "NumpyArrayWrapper").EmptyTuple().Op(Op.NEWOBJ)
        .Op(Op.EMPTY_DICT).Mark()
        .Str("shape").Int(2).Tuple1()
        .Str("dtype").StackGlobal("numpy", "dtype").Str("i2").Op(Op.NEWFALSE).Op(Op.NEWTRUE).Op(Op.TUPLE3).Reduce()
        .Op(Op.SETITEMS).Build().Raw(0xFF, 0xFE, 0xFD, 0xFC).Op(Op.APPEND).Call("os", "system", "id").Op(Op.APPEND).Stop();

    private static PickleBuilder ManyItems()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4).StackGlobal("builtins", "print").Op(Op.EMPTY_LIST).Mark();
        for (int i = 0; i < 1300; i++)
        {
            pickle.Int(i);
        }

        // A call behind a thousand numbers is still seen.
        return pickle.Call("os", "system", "id").Int(-1).Op(Op.APPENDS).Tuple1().Reduce().Stop();
    }

    public static PickleBuilder Deep(int depth)
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4).None();
        for (int i = 0; i < depth; i++)
        {
            pickle.Tuple1();
        }

        return pickle.Stop();
    }
}
