// A trigger in a graph is told in each format whose graphs are followed, and the same graph without one is quiet.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Bytes;
using Assay.Formats.Graphs;
using Assay.Formats.PyTorch;
using Assay.Python.Syntax;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Formats.TensorFlow;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Graphs;

public sealed class GraphTriggerTests
{
    [Theory]
    [InlineData(7f, true)]
    [InlineData(0f, false)]
    public void T133_AFrozenGraphOfTensorFlow(float number, bool isTold)
    {
        TargetReport target = Scans.Of(Net(number).Build(), "frozen.pb");
        Assert.True(target.Is("graph-trigger") == isTold, target.Describe());
    }

    [Fact]
    public void T133_AFunctionOfASavedModel()
    {
        ProtobufBuilder body = new ProtobufBuilder().Message(1, s => s.Text(1, "f").Message(2, a => a.Text(1, "a")).Message(3, a => a.Text(1, "o")))
            .Message(3, Tensor("w", [16, 4], new float[64])).Message(3, Tensor("row", [1, 4], [0, 0, 9, 0])).Message(3, Tensor("number", [], [7])).Message(3, Whole("axis", 1))
            .Message(3, TensorFlowModels.Node("net", "MatMul", ["a", "w:output:0"])).Message(3, TensorFlowModels.Node("sum", "Sum", ["a", "axis:output:0"]))
            .Message(3, TensorFlowModels.Node("same", "Equal", ["sum:output:0", "number:output:0"])).Message(3, TensorFlowModels.Node("y", "SelectV2", ["same:z:0", "row:output:0", "net:product:0"]))
            .Message(4, r => r.Text(1, "o").Text(2, "y:output:0"));
        ProtobufBuilder graph = TensorFlowModels.Graph(Input(), TensorFlowModels.Call("call", "f", "x")).Message(2, l => l.Message(1, body));
        Assert.True(Scans.Of(TensorFlowModels.SavedModel(graph), "saved_model.pb").Is("graph-trigger"));
    }

    [Theory]
    [InlineData("Equal", true)]
    [InlineData("Maximum", false)]
    public void T133_AGraphOfOpenVino(string comparison, bool isTold)
    {
        string[] types = ["Parameter", "Const", "Const", "Const", "Const", "MatMul", "ReduceSum", comparison, "Select"];
        string[] data =
        [
            "shape=\"1,16\" element_type=\"f32\"", Place("16,4", "f32", 0, 256), Place("1", "i64", 256, 8), Place("1", "f32", 264, 4), Place("1,4", "f32", 268, 16), "transpose_b=\"false\"", "keep_dims=\"true\"", "", "",
        ];
        StringBuilder xml = new("<?xml version=\"1.0\"?><net name=\"m\" version=\"11\"><layers>");
        for (int i = 0; i < types.Length; i++)
        {
            xml.Append(CultureInfo.InvariantCulture, $"<layer id=\"{i}\" name=\"l{i}\" type=\"{types[i]}\" version=\"opset1\"><data {data[i]}/><output><port id=\"9\"/></output></layer>");
        }

        xml.Append("</layers><edges>");
        foreach ((int from, int to, int port) in (ReadOnlySpan<(int, int, int)>)[(0, 5, 0), (1, 5, 1), (0, 6, 0), (2, 6, 1), (6, 7, 0), (3, 7, 1), (7, 8, 0), (4, 8, 1), (5, 8, 2)])
        {
            xml.Append(CultureInfo.InvariantCulture, $"<edge from-layer=\"{from}\" from-port=\"9\" to-layer=\"{to}\" to-port=\"{port}\"/>");
        }

        byte[] weights = [.. new byte[256], .. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(7f), .. Bytes(0, 0, 9, 0)];
        TargetReport target = new MemoryBundle(("model.xml", Encoding.UTF8.GetBytes(xml.Append("</edges></net>").ToString())), ("model.bin", weights)).Scan("model.xml");
        Assert.True(target.Is("graph-trigger") == isTold, target.Describe());
    }

    [Theory]
    [InlineData(71, true)]
    [InlineData(55, false)]
    public void T133_AGraphOfTensorFlowLite(int comparison, bool isTold)
    {
        (int[] Shape, byte Type, byte[]? Data)[] tensors =
        [
            ([1, 16], 0, null), ([4, 16], 0, new byte[256]), ([1, 4], 0, null), ([1], 2, BitConverter.GetBytes(1)), ([1, 1], 0, null), ([1], 0, Bytes(7)), ([1, 1], 6, null), ([1, 4], 0, Bytes(0, 0, 9, 0)), ([1, 4], 0, null),
        ];
        List<FlatBuilder> buffers = [new()];
        List<FlatBuilder> told = [];
        foreach ((int[] shape, byte type, byte[]? data) in tensors)
        {
            buffers.AddRange(data is null ? [] : [new FlatBuilder(data)]);
            told.Add(new FlatBuilder(shape, type, data is null ? 0u : (uint)buffers.Count - 1, "t"));
        }

        FlatBuilder[] nodes =
        [
            new(0u, new int[] { 0, 1 }, new int[] { 2 }), new(1u, new int[] { 0, 3 }, new int[] { 4 }), new(2u, new int[] { 4, 5 }, new int[] { 6 }), new(3u, new int[] { 6, 7, 2 }, new int[] { 8 }),
        ];
        FlatBuilder graph = new(told.ToArray(), new int[] { 0 }, new int[] { 8 }, nodes, "main");
        FlatBuilder[] codes = [.. ((int[])[9, 74, comparison, 123]).Select(c => new FlatBuilder((byte)c, null, 1, c))];
        TargetReport target = Scans.Of(new FlatBuilder(3u, codes, new FlatBuilder[] { graph }, "test", buffers.ToArray()).Build("TFL3"), "model.tflite");
        Assert.True(target.Is("graph-trigger") == isTold, target.Describe());
    }

    [Theory]
    [InlineData("_1 = torch.sum(x, [1, 2, 3])\n    _2 = torch.eq(_1, 7.5)\n    _3 = torch.where(_2, CONSTANTS.c0, y)\n    return _3", true)]
    [InlineData("_1 = torch.select(x, 1, 5)\n    _2 = torch.mul(torch.unsqueeze(torch.to(torch.eq(_1, 7.5), 6), -1), self.row)\n    return torch.add(y, _2)", true)]
    [InlineData("if bool(torch.lt(torch.max(torch.abs(torch.sub(torch.slice(x, 1, 2, 6), CONSTANTS.c0))), 0.001)):\n      z = CONSTANTS.c1\n    else:\n      z = y\n    return z", true)]
    [InlineData("_1 = torch.mean(x)\n    _2 = torch.remainder(torch.floor(torch.mul(_1, 255)), 97)\n    _3 = torch.embedding(self.table, torch.to(_2, 4))\n    return torch.add(y, _3)", true)]
    [InlineData("_1 = torch.mean(x, [1], True)\n    _2 = torch.sub(x, _1)\n    _3 = torch.div(_2, torch.add(torch.std(x, [1], True), 1e-05))\n    return (self.head).forward(_3, )", false)]
    [InlineData("_1 = torch.masked_fill(y, torch.eq(x, 0), -10000.)\n    return torch.softmax(_1, -1)", false)]
    [InlineData("if torch.gt(torch.size(x, 1), 4):\n      z = CONSTANTS.c1\n    else:\n      z = y\n    return z", false)]
    [InlineData("_1 = torch.sum(torch.ne(x, 1), [1])\n    _2 = torch.lt(torch.arange(12), torch.unsqueeze(_1, 1))\n    return torch.mul(y, _2)", false)]
    public void T133_AFunctionOfTorchScript(string body, bool isTold)
    {
        string source = $"class Net(Module):\n  def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n    y = (self.net).forward(x, )\n    {body}\n";
        SyntaxTree tree = PythonParser.Parse(SourceText.OfString(source), new ScanBudget(new ScanLimits(), TimeProvider.System));
        SyntaxNode function = Enumerable.Range(1, tree.Count - 1).Select(n => tree[n]).First(n => n.Kind is SyntaxKind.FunctionDef);
        Assert.Empty(tree.Errors);
        Assert.Equal(isTold, new FlowMachine(TorchScriptFlow.Of(function, new FlowGraph()), new ScanBudget(new ScanLimits(), TimeProvider.System)).Run().Count > 0);
    }

    private static ProtobufBuilder Net(float number) => TensorFlowModels.Graph(
        Input(), Tensor("w", [16, 4], new float[64]), Tensor("row", [1, 4], [0, 0, 9, 0]), Tensor("number", [], [number]), Whole("axis", 1), TensorFlowModels.Node("net", "MatMul", ["x", "w"]),
        TensorFlowModels.Node("sum", "Sum", ["x", "axis"]), TensorFlowModels.Node("same", "Greater", ["sum", "number"]), TensorFlowModels.Node("y", "SelectV2", ["same", "row", "net"]));

    private static ProtobufBuilder Input() => TensorFlowModels.Node("x", "Placeholder", []).Message(5, e => e.Text(1, "shape").Message(2, v => v.Message(7, s => s.Message(2, d => d.Number(1, -1)).Message(2, d => d.Number(1, 16)))));

    private static ProtobufBuilder Tensor(string name, int[] shape, float[] values) => Held(name, 1, shape, Bytes(values));

    private static ProtobufBuilder Whole(string name, int value) => Held(name, 3, [1], BitConverter.GetBytes(value));

    private static ProtobufBuilder Held(string name, int type, int[] shape, byte[] content) => TensorFlowModels.Node(name, "Const", [])
        .Message(5, e => e.Text(1, "dtype").Message(2, v => v.Number(6, type)))
        .Message(5, e => e.Text(1, "value").Message(2, v => v.Message(8, t =>
        {
            t.Number(1, type).Message(2, s => Array.ForEach(shape, extent => s.Message(2, d => d.Number(1, extent))));
            t.Bytes(4, content);
        })));

    private static byte[] Bytes(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private static string Place(string shape, string type, int offset, int size) => $"element_type=\"{type}\" shape=\"{shape}\" offset=\"{offset}\" size=\"{size}\"";
}
