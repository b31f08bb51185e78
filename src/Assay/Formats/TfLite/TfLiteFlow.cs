// The subgraphs of a TensorFlow Lite model, as the analysis of flows takes them.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.FlatBuffers;
using Assay.Formats.Graphs;

namespace Assay.Formats.TfLite;

/// <summary>Takes the subgraphs of a model apart for <see cref="FlowMachine"/>.</summary>
/// <param name="buffer">The model.</param>
/// <param name="source">The file, in which the buffers lie.</param>
/// <param name="codes">The names of the operators, by their numbers in the model.</param>
/// <param name="buffers">Where the buffers lie.</param>
internal sealed class TfLiteFlow(FlatBuffer buffer, ByteSource source, IReadOnlyList<string> codes, IReadOnlyList<ByteRange> buffers)
{
    private const int MostExtents = 16;
    private const int MostNames = 64;

    private const int BytesOfOperator = 512;
    private readonly List<FlowBody> _bodies = [];

    /// <summary>Takes in the subgraphs of a model; the first is the outermost.</summary>
    public void Fill(FlatTable model, FlowGraph graph)
    {
        FlatVector subgraphs = model.Vector(2);
        for (uint i = 0; i < subgraphs.Count; i++)
        {
            graph.Take(0);
            _bodies.Add(i == 0 ? graph.Main : new FlowBody());
        }

        for (int i = 0; i < _bodies.Count; i++)
        {
            Body(subgraphs.Table((uint)i), _bodies[i], graph);
        }
    }

    private void Body(FlatTable subgraph, FlowBody body, FlowGraph graph)
    {
        FlatVector tensors = subgraph.Vector(0);
        List<IReadOnlyList<long>?> shapes = [];
        for (uint i = 0; i < tensors.Count; i++)
        {
            graph.Take(0);
            FlatTable tensor = tensors.Table(i);
            List<long>? shape = Shape(tensor.Vector(0));
            shapes.Add(shape);
            uint index = tensor.U32(2);
            if (index > 0 && index < buffers.Count && buffers[(int)index] is { Length: > 0 } place)
            {
                body.Given[Name((int)i)] = FlowConstants.Of(shape, TfLiteTypes.ElementOf(tensor.U8(1)), source.ReadUpTo(place.Offset, (int)Math.Min(place.Length, FlowConstants.Sample)));
            }
        }

        body.Inputs.AddRange(Names(subgraph.Vector(1)));
        body.Outputs.AddRange(Names(subgraph.Vector(2)));
        if (body == graph.Main)
        {
            foreach (int input in Indices(subgraph.Vector(1)).Where(i => i >= 0 && i < shapes.Count))
            {
                body.Given[Name(input)] = FlowValue.Input(shapes[input]);
            }
        }

        FlatVector operators = subgraph.Vector(3);
        for (uint i = 0; i < operators.Count; i++)
        {
            graph.Take(BytesOfOperator);
            Node(operators.Table(i), body, shapes);
        }
    }

    private void Node(FlatTable one, FlowBody body, List<IReadOnlyList<long>?> shapes)
    {
        uint code = one.U32(0);
        string op = code < codes.Count ? codes[(int)code] : "";
        FlatTable? options = one.Field(4, 4) > 0 ? one.Table(4) : null;
        List<int> outputs = [.. Indices(one.Vector(2))];
        List<FlowBody> bodies = [];
        foreach (int field in op is "IF" or "WHILE" ? [0, 1] : (int[])(op is "CALL" ? [0] : []))
        {
            if (options?.I32(field) is >= 0 and int to && to < _bodies.Count)
            {
                bodies.Add(_bodies[to]);
            }
        }

        body.Nodes.Add(new FlowNode(op, FlowKinds.Of(op, "tflite"), [.. Names(one.Vector(1))], [.. outputs.Select(Name)], buffer.Absolute(one.At))
        {
            KeepsAxes = options?.U8(0) == 1,
            IsTransposed = op == "FULLY_CONNECTED" || (op == "BATCH_MATMUL" && options?.U8(1) == 1),
            Axis = op switch { "GATHER" or "CONCATENATION" => options?.I32(0), "PACK" or "UNPACK" => options?.I32(1), _ => null },
            Axes = op == "STRIDED_SLICE" && options is { } cut ? [cut.I32(0), cut.I32(1), cut.I32(4), cut.I32(2) | cut.I32(3)] : null,
            IsSized = op == "SLICE",
            GivesWhole = op == "CAST" && options?.U8(1) is 2 or 3 or 4 or 7 or 9,
            Shapes = [.. outputs.Select(o => o >= 0 && o < shapes.Count ? shapes[o] : null)],
            Bodies = bodies,
        });
    }

    private static List<long>? Shape(FlatVector extents)
    {
        if (extents.Count > MostExtents)
        {
            return null;
        }

        List<long> shape = [];
        for (uint i = 0; i < extents.Count; i++)
        {
            shape.Add(extents.I32(i));
        }

        return shape;
    }

    private static IEnumerable<string> Names(FlatVector indices) => Indices(indices).Select(Name);

    private static IEnumerable<int> Indices(FlatVector indices)
    {
        for (uint i = 0; i < indices.Count && i < MostNames; i++)
        {
            yield return indices.I32(i);
        }
    }

    private static string Name(int tensor) => tensor < 0 ? "" : tensor.ToString(CultureInfo.InvariantCulture);
}
