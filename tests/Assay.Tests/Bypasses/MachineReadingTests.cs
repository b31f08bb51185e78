// What a loader does with a pickle and a scan has to see, each kind held against CPython with harmless recorders.
using System.Text;
using Assay.Artifacts;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Tests.Builders;
using Assay.Tests.Formats;

namespace Assay.Tests.Bypasses;

public sealed class MachineReadingTests
{
    [Fact]
    public void ObjCallsWhatIsNoClass()
    {
        // functools.partial(print, 'x') is called by OBJ without arguments.
        byte[] pickle = PickleBuilder.Protocol(4).Mark().StackGlobal("functools", "partial").Mark()
            .StackGlobal("builtins", "print").Str("seen").Tuple().Reduce().Op(Op.OBJ).Stop().ToArray();
        Assert.Equal("seen", Printed(pickle));
        Assert.Contains(Called(pickle), c => c.Resolved == "builtins.print" && c.Arguments is [{ Text: "seen" }]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ObjAndInstWithoutArgumentsCallAFunction(bool inst)
    {
        PickleBuilder pickle = inst
            ? PickleBuilder.Protocol(0).Mark().Inst("this", "print").Stop()
            : PickleBuilder.Protocol(4).Mark().StackGlobal("os", "getpid").Op(Op.OBJ).Stop();
        if (!inst)
        {
            Assert.Equal("int", Printed(pickle.ToArray(), "print(type(value).__name__)"));
        }

        Assert.Single(Called(pickle.ToArray()), c => c.Arguments.Count == 0);
    }

    [Fact]
    public void AClassThatObjMakesIsNoCallOfSomethingUnknown()
    {
        byte[] pickle = PickleBuilder.Protocol(0).Mark().Inst("some.module", "Point").Stop().ToArray();
        Assert.DoesNotContain("pickle-unknown-callable", Scanned.Bytes(pickle).Rules());
    }

    [Theory]
    [InlineData("__dict__")]
    [InlineData("")]
    public void ANameThatTheStreamReplacesMeansWhatItBecame(string attribute)
    {
        // io.open becomes print, and is called.
        PickleBuilder pickle = PickleBuilder.Protocol(4);
        if (attribute.Length > 0)
        {
            pickle.StackGlobal("fractions", attribute).Mark().Str("gcd").StackGlobal("builtins", "print").Op(Op.SETITEMS).Pop();
        }
        else
        {
            pickle.StackGlobal("fractions", "Fraction").None().Op(Op.EMPTY_DICT).Str("gcd").StackGlobal("builtins", "print").Op(Op.SETITEM).Op(Op.TUPLE2).Build().Pop();
        }

        string name = attribute.Length > 0 ? "gcd" : "Fraction.gcd";
        byte[] bytes = pickle.StackGlobal("fractions", name).Str("seen").Tuple1().Reduce().Stop().ToArray();
        Assert.Equal("seen", Printed(bytes));
        Assert.Contains(Called(bytes), c => c.Resolved == "builtins.print" && c.Arguments is [{ Text: "seen" }]);
    }

    [Fact]
    public void ANameIsCountedApartOnceItMeansSomethingElse()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4).StackGlobal("math", "floor").Int(1).Tuple1().Reduce().Pop()
            .StackGlobal("math", "__dict__").Mark().Str("floor").StackGlobal("builtins", "print").Op(Op.SETITEMS).Pop()
            .StackGlobal("math", "floor").Int(1).Tuple1().Reduce().Stop();
        Assert.Equal("1", Printed(pickle.ToArray()));
        Assert.Equal(["builtins.print", "math.floor"], Called(pickle.ToArray()).Select(c => c.Resolved).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ANameThatIsReplacedByItselfEnds()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4).StackGlobal("math", "__dict__").Mark()
            .Str("floor").StackGlobal("math", "ceil").Str("ceil").StackGlobal("math", "floor").Op(Op.SETITEMS).Pop()
            .StackGlobal("math", "floor").Int(1).Tuple1().Reduce().Stop();
        Assert.Single(Called(pickle.ToArray()));
    }

    [Theory]
    [InlineData("__setstate__", "b")]
    [InlineData("__setitem__", "s")]
    [InlineData("append", "a")]
    [InlineData("add", "\u0090")]
    [InlineData("__hash__", "\u0091")]
    [InlineData("__del__", "0")]
    [InlineData("__init_subclass__", "")]
    public void AMemberOfAClassThatTheStreamMakesIsCalled(string name, string by)
    {
        // ABCMeta('X', (), {name: partial(print, 'seen')}), and an instance on which an opcode calls it.
        PickleBuilder pickle = PickleBuilder.Protocol(4);
        if (by == "\u0091")
        {
            pickle.Mark();
        }

        if (by.Length == 0)
        {
            pickle.StackGlobal("abc", "ABCMeta").Str("Y");
        }

        pickle.StackGlobal("abc", "ABCMeta").Str("X").EmptyTuple().Op(Op.EMPTY_DICT).Str(name)
            .StackGlobal("functools", "partial").StackGlobal("builtins", "print").Str("seen").Op(Op.TUPLE2).Reduce().Op(Op.SETITEM).Op(Op.TUPLE3).Reduce();
        pickle = by switch
        {
            "" => pickle.Tuple1().Op(Op.EMPTY_DICT).Op(Op.TUPLE3).Reduce(),
            "b" => pickle.EmptyTuple().Op(Op.NEWOBJ).Str("state").Build(),
            "s" => pickle.EmptyTuple().Op(Op.NEWOBJ).Str("k").Str("v").Op(Op.SETITEM),
            "a" => pickle.EmptyTuple().Op(Op.NEWOBJ).Str("item").Op(Op.APPEND),
            "\u0090" => pickle.EmptyTuple().Op(Op.NEWOBJ).Mark().Str("item").Op(Op.ADDITEMS),
            "\u0091" => pickle.EmptyTuple().Op(Op.NEWOBJ).Op(Op.FROZENSET),
            _ => pickle.EmptyTuple().Op(Op.NEWOBJ).Pop().None(),
        };
        byte[] bytes = pickle.Stop().ToArray();
        string printed = Printed(bytes.AsSpan(), "", "", "");
        Assert.StartsWith("seen", printed, StringComparison.Ordinal);
        Assert.Contains(Called(bytes), c => c.Resolved == "builtins.print" && c.Arguments is [{ Text: "seen" }]);
    }

    [Theory]
    [InlineData("add")]
    [InlineData("append")]
    [InlineData("__setstate__")]
    public void ACallableThatAStatePlantsIsCalled(string name)
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4).StackGlobal("types", "SimpleNamespace").EmptyTuple().Op(Op.NEWOBJ).Op(Op.EMPTY_DICT).Str(name)
            .StackGlobal("functools", "partial").StackGlobal("builtins", "print").Str("seen").Op(Op.TUPLE2).Reduce().Op(Op.SETITEM).Build();
        pickle = name switch
        {
            "add" => pickle.Mark().Str("item").Op(Op.ADDITEMS),
            "append" => pickle.Str("item").Op(Op.APPEND),
            _ => pickle.Str("state").Build(),
        };
        byte[] bytes = pickle.Stop().ToArray();
        Assert.StartsWith("seen", Printed(bytes, "", "", "_"), StringComparison.Ordinal);
        Assert.Contains(Called(bytes), c => c.Resolved == "builtins.print" && c.Arguments is [{ Text: "seen" }]);
    }

    [Fact]
    public void ThePersistentIdOfAModuleIsTheClassThatItNames()
    {
        // torch.load's persistent_load gives back data[0] of ('module', *data).
        byte[] pickle = PickleBuilder.Protocol(2).Mark().Str("module").Global("builtins", "print").Str("").Str("").Tuple().Op(Op.BINPERSID)
            .Str("seen").Tuple1().Reduce().Stop().ToArray();
        Assert.Equal("seen", Printed(pickle, "", "u.persistent_load = lambda pid: pid[1]"));
        Assert.Contains(Called(pickle), c => c.Resolved == "builtins.print");
    }

    [Fact]
    public void AModuleOfALegacyFileWhoseClassTheFileMakesIsSaid()
    {
        PickleBuilder Module(Func<PickleBuilder, PickleBuilder> named) =>
            named(PickleBuilder.Protocol(2).Mark().Str("module")).Str("model.py").Str("source").Tuple().Op(Op.BINPERSID).Stop();
        byte[] made = Module(b => b.Global("abc", "ABCMeta").Str("../x").EmptyTuple().Op(Op.EMPTY_DICT).Op(Op.TUPLE3).Reduce()).ToArray();
        Assert.Contains("torch.container-made", Recording.Read(new PickleFormat(), made).Codes);
        byte[] named = Module(b => b.Global("torch.nn.modules.linear", "Linear")).ToArray();
        Assert.DoesNotContain("torch.container-made", Recording.Read(new PickleFormat(), named).Codes);
    }

    [Theory]
    [InlineData("V", "\n")]
    [InlineData("S'", "'\n")]
    [InlineData("I", "1\n")]
    [InlineData("L", "1L\n")]
    [InlineData("F", ".0\n")]
    public void ALineIsSteppedOverHoweverLongItIs(string start, string end)
    {
        // C reads INT like strtol, LONG and FLOAT as Python does; zeros may stand in front of all but LONG.
        string body = start[0] is 'V' or 'S' ? "x" : start[0] == 'L' ? "0x0" : "0";
        byte[] pickle = [.. Encoding.ASCII.GetBytes(start + body + new string('0', (1 << 20) + 100) + end), .. "0cbuiltins\nprint\n(S'seen'\ntR."u8];
        Assert.Equal("seen", Printed(pickle));
        Assert.Contains(Called(pickle), c => c.Resolved == "builtins.print");
    }

    private static List<CallableFact> Called(byte[] pickle) =>
        [.. Recording.Read(new PickleFormat(), pickle).Facts.OfType<CallableFact>().Where(f => f.Use == CallableUse.Called && f.Reached)];

    /// <summary>What CPython prints when it loads the pickle; it holds nothing but print and builtins without effect.</summary>
    private static string Printed(ReadOnlySpan<byte> pickle, string after = "", string before = "", string unpickler = "") => Encoding.UTF8.GetString(CPython.Run($"""
        import io, pickle, sys
        u = pickle.{unpickler}Unpickler(io.BytesIO(bytes.fromhex({(pickle.Length < 4096 ? $"'{Convert.ToHexString(pickle)}'" : $"'{Convert.ToHexString(pickle[..8])}' + {Repeated(pickle)}")})))
        {before}
        try: value = u.load()
        except TypeError: pass
        {after}
        """)).Trim();

    private static string Repeated(ReadOnlySpan<byte> pickle)
    {
        int last = pickle.LastIndexOf("0000"u8) + 4;
        return $"'30' * {last - 8} + '{Convert.ToHexString(pickle[last..])}'";
    }
}
