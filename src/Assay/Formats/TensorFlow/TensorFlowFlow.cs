// The graphs and functions of a TensorFlow model, as the analysis of flows takes them.
using System.Globalization;
using Assay.Artifacts;
using Assay.Formats.Graphs;
using Assay.Formats.Protobuf;

namespace Assay.Formats.TensorFlow;

/// <summary>Takes a graph and its library of functions apart for <see cref="FlowMachine"/>.</summary>
internal sealed class TensorFlowFlow
{
    private const int MostNames = 256;
    private const int MostOutputs = 64;
    private const int LongestName = 512;

    private readonly FlowGraph _graph;
    private readonly ProtobufType _named;
    private readonly ProtobufType _shape;

    private TensorFlowFlow(ProtobufSchema schema, FlowGraph graph) => (_graph, _named, _shape) = (graph, schema["AttrEntryText"], schema["TensorShapeProto"]);

    /// <summary>Takes in the graph that a GraphDef holds.</summary>
    public static void Fill(ProtobufMessage graph, ProtobufSchema schema, FlowGraph into)
    {
        TensorFlowFlow flow = new(schema, into);
        List<(ProtobufMessage Message, FlowBody Body)> functions = [];
        foreach (ProtobufMessage library in graph.Messages("library"))
        {
            foreach (ProtobufMessage function in library.Messages("function"))
            {
                FlowBody body = new();
                into.Take(0);
                if (flow._graph.Functions.TryAdd(function.Message("signature")?.Text("name", LongestName) ?? "", body))
                {
                    functions.Add((function, body));
                }
            }
        }

        flow.Nodes(graph, "node", flow._graph.Main);
        foreach ((ProtobufMessage message, FlowBody body) in functions)
        {
            flow.Function(message, body);
        }
    }

    private void Function(ProtobufMessage message, FlowBody body)
    {
        Dictionary<string, string> results = new(StringComparer.Ordinal);
        foreach (ProtobufField field in message)
        {
            if (field.Name == "ret" && field.Payload.Length > 0)
            {
                ProtobufMessage entry = new(message.Wire, _named, field.Payload);
                results[entry.Text("key", LongestName)] = Source(entry.Text("value", LongestName));
            }
        }

        foreach (ProtobufField field in message.Message("signature") ?? default)
        {
            if (field.Name is "input_arg" or "output_arg")
            {
                string name = new ProtobufMessage(message.Wire, _named, field.Payload).Text("key", LongestName);
                if (field.Name == "input_arg")
                {
                    body.Inputs.Add(name);
                }
                else
                {
                    body.Outputs.Add(results.GetValueOrDefault(name, name));
                }
            }
        }

        Nodes(message, "node_def", body);
    }

    private void Nodes(ProtobufMessage holder, string name, FlowBody body)
    {
        Dictionary<string, int> last = new(StringComparer.Ordinal);
        List<(FlowNode Node, string Name)> nodes = [];
        foreach (ProtobufField field in holder)
        {
            if (field.Name == name && field.Message is { } message)
            {
                _graph.Take(message.Range.Length);
                Node(message, body, nodes, last);
            }
        }

        foreach ((FlowNode node, string own) in nodes)
        {
            int outputs = Math.Min(MostOutputs, last.GetValueOrDefault(own) + 1);
            body.Nodes.Add(node with { Outputs = [own, .. Enumerable.Range(1, outputs - 1).Select(i => string.Create(CultureInfo.InvariantCulture, $"{own}:{i}"))] });
        }
    }

    private void Node(ProtobufMessage message, FlowBody body, List<(FlowNode Node, string Name)> nodes, Dictionary<string, int> last)
    {
        string own = "";
        string op = "";
        List<string> inputs = [];
        Dictionary<string, ProtobufMessage> attributes = new(StringComparer.Ordinal);
        foreach (ProtobufField field in message)
        {
            switch (field.Name)
            {
                case "name":
                    own = field.Text(LongestName);
                    break;
                case "op":
                    op = field.Text(LongestName);
                    break;
                case "input" when inputs.Count < MostNames && field.Text(LongestName) is var input && !input.StartsWith('^'):
                    string source = Source(input);
                    int colon = source.LastIndexOf(':');
                    if (colon > 0 && int.TryParse(source.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                    {
                        last[source[..colon]] = Math.Max(last.GetValueOrDefault(source[..colon]), number);
                    }

                    inputs.Add(source);
                    break;
                case "attr" when field.Message is { } attribute && attributes.Count < MostNames && attribute.Message("value") is { } value:
                    attributes[attribute.Text("key", LongestName)] = value;
                    break;
            }
        }

        switch (op)
        {
            case "Const":
                body.Given.TryAdd(own, Constant(attributes.TryGetValue("value", out ProtobufMessage held) ? held.Message("tensor") : null));
                return;
            case "Placeholder" or "PlaceholderV2" when body == _graph.Main:
                body.Given.TryAdd(own, FlowValue.Input(attributes.TryGetValue("shape", out ProtobufMessage said) ? Shape(said) : null));
                return;
        }

        FlowKind kind = FlowKinds.Of(op, "tf");
        long Flag(string key, long otherwise) => attributes.TryGetValue(key, out ProtobufMessage value) ? value.Number("i") ?? value.Number("b") ?? value.Number("type") ?? 0 : otherwise;
        FlowBody? Named(string key) => attributes.TryGetValue(key, out ProtobufMessage value) && value.Message("func") is { } function ? _graph.Functions.GetValueOrDefault(function.Text("name", LongestName)) : null;
        List<FlowBody> bodies = [.. ((string[])(kind == FlowKind.Branch ? ["then_branch", "else_branch"] : kind == FlowKind.Loop ? ["cond", "body"] : [])).Select(Named).OfType<FlowBody>()];
        string? called = _graph.Functions.ContainsKey(op) ? op
            : kind == FlowKind.Call && attributes.TryGetValue("f", out ProtobufMessage f) && f.Message("func")?.Text("name", LongestName) is { } name && _graph.Functions.ContainsKey(name) ? name : null;
        nodes.Add((new FlowNode(op, kind, inputs, [], message.Range.Offset)
        {
            KeepsAxes = Flag("keep_dims", 0) != 0,
            IsTransposed = Flag("transpose_b", 0) != 0 || Flag("adj_y", 0) != 0,
            Axis = op is "Pack" or "Unpack" ? Flag("axis", 0) : null,
            IsSized = op == "Slice",
            Axes = op == "StridedSlice" ? [Flag("begin_mask", 0), Flag("end_mask", 0), Flag("shrink_axis_mask", 0), Flag("ellipsis_mask", 0) | Flag("new_axis_mask", 0)]
                : op == "Squeeze" && attributes.TryGetValue("squeeze_dims", out ProtobufMessage axes) && axes.Message("list") is { } list ? Numbers(list) : null,
            GivesWhole = op == "Cast" && Flag("DstT", 1) is 3 or 4 or 5 or 6 or 9 or 17 or 22 or 23,
            Bodies = bodies,
            Function = called,
        }, own));
    }

    /// <summary>What an input names: a node, and the number of its output where that is not the first. In functions the output's name stands between.</summary>
    private static string Source(string input)
    {
        string[] parts = input.Split(':');
        return parts.Length > 1 && parts[^1] is not "0" ? $"{parts[0]}:{parts[^1]}" : parts[0];
    }

    private static List<long>? Numbers(ProtobufMessage list)
    {
        List<long> numbers = [];
        foreach (ProtobufField field in list)
        {
            if (field.Name == "i" && numbers.Count < 16)
            {
                numbers.AddRange(field.Numbers(16));
            }
        }

        return numbers.Count > 0 ? numbers : null;
    }

    private List<long>? Shape(ProtobufMessage value)
    {
        if (value.Field("shape") is not { } field || new ProtobufMessage(value.Wire, _shape, field.Payload) is var shape && shape.Number("unknown_rank") is 1)
        {
            return null;
        }

        return [.. TensorFlowTensors.ShapeOf(shape).Select(e => e > 0 ? e : -1)];
    }

    private static FlowValue Constant(ProtobufMessage? tensor)
    {
        if (tensor is not { } message)
        {
            return FlowValue.Constant;
        }

        List<long> shape = TensorFlowTensors.ShapeOf(message.Message("tensor_shape"));
        ElementType? type = TensorFlowTensors.TypeOf(message.Number("dtype") ?? 0);
        foreach (ProtobufField field in message)
        {
            switch (field.Name)
            {
                case "tensor_content" when field.Payload.Length > 0:
                    return FlowConstants.Of(shape, type, field.Bytes(FlowConstants.Sample));
                case "float_val" or "double_val" when field.Wire == ProtobufWire.Payload:
                    return Repeated(shape, FlowConstants.Of([field.Payload.Length / (field.Name == "float_val" ? 4 : 8)], field.Name == "float_val" ? ElementType.F32 : ElementType.F64, field.Bytes(FlowConstants.Sample)));
                case "float_val" when field.Wire == ProtobufWire.Four:
                    return Repeated(shape, FlowConstants.Of([1], [BitConverter.Int32BitsToSingle((int)field.Number)], isCut: false));
                case "int_val" or "int64_val" or "bool_val" or "uint32_val" or "uint64_val":
                    return Repeated(shape, FlowConstants.Of([1], [.. field.Numbers(17).Select(n => (double)n)], isCut: false));
            }
        }

        return FlowValue.Constant with { Shape = shape };
    }

    /// <summary>Where fewer elements stand there than the shape says, the last is repeated.</summary>
    private static FlowValue Repeated(IReadOnlyList<long> shape, FlowValue elements)
    {
        double count = shape.Aggregate(1.0, (a, b) => a * b);
        IReadOnlyList<double>? known = elements.Known;
        return elements with { Shape = shape, Known = known is null ? null : known.Count == count ? known : known.Count == 1 && count <= 16 ? [.. Enumerable.Repeat(known[0], (int)Math.Max(1, count))] : null };
    }
}
