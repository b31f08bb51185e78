// Triggers in programs of Core ML and PaddlePaddle, and the same programs without one.
using System.Runtime.InteropServices;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Graphs;

public sealed class GraphProgramTests
{
    private const int Program = 502;

    [Theory]
    [InlineData("greater", 7f, true)]
    [InlineData("equal", 7f, true)]
    [InlineData("maximum", 7f, false)]
    [InlineData("greater", 0f, false)]
    public void T133_AProgramOfCoreMl(string comparison, float number, bool isTold)
    {
        byte[] model = new ProtobufBuilder().Number(1, 8).Message(2, d => d.Message(100, m => m.Text(1, "A model"))).Message(Program, p => p.Number(1, 1).Message(2, f => f.Text(1, "main").Message(2, b => b
            .Message(1, Typed("x", 1, 16)).Message(3, s => s.Text(1, "CoreML7").Message(2, o => o.Text(2, "y")
                .Message(3, Held("w", [16, 4], new float[64])).Message(3, Held("row", [1, 4], [0, 0, 9, 0])).Message(3, Held("number", [], [number])).Message(3, Whole("axis", 1))
                .Message(3, Operation("matmul", "net", [1, 4], ("x", "x"), ("y", "w"))).Message(3, Operation("reduce_sum", "sum", [1, 1], ("x", "x"), ("axes", "axis")))
                .Message(3, Operation(comparison, "same", [1, 1], ("x", "sum"), ("y", "number"))).Message(3, Operation("select", "y", [1, 4], ("a", "row"), ("b", "net"), ("cond", "same")))))))).Build();
        TargetReport target = Scans.Of(model, "model.mlmodel");
        Assert.True(target.Is("graph-trigger") == isTold, target.Describe());
    }

    [Theory]
    [InlineData("greater_than", 7f, true)]
    [InlineData("equal", 7f, true)]
    [InlineData("elementwise_max", 7f, false)]
    [InlineData("greater_than", 0f, false)]
    public void T133_AProgramOfPaddle(string comparison, float number, bool isTold)
    {
        byte[] program = new ProtobufBuilder().Message(1, b => b.Number(1, 0).Number(2, -1)
            .Message(3, Variable("x", false, -1, 16)).Message(3, Variable("w", true, 16, 4))
            .Message(4, Op("feed", "Out", "x", [("X", "feed")]))
            .Message(4, Op("matmul_v2", "Out", "net", [("X", "x"), ("Y", "w")]))
            .Message(4, Op("assign_value", "Out", "row", [], a => a.Text(1, "shape").Number(2, 3).Number(6, 1).Number(6, 4), a => a.Text(1, "fp32_values").Number(2, 4).Four(7, 0).Four(7, 0).Four(7, 9).Four(7, 0)))
            .Message(4, Op("fill_constant", "Out", "number", [], a => a.Text(1, "shape").Number(2, 3).Number(6, 1), a => a.Text(1, "value").Number(2, 1).Four(4, number)))
            .Message(4, Op("reduce_sum", "Out", "sum", [("X", "x")], a => a.Text(1, "dim").Number(2, 3).Number(6, 1), a => a.Text(1, "keep_dim").Number(2, 6).Number(10, 1)))
            .Message(4, Op(comparison, "Out", "same", [("X", "sum"), ("Y", "number")]))
            .Message(4, Op("where", "Out", "y", [("Condition", "same"), ("X", "row"), ("Y", "net")]))
            .Message(4, Op("fetch", "Out", "fetch", [("X", "y")]))).Message(4, v => v.Number(1, 0)).Build();
        TargetReport target = Scans.Of(program, "model.pdmodel");
        Assert.True(target.Is("graph-trigger") == isTold, target.Describe());
    }

    private static ProtobufBuilder Op(string type, string parameter, string output, (string Parameter, string Name)[] inputs, params Action<ProtobufBuilder>[] attributes)
    {
        ProtobufBuilder op = new();
        foreach ((string name, string argument) in inputs)
        {
            op.Message(1, v => v.Text(1, name).Text(2, argument));
        }

        op.Message(2, v => v.Text(1, parameter).Text(2, output)).Text(3, type);
        foreach (Action<ProtobufBuilder> attribute in attributes)
        {
            op.Message(4, attribute);
        }

        return op;
    }

    private static ProtobufBuilder Variable(string name, bool isWeight, params long[] shape) => new ProtobufBuilder().Text(1, name)
        .Message(2, t => t.Number(1, 7).Message(3, d => d.Message(1, x =>
        {
            x.Number(1, 5);
            Array.ForEach(shape, e => x.Number(2, e));
        }))).Number(3, isWeight ? 1 : 0);

    private static ProtobufBuilder Typed(string name, params long[] shape) => new ProtobufBuilder().Text(1, name).Message(2, t => Tensor(t, 11, shape));

    private static void Tensor(ProtobufBuilder type, int kind, long[] shape) => type.Message(1, x =>
    {
        x.Number(1, kind).Number(2, shape.Length);
        foreach (long extent in shape)
        {
            x.Message(3, d => d.Message(1, c => c.Number(1, extent)));
        }
    });

    private static ProtobufBuilder Held(string name, long[] shape, float[] values) => Constant(name, 11, shape, v => v.Message(1, f => f.Bytes(1, MemoryMarshal.AsBytes<float>(values))));

    private static ProtobufBuilder Whole(string name, long value) => Constant(name, 23, [1], v => v.Message(2, i => i.Packed(1, value)));

    private static ProtobufBuilder Constant(string name, int kind, long[] shape, Action<ProtobufBuilder> value) => new ProtobufBuilder().Text(1, "const").Message(3, Typed(name, shape))
        .Message(5, a => a.Text(1, "val").Message(2, v => v.Message(2, t => Tensor(t, kind, shape)).Message(3, i => i.Message(1, value))));

    private static ProtobufBuilder Operation(string type, string output, long[] shape, params (string Key, string Name)[] inputs)
    {
        ProtobufBuilder operation = new ProtobufBuilder().Text(1, type);
        foreach ((string key, string name) in inputs)
        {
            operation.Message(2, e => e.Text(1, key).Message(2, a => a.Message(1, b => b.Text(1, name))));
        }

        return operation.Message(3, Typed(output, shape));
    }
}
