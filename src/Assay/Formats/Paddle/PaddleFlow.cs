// The blocks of a program of PaddlePaddle, as the analysis of flows takes them.
using Assay.Formats.Graphs;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Paddle;

/// <summary>
/// Takes a program apart for <see cref="FlowMachine"/>. Names are those of the whole program, so the operators of a conditional block stand where it is run, and what picks one of two results joins them.
/// Weights lie in another file and are constants of which nothing is known. Specification: <c>framework.proto</c>, and the operators' own files.
/// </summary>
internal sealed class PaddleFlow(FlowGraph graph)
{
    private const int MostBlocks = 10_000;
    private const int MostNumbers = 16;
    private const int LongestName = 512;
    private const string ElementWise = "elementwise_";

    /// <summary>What operators call what they take, in the order in which the analysis wants it.</summary>
    private static readonly string[] s_order = ["Condition", "Cond", "Mask", "X", "Input", "W", "x", "Y", "Filter", "Ids", "Index", "Updates", "Shape", "ShapeTensor", "Axis", "Bias", "Scale"];

    /// <summary>What operators call the axes that they work on.</summary>
    private static readonly string[] s_axes = ["dim", "axes", "axis", "perm"];

    private readonly List<ProtobufMessage> _blocks = [];
    private readonly Dictionary<string, IReadOnlyList<long>?> _shapes = new(StringComparer.Ordinal);

    /// <summary>Takes in a program.</summary>
    public static void Fill(ProtobufMessage program, FlowGraph graph)
    {
        PaddleFlow flow = new(graph);
        flow._blocks.AddRange(program.Messages("blocks").Take(MostBlocks));
        flow.Run();
    }

    private void Run()
    {
        HashSet<int> entered = [0];
        Stack<IEnumerator<ProtobufMessage>> open = new();
        if (_blocks.Count > 0)
        {
            Variables(_blocks[0]);
            open.Push(_blocks[0].Messages("ops").GetEnumerator());
        }

        while (open.TryPeek(out IEnumerator<ProtobufMessage>? ops))
        {
            if (!ops.MoveNext())
            {
                open.Pop();
                continue;
            }

            graph.Take(ops.Current.Range.Length);
            if (Operator(ops.Current) is { } inner && inner < _blocks.Count && entered.Add(inner))
            {
                open.Push(_blocks[inner].Messages("ops").GetEnumerator());
            }
        }
    }

    /// <summary>Parameters are constants with a shape; what is fed is the input.</summary>
    private void Variables(ProtobufMessage block)
    {
        foreach (ProtobufMessage variable in block.Messages("vars"))
        {
            IReadOnlyList<long>? shape = variable.Message("type")?.Message("dense_tensor")?.Message("tensor") is { } tensor ? Numbers(tensor, "dims") : null;
            string name = variable.Text("name", LongestName);
            graph.Take(name.Length);
            _shapes.TryAdd(name, shape);
            if (variable.Number("persistable") is > 0)
            {
                graph.Main.Given.TryAdd(name, FlowValue.Constant with { Shape = shape });
            }
            else if (variable.Number("need_check_feed") is > 0)
            {
                graph.Main.Given[name] = FlowValue.Input(shape);
            }
        }
    }

    /// <summary>Adds an operator; the block that it runs, or null.</summary>
    private int? Operator(ProtobufMessage message)
    {
        string type = message.Text("type", LongestName);
        Dictionary<string, List<string>> inputs = Names(message, "inputs");
        List<string> outputs = [.. Names(message, "outputs").Values.SelectMany(o => o)];
        Dictionary<string, ProtobufMessage> settings = new(StringComparer.Ordinal);
        foreach (ProtobufMessage attribute in message.Messages("attrs"))
        {
            settings.TryAdd(attribute.Text("name", LongestName), attribute);
        }

        FlowBody main = graph.Main;
        switch (type)
        {
            case "feed" when outputs is [var fed]:
                main.Given[fed] = FlowValue.Input(_shapes.GetValueOrDefault(fed));
                return null;
            case "fetch":
                main.Outputs.AddRange(inputs.Values.SelectMany(i => i));
                return null;
            case "fill_constant" or "assign_value" when outputs is [var made]:
                main.Given.TryAdd(made, Constant(settings));
                return null;
            case "conditional_block" or "conditional_block_infer" or "while":
                return settings.TryGetValue("sub_block", out ProtobufMessage block) && block.Number("block_idx") is >= 0 and < MostBlocks and var index ? (int)index : null;
            case "scale" when outputs is [var scaled] && inputs.GetValueOrDefault("X") is [var source]:
                Scaled(message, source, scaled, settings);
                return null;
        }

        List<string> taken = [.. s_order.Where(inputs.ContainsKey).SelectMany(k => type is "select_input" && k is "X" ? Enumerable.Reverse(inputs[k]) : inputs[k])];
        string plain = type.StartsWith(ElementWise, StringComparison.Ordinal) ? type[ElementWise.Length..] : type;
        IReadOnlyList<long>? axes = s_axes.Select(k => settings.TryGetValue(k, out ProtobufMessage axis) ? Ints(axis) : null).FirstOrDefault(a => a is not null);
        main.Nodes.Add(new FlowNode(type, type is "select_input" ? FlowKind.Select : FlowKinds.Of(plain, "paddle"), taken, outputs, message.Range.Offset)
        {
            Axes = settings.TryGetValue("reduce_all", out ProtobufMessage all) && all.Number("b") is > 0 ? null : axes,
            Axis = settings.TryGetValue("axis", out ProtobufMessage one) ? one.Number("i") ?? one.Number("l") : null,
            KeepsAxes = (settings.TryGetValue("keep_dim", out ProtobufMessage keeps) || settings.TryGetValue("keepdims", out keeps)) && keeps.Number("b") is > 0,
            IsTransposed = settings.TryGetValue("trans_y", out ProtobufMessage turned) && turned.Number("b") is > 0,
            GivesWhole = type is "cast" && settings.TryGetValue("out_dtype", out ProtobufMessage to) && to.Number("i") is 1 or 2 or 3 or 20 or 21,
        });
        return null;
    }

    /// <summary>A product and a sum with numbers that stand in the operator.</summary>
    private void Scaled(ProtobufMessage message, string source, string result, Dictionary<string, ProtobufMessage> settings)
    {
        string between = result + "\0product";
        graph.Main.Given.TryAdd(result + "\0scale", FlowConstants.Of([1], [Float(settings, "scale") ?? 1], isCut: false));
        graph.Main.Given.TryAdd(result + "\0bias", FlowConstants.Of([1], [Float(settings, "bias") ?? 0], isCut: false));
        graph.Main.Nodes.Add(new FlowNode("scale", FlowKind.Scale, [source, result + "\0scale"], [between], message.Range.Offset));
        graph.Main.Nodes.Add(new FlowNode("scale", FlowKind.Add, [between, result + "\0bias"], [result], message.Range.Offset));
    }

    private static FlowValue Constant(Dictionary<string, ProtobufMessage> settings)
    {
        IReadOnlyList<long>? shape = settings.TryGetValue("shape", out ProtobufMessage said) ? Ints(said) : null;
        foreach (string key in (string[])["fp32_values", "values", "int32_values", "int64_values", "bool_values"])
        {
            if (settings.TryGetValue(key, out ProtobufMessage held) && Values(held) is { Count: > 0 } values)
            {
                return FlowConstants.Of(shape, values, values.Count > MostNumbers);
            }
        }

        return Float(settings, "value") is { } filled ? FlowConstants.Of(shape, [filled], isCut: false) with { Known = shape is null or { Count: 0 } or [1] ? [filled] : null } : FlowValue.Constant with { Shape = shape };
    }

    private static double? Float(Dictionary<string, ProtobufMessage> settings, string key)
    {
        if (!settings.TryGetValue(key, out ProtobufMessage setting))
        {
            return null;
        }

        return setting.Field("f") is { Wire: ProtobufWire.Four } four ? BitConverter.Int32BitsToSingle((int)four.Number) : setting.Number("i") ?? setting.Number("l");
    }

    private static List<double> Values(ProtobufMessage attribute)
    {
        List<double> values = [];
        foreach (ProtobufField field in attribute)
        {
            if (field.Name is "floats" && values.Count <= MostNumbers)
            {
                byte[] bytes = field.Bytes((MostNumbers + 1) * sizeof(float));
                for (int at = 0; at + sizeof(float) <= bytes.Length; at += sizeof(float))
                {
                    values.Add(BitConverter.ToSingle(bytes, at));
                }

                if (field.Wire == ProtobufWire.Four)
                {
                    values.Add(BitConverter.Int32BitsToSingle((int)field.Number));
                }
            }
            else if (field.Name is "ints" or "longs" or "bools" && values.Count <= MostNumbers)
            {
                values.AddRange(field.Numbers(MostNumbers + 1).Select(n => (double)n));
            }
        }

        return values;
    }

    private static List<long>? Ints(ProtobufMessage attribute) => Values(attribute) is { Count: > 0 and <= MostNumbers } values ? [.. values.Select(v => (long)v)] : null;

    private static List<long>? Numbers(ProtobufMessage message, string name)
    {
        List<long> numbers = [];
        foreach (ProtobufField field in message)
        {
            if (field.Name == name && numbers.Count <= MostNumbers)
            {
                numbers.AddRange(field.Numbers(MostNumbers + 1));
            }
        }

        return numbers.Count is > 0 and <= MostNumbers ? [.. numbers.Select(n => n > 0 ? n : -1)] : null;
    }

    private static Dictionary<string, List<string>> Names(ProtobufMessage message, string field)
    {
        Dictionary<string, List<string>> names = new(StringComparer.Ordinal);
        foreach (ProtobufMessage one in message.Messages(field))
        {
            names.TryAdd(one.Text("parameter", LongestName), [.. one.Texts("arguments").Take(MostNumbers)]);
        }

        return names;
    }
}
