// assay pickle trace as a program meets it: one line an argument, and every clause of what stands in it.
using System.Text;
using System.Text.Json;
using Assay.Cli;
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Cli;

public sealed class PickleTraceCommandTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    /// <summary>Runs the command and returns its exit code, its lines, and what it complained about.</summary>
    internal static (int Code, string[] Lines, string Error) Run(params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new() { NewLine = "\n" };
        int code = CommandLine.Run(["pickle", "trace", .. arguments], new Host { Input = System.IO.Stream.Null, Output = output, Error = error });
        string text = Encoding.UTF8.GetString(output.ToArray());
        Assert.True(text.Length == 0 || text[^1] == '\n');
        return (code, text.Split('\n')[..^1], error.ToString());
    }

    private string File(string name, ReadOnlySpan<byte> bytes)
    {
        System.IO.File.WriteAllBytes(_tree[name], bytes.ToArray());
        return _tree[name];
    }

    private JsonElement Trace(byte[] bytes)
    {
        (int code, string[] lines, _) = Run("--json", "--raw", File("x", bytes));
        Assert.Equal(0, code);
        return JsonDocument.Parse(Assert.Single(lines)).RootElement;
    }

    private JsonElement Stream(byte[] bytes) => Assert.Single(Trace(bytes).GetProperty("streams").EnumerateArray());

    private JsonElement[] Events(PickleBuilder pickle) => [.. Stream(pickle.ToArray()).GetProperty("events").EnumerateArray()];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    [Fact]
    public void OneLineAnArgumentInTheirOrderWithTheFileExactlyAsGiven()
    {
        string plain = File("a", PickleOf(1));
        string dotted = Path.Combine(_tree.Root, ".", "a");
        string odd = File("\u00fc \"b\"\\.pkl", PickleOf(2));
        (int code, string[] lines, _) = Run("--json", odd, plain, dotted, plain);
        Assert.Equal(0, code);
        Assert.Equal([odd, plain, dotted, plain], lines.Select(l => Text(JsonDocument.Parse(l).RootElement, "file")));
        Assert.All(lines, l => Assert.True(Ascii.IsValid(l)));
    }

    [Fact]
    public void AFileWithoutEventsHasItsLineToo()
    {
        JsonElement stream = Stream(PickleOf(1));
        Assert.Equal(["offset", "events", "end", "ending", "endingOffset"], Names(stream));
        Assert.Empty(stream.GetProperty("events").EnumerateArray());
        Assert.Equal("end-of-data", Text(Stream([]), "ending"));
    }

    [Fact]
    public void AFileThatCannotBeReadHasItsLineToo()
    {
        string good = File("good", PickleOf(1));
        (int code, string[] lines, string error) = Run("--json", _tree["missing"], good, _tree.Root);
        Assert.Equal(2, code);
        Assert.Equal(3, lines.Length);
        JsonElement missing = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(["file", "streams", "error"], Names(missing));
        Assert.Empty(missing.GetProperty("streams").EnumerateArray());
        Assert.Equal(["file", "streams"], Names(JsonDocument.Parse(lines[1]).RootElement));
        Assert.Contains("missing", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PK\u0003\u0004 is no zip here")]
    [InlineData("{\"json\": 1}")]
    [InlineData("GGUF")]
    public void BytesAreReadAsPickleWhateverTheySniffAs(string text) =>
        Assert.Equal(0, Stream(Encoding.ASCII.GetBytes(text)).GetProperty("offset").GetInt64());

    [Fact]
    public void AMemberOfAnArchiveCanBeNamed()
    {
        string zip = File("m.zip", new ZipBuilder().Add("a/data.pkl", PickleOf(Payload)).Build());
        (int code, string[] lines, _) = Run("--json", zip + "!/a/data.pkl");
        Assert.Equal(0, code);
        JsonElement trace = JsonDocument.Parse(Assert.Single(lines)).RootElement;
        Assert.Equal(zip + "!/a/data.pkl", Text(trace, "file"));
        Assert.Equal(2, trace.GetProperty("streams")[0].GetProperty("events").GetArrayLength());
    }

    private static Action<PickleBuilder> Payload { get; } = Call("os", "system", "id");

    [Fact]
    public void AnImportHasItsNamesAsWrittenAndWhatTheyResolveTo()
    {
        JsonElement import = Events(PickleBuilder.Protocol(2).Global("__builtin__", "unichr").Stop())[0];
        Assert.Equal(["kind", "offset", "opcode", "module", "name", "resolved", "dialects", "reached"], Names(import));
        Assert.Equal(("import", "GLOBAL", "__builtin__", "unichr", "builtins.chr"),
            (Text(import, "kind"), Text(import, "opcode"), Text(import, "module"), Text(import, "name"), Text(import, "resolved")));
        Assert.Equal(2, import.GetProperty("offset").GetInt64());
        Assert.True(import.GetProperty("reached").GetBoolean());
    }

    [Fact]
    public void ANameThatIsComputedIsNull()
    {
        JsonElement import = Events(PickleBuilder.Protocol(4).Str("os").Global("a", "b").EmptyTuple().Reduce().Op(Op.STACK_GLOBAL).Stop())[^1];
        Assert.Equal("os", Text(import, "module"));
        Assert.Equal(JsonValueKind.Null, import.GetProperty("name").ValueKind);
        Assert.Equal("", Text(import, "resolved"));
    }

    [Theory]
    [InlineData("REDUCE", ")R")]
    [InlineData("NEWOBJ", ")\u0081")]
    [InlineData("NEWOBJ_EX", ")}\u0092")]
    public void WhatIsCalledIsACall(string opcode, string code)
    {
        JsonElement call = Events(PickleBuilder.Protocol(4).Global("__builtin__", "raw_input").Raw(Encoding.Latin1.GetBytes(code)).Stop())[1];
        Assert.Equal(["kind", "offset", "opcode", "callee", "resolved", "dialects", "reached"], Names(call));
        Assert.Equal(("call", opcode, "__builtin__.raw_input"), (Text(call, "kind"), Text(call, "opcode"), Text(call, "callee")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InstAndObjAreCallsWithOrWithoutArguments(bool arguments)
    {
        PickleBuilder some = PickleBuilder.Protocol(2).Mark();
        JsonElement[] inst = Events((arguments ? some.None() : some).Inst("a", "b").Stop());
        Assert.Equal(["import", "call"], inst.Select(e => Text(e, "kind")));
        some = PickleBuilder.Protocol(2).Mark().Global("a", "b");
        JsonElement[] obj = Events((arguments ? some.None() : some).Op(Op.OBJ).Stop());
        Assert.Equal(("call", "OBJ", "a.b"), (Text(obj[1], "kind"), Text(obj[1], "opcode"), Text(obj[1], "callee")));
    }

    [Fact]
    public void WhatACallReturnsIsWrittenWithParentheses() => Assert.Equal(
        ["a.b", "a.b()", "a.b()()"],
        Events(PickleBuilder.Protocol(2).Global("a", "b").EmptyTuple().Reduce().EmptyTuple().Reduce().EmptyTuple().Reduce().Stop())
            .Where(e => Text(e, "kind") == "call").Select(e => Text(e, "callee")));

    [Fact]
    public void APersistentObjectIsPersistent()
    {
        JsonElement[] events = Events(PickleBuilder.Protocol(2).None().Op(Op.BINPERSID).EmptyTuple().Reduce().None().Build().Stop());
        Assert.Equal(["persistent", "call", "build"], events.Select(e => Text(e, "kind")));
        Assert.Equal(["kind", "offset", "opcode", "dialects", "reached"], Names(events[0]));
        Assert.Equal(["persistent()", "persistent()()"], events[1..].Select(e => Text(e, "callee")));
    }

    [Fact]
    public void AnExtensionHasItsCode()
    {
        JsonElement extension = Events(PickleBuilder.Protocol(2).Op(Op.EXT2).Raw(1, 2).Stop())[0];
        Assert.Equal(("extension", 0x201), (Text(extension, "kind"), extension.GetProperty("code").GetInt32()));
    }

    [Fact]
    public void ABuildNamesWhatIsActedOn() => Assert.Equal(
        ("build", "BUILD", "a.b"),
        Events(PickleBuilder.Protocol(2).Global("a", "b").None().Build().Stop()).Select(e => (Text(e, "kind"), Text(e, "opcode"), Text(e, e.TryGetProperty("callee", out _) ? "callee" : "kind"))).Last());

    [Theory]
    [InlineData(Op.APPEND, "Na", "append")]
    [InlineData(Op.APPENDS, "(Ne", "extend")]
    [InlineData(Op.ADDITEMS, "(N\u0090", "add")]
    [InlineData(Op.SETITEM, "NNs", "setitem")]
    [InlineData(Op.SETITEMS, "(NNu", "setitem")]
    public void OpcodesThatCallAMethodOfAnObjectSayWhich(object opcode, string code, string method)
    {
        JsonElement[] methods = [.. Events(PickleBuilder.Protocol(4).Global("collections", "OrderedDict").EmptyTuple().Reduce().Raw(Encoding.Latin1.GetBytes(code)).Stop())
            .Where(e => Text(e, "kind") == "method" && e.GetProperty("dialects").EnumerateArray().Any(d => d.GetString() == "python"))];
        JsonElement one = Assert.Single(methods);
        Assert.Equal(["kind", "offset", "opcode", "callee", "resolved", "method", "dialects", "reached"], Names(one));
        Assert.Equal((OpcodeTable.Name((Op)opcode), "collections.OrderedDict()", method), (Text(one, "opcode"), Text(one, "callee"), Text(one, "method")));
    }

    [Theory]
    [InlineData("]Na")]
    [InlineData("](Ne")]
    [InlineData("(lNa")]
    [InlineData("}NNs")]
    [InlineData("(d(NNu")]
    [InlineData("\u008f(N\u0090")]
    public void APlainContainerIsMadeByItsOwnOpcodeAndHasNoMethods(string code) =>
        Assert.Empty(Events(PickleBuilder.Protocol(4).Raw(Encoding.Latin1.GetBytes(code)).Stop()));

    [Theory]
    [InlineData("builtins", "set", "(N\u0090")]
    [InlineData("builtins", "dict", "NNs")]
    [InlineData("builtins", "list", "(Ne")]
    public void OneThatACallMadeIsNotPlain(string module, string name, string code) => Assert.Contains(
        Events(PickleBuilder.Protocol(4).Global(module, name).EmptyTuple().Reduce().Raw(Encoding.Latin1.GetBytes(code)).Stop()), e => Text(e, "kind") == "method");

    [Fact]
    public void EachItemIsAMethodOfItsOwn() => Assert.Equal(
        2,
        Events(PickleBuilder.Protocol(4).Global("a", "b").Mark().None().None().None().None().Op(Op.SETITEMS).Stop()).Count(e => Text(e, "kind") == "method"));

    [Fact]
    public void ALoneSurrogateIsEscaped()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4).Str("a").Op(Op.SHORT_BINUNICODE).Raw(3, 0xED, 0xB2, 0x80).Op(Op.STACK_GLOBAL).Stop();
        string line = Assert.Single(Run("--json", File("x", pickle.ToArray())).Lines);
        Assert.Contains("\"name\":\"\\udc80\"", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("N.", "stop", 1, 2)]
    [InlineData("N", "end-of-data", 1, 1)]
    [InlineData("N\u00ff", "unknown-opcode", 1, 1)]
    [InlineData("0", "stack-underflow", 0, 1)]
    [InlineData("t", "no-mark", 0, 1)]
    [InlineData("h\u0005", "memo-miss", 0, 2)]
    [InlineData("Ix\n", "bad-argument", 0, 3)]
    [InlineData("NN\u0093", "bad-operand", 2, 3)]
    [InlineData("\u0080\u0009", "unsupported-protocol", 0, 2)]
    [InlineData("X\u0009\0\0\0a", "truncated", 0, 0)]
    public void TheEndingSaysHowAndWhere(string code, string ending, long offset, long end)
    {
        JsonElement stream = Stream(Encoding.Latin1.GetBytes(code));
        Assert.Equal((ending, offset), (Text(stream, "ending"), stream.GetProperty("endingOffset").GetInt64()));
        Assert.InRange(stream.GetProperty("end").GetInt64(), end, code.Length);
    }

    [Fact]
    public void SeveralStreamsAreToldApart()
    {
        JsonElement trace = Trace([.. PickleOf(1), .. PickleOf(Payload), .. PickleOf(2)]);
        JsonElement[] streams = [.. trace.GetProperty("streams").EnumerateArray()];
        Assert.Equal(3, streams.Length);
        Assert.Equal(streams.Skip(1).Select(s => s.GetProperty("offset").GetInt64()), streams.SkipLast(1).Select(s => s.GetProperty("end").GetInt64()));
        Assert.Equal([0, 2, 0], streams.Select(s => s.GetProperty("events").GetArrayLength()));
    }

    [Fact]
    public void UnpicklersThatPartWaysAreNamed()
    {
        // Only the one in Python takes an underscore in a number.
        JsonElement stream = Stream([.. "F1_0\n0"u8, .. PickleBuilder.Start().Global("a", "b").Stop().ToArray()]);
        JsonElement import = Assert.Single(stream.GetProperty("events").EnumerateArray());
        Assert.Equal(["python", "joblib"], import.GetProperty("dialects").EnumerateArray().Select(d => d.GetString()));
        JsonElement endings = stream.GetProperty("endings");
        Assert.Equal(["c", "c-stream", "python", "weights-only", "joblib"], Names(endings));
        Assert.Equal(("bad-argument", "stop", "refused"), (Text(endings, "c"), Text(endings, "python"), Text(endings, "weights-only")));
    }

    [Fact]
    public void EncodingsAreNamedWhereNotAllComeThere()
    {
        JsonElement import = Assert.Single(Events(PickleBuilder.Protocol(2).Op(Op.SHORT_BINSTRING).Raw(1, 0xFF).Pop().Global("a", "b").Stop()));
        Assert.Equal(["latin1", "bytes"], import.GetProperty("encodings").EnumerateArray().Select(d => d.GetString()));
    }

    [Fact]
    public void WhatNobodyReachesSaysSo()
    {
        JsonElement import = Assert.Single(Events(PickleBuilder.Protocol(2).Raw(0xFF).Global("a", "b").Stop()));
        Assert.False(import.GetProperty("reached").GetBoolean());
        Assert.Empty(import.GetProperty("dialects").EnumerateArray());
    }

    [Fact]
    public void ItStreams()
    {
        // The events are written while they happen, piece by piece, however many there are.
        byte[] calls = [.. Enumerable.Repeat(")R"u8.ToArray(), 20_000).SelectMany(c => c)];
        string path = File("many", [.. PickleBuilder.Protocol(2).Global("a", "b").ToArray(), .. calls, (byte)Op.STOP]);
        using Pieces pieces = new();
        Assert.Equal(0, CommandLine.Run(["pickle", "trace", "--json", path], new Host { Input = System.IO.Stream.Null, Output = pieces, Error = TextWriter.Null }));
        Assert.InRange(pieces.Length, 1 << 20, int.MaxValue);
        Assert.InRange(pieces.Largest, 1, 64 << 10);
    }

    /// <summary>Remembers the largest piece that was written at once.</summary>
    private sealed class Pieces : MemoryStream
    {
        public int Largest { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Largest = Math.Max(Largest, buffer.Length);
            base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Largest = Math.Max(Largest, count);
            base.Write(buffer, offset, count);
        }
    }
}
