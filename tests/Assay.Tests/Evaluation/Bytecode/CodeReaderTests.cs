// What code objects of every version of CPython call, as their bytecode says.
using Assay.Artifacts;
using Assay.Evaluation.Bytecode;

namespace Assay.Tests.Evaluation.Bytecode;

/// <summary>
/// The code is what the compiler of each version makes of one function: it calls <c>getattr</c> on what <c>len</c> belongs to, <c>os.system</c> by an alias of an alias, <c>Popen</c>
/// under a name that it imports, and <c>platform.system</c>; it reads <c>system</c> of its argument.
/// </summary>
public sealed class CodeReaderTests
{
    private static readonly string[] s_names = ["os", "subprocess", "Popen", "system", "getattr", "len", "__self__", "platform"];

    [Theory]
    [InlineData("2.7", "6401006400006c00007d01006401006402006c01006d02007d0200017c01006a03007d03007404007405006a06007c0000640300198302007c000064040019830100017c00007256007c0300640500830100016e00007c02006406006407006702006408007407008301017408006a03008300007c00006a030066030053")]
    [InlineData("3.6", "640164006c007d01640164026c016d027d0201007c016a037d03740474056a067c006403190083027c0064041900830101007c00723e7c036405830101007c02640664076702640864098d0274076a0383007c006a0366035300")]
    [InlineData("3.8", "640164006c007d01640164026c016d027d0201007c016a037d03740474056a067c006403190083027c0064041900830101007c00723e7c036405830101007c02640664076702640864098d027407a003a1007c006a0366035300")]
    [InlineData("3.10", "640164006c007d01640164026c016d027d0201007c016a037d03740474056a067c006403190083027c0064041900830101007c00721f7c036405830101007c02640664076702640864098d027407a003a1007c006a0366035300")]
    [InlineData("3.11", "9700640164006c007d01640164026c016d027d0201007c016a0300000000000000007d030200740900000000000000000000740a000000000000000000006a0600000000000000007c00640319000000000000000000a6020000ab0200000000000000007c00640419000000000000000000a6010000ab01000000000000000001007c00720b02007c036405a6010000ab010000000000000000010002007c026406640767026408ac09a6020000ab020000000000000000740e00000000000000000000a0030000000000000000000000000000000000000000a6000000ab0000000000000000007c006a03000000000000000066035300")]
    [InlineData("3.12", "9700640164006c007d01640164026c016d027d0201007c016a060000000000000000000000000000000000007d03020074090000000000000000740a00000000000000006a0c0000000000000000000000000000000000007c00640319000000ab020000000000007c00640419000000ab0100000000000001007c00720802007c036405ab01000000000000010002007c026406640767026408ac09ab02000000000000740e00000000000000006a07000000000000000000000000000000000000ab000000000000007c006a0600000000000000000000000000000000000066035300")]
    [InlineData("3.13", "9500530153004b006e01530153024b014a026e022000550152060000000000000000000000000000000000006e035b0900000000000000005b0a0000000000000000520c00000000000000000000000000000000000055005303050000003502000000000000220055005304050000003501000000000000200055002800000000000000610800005503220053053501000000000000200055022200530653072f025308530939025b0e0000000000000000520700000000000000000000000000000000000035000000000000005500520600000000000000000000000000000000000034032400")]
    [InlineData("3.14", "80005e005200490070015e0052024901480270021f005601500600000000000000000000000000000000000070035c0900000000000000005c0a0000000000000000500c000000000000000000000000000000000000560052032c1a0000000000000000000034020000000000002100520434010000000000001f0056002700000000000000640900001c0056032100520534010000000000001f0056022100520652072e025208520937020000000000001f005c0e0000000000000000500700000000000000000000000000000000000034000000000000001f00560050060000000000000000000000000000000000002300")]
    public void CallsAndReadsAreTheSameInEveryVersion(string version, string code)
    {
        CarriedCode read = CodeReader.Read(Arguments(version, Convert.FromHexString(code)))!;
        Assert.True(read.IsWhole);
        Assert.Equal("f", read.Name);
        Assert.Contains(read.Uses, u => u is { Callee: "getattr", Arguments: [{ Kind: ShapeKind.Import, Text: "len.__self__" }, { Kind: ShapeKind.Unknown }] });
        Assert.Contains(read.Uses, u => u is { Callee: "os.system", IsImported: true, Arguments: [{ Kind: ShapeKind.Str, Text: "id" }] });
        Assert.Contains(read.Uses, u => u is { Callee: "subprocess.Popen", IsImported: true, Arguments: [{ Kind: ShapeKind.List, Items: [{ Text: "ls" }, { Text: "-l" }] }, ..] });
        Assert.Contains(read.Uses, u => u is { Callee: "platform.system", IsImported: false, Arguments: [] });
        Assert.DoesNotContain(read.Uses, u => u.Callee is ".system" or "system" or "os.platform");
        Assert.Contains(".st.system", read.Reads);
    }

    /// <summary><c>import os; return os.__dict__["mkdir"]("x")</c>, as CPython 3.11 compiles it.</summary>
    [Fact]
    public void AnItemOfTheNamesOfAModuleIsThatName()
    {
        List<ValueShape> arguments = Arguments("3.11", Convert.FromHexString("9700640164006c007d0002007c006a0100000000000000006402190000000000000000006403a6010000ab0100000000000000005300"));
        arguments[7] = new ValueShape(ShapeKind.Tuple) { Items = [None, Int("0"), Str("mkdir"), Str("x")] };
        arguments[8] = Tuple("os", "__dict__");
        Assert.Contains(CodeReader.Read(arguments)!.Uses, u => u is { Callee: "os.mkdir", IsImported: true, Arguments: [{ Text: "x" }] });
    }

    [Fact]
    public void CodeThatIsCutOrNoneIsNotWhole()
    {
        byte[] code = Convert.FromHexString("9700640164006c007d");
        Assert.False(CodeReader.Read(Arguments("3.11", code))!.IsWhole);
        Assert.False(CodeReader.Read(Arguments("3.11", [0xFF, 0xFF, 0xFE, 0xFE]))!.IsWhole);
        Assert.Null(CodeReader.Read([.. Arguments("3.11", code).Take(6)]));
    }

    /// <summary>Code that reads 600 global names one after the other: what stands behind the last one that is kept cannot be told.</summary>
    [Fact]
    public void CodeThatReadsMoreThanIsKeptIsNotWhole()
    {
        byte[] code = [.. Enumerable.Range(0, 600).SelectMany(i => new byte[] { 144, (byte)(i >> 8), 116, (byte)i, 1, 0 }), 100, 0, 83, 0];
        List<ValueShape> arguments = Arguments("3.8", code);
        arguments[8] = Tuple([.. Enumerable.Range(0, 600).Select(i => $"n{i}")]);
        Assert.False(CodeReader.Read(arguments)!.IsWhole);

        arguments[6] = new ValueShape(ShapeKind.Bytes, System.Text.Encoding.Latin1.GetString([.. code[..3000], 100, 0, 83, 0]));
        Assert.True(CodeReader.Read(arguments)!.IsWhole);
    }

    [Fact]
    public void NoBytesMakeItThrow()
    {
        Random random = new(7);
        for (int i = 0; i < 3000; i++)
        {
            byte[] code = new byte[random.Next(1, 200)];
            random.NextBytes(code);
            Assert.NotNull(CodeReader.Read(Arguments(i % 2 == 0 ? "3.11" : "3.8", code)));
        }
    }

    /// <summary>The arguments with which pickles of a version make code.</summary>
    private static List<ValueShape> Arguments(string version, byte[] code)
    {
        bool isLegacy = version[0] == '2';
        int minor = int.Parse(version[2..], System.Globalization.CultureInfo.InvariantCulture);
        int numbers = isLegacy ? 4 : minor < 8 ? 5 : 6;
        ValueShape[] constants = isLegacy
            ? [None, Int("-1"), Tuple("Popen"), Str("k"), Str("c"), Str("id"), Str("ls"), Str("-l"), Str("shell")]
            : [None, Int("0"), Tuple("Popen"), Str("k"), Str("c"), Str("id"), Str("ls"), Str("-l"), new ValueShape(ShapeKind.Bool, "True"), Tuple("shell")];
        string[] names = isLegacy ? [.. s_names[..7], "True", s_names[7]] : s_names;
        bool isNew = !isLegacy && minor >= 11;
        return
        [
            .. Enumerable.Repeat(Int("1"), numbers), new ValueShape(ShapeKind.Bytes, System.Text.Encoding.Latin1.GetString(code)) { Count = code.Length },
            new ValueShape(ShapeKind.Tuple) { Items = constants }, Tuple(names), Tuple("st", "o", "Popen", "run"), Str("file.py"), Str("f"),
            .. isNew ? [Str("C.f")] : Array.Empty<ValueShape>(), Int("1"), new ValueShape(ShapeKind.Bytes), .. isNew ? [new ValueShape(ShapeKind.Bytes)] : Array.Empty<ValueShape>(), Tuple(), Tuple(),
        ];
    }

    private static ValueShape None => new(ShapeKind.None);

    private static ValueShape Int(string number) => new(ShapeKind.Int, number);

    private static ValueShape Str(string text) => new(ShapeKind.Str, text);

    private static ValueShape Tuple(params string[] texts) => new(ShapeKind.Tuple) { Items = [.. texts.Select(Str)] };
}
