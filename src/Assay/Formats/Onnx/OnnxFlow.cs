// The graphs and functions of an ONNX model, as the analysis of flows takes them.
using Assay.Artifacts;
using Assay.Formats.Graphs;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>Takes a model's graphs apart for <see cref="FlowMachine"/>.</summary>
internal sealed class OnnxFlow
{
    private const int MostNames = 64;
    private const int MostNumbers = 16;
    private const int LongestName = 512;

    private readonly FlowGraph _graph;
    private readonly Stack<(ProtobufMessage Message, FlowBody Body)> _open = new();

    private OnnxFlow(FlowGraph graph) => _graph = graph;

    /// <summary>Takes in the graphs of a model.</summary>
    public static void Fill(ProtobufMessage model, FlowGraph into)
    {
        OnnxFlow flow = new(into);
        foreach (ProtobufField field in model)
        {
            if (field.Name == "graph" && field.Message is { } graph)
            {
                flow._open.Push((graph, flow._graph.Main));
            }
            else if (field.Name == "functions" && field.Message is { } function)
            {
                into.Take(0);
                FlowBody body = new();
                if (flow._graph.Functions.TryAdd($"{function.Text("domain")}\0{function.Text("name")}", body))
                {
                    flow._open.Push((function, body));
                }
            }
        }

        while (flow._open.TryPop(out (ProtobufMessage Message, FlowBody Body) at))
        {
            flow.Body(at.Message, at.Body);
        }
    }

    private void Body(ProtobufMessage graph, FlowBody body)
    {
        bool isFunction = graph.Type.Name == "FunctionProto";
        foreach (ProtobufField field in graph)
        {
            switch (field.Name)
            {
                case "input" when isFunction:
                    body.Inputs.Add(field.Text(LongestName));
                    break;
                case "output" when isFunction:
                    body.Outputs.Add(field.Text(LongestName));
                    break;
                case "input" when field.Message is { } input:
                    string name = input.Text("name", LongestName);
                    body.Inputs.Add(name);
                    if (body == _graph.Main)
                    {
                        body.Given.TryAdd(name, FlowValue.Input(Shape(input)));
                    }

                    break;
                case "output" when field.Message is { } output:
                    body.Outputs.Add(output.Text("name", LongestName));
                    break;
                case "initializer" when field.Message is { } weights:
                    OnnxTensor tensor = OnnxTensor.Read(weights);
                    // Older models list their constants among the inputs, too.
                    body.Given[tensor.Name] = Constant(tensor);
                    break;
                case "node" when field.Message is { } node:
                    _graph.Take(node.Range.Length);
                    Node(node, body);
                    break;
            }
        }
    }

    private void Node(ProtobufMessage message, FlowBody body)
    {
        List<string> inputs = [];
        List<string> outputs = [];
        string op = "";
        string domain = "";
        Attributes attributes = new();
        foreach (ProtobufField field in message)
        {
            switch (field.Name)
            {
                case "input" when inputs.Count < MostNames:
                    inputs.Add(field.Text(LongestName));
                    break;
                case "output" when outputs.Count < MostNames:
                    outputs.Add(field.Text(LongestName));
                    break;
                case "op_type":
                    op = field.Text(256);
                    break;
                case "domain":
                    domain = field.Text(256);
                    break;
                case "attribute" when field.Message is { } attribute:
                    attributes.Take(attribute);
                    break;
            }
        }

        if (op == "Constant" && outputs.Count > 0)
        {
            body.Given.TryAdd(outputs[0], attributes.Constant ?? FlowValue.Constant);
            return;
        }

        FlowKind kind = FlowKinds.Of(op, "onnx");
        List<FlowBody> bodies = [];
        foreach (string name in (string[])["then_branch", "else_branch", "body"])
        {
            if (attributes.Graphs.TryGetValue(name, out ProtobufMessage graph))
            {
                FlowBody inner = new();
                bodies.Add(inner);
                _open.Push((graph, inner));
            }
        }

        string function = $"{domain}\0{op}";
        body.Nodes.Add(new FlowNode(op, kind, inputs, outputs, message.Range.Offset)
        {
            Axes = attributes.Axes,
            Axis = attributes.Axis ?? (op is "Softmax" or "Split" or "ArgMax" or "ArgMin" ? 0 : null),
            KeepsAxes = attributes.KeepsAxes,
            IsTransposed = attributes.IsTransposed,
            GivesWhole = attributes.To is 2 or 3 or 4 or 5 or 6 or 7 or 12 or 13,
            Bodies = bodies,
            Function = _graph.Functions.ContainsKey(function) ? function : null,
            Leading = op == "Loop" ? 2 : 0,
        });
    }

    private static FlowValue Constant(OnnxTensor tensor)
    {
        IReadOnlyList<long> shape = [.. tensor.Shape];
        if (tensor.IsExternal || tensor.Places is not [var place, ..])
        {
            return FlowValue.Constant with { Shape = shape };
        }

        if (place.Field is "int64_data" or "int32_data" or "uint64_data")
        {
            List<double> values = [];
            foreach (ProtobufField field in tensor.Message)
            {
                if (field.Name == place.Field && values.Count <= MostNumbers)
                {
                    values.AddRange(field.Numbers(MostNumbers + 1).Select(n => (double)n));
                }
            }

            return FlowConstants.Of(shape, values, values.Count > MostNumbers);
        }

        ElementType? type = place.Field == "float_data" ? ElementType.F32 : place.Field == "double_data" ? ElementType.F64 : tensor.Type;
        return FlowConstants.Of(shape, type, place.First.Wire == ProtobufWire.Payload ? place.First.Bytes(FlowConstants.Sample) : []);
    }

    /// <summary>The shape that a model says its input has.</summary>
    private static List<long>? Shape(ProtobufMessage input)
    {
        if (input.Field("type") is not { } field
            || new ProtobufMessage(input.Wire, OnnxFormat.Schema["TypeProto"], field.Payload).Message("tensor_type")?.Message("shape") is not { } shape)
        {
            return null;
        }

        List<long> extents = [];
        foreach (ProtobufMessage extent in shape.Messages("dim"))
        {
            if (extents.Count >= MostNumbers)
            {
                return null;
            }

            extents.Add(extent.Number("dim_value") is > 0 and var size ? size : -1);
        }

        return extents;
    }

    /// <summary>The attributes of a node that decide how values flow.</summary>
    private sealed class Attributes
    {
        public List<long>? Axes { get; private set; }

        public long? Axis { get; private set; }

        public bool KeepsAxes { get; private set; } = true;

        public bool IsTransposed { get; private set; }

        public long To { get; private set; }

        public FlowValue? Constant { get; private set; }

        public Dictionary<string, ProtobufMessage> Graphs { get; } = new(StringComparer.Ordinal);

        public void Take(ProtobufMessage attribute)
        {
            string name = attribute.Text("name", 64);
            switch (name)
            {
                case "axes" or "perm":
                    Axes = [.. Numbers(attribute)];
                    break;
                case "axis":
                    Axis = attribute.Number("i");
                    break;
                case "keepdims":
                    KeepsAxes = attribute.Number("i") != 0;
                    break;
                case "transB":
                    IsTransposed = attribute.Number("i") == 1;
                    break;
                case "to":
                    To = attribute.Number("i") ?? 0;
                    break;
                case "min" or "max" when attribute.Field("f") is not null:
                    // The bounds of older cuts.
                    (Axes ??= []).Add(0);
                    break;
                case "value" when attribute.Message("t") is { } tensor:
                    Constant = OnnxFlow.Constant(OnnxTensor.Read(tensor));
                    break;
                case "value_int" when attribute.Number("i") is { } number:
                    Constant = FlowConstants.Of([], [number], isCut: false);
                    break;
                case "value_float" when attribute.Field("f") is { Wire: ProtobufWire.Four } real:
                    Constant = FlowConstants.Of([], [BitConverter.Int32BitsToSingle((int)real.Number)], isCut: false);
                    break;
                case "value_ints":
                    List<double> numbers = [.. Numbers(attribute).Select(n => (double)n)];
                    Constant = FlowConstants.Of([numbers.Count], numbers, numbers.Count > MostNumbers);
                    break;
                case "then_branch" or "else_branch" or "body" when attribute.Message("g") is { } graph:
                    Graphs[name] = graph;
                    break;
            }
        }

        private static IEnumerable<long> Numbers(ProtobufMessage attribute)
        {
            int count = 0;
            foreach (ProtobufField field in attribute)
            {
                if (field.Name == "ints")
                {
                    foreach (long number in field.Numbers(MostNumbers + 1))
                    {
                        if (count++ <= MostNumbers)
                        {
                            yield return number;
                        }
                    }
                }
            }
        }
    }
}
