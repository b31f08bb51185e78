// TensorFlow: exported models pass complete, and each operator that reaches out of a model is said, in graphs, functions and texts.
using System.Text;
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;
using static Assay.Tests.Formats.TensorFlow.TensorFlowModels;

namespace Assay.Tests.Formats.TensorFlow;

public sealed class TensorFlowFormatTests
{
    [Fact]
    public void T123_AnExportedModelPassesAndEveryByteIsAccountedFor()
    {
        TargetReport target = Scans.Of(Good, "saved_model.pb");
        Assert.True(target.Verdict == Verdict.Passed && target.Findings.Count == 0, target.Describe());
        Assert.Equal(["tf-saved-model"], target.Formats);
        target.AssertComplete();
    }

    [Theory]
    [InlineData("ReadFile", "", Verdict.Suspicious)]
    [InlineData("WriteFile", "out.bin", Verdict.Suspicious)]
    [InlineData("MatchingFiles", "", Verdict.Suspicious)]
    [InlineData("ReadFile", "/etc/passwd", Verdict.Malicious)]
    [InlineData("WriteFile", "/root/.ssh/authorized_keys", Verdict.Malicious)]
    public void T114_FileOperatorsAreSuspiciousAndMaliciousWhereThePathMatters(string op, string path, Verdict verdict)
    {
        ProtobufBuilder graph = path.Length > 0 ? Graph(Const("p", path), Node("i", "Identity", ["p"]), Node("f", op, ["i"])) : Graph(Node("p", "Placeholder", []), Node("f", op, ["p"]));
        TargetReport target = Scans.Of(SavedModel(graph));
        Assert.True(target.Verdict == verdict, target.Describe());
    }

    [Theory]
    [InlineData("SaveV2", "/tmp/payload", "tf-writes-elsewhere")]
    [InlineData("MergeV2Checkpoints", "../../x", "tf-writes-elsewhere")]
    [InlineData("InitializeTableFromTextFileV2", "/etc/shadow", "tf-sensitive-path")]
    [InlineData("TextLineDataset", "/proc/self/environ", "tf-sensitive-path")]
    [InlineData("DatasetToTFRecord", "x", "tf-file-operator")]
    [InlineData("DataServiceDatasetV4", "x", "tf-network")]
    public void T115_WiderFileOperatorsAreSaidByTheirPath(string op, string path, string rule)
    {
        TargetReport target = Scans.Of(Graph(Const("p", path), Node("f", op, ["p", "p", "p", "p", "p"])).Build());
        Assert.True(target.Is(rule) && target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Fact]
    public void T115_PrintingIntoAFileIsMalicious()
    {
        Assert.Equal(Verdict.Malicious, Scans.Of(SavedModel(Graph(Node("x", "Placeholder", []), Node("p", "PrintV2", ["x"], ("output_stream", "file:///tmp/x"))))).Verdict);
        Assert.Equal(Verdict.Passed, Scans.Of(SavedModel(Graph(Node("x", "Placeholder", []), Node("p", "PrintV2", ["x"], ("output_stream", "stderr"))))).Verdict);
    }

    [Fact]
    public void T115_DebuggersThatSendValuesAwayAreSuspicious()
    {
        ProtobufBuilder node = Node("d", "DebugIdentityV2", ["x"]).Message(5, e => e.Text(1, "debug_urls").Message(2, v => v.Message(1, l => l.Text(2, "grpc://10.0.0.1:6064"))));
        Assert.True(Scans.Of(SavedModel(Graph(Node("x", "Placeholder", []), node))).Is("tf-debug-url"));
    }

    [Theory]
    [InlineData("PyFunc")]
    [InlineData("PyFuncStateless")]
    [InlineData("EagerPyFunc")]
    public void T116_HostCodeIsSuspicious(string op)
    {
        TargetReport target = Scans.Of(SavedModel(Graph(Node("p", op, [], ("token", "pyfunc_0")))));
        Assert.True(target.Verdict == Verdict.Suspicious && target.Is("tf-host-code"), target.Describe());
        Assert.Contains(target.Facts.OfType<OperatorFact>(), o => o.Attributes.Any(a => a is { Name: "token", Value: "pyfunc_0" }));
    }

    [Fact]
    public void T117_OperatorsInsideFunctionsAreLookedAt()
    {
        byte[] model = SavedModel(Graph(Call("c", "f")).Message(2, l => l.Message(1, Function("f", Const("p", "/etc/shadow"), Node("r", "ReadFile", ["p:output:0"])))));
        Assert.True(Scans.Of(model).Is("tf-sensitive-path"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void T118_WhatAnInitialiserReachesRunsOnLoad(bool signature)
    {
        ProtobufBuilder graph = Graph(Node("p", "Placeholder", []), Node("init", "NoOp", ["^call"]), Call("call", "f"))
            .Message(2, l => l.Message(1, Function("f", Const("p", "x.sh"), Node("w", "WriteFile", ["p:output:0", "p:output:0"]))));
        byte[] model = SavedModel(graph, m =>
        {
            if (signature)
            {
                m.Message(5, s => s.Text(1, "__saved_model_init_op").Message(2, d => d.Message(2, o => o.Text(1, "__saved_model_init_op").Message(2, t => t.Text(1, "init:0")))));
            }
            else
            {
                m.Message(4, c => c.Text(1, "saved_model_main_op").Message(2, v => v.Message(1, n => n.Text(1, "init"))));
            }
        });
        TargetReport target = Scans.Of(model);
        Assert.True(target.Verdict == Verdict.Malicious && target.Is("tf-runs-on-load"), target.Describe());
    }

    [Fact]
    public void T118_ARestoredObjectThatInitialisesItselfRunsOnLoad()
    {
        ProtobufBuilder graph = Graph(Node("p", "Placeholder", [])).Message(2, l => l.Message(1, Function("f", Node("w", "WriteFile", ["a", "b"]))));
        byte[] model = SavedModel(graph, m => m.Message(7, o => o
            .Message(1, n => n.Message(1, c => c.Number(1, 1).Text(2, "_initialize")))
            .Message(1, n => n.Message(6, f => f.Text(1, "f")))));
        Assert.True(Scans.Of(model).Is("tf-runs-on-load"));
    }

    [Theory]
    [InlineData("# a comment\nnode {\n  name: \"p\"\n  op: \"Const\"\n  attr { key: \"value\" value { tensor { dtype: DT_STRING string_val: \"/etc/\" \"passwd\" } } }\n}\nnode { name: \"r\" op: 'ReadFile' input: [\"p\"] }\n")]
    [InlineData("saved_model_schema_version: 1\nmeta_graphs < graph_def: { node { name: \"p\" op: \"Const\" attr: [{ key: \"value\" value { tensor { string_val: \"\\057etc\\x2fpasswd\" } } }] } node { name: \"r\" op: \"ReadFile\" input: \"p\" } } >")]
    [InlineData("meta_info_def { tags: \"serve\" } graph_def { library { function { signature { name: \"f\" } node_def { name: \"p\" op: \"Const\" attr { key: \"value\" value { tensor { string_val: \"/etc/passwd\" } } } } node_def { name: \"r\" op: \"ReadFile\" input: \"p:output:0\" } } } }")]
    public void T119_TheTextFormIsReadAsTheBytes(string text)
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(text), "model.pbtxt");
        Assert.True(target.Verdict == Verdict.Malicious && target.Is("tf-sensitive-path"), target.Describe());
        Assert.Equal(["tf-graph-text"], target.Formats);
        target.AssertComplete();
    }

    [Fact]
    public void T119_ALongCommentHidesNoText()
    {
        string text = "# " + new string('x', 100_000) + "\n" + new string('\n', 5_000) + "node { name: \"r\" op: \"PyFunc\" }";
        Assert.True(Scans.Of(Encoding.UTF8.GetBytes(text)).Is("tf-host-code"));
    }

    [Theory]
    [InlineData("node { name: \"a\" op: \"Const\"")]
    [InlineData("node { name: \"a\" op: \"Const\" } node { name: \"b")]
    [InlineData("node { name: \"a\" op: \"Const\" } }")]
    public void T119_ATextThatBreaksIsNotPassed(string text) => Assert.NotEqual(Verdict.Passed, Scans.Of(Encoding.UTF8.GetBytes(text), "model.pbtxt").Verdict);

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("../variables/variables.index")]
    [InlineData("/etc/passwd")]
    public void T120_AnAssetOutsideOfItsFolderIsMalicious(string name) =>
        Assert.Equal(Verdict.Malicious, Scans.Of(SavedModel(Graph(Node("p", "Placeholder", [])), m => m.Message(6, a => a.Text(2, name)))).Verdict);

    [Fact]
    public void T120_AnOrdinaryAssetIsQuiet() =>
        Assert.Empty(Scans.Of(SavedModel(Graph(Node("p", "Placeholder", [])), m => m.Message(6, a => a.Text(2, "vocab.txt")))).Findings);

    [Theory]
    [InlineData("MyOp", Verdict.Suspicious)]
    [InlineData("Addons>Resampler", Verdict.Passed)]
    [InlineData("TRTEngineOp", Verdict.Passed)]
    [InlineData("_FusedConv2D", Verdict.Passed)]
    public void T121_OperatorsThatTensorFlowDoesNotHaveAreToldByTheirName(string op, Verdict verdict)
    {
        TargetReport target = Scans.Of(Graph(Node("c", op, [])).Build());
        Assert.True(target.Verdict == verdict, target.Describe());
    }

    [Fact]
    public void T121_AFunctionOfTheModelIsNoForeignOperator() =>
        Assert.Empty(Scans.Of(Graph(Node("c", "my_function", [])).Message(2, l => l.Message(1, Function("my_function", Node("n", "NoOp", [])))).Build()).Findings);

    [Fact]
    public void T122_GraphsAndMetaGraphsAloneAreReadAsInAModel()
    {
        ProtobufBuilder graph = Graph(Node("p", "PyFunc", []));
        Assert.Equal(["tf-graph"], Scans.Of(graph.Build()).Formats);
        TargetReport meta = Scans.Of(new ProtobufBuilder().Message(1, i => i.Text(5, "1.15.0")).Message(2, graph).Build());
        Assert.Equal(["tf-meta-graph"], meta.Formats);
        Assert.True(meta.Is("tf-host-code"));
    }

    [Fact]
    public void T124_AFieldThatStandsTwiceIsSuspiciousAndBothAreRead()
    {
        byte[] node = Node("p", "NoOp", []).Text(2, "PyFunc").Build();
        TargetReport target = Scans.Of(new ProtobufBuilder().Bytes(1, node).Message(4, v => v.Number(1, 1)).Build());
        Assert.True(target.Verdict == Verdict.Suspicious && target.Is("protobuf-duplicate-field") && target.Is("tf-host-code"), target.Describe());
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(1L << 40, false)]
    [InlineData(-1, false)]
    public void T124_AConstantOfAnAbsurdShapeIsSuspicious(long size, bool good)
    {
        byte[] graph = Graph(Node("w", "Const", []).Message(5, e => e.Text(1, "value").Message(2, v => v.Message(8, t => t.Number(1, 1).Message(2, s => s.Message(2, d => d.Number(1, size))).Bytes(5, new byte[4]))))).Build();
        Assert.Equal(good, !Scans.Of(graph).Is("tf-giant-shape"));
    }

    [Fact]
    public void T124_ManyInputsOnPaperAreSuspicious() =>
        Assert.True(Scans.Of(Graph(Node("i", "IdentityN", []).Message(5, e => e.Text(1, "N").Message(2, v => v.Number(3, int.MaxValue)))).Build()).Is("tf-giant-shape"));

    [Theory]
    [InlineData("model.ckpt-100", Verdict.Passed)]
    [InlineData("/data/run/model.ckpt-100", Verdict.Passed)]
    [InlineData("../../../etc/passwd", Verdict.Suspicious)]
    public void T122_TheStateOfACheckpointIsToldByItsPaths(string path, Verdict verdict) =>
        Assert.Equal(verdict, Scans.Of(Encoding.ASCII.GetBytes($"model_checkpoint_path: \"{path}\"\nall_model_checkpoint_paths: \"{path}\"\n"), "checkpoint").Verdict);

    [Fact]
    public void T124_NestingWithoutEndIsRefused()
    {
        ProtobufBuilder value = new ProtobufBuilder().Text(2, "x");
        for (int i = 0; i < 100; i++)
        {
            ProtobufBuilder inner = value;
            value = new ProtobufBuilder().Message(10, f => f.Message(2, e => e.Text(1, "k").Message(2, inner)));
        }

        byte[] graph = Graph(Node("p", "NoOp", []).Message(5, e => e.Text(1, "k").Message(2, value))).Build();
        Assert.Contains(UnreadCause.Malformed, Scans.Of(graph).Causes());
    }

    [Fact]
    public void AModelThatIsCutAnywhereIsNoFault()
    {
        for (int length = 1; length < Good.Length; length += 3)
        {
            Assert.DoesNotContain(UnreadCause.Fault, Scans.Of(Good[..length], "saved_model.pb").Causes());
        }
    }

    [Fact]
    public void TheConstantsOfAFrozenGraphAreItsTensors()
    {
        byte[] values = WeightFiles.Floats(1, 2, 3);
        byte[] graph = Graph(Node("w", "Const", []).Message(5, e => e.Text(1, "value").Message(2, v => v.Message(8, t => t.Number(1, 1).Message(2, s => s.Message(2, d => d.Number(1, 3))).Bytes(4, values))))).Build();
        TensorMap map = WeightFiles.Read(graph);
        Assert.Equal(values, WeightFiles.Elements(map, "w"));
    }
}
