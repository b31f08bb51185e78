// The program of a Core ML model, as the analysis of flows takes it.
using Assay.Artifacts;
using Assay.Formats.Graphs;
using Assay.Formats.Protobuf;

namespace Assay.Formats.CoreMl;

/// <summary>Takes an ML program (MIL) apart for <see cref="FlowMachine"/>: operations name what they take, and say which shape they give. Specification: <c>MIL.proto</c> of coremltools.</summary>
internal sealed class CoreMlFlow(FlowGraph graph)
{
    private const int MostNumbers = 16;
    private const int LongestName = 512;

    /// <summary>What operations call what they take, in the order in which the analysis wants it; all else are settings.</summary>
    private static readonly string[] s_order = ["cond", "pred", "x", "data", "values", "params", "input", "loop_vars", "a", "y", "weight", "b", "indices", "shape", "axes", "begin", "updates", "end", "size", "bias", "alpha", "beta", "reps"];

    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly Stack<(ProtobufMessage Message, FlowBody Body)> _open = new();
    private int _inline;

    /// <summary>Takes in the first function of a program.</summary>
    public static void Fill(ProtobufMessage program, FlowGraph graph)
    {
        foreach (ProtobufMessage entry in program.Messages("functions"))
        {
            if (entry.Message("value") is { } function)
            {
                new CoreMlFlow(graph).Function(function, graph.Main);
                return;
            }
        }
    }

    private void Function(ProtobufMessage function, FlowBody main)
    {
        foreach (ProtobufMessage input in function.Messages("inputs"))
        {
            string name = input.Text("name", LongestName);
            main.Inputs.Add(name);
            main.Given.TryAdd(name, FlowValue.Input(Shape(input)));
        }

        foreach (ProtobufMessage special in function.Messages("block_specializations"))
        {
            if (special.Message("value") is { } block)
            {
                _open.Push((block, main));
                break;
            }
        }

        while (_open.TryPop(out (ProtobufMessage Message, FlowBody Body) at))
        {
            Block(at.Message, at.Body);
        }
    }

    private void Block(ProtobufMessage block, FlowBody body)
    {
        foreach (ProtobufField field in block)
        {
            switch (field.Name)
            {
                case "inputs" when field.Message is { } input:
                    body.Inputs.Add(input.Text("name", LongestName));
                    break;
                case "outputs":
                    body.Outputs.Add(field.Text(LongestName));
                    break;
                case "operations" when field.Message is { } operation:
                    graph.Take(operation.Range.Length);
                    Operation(operation, body);
                    break;
            }
        }
    }

    private void Operation(ProtobufMessage operation, FlowBody body)
    {
        string type = operation.Text("type", LongestName);
        List<string> outputs = [];
        List<IReadOnlyList<long>?> shapes = [];
        foreach (ProtobufMessage output in operation.Messages("outputs"))
        {
            outputs.Add(output.Text("name", LongestName));
            shapes.Add(Shape(output));
        }

        if (type is "const" && outputs is [var constant])
        {
            foreach (ProtobufMessage attribute in operation.Messages("attributes"))
            {
                if (attribute.Text("key", LongestName) is "val" && attribute.Message("value") is { } value)
                {
                    body.Given.TryAdd(constant, Value(value, constant));
                }
            }

            return;
        }

        Dictionary<string, List<string>> given = new(StringComparer.Ordinal);
        foreach (ProtobufMessage entry in operation.Messages("inputs"))
        {
            List<string> names = [];
            foreach (ProtobufMessage binding in entry.Message("value")?.Messages("arguments") ?? [])
            {
                string name = binding.Text("name", LongestName);
                if (name.Length == 0 && binding.Message("value") is { } value)
                {
                    name = $"inline {_inline++}";
                    body.Given.TryAdd(name, Value(value, name));
                }

                names.Add(name);
            }

            given.TryAdd(entry.Text("key", LongestName), names);
        }

        FlowKind kind = FlowKinds.Of(type, "coreml");
        List<FlowBody> bodies = [];
        foreach (ProtobufMessage inner in operation.Messages("blocks"))
        {
            FlowBody nested = new();
            bodies.Add(nested);
            _open.Push((inner, nested));
        }

        body.Nodes.Add(new FlowNode(type, kind, [.. s_order.Where(given.ContainsKey).SelectMany(k => given[k])], outputs, operation.Range.Offset)
        {
            Axis = Setting("axis") is { } axis ? (long)axis : null,
            KeepsAxes = Setting("keep_dims") is not 0,
            IsTransposed = Setting("transpose_y") is 1 || type is "linear",
            IsSized = type is "slice_by_size",
            GivesWhole = type is "cast" && given.GetValueOrDefault("dtype") is [var to] && _words.GetValueOrDefault(to)?.Contains("int", StringComparison.Ordinal) is true,
            Shapes = shapes,
            Bodies = bodies,
        });

        double? Setting(string key) => given.GetValueOrDefault(key) is [var named] && body.Given.TryGetValue(named, out FlowValue? value) && value.Known is [var number] ? number : null;
    }

    private FlowValue Value(ProtobufMessage value, string name)
    {
        IReadOnlyList<long>? shape = Shape(value);
        if (value.Message("immediateValue")?.Message("tensor") is not { } tensor)
        {
            return FlowValue.Constant with { Shape = shape };
        }

        foreach (ProtobufField field in tensor)
        {
            if (field.Message is not { } repeated)
            {
                continue;
            }

            foreach (ProtobufField values in repeated)
            {
                switch (field.Name)
                {
                    case "floats" or "doubles" when values.Wire == ProtobufWire.Payload:
                        return FlowConstants.Of(shape, field.Name is "floats" ? ElementType.F32 : ElementType.F64, values.Bytes(FlowConstants.Sample));
                    case "ints" or "longInts" or "bools":
                        List<double> numbers = [.. values.Numbers(MostNumbers + 1).Select(n => (double)n)];
                        return FlowConstants.Of(shape, numbers, numbers.Count > MostNumbers);
                    case "strings":
                        _words.TryAdd(name, values.Text(LongestName));
                        break;
                }
            }
        }

        return FlowValue.Constant with { Shape = shape };
    }

    /// <summary>The shape of a named value or of a constant; null where its type has none.</summary>
    private static List<long>? Shape(ProtobufMessage typed)
    {
        if (typed.Message("type")?.Message("tensorType") is not { } type)
        {
            return null;
        }

        List<long> extents = [];
        foreach (ProtobufMessage dimension in type.Messages("dimensions"))
        {
            if (extents.Count >= MostNumbers)
            {
                return null;
            }

            extents.Add(dimension.Message("constant")?.Number("size") is > 0 and var size ? size : -1);
        }

        return extents;
    }
}
