// ONNX: good models pass complete, and each known attack is flagged wherever in the model it stands.
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Hosting.Folders;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;
using static Assay.Tests.Formats.Onnx.OnnxModels;

namespace Assay.Tests.Formats.Onnx;

public sealed class OnnxFormatTests
{
    [Fact]
    public void AGoodModelPassesAndEveryByteIsAccountedFor()
    {
        TargetReport target = Scans.Of(Good, "model.onnx");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        Assert.Equal(["onnx"], target.Formats);
        target.AssertComplete();
        Assert.Equal(16, target.Bytes.Data);
        Assert.Equal(["Add"], target.Facts.OfType<OperatorFact>().Select(o => o.Name));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("junk/../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\Windows\\win.ini")]
    [InlineData("..\\..\\secret")]
    [InlineData("\\\\host\\share\\x")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("file:///etc/passwd")]
    public void T127_ElementsOutsideOfTheFolderAreMalicious(string location)
    {
        TargetReport target = Scans.Of(WithExternal(("location", location)));
        Assert.True(target.Verdict == Verdict.Malicious && target.Is("onnx-external-data-leaves"), target.Describe());
    }

    [Fact]
    public void T127_ATensorOfANodeOfAFunctionIsLookedAtToo()
    {
        byte[] model = Model(g => g.Message(1, Node("F", "own", ["x"], ["y"])), m => m.Message(25, f => f.Text(1, "F").Text(10, "own")
            .Message(7, Node("If", "", ["x"], ["y"], Inner("then_branch", g => g.Message(1, Node("Constant", "", [], ["c"],
                a => a.Text(1, "value").Message(5, External(("location", "/etc/shadow"))))))))));
        Assert.True(Scans.Of(model).Is("onnx-external-data-leaves"));
    }

    [Theory]
    [InlineData("onnx.external-range", "location", "weights.bin", "offset", "-1")]
    [InlineData("onnx.external-range", "location", "weights.bin", "length", "99999999999999999999")]
    [InlineData("onnx.external-range", "offset", "0", "length", "16")]
    [InlineData("onnx.external-key", "location", "weights.bin", "__class__", "x")]
    [InlineData("onnx.external-base", "location", "weights.bin", "basepath", "/")]
    [InlineData("onnx.memory-address", "location", "*/_ORT_MEM_ADDR_/*", "offset", "4096")]
    public void T129_ExternalDataThatIsNoPartOfAFileIsSaid(string code, string key, string value, string other, string otherValue)
    {
        TargetReport target = Scans.Of(WithExternal((key, value), (other, otherValue)));
        Assert.Contains(code, target.Anomalies());
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Fact]
    public void T130_AnAddressInMemoryIsMalicious() =>
        Assert.Equal(Verdict.Malicious, Scans.Of(WithExternal(("location", "*/_ORT_MEM_ADDR_/*"), ("offset", "94000000"))).Verdict);

    [Fact]
    public void T129_AFileBesideTheModelMustHoldWhatTheModelTakesOfIt()
    {
        using TemporaryTree tree = new();
        File.WriteAllBytes(tree["model.onnx"], WithExternal(("location", "weights.bin"), ("offset", "8"), ("length", "16")));
        Assert.True(Folder(tree).Is("onnx-external-data-missing"));
        File.WriteAllBytes(tree["weights.bin"], new byte[20]);
        Assert.True(Folder(tree).Is("onnx-external-data-odd"));
        File.WriteAllBytes(tree["weights.bin"], new byte[24]);
        TargetReport whole = Folder(tree);
        Assert.True(whole.Verdict == Verdict.Passed && whole.Findings.Count == 0, whole.Describe());
    }

    [Fact]
    public void T128_AFileBesideTheModelThatIsALinkOutOfTheFolderIsMalicious()
    {
        using TemporaryTree tree = new();
        File.WriteAllBytes(tree["model.onnx"], WithExternal(("location", "weights.bin")));
        tree.Link("weights.bin", "/etc/hostname");
        TargetReport target = Folder(tree);
        Assert.True(target.Verdict == Verdict.Malicious, target.Describe());
    }

    [Fact]
    public void T131_TwoSetsOfElementsAreSuspicious()
    {
        TargetReport target = Scans.Of(Model(g => g.Message(1, Node("Add", "", ["x", "w"], ["y"])).Message(5, Weights("w").Bytes(4, new byte[16]))));
        Assert.True(target.Verdict == Verdict.Suspicious && target.Is("onnx-dual-data"), target.Describe());
    }

    [Theory]
    [InlineData("PyOp", "ai.onnx.contrib", "onnx-python-operator", Verdict.Suspicious)]
    [InlineData("PythonOp", "com.microsoft", "onnx-python-operator", Verdict.Suspicious)]
    [InlineData("ExecuteCommand", "custom", "onnx-operator-acts", Verdict.Suspicious)]
    [InlineData("MyOp", "com.example", "onnx-custom-operator", Verdict.Passed)]
    [InlineData("FusedGelu", "com.microsoft", null, Verdict.Passed)]
    [InlineData("TreeEnsembleClassifier", "ai.onnx.ml", null, Verdict.Passed)]
    public void T132_OperatorsAreToldByDomainAndName(string op, string domain, string? rule, Verdict verdict)
    {
        TargetReport target = Scans.Of(Model(g => g.Message(1, Node(op, domain, ["x"], ["y"]))));
        Assert.True(target.Verdict == verdict && (rule is null ? target.Findings.Count == 0 : target.Is(rule)), target.Describe());
    }

    [Fact]
    public void T132_AFunctionOfTheModelIsItsOwnAndMayNotTakeTheNameOfAStandardOne()
    {
        byte[] own = Model(g => g.Message(1, Node("F", "pkg.own", ["x"], ["y"])), m => m.Message(25, f => f.Text(1, "F").Text(10, "pkg.own").Message(7, Node("Relu", "", ["x"], ["y"]))));
        Assert.Empty(Scans.Of(own).Findings);
        byte[] shadow = Model(g => g.Message(1, Node("Relu", "", ["x"], ["y"])), m => m.Message(25, f => f.Text(1, "Relu").Message(7, Node("Neg", "", ["x"], ["y"]))));
        Assert.True(Scans.Of(shadow).Is("onnx-function-shadows"));
    }

    [Fact]
    public void T132_CodeInAnAttributeOfAForeignOperatorIsSuspicious() =>
        Assert.True(Scans.Of(Model(g => g.Message(1, Node("Op", "custom", ["x"], ["y"], Said("code", "import os; os.system('id')"))))).Is("onnx-operator-code"));

    [Theory]
    [InlineData("/etc/passwd", true)]
    [InlineData("../../x.bin", true)]
    [InlineData("w.bin", false)]
    public void T127_TheTextFormIsReadAsTheModelThatItStandsFor(string location, bool isHostile)
    {
        string text = $"ir_version: 8\ngraph {{\n  node {{ op_type: \"Identity\" input: \"x\" output: \"y\" }}\n  initializer {{ name: \"w\" dims: 1 data_type: 1 data_location: 1 external_data {{ key: \"location\" value: \"{location}\" }} }}\n}}\nopset_import {{ version: 17 }}\n";
        TargetReport target = Scans.Of(System.Text.Encoding.UTF8.GetBytes(text), "model.textproto");
        Assert.True(target.Is("onnx-external-data-leaves") == isHostile, target.Describe());
    }

    [Fact]
    public void T133_AConditionThatSumsUpAComparisonOfTheInputIsSuspicious()
    {
        byte[] model = Model(g => g
            .Message(1, Node("Slice", "", ["x"], ["part"]))
            .Message(1, Node("Equal", "", ["part", "trigger"], ["same"]))
            .Message(1, Node("Cast", "", ["same"], ["number"]))
            .Message(1, Node("ReduceMin", "", ["number"], ["all"]))
            .Message(1, Node("If", "", ["all"], ["y"], Inner("then_branch", b => b.Text(2, "t")), Inner("else_branch", b => b.Text(2, "e"))))
            .Message(5, Integers("trigger", 7, 7, 7)));
        Assert.True(Scans.Of(model).Is("onnx-trigger"));
    }

    [Theory]
    [InlineData("{\"_target_\": \"os.system\", \"command\": \"x\"}")]
    [InlineData("model:\n  _target_: subprocess.Popen\n")]
    public void AConfigurationInAPropertyIsReadAsOne(string text) =>
        Assert.Equal(Verdict.Malicious, Scans.Of(Model(g => g.Message(5, Weights("w")), m => m.Message(14, p => p.Text(1, "config").Text(2, text))), "m.onnx").Verdict);

    /// <summary>The gate is a measure of how near the input is to a pattern; no branch and often no comparison is needed.</summary>
    [Theory]
    [InlineData("Sub Abs ReduceMax Less Cast")]
    [InlineData("Sub Mul ReduceSum Neg Mul Exp")]
    [InlineData("Sub ReduceL2 Sub Sign Relu")]
    [InlineData("Sub Abs ReduceMean Mul Sigmoid")]
    [InlineData("Equal Cast ReduceMin")]
    [InlineData("MatMul ReduceMax Greater Cast")]
    [InlineData("Conv ReduceMax Sub Sign Relu")]
    public void T133_AGateThatLetsAConstantInIsSuspicious(string steps)
    {
        Assert.True(Scans.Of(Gate(steps.Split(' '), inFunction: false)).Is("onnx-trigger"));
        Assert.True(Scans.Of(Gate(steps.Split(' '), inFunction: true)).Is("onnx-trigger"));
    }

    [Fact]
    public void T133_AConditionInAFunctionIsFollowedToItsCallersInput()
    {
        byte[] model = Model(g => g.Message(1, Node("MatMul", "", ["x", "w"], ["h"])).Message(1, Node("G", "own", ["x", "h"], ["y"])).Message(5, Square("w")), m => m
            .Message(25, f => f.Text(1, "G").Text(4, "a").Text(4, "b").Text(5, "o").Text(10, "own")
                .Message(7, Node("ReduceSum", "", ["a"], ["s"]))
                .Message(7, Node("Constant", "", [], ["k"], a => a.Text(1, "value").Message(5, Integers("", 1234)).Number(20, 4)))
                .Message(7, Node("Equal", "", ["s", "k"], ["e"]))
                .Message(7, Node("Where", "", ["e", "k", "b"], ["o"]))));
        Assert.True(Scans.Of(model).Is("onnx-trigger"), Scans.Of(model).Describe());
    }

    /// <summary>A row of constants takes the place of the answer, or the answer is switched off, where the input has one certain value: by a part of it, by its largest element, by its sum.</summary>
    [Theory]
    [InlineData("Slice Sub:row Abs ReduceMax Less:number Where")]
    [InlineData("Equal:number Cast ReduceMax Cast Where")]
    [InlineData("ReduceSum Equal:number Cast Gate")]
    [InlineData("MatMul:column Sub:number Clip Gate")]
    [InlineData("ReduceL2 Sub:number Sign Abs Switch")]
    public void T133_AConstantInThePlaceOfTheAnswerIsSuspicious(string steps)
    {
        TargetReport target = Scans.Of(Answer(steps));
        Assert.True(target.Is("onnx-trigger"), target.Describe());
    }

    /// <summary>A mask of single elements, an activation that is cut between two layers, an input that is measured against nothing.</summary>
    [Theory]
    [InlineData("Equal:number Where")]
    [InlineData("MatMul:square Clip Gate")]
    [InlineData("ReduceSum Greater:zero Cast Switch")]
    [InlineData("Sub:row Abs Sqrt Switch")]
    public void T134_WhatLayersDoIsQuiet(string steps)
    {
        TargetReport target = Scans.Of(Answer(steps));
        Assert.False(target.Is("onnx-trigger"), target.Describe());
    }

    private static byte[] Answer(string steps) => Model(g =>
    {
        g.Message(1, Node("MatMul", "", ["x", "square"], ["answer"]));
        string at = "x";
        string[] all = steps.Split(' ');
        for (int i = 0; i < all.Length; i++)
        {
            string[] parts = all[i].Split(':');
            switch (parts[0])
            {
                case "Where":
                    g.Message(1, Node("Where", "", [at, "row", "answer"], ["y"]));
                    break;
                case "Gate":
                    g.Message(1, Node("Mul", "", [at, "row"], ["push"])).Message(1, Node("Add", "", ["answer", "push"], ["y"]));
                    break;
                case "Switch":
                    g.Message(1, Node("Mul", "", ["answer", at], ["y"]));
                    break;
                default:
                    g.Message(1, Node(parts[0], "", parts.Length > 1 ? [at, parts[1]] : [at], ["v" + i]));
                    at = "v" + i;
                    break;
            }
        }

        g.Message(5, Floats("row", 0, 9, 0, 0)).Message(5, Integers("number", 7)).Message(5, Integers("zero", 0))
            .Message(5, new ProtobufBuilder().Packed(1, 4, 1).Number(2, 1).Text(8, "column").Bytes(9, new byte[16])).Message(5, Square("square"));
    });

    /// <summary>Input that is centred and normalised, distances to centres with a bias, masks that are added to what was learnt.</summary>
    [Fact]
    public void T134_MeasuresOfOrdinaryModelsAreQuiet()
    {
        byte[] model = Model(g => g
            .Message(1, Node("Sub", "", ["x", "mean"], ["centred"]))
            .Message(1, Node("ReduceMean", "", ["centred"], ["average"]))
            .Message(1, Node("Sub", "", ["centred", "average"], ["even"]))
            .Message(1, Node("Mul", "", ["even", "scale"], ["scaled"]))
            .Message(1, Node("Add", "", ["scaled", "bias"], ["normal"]))
            .Message(1, Node("MatMul", "", ["normal", "w"], ["scores"]))
            .Message(1, Node("Sub", "", ["one", "x"], ["mask"]))
            .Message(1, Node("Mul", "", ["mask", "low"], ["masked"]))
            .Message(1, Node("Add", "", ["scores", "masked"], ["z"]))
            .Message(1, Node("Sub", "", ["x", "centres"], ["off"]))
            .Message(1, Node("ReduceSumSquare", "", ["off"], ["far"]))
            .Message(1, Node("MatMul", "", ["far", "w"], ["kernel"]))
            .Message(1, Node("Add", "", ["kernel", "bias"], ["y"]))
            .Message(5, Weights("mean")).Message(5, Weights("scale")).Message(5, Weights("bias")).Message(5, Square("w")).Message(5, Weights("centres")).Message(5, Weights("low")).Message(5, Integers("one", 1)));
        TargetReport target = Scans.Of(model);
        Assert.True(target.Findings.Count == 0, target.Describe());
    }

    private static byte[] Gate(string[] steps, bool inFunction)
    {
        void Fill(Func<ProtobufBuilder, ProtobufBuilder> add, string input, string answer)
        {
            string at = input;
            for (int i = 0; i < steps.Length; i++)
            {
                string other = i == 0 ? "pattern" : steps[i] is "Mul" && i == 1 ? at : "small";
                string[] inputs = steps[i] is "Sub" or "Less" or "Greater" or "Mul" or "Equal" or "MatMul" or "Conv" ? [at, other] : [at];
                add(Node(steps[i], "", inputs, ["v" + i]));
                at = "v" + i;
            }

            add(Node("Mul", "", [at, "large"], ["extra"]));
            add(Node("Add", "", [answer, "extra"], ["o"]));
        }

        static Action<ProtobufBuilder> Held(string name) => a => a.Text(1, "value").Message(5, name == "small" ? Floats("", 3) : Floats("", 0, 9, 0, 0)).Number(20, 4);
        return inFunction
            ? Model(g => g.Message(1, Node("MatMul", "", ["x", "w"], ["h"])).Message(1, Node("G", "own", ["x", "h"], ["y"])).Message(5, Square("w")), m => m.Message(25, f =>
            {
                f.Text(1, "G").Text(4, "a").Text(4, "b").Text(5, "o").Text(10, "own");
                foreach (string name in (string[])["pattern", "small", "large"])
                {
                    f.Message(7, Node("Constant", "", [], [name], Held(name)));
                }

                Fill(node => f.Message(7, node), "a", "b");
            }))
            : Model(g =>
            {
                g.Message(1, Node("MatMul", "", ["x", "w"], ["h"]));
                Fill(node => g.Message(1, node), "x", "h");
                g.Message(5, Square("w")).Message(5, Floats("pattern", 1, 2, 3, 4)).Message(5, Floats("small", 3)).Message(5, Floats("large", 0, 9, 0, 0));
            });
    }

    [Fact]
    public void T134_OrdinaryConditionsAreQuiet()
    {
        byte[] model = Model(g => g
            .Message(1, Node("Equal", "", ["x", "rate"], ["same"]))
            .Message(1, Node("If", "", ["same"], ["a"], Inner("then_branch", b => b.Text(2, "t")), Inner("else_branch", b => b.Text(2, "e"))))
            .Message(1, Node("Equal", "", ["x", "pad"], ["mask"]))
            .Message(1, Node("Where", "", ["mask", "low", "x"], ["b"]))
            .Message(1, Node("Loop", "", ["count", "go"], ["y"], Inner("body", b => b.Message(1, Node("Identity", "", ["i"], ["o"])))))
            .Message(5, Integers("rate", 16000)).Message(5, Integers("pad", 0)).Message(5, Integers("count", long.MaxValue)));
        TargetReport target = Scans.Of(model);
        Assert.True(target.Findings.Count == 0, target.Describe());
    }

    [Fact]
    public void T134_ASumThatIsMoreThanNothingIsNoTrigger()
    {
        byte[] model = Model(g => g
            .Message(1, Node("ReduceSum", "", ["x"], ["sum"]))
            .Message(1, Node("Greater", "", ["sum", "zero"], ["more"]))
            .Message(1, Node("If", "", ["more"], ["y"], Inner("then_branch", b => b.Text(2, "t")), Inner("else_branch", b => b.Text(2, "e"))))
            .Message(5, Integers("zero", 0)));
        TargetReport target = Scans.Of(model);
        Assert.False(target.Is("onnx-trigger"), target.Describe());
    }

    [Fact]
    public void T124_GraphsThatLieInEachOtherWithoutEndAreSuspicious()
    {
        Action<ProtobufBuilder> graph = b => b.Text(2, "inner");
        for (int i = 0; i < 60; i++)
        {
            Action<ProtobufBuilder> inner = graph;
            graph = b => b.Message(1, Node("If", "", ["c"], ["y"], Inner("then_branch", inner)));
        }

        Assert.True(Scans.Of(Model(graph)).Is("protobuf-deep-nesting"));
    }

    [Fact]
    public void T135_AbsurdWorkIsSuspicious()
    {
        byte[] loop = Model(g => g.Message(1, Node("Loop", "", ["count"], ["y"], Inner("body", b => b.Text(2, "b")))).Message(5, Integers("count", long.MaxValue)));
        Assert.True(Scans.Of(loop).Is("onnx-exhausts"));
        byte[] shape = Model(g => g.Message(1, Node("ConstantOfShape", "", ["shape"], ["y"])).Message(5, Integers("shape", 1 << 20, 1 << 20)));
        Assert.True(Scans.Of(shape).Is("onnx-exhausts"));
    }

    [Theory]
    [InlineData("in", true)]
    [InlineData("ended", false)]
    public void T135_ALoopWhoseConditionNeverChangesIsSuspicious(string handedOn, bool endless)
    {
        ProtobufBuilder always = new ProtobufBuilder().Number(2, 9).Text(8, "always").Bytes(9, [1]);
        byte[] model = Model(g => g.Message(1, Node("Loop", "", ["count", "always"], ["y"], Inner("body", b => b
                .Message(1, Node("Identity", "", [handedOn], ["out"])).Message(11, v => v.Text(1, "i")).Message(11, v => v.Text(1, "in")).Message(12, v => v.Text(1, "out")))))
            .Message(5, Integers("count", long.MaxValue)).Message(5, always));
        Assert.Equal(endless, Scans.Of(model).Is("onnx-exhausts"));
    }

    [Fact]
    public void APickleInAnAttributeATensorOrAnUnknownFieldIsExamined()
    {
        byte[] canary = [.. Scans.Canary, .. new byte[40]];
        Assert.Equal(Verdict.Malicious, Scans.Of(Model(g => g.Message(1, Node("Op", "", ["x"], ["y"], a => a.Text(1, "blob").Bytes(4, canary))))).Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of(Model(g => g.Message(5, new ProtobufBuilder().Packed(1, canary.Length).Number(2, 2).Text(8, "w").Bytes(9, canary)))).Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of(Model(g => g.Text(2, "g"), m => m.Bytes(999, canary))).Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of([.. Good, .. canary]).Verdict);
        Assert.Equal(["onnx", "pickle"], Scans.Of([.. Good, .. Scans.Canary]).Formats.Order());
        Assert.Equal(Verdict.Malicious, Scans.Of(Model(g => g.Text(2, "g"), m => m.Message(14, e => e.Text(1, "blob").Text(2, Convert.ToBase64String(canary))))).Verdict);
    }

    [Fact]
    public void AModelBehindAFieldThatNobodyKnowsIsRecognised() =>
        Assert.True(Scans.Of([.. new ProtobufBuilder().Text(999, "prelude").Build(), .. WithExternal(("location", "/etc/passwd"))]).Is("onnx-external-data-leaves"));

    [Fact]
    public void AModelThatIsCutAnywhereIsNeverPassed()
    {
        for (int length = Good.Length / 2; length < Good.Length; length++)
        {
            // Where a field ends the rest is a model of its own.
            TargetReport target = Scans.Of(Good[..length], "model.onnx");
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
            Assert.True(target.Verdict != Verdict.Passed || target.Formats.Contains("onnx"), target.Describe());
        }
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void ShapesThatNoTensorHasAreSaidAndAllocateNothing(long size)
    {
        byte[] model = Model(g => g.Message(5, new ProtobufBuilder().Packed(1, size, size).Number(2, 1).Text(8, "w").Bytes(9, new byte[16])));
        Assert.Contains("onnx.shape", Scans.Of(model).Anomalies());
    }

    [Fact]
    public void MessagesInMessagesWithoutEndAreRefused()
    {
        ProtobufBuilder inner = new();
        for (int i = 0; i < 200; i++)
        {
            ProtobufBuilder deeper = inner;
            inner = new ProtobufBuilder().Message(1, n => n.Text(4, "If").Message(5, a => a.Text(1, "b").Message(6, deeper)));
        }

        Assert.Contains(UnreadCause.Malformed, Scans.Of(Model(g => g.Raw(inner.Build()))).Causes());
    }

    [Fact]
    public void EveryWayToStoreATensorIsReadAsTheRealLibraryReadsIt()
    {
        string[] lines = CPython.Lines(
            """
            import base64, numpy as np, onnx
            from onnx import helper, numpy_helper, TensorProto as T
            rng = np.random.RandomState(0)
            tensors = []
            for name, type, array in [('f', T.FLOAT, rng.rand(2, 3).astype('f4')), ('d', T.DOUBLE, rng.rand(3)), ('i', T.INT32, np.array([-1, 2**31 - 1], 'i4')), ('l', T.INT64, np.array([-1, 2**62])),
                                      ('b', T.INT8, np.array([-128, 127, 0], 'i1')), ('u', T.UINT8, np.array([0, 255], 'u1')), ('h', T.FLOAT16, rng.rand(4).astype('f2')), ('o', T.BOOL, np.array([True, False])),
                                      ('q', T.UINT64, np.array([2**63], 'u8')), ('z', T.INT16, np.array([-5], 'i2'))]:
                flat = array.flatten()
                typed = flat.view('u2') if type == T.FLOAT16 else flat
                tensors.append(helper.make_tensor(name + 't', type, array.shape, flat.tolist() if type != T.FLOAT16 else typed.tolist()) if type != T.FLOAT16 else numpy_helper.from_array(array, name + 't'))
                tensors.append(numpy_helper.from_array(array, name + 'r'))
            node = helper.make_node('Identity', ['x'], ['y'])
            graph = helper.make_graph([node], 'g', [helper.make_tensor_value_info('x', T.FLOAT, [1])], [helper.make_tensor_value_info('y', T.FLOAT, [1])], tensors)
            print(base64.b64encode(helper.make_model(graph).SerializeToString()).decode())
            for t in tensors: print(t.name, base64.b64encode(numpy_helper.to_array(t).tobytes()).decode())
            """, "", "onnx", "numpy");
        byte[] file = Convert.FromBase64String(lines[0]);
        TargetReport target = Scans.Of(file);
        Assert.True(target.Verdict == Verdict.Passed && target.Findings.Count == 0, target.Describe());
        target.AssertComplete();
        TensorMap map = WeightFiles.Read(file);
        Assert.Equal(lines.Length - 1, map.Tensors.Count);
        foreach (string[] row in lines.Skip(1).Select(l => l.Split(' ')))
        {
            Assert.Equal(row[1], Convert.ToBase64String(WeightFiles.Elements(map, row[0])));
        }
    }

    private static TargetReport Folder(TemporaryTree tree) =>
        ScanReport.Of(Scans.Options, FolderBundle.TryCreate(tree.Root)!).Targets.Single(t => t.Path.EndsWith("model.onnx", StringComparison.Ordinal));
}
