// What is not written but computed is what it comes to, or anything.
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Bypasses;

/// <summary>Names of members, whole tuples of arguments, texts and bytes that calls of pure functions give, or that cannot be told.</summary>
public sealed class ComputedValues
{
    private static readonly Action<PickleBuilder> s_completer = Call("argcomplete.completers", "FilesCompleter");

    public static TheoryData<string> Ways => ["add", "min", "max", "next", "getitem", "item", "str_", "decoded", "join"];

    /// <summary>A name that a pure function gives.</summary>
    private static Action<PickleBuilder> Name(string way, string name) => way switch
    {
        "add" => Call("operator", "add", name[..3], name[3..]),
        "min" or "max" => Call("builtins", way, List(name)),
        "next" => Call("builtins", "next", Call("builtins", "iter", List(name))),
        "getitem" => Call("operator", "getitem", Dict(1, name), 1),
        "item" => CallOn(Call("operator", "itemgetter", 0), List(name)),
        "str_" => Call("numpy", "str_", System.Text.Encoding.ASCII.GetBytes($"\\x{(int)name[0]:x2}{name[1..]}"), "unicode_escape"),
        "decoded" => Call("_codecs", "decode", new string([.. name.Select(Rot13)]), "rot13"),
        _ => Call("builtins", "str.join", "", List([.. name.Select(c => (object)c.ToString())])),
    };

    private static char Rot13(char c) => char.IsAsciiLetterLower(c) ? (char)('a' + ((c - 'a' + 13) % 26)) : c;

    [Theory]
    [MemberData(nameof(Ways))]
    public void AMemberUnderAComputedNameIsAHook(string way)
    {
        Action<PickleBuilder> made = Call("builtins", "type", "K", Tuple(), Dict(Name(way, "__setstate__"), s_completer));
        Assert.True(Scanned.Bytes(PickleOf(made, 4)).Is("hook-planted"), way);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void AnEntryOfAStateUnderAComputedNameIsAHook(string way)
    {
        Action<PickleBuilder> made = Built(Call("argparse", "Namespace"), Dict(Name(way, "append"), s_completer));
        Assert.True(Scanned.Bytes(PickleOf(made, 4)).Is("hook-planted"), way);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void ComputedMemoryIsMemory(string way)
    {
        Action<PickleBuilder> made = Built(Call("types", "SimpleNamespace"), Dict(Name(way, "__array_interface__"), Dict("typestr", "|u1", "data", Tuple(4096, false))));
        Assert.Equal(Verdict.Malicious, Scanned.Bytes(PickleOf(made, 4)).Verdict);
    }

    /// <summary>Names that only the library which gives them knows.</summary>
    [Theory]
    [InlineData("array")]
    [InlineData("series")]
    [InlineData("attribute")]
    [InlineData("filled")]
    public void AMemberUnderANameThatCannotBeToldIsAHook(string way)
    {
        const string Name = "__setstate__";
        Action<PickleBuilder> key = way switch
        {
            "array" => CallOn(Call("operator", "itemgetter", 0), Call("numpy", "array", List(Name))),
            "series" => CallOn(Call("operator", "itemgetter", 0), Call("pandas", "Series", List(Name))),
            "attribute" => CallOn(Call("operator", "attrgetter", "a"), Built(Call("types", "SimpleNamespace"), Dict("a", Name))),
            _ => Call("operator", "getitem", (Action<PickleBuilder>)(b => b.Push(Call("collections", "OrderedDict")).Push("k").Push(Name).Op(Op.SETITEM)), "k"),
        };
        Assert.True(Scanned.Bytes(PickleOf(Call("builtins", "type", "K", Tuple(), Dict(key, s_completer)), 4)).Is("hook-planted"), way);
    }

    [Fact]
    public void ANamedTupleMayHoldPlaces() =>
        Assert.Equal(Verdict.Passed, Scanned.Bytes(PickleOf(New("shop.data", "Sample", 3, "/data/a.png", "https://example.org/a.png"), 4)).Verdict);

    [Fact]
    public void ANameOfATextThatCannotBeToldMayBeAny()
    {
        Action<PickleBuilder> name = Call("numpy", "str_", new byte[] { 0x5F }, "a_codec_of_somebody");
        Assert.True(Scanned.Bytes(PickleOf(Built(Call("types", "SimpleNamespace"), Dict(name, New("argcomplete.completers", "FilesCompleter"))), 4)).Is("hook-planted"));
        Assert.True(Scanned.Bytes(PickleOf(Built(Call("types", "SimpleNamespace"), Dict(name, Dict("typestr", "|u1", "data", Tuple(4096, false)))), 4)).Verdict is Verdict.Malicious);
    }

    [Theory]
    [InlineData("next")]
    [InlineData("min")]
    [InlineData("getitem")]
    public void ArgumentsThatAreComputedMayBeAnyOfWhatTheyAreComputedFrom(string way)
    {
        Action<PickleBuilder> arguments = Tuple("K", Tuple(), Dict("__setstate__", s_completer));
        Action<PickleBuilder> computed = way switch
        {
            "next" => Call("builtins", "next", Call("builtins", "iter", List(arguments))),
            "min" => Call("builtins", "min", List(arguments)),
            _ => Call("operator", "getitem", List(arguments), 0),
        };
        TargetReport report = Scanned.Bytes(PickleOf((Action<PickleBuilder>)(b => b.Global("builtins", "type").Push(computed).Reduce()), 4));
        Assert.True(report.Is("hook-planted"), report.Describe());
    }

    /// <summary>Half a character, or an encoding of mainframes: what is unpickled are the bytes that come out.</summary>
    [Theory]
    [InlineData("surrogateescape")]
    [InlineData("cp500")]
    [InlineData("mixed")]
    public void BytesThatACodecMakesAreReadAsWhatTheyAre(string way)
    {
        byte[] inner = PickleBuilder.Start().Proto(2).Global("posix", "mkdir").Push(Tuple("/tmp/assay-canary")).Reduce().Stop().ToArray();
        Action<PickleBuilder> bytes = way switch
        {
            "surrogateescape" => Call("_codecs", "encode", Half(inner), "utf-8", way),
            "cp500" => Call("numpy", "bytes_", Ebcdic(inner), way),
            _ => Call("_codecs", "encode", Call("numpy", "str_", System.Text.Encoding.Latin1.GetString(inner)), "latin1"),
        };
        TargetReport report = Scanned.Bytes(PickleOf(Call("torch.storage", "_load_from_bytes", bytes), 4));
        Assert.True(report.Is("callable-file-write"), report.Describe());
    }

    private static Action<PickleBuilder> Half(byte[] bytes) => b =>
    {
        byte[] text = [.. bytes.SelectMany(c => c < 0x80 ? new[] { c } : [0xED, (byte)(0xB0 | ((c >> 6) & 3)), (byte)(0x80 | (c & 0x3F))])];
        b.Op(Op.BINUNICODE).UInt32((uint)text.Length).Raw(text);
    };

    private static string Ebcdic(byte[] bytes)
    {
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        return System.Text.Encoding.GetEncoding(500).GetString(bytes);
    }

    [Theory]
    [InlineData("ThroughItsClass")]
    [InlineData("ThroughItsMetaclass")]
    public void WhoRegistersAClassCallsWhatStandsUnderThatName(string way)
    {
        Action<PickleBuilder> member = Call("builtins", "staticmethod", s_completer);
        Action<PickleBuilder> registered = Dict("register", member);
        Action<PickleBuilder> made = way is "ThroughItsClass"
            ? Call("cloudpickle.cloudpickle", "_make_skeleton_class", Import("builtins", "type"), "Model", Tuple(Import("builtins", "object")), registered, null, null)
            : Call("cloudpickle.cloudpickle", "_make_skeleton_class", Call("builtins", "type", "Meta", Tuple(Import("builtins", "type")), registered), "Model", Tuple(Import("builtins", "object")), Dict(), null, null);
        Action<PickleBuilder> filled = Call("cloudpickle.cloudpickle", "_class_setstate", made, Tuple(Dict("_abc_impl", List("x'; touch /tmp/assay-canary; echo '")), Dict()));
        Assert.Equal(Verdict.Suspicious, Scanned.Bytes(PickleOf(filled, 4)).Verdict);
    }

    [Fact]
    public void AnAbstractClassThatNothingIsRegisteredForPasses()
    {
        Action<PickleBuilder> made = Call("cloudpickle.cloudpickle", "_make_skeleton_class", Import("abc", "ABCMeta"), "Model", Tuple(Import("abc", "ABC")), Dict(), null, null);
        Action<PickleBuilder> filled = Call("cloudpickle.cloudpickle", "_class_setstate", made, Tuple(Dict("__module__", "__main__", "_abc_impl", List()), Dict()));
        Assert.Equal(Verdict.Passed, Scanned.Bytes(PickleOf(filled, 4)).Verdict);
    }

    /// <summary>A module hands on what it imports from the standard library.</summary>
    [Theory]
    [InlineData("unheard.distinfo", "Popen", true)]
    [InlineData("unheard.properties", "NamedTemporaryFile", false)]
    [InlineData("hypothesis.extra.cli", "Pool", false)]
    public void AClassIsJudgedByWhatTheStandardLibraryCallsSo(string module, string name, bool withArguments) =>
        Assert.True(Scanned.Bytes(PickleOf(withArguments ? Call(module, name, List("touch", "canary")) : Call(module, name), 4)).Is("unknown-callable-called"), name);

    [Theory]
    [InlineData("pkg.kinds", "Process", 2)]
    [InlineData("pkg.kinds", "Popen", 1)]
    public void AMemberOfAnEnumerationPassesWhateverItIsCalled(string module, string name, int value) =>
        Assert.Equal(Verdict.Passed, Scanned.Bytes(PickleOf(Call(module, name, value), 4)).Verdict);

    /// <summary>Uses that differ only in what a state has put into the object are two.</summary>
    [Fact]
    public void AnObjectWithAnotherStateIsAnotherUse()
    {
        Action<PickleBuilder> With(object? path) => Built(New("torch.utils.data.datapipes.iter.fileopener", "FileOpenerIterDataPipe"), Dict("datapipe", List(path), "mode", "w", "encoding", null, "length", -1));
        byte[] twice = PickleBuilder.Protocol(4).Push(Call("builtins", "list", Built(New("torch.utils.data.datapipes.iter.fileopener", "FileOpenerIterDataPipe"), Dict("datapipe", List(), "mode", "r", "encoding", null, "length", -1)))).Pop()
            .Push(Call("builtins", "list", With("/tmp/assay-canary"))).Stop().ToArray();
        Assert.NotEqual(Verdict.Passed, Scanned.Bytes(PickleOf(Call("builtins", "list", With("/tmp/assay-canary")), 4)).Verdict);
        Assert.NotEqual(Verdict.Passed, Scanned.Bytes(twice).Verdict);
    }
}
