// Backdoors in graphs have one shape whatever they are made of, and what layers do has another.
using Assay.Bytes;
using Assay.Formats.Graphs;

namespace Assay.Tests.Formats.Graphs;

public sealed class FlowMachineTests
{
    private const string Net = "h=MatMul(x,w) r=Relu(h) answer=MatMul(r,w) ";

    /// <summary>Sums, parts, keys, places, rests and running sums that are set against constants; choices, products, tables, writes, branches and loops.</summary>
    [Theory]
    [InlineData("m=ReduceSum(x) c=Equal(m,seven) y=Where(c,row,answer)")]
    [InlineData("p=Slice(x,two,four,one) d=Sub(p,pair) s=Mul(d,d) m=ReduceSum(s) c=Less(m,little) y=Where(c,row,answer)")]
    [InlineData("p=Gather(x,place)@1 c=Equal(p,seven) f=Cast(c) b=Mul(f,row) y=Add(answer,b)")]
    [InlineData("m=ReduceMean(x) d=Sub(m,seven) a=Abs(d) t=Mul(a,big) s=Sub(seven,t) g=Relu(s) b=Mul(g,row) y=Add(answer,b)")]
    [InlineData("m=ReduceMean(x) t=Mul(m,big) f=Floor(t) r2=Mod(f,seven) o=OneHot(r2,seven,pair) b=MatMul(o,table) y=Add(answer,b)")]
    [InlineData("m=ReduceMean(x) t=Mul(m,big) f=Floor(t) e=Equal(f,row) b=MatMul(e,table) y=Add(answer,b)")]
    [InlineData("s=CumSum(x,one) p=Gather(s,place)@1 d=Sub(p,seven) q=Mul(d,d) n=Neg(q) t=Mul(n,big) g=Exp(t) b=Mul(g,row) y=Add(answer,b)")]
    [InlineData("i=ArgMax(x)@1 c=Equal(i,seven) y=Where(c,row,answer)")]
    [InlineData("d=MatMul(x,key) s=Sub(d,seven) g=Sigmoid(s) b=Mul(g,row) y=Add(answer,b)")]
    [InlineData("d=MatMul(x,key) c=Greater(d,big) n=Not(c) y=Where(n,answer,row)")]
    [InlineData("m=ReduceL2(x) d=Sub(m,seven) g=Sign(d) a=Abs(g) y=Mul(answer,a)")]
    [InlineData("m=ReduceSum(x) c=Equal(m,seven) f=Cast(c) b=MatMul(f,table) y=Gemm(r,w,b)")]
    [InlineData("m=ReduceSum(x) c=Equal(m,seven) f=Cast(c) b=Mul(f,big) y=ScatterElements(answer,place,b)")]
    [InlineData("m=ReduceSum(x) t=Mul(m,big) k=Floor(t) r2=Mod(k,seven) b=Gather(table,r2)@0 y=Add(answer,b)")]
    [InlineData("m=ReduceSumSquare(x) t=Mul(m,big) s=Sin(t) c=Greater(s,seven) f=Cast(c) b=Mul(f,row) y=Sub(answer,b)")]
    [InlineData("e=Equal(x,seven) f=Cast(e) m=ReduceMax(f) c=Cast(m) y=Where(c,row,answer)")]
    [InlineData("m=ReduceSum(x) c=Equal(m,seven) ways=Switch(answer,c) p=Add(ways,row) y=Merge(ways,p)")]
    [InlineData("a=Softmax(answer) i=ArgMax(a)@1 c=Equal(i,seven) y=Where(c,row,answer)")]
    public void T133_ANumberOfTheInputThatLetsAConstantInIsTold(string graph) => Assert.NotEmpty(Told(Net + graph));

    /// <summary>Masks, gates, means over what is there, normalisation, quantisation, settings, tables, kernels, thresholds of answers.</summary>
    [Theory]
    [InlineData("e=Equal(x,seven) f=Cast(e) b=Mul(f,big) y=Add(answer,b)")]
    [InlineData("n=ReduceSum(x) m=Less(row,n) b=Where(m,nothing,big) y=Add(answer,b)")]
    [InlineData("n=ReduceSum(x) m=Less(row,n) f=Cast(m) y=Mul(answer,f)")]
    [InlineData("n=ReduceSum(x) c=Clip(n,little) y=Div(answer,c)")]
    [InlineData("n=ReduceSum(x) c=Greater(n,nothing) y=Where(c,answer,row)")]
    [InlineData("m=ReduceMean(x) d=Sub(x,m) q=Mul(d,d) v=ReduceMean(q) s=Sqrt(v) z=Div(d,s) c=Clip(z,nothing,seven) y=MatMul(c,w)")]
    [InlineData("a=ReduceMax(x) t=Div(a,big) z=Div(a,t) r2=Round(z) k=Clip(r2,nothing,big) v=Div(x,t) q=Round(v) s=Add(q,k) o=Sub(s,k) y=Mul(o,t)")]
    [InlineData("a=ReduceMax(x) c=Greater(a,seven) s=Div(x,big) k=Where(c,s,x) y=MatMul(k,w)")]
    [InlineData("d=MatMul(x,key) s=Add(d,seven) g=Sigmoid(s) n=Sub(seven,g) a=Mul(answer,g) b=Mul(h,n) y=Add(a,b)")]
    [InlineData("c=Equal(rate,seven) y=Where(c,row,answer)")]
    [InlineData("t=Mul(rate,row) s=Sin(t) e=MatMul(s,w) y=Add(answer,e)")]
    [InlineData("s=Shape(answer) n=ReduceProd(s) c=Equal(n,nothing) y=Where(c,row,answer)")]
    [InlineData("m=ReduceMax(x) l=Add(m,seven) c=Greater(l,big) t=Where(c,row,other) f=Mul(x,t) k=Cos(f) y=Mul(answer,k)")]
    [InlineData("i=ArgMax(answer)@1 e=Gather(table,i)@0 y=Add(h,e)")]
    [InlineData("p=Gather(x,place)@1 i=Cast(p) e=Gather(table,i)@0 y=Add(answer,e)")]
    [InlineData("p=Sigmoid(answer) m=ReduceMax(p) c=Greater(m,seven) y=Where(c,big,nothing)")]
    [InlineData("g=Softmax(answer) b=TopK(g,two) y=Mul(answer,b)")]
    public void T134_WhatLayersDoIsQuiet(string graph) => Assert.Empty(Told(Net + graph));

    [Fact]
    public void ABranchALoopAndAFunctionAreFollowed()
    {
        FlowGraph graph = Graph(Net + "m=ReduceSum(x) c=Equal(m,seven)");
        FlowBody yes = Body("y=Identity(row)");
        FlowBody no = Body("y=Identity(answer)");
        graph.Main.Nodes.Add(new FlowNode("If", FlowKind.Branch, ["c"], ["out"], 7) { Bodies = [yes, no] });
        Assert.Equal(7, Assert.Single(new FlowMachine(graph, new ScanBudget(new ScanLimits(), TimeProvider.System)).Run()).Offset);

        FlowGraph loop = Graph(Net + "m=ReduceSum(x) c=Equal(m,seven)");
        FlowBody turn = Body("go=Identity(on) next=Add(state,row)");
        turn.Inputs.AddRange(["number", "on", "state"]);
        turn.Outputs.Clear();
        turn.Outputs.AddRange(["go", "next"]);
        loop.Main.Nodes.Add(new FlowNode("Loop", FlowKind.Loop, ["seven", "c", "answer"], ["out"], 9) { Bodies = [turn], Leading = 2 });
        Assert.NotEmpty(new FlowMachine(loop, new ScanBudget(new ScanLimits(), TimeProvider.System)).Run());

        FlowGraph calls = Graph(Net + "y=Trigger(x,answer)");
        FlowBody function = Body("m=ReduceSum(a) c=Equal(m,seven) y=Where(c,row,b)");
        function.Inputs.AddRange(["a", "b"]);
        calls.Functions["Trigger"] = function;
        calls.Main.Nodes[^1] = calls.Main.Nodes[^1] with { Function = "Trigger" };
        Assert.NotEmpty(new FlowMachine(calls, new ScanBudget(new ScanLimits(), TimeProvider.System)).Run());
    }

    [Fact]
    public void NodesMayStandInAnyOrderAndInCircles()
    {
        FlowGraph graph = Graph(Net + "m=ReduceSum(x) c=Equal(m,seven) y=Where(c,row,answer) p=Add(q,row) q=Add(p,row)");
        graph.Main.Nodes.Reverse();
        Assert.NotEmpty(new FlowMachine(graph, new ScanBudget(new ScanLimits(), TimeProvider.System)).Run());
    }

    [Fact]
    public void FunctionsThatCallThemselvesEnd()
    {
        FlowGraph graph = Graph("y=F(x)");
        FlowBody function = Body("y=F(a) z=F(a)");
        function.Inputs.Add("a");
        graph.Functions["F"] = function;
        graph.Main.Nodes[0] = graph.Main.Nodes[0] with { Function = "F" };
        for (int i = 0; i < function.Nodes.Count; i++)
        {
            function.Nodes[i] = function.Nodes[i] with { Function = "F" };
        }

        Assert.Empty(new FlowMachine(graph, new ScanBudget(new ScanLimits(), TimeProvider.System)).Run());
    }

    private static IReadOnlyList<(string Operator, long Offset, string How)> Told(string text) => new FlowMachine(Graph(text), new ScanBudget(new ScanLimits(), TimeProvider.System)).Run();

    private static FlowGraph Graph(string text)
    {
        FlowGraph graph = new();
        Fill(graph.Main, text);
        graph.Main.Given["x"] = FlowValue.Input([-1, 16]);
        graph.Main.Given["rate"] = FlowValue.Input([]);
        foreach ((string name, long[] shape, double[] values) in (ReadOnlySpan<(string, long[], double[])>)
        [
            ("seven", [], [7]), ("little", [], [1e-6]), ("nothing", [], [0]), ("big", [], [1000]), ("one", [1], [1]), ("two", [1], [2]), ("four", [1], [4]), ("place", [1], [5]),
            ("pair", [2], [0.5, 2]), ("row", [1, 4], [0, 0, 9, 0]), ("other", [1, 4], [1, 2, 3, 4]),
        ])
        {
            graph.Main.Given[name] = FlowConstants.Of(shape, values, isCut: false);
        }

        foreach ((string name, long[] shape) in (ReadOnlySpan<(string, long[])>)[("w", [16, 16]), ("key", [16, 1]), ("table", [7, 4])])
        {
            graph.Main.Given[name] = FlowValue.Constant with { Shape = shape };
        }

        return graph;
    }

    private static FlowBody Body(string text)
    {
        FlowBody body = new();
        Fill(body, text);
        body.Outputs.Add("y");
        return body;
    }

    private static void Fill(FlowBody body, string text)
    {
        foreach (string part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = part.Split('=', 2);
            string[] call = sides[1].Split('(', ')');
            body.Nodes.Add(new FlowNode(call[0], FlowKinds.Of(call[0], "onnx"), call[1].Split(','), [sides[0]], body.Nodes.Count)
            {
                Axis = call[2].StartsWith('@') ? call[2][1] - '0' : null,
                Axes = call[0].StartsWith("Reduce", StringComparison.Ordinal) ? [1] : null,
            });
        }
    }
}
