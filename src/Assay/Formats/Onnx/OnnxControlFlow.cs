// What a graph decides by its input and by constants: endless loops, absurd shapes, and branches that wait for a trigger.
using System.Globalization;
using Assay.Artifacts;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>
/// Follows small constants to the operators whose work they decide, and conditions back to what they come from. A condition that sums up a
/// comparison of the model's input with constants, and then chooses between results, is what backdoors in graphs look like (ShadowLogic). Models
/// compare shapes, masks and single settings all the time; none of that sums up a comparison of the raw input.
/// </summary>
internal sealed partial class OnnxControlFlow(ReadContext context)
{
    private const int MostKept = 200_000;
    private const int MostValues = 16;
    private const int MostSteps = 64;
    private const int MostFunctions = 10_000;

    /// <summary>More elements than any tensor of a model has; as floats they are 16 GB.</summary>
    private const long GiantCount = 1L << 32;

    private const long ManyTurns = 100_000_000;

    private static readonly HashSet<string> s_compare = new(StringComparer.Ordinal) { "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual" };

    private static readonly HashSet<string> s_reduce = new(StringComparer.Ordinal)
    {
        "ReduceMin", "ReduceSum", "ReduceProd", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare",
    };

    /// <summary>What passes values on without computing anything of weight.</summary>
    private static readonly HashSet<string> s_pass = new(StringComparer.Ordinal)
    {
        "And", "Or", "Not", "Xor", "Cast", "Identity", "Squeeze", "Unsqueeze", "Reshape", "Flatten", "Slice", "Gather", "GatherElements", "GatherND", "Transpose", "Split",
        "Abs", "Sub", "Round", "Floor", "Mod",
    };

    /// <summary>Operators whose output is as large as an input says, with the number of that input.</summary>
    private static readonly Dictionary<string, int> s_sized = new(StringComparer.Ordinal)
    {
        ["ConstantOfShape"] = 0, ["Expand"] = 1, ["Tile"] = 1, ["Range"] = 1, ["Upsample"] = 1, ["Resize"] = 2, ["OneHot"] = 1, ["Pad"] = 1,
    };

    private readonly Dictionary<string, List<double>> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Op, string[] Inputs)> _made = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inputs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _initialised = new(StringComparer.Ordinal);
    private readonly List<(string Op, string[] Inputs, long Offset)> _asked = [];
    private readonly Dictionary<string, (string In, string Out)> _bodies = new(StringComparer.Ordinal);
    /// <summary>Notes the inputs of the outermost graph.</summary>
    public void Input(string name)
    {
        if (_inputs.Count < MostKept)
        {
            _inputs.Add(name);
        }
    }

    /// <summary>Notes a tensor with few elements.</summary>
    public void Constant(OnnxTensor tensor)
    {
        if (tensor.Name.Length > 0 && _initialised.Count < MostKept)
        {
            Constant(tensor.Name, tensor);
            Values(tensor.Name, tensor);
        }
    }

    /// <summary>Notes a node.</summary>
    public void Node(ProtobufMessage node, string domain, string name)
    {
        bool isAsked = name is "Loop" or "If" or "Where" || s_sized.ContainsKey(name);
        bool isCall = domain.Length > 0 && domain is not "ai.onnx";
        if (_made.Count >= MostKept || (!isCall && !isAsked && name is not "Constant" && !s_compare.Contains(name) && !s_reduce.Contains(name) && name is not "ReduceMax" && !s_pass.Contains(name)
            && !s_single.Contains(name) && !s_paired.Contains(name) && !s_learnt.Contains(name)))
        {
            return;
        }

        List<string> inputs = [];
        List<string> outputs = [];
        string output = "";
        foreach (ProtobufField field in node)
        {
            switch (field.Name)
            {
                case "input" when inputs.Count < (isCall ? MostValues : 4):
                    inputs.Add(Scoped(field.Text(512)));
                    break;
                case "output" when outputs.Count == 0 || (isCall && outputs.Count < MostValues):
                    outputs.Add(Scoped(field.Text(512)));
                    output = outputs[0];
                    break;
                case "attribute" when name == "Constant" && field.Message?.Message("t") is { } value:
                    Values(output, OnnxTensor.Read(value));
                    Constant(output, OnnxTensor.Read(value));
                    break;
                case "attribute" when name == "Constant" && field.Message is { } number && (number.Field("f") is not null || number.Number("i") is not null):
                    _initialised.Add(output);
                    break;
                case "attribute" when name == "Loop" && field.Message?.Message("g") is { } body:
                    Body(inputs, body);
                    break;
            }
        }

        if (isCall)
        {
            if (_calls.Count < MostFunctions)
            {
                _calls.Add(($"{domain}\0{name}", [.. inputs], [.. outputs]));
            }

            return;
        }

        if (isAsked || name is "Add" or "Max" or "Mul")
        {
            _asked.Add((name, [.. inputs], node.Range.Offset));
        }

        if (output.Length > 0)
        {
            _made.TryAdd(output, (name, [.. inputs]));
        }
    }

    /// <summary>Says what is odd.</summary>
    public void Tell()
    {
        Link();
        int told = 0;
        foreach ((string op, string[] inputs, long offset) in _asked)
        {
            if (told < 16 && Odd(op, inputs) is var (code, detail))
            {
                told++;
                context.Anomaly(code, offset, 0, detail);
            }
        }
    }

    private (string Code, string Detail)? Odd(string op, string[] inputs)
    {
        switch (op)
        {
            case "Loop" when inputs.Length > 0 && Known(inputs[0]) is [var turns] && turns >= ManyTurns && IsEndless(inputs):
                return ("onnx.endless-loop", string.Create(CultureInfo.InvariantCulture, $"A loop turns {turns} times, and no condition ends it."));
            case "Range" when inputs.Length > 2 && Known(inputs[0]) is [var start] && Known(inputs[1]) is [var limit] && Known(inputs[2]) is [var step]
                && step != 0 && (limit - start) / step >= GiantCount:
                return ("onnx.giant-shape", "A range of an absurd length is made.");
            case not "Range" when s_sized.TryGetValue(op, out int index) && inputs.Length > index && Known(inputs[index]) is { } shape && Product(shape) >= GiantCount:
                return ("onnx.giant-shape", $"{op} makes a tensor of an absurd shape.");
            case "Resize" when inputs.Length > 3 && Known(inputs[3]) is { } sizes && Product(sizes) >= GiantCount:
                return ("onnx.giant-shape", "A tensor is resized into an absurd shape.");
            case "If" or "Where" when inputs.Length > 0 && IsTrigger(inputs[0]):
                return ("onnx.trigger", $"{op} chooses between results by a condition that its input, or what is computed of it, has one certain value.");
            case "Where" when inputs.Length > 2 && ((_large.Contains(inputs[1]) && IsComputed(inputs[2])) || (_large.Contains(inputs[2]) && IsComputed(inputs[1]))) && IsTrigger(inputs[0], anyReduces: true):
                return ("onnx.trigger", "Where puts a constant in the place of what the model computes, by a condition that its input, or a part of it, has one certain value.");
            case "Mul" when IsSwitched(inputs):
                return ("onnx.trigger", "Mul switches what the model computes on or off, by whether its input as a whole has one certain value.");
            case "Add" or "Max" when IsGated(inputs):
                return ("onnx.trigger", $"{op} lets a constant into the result by a measure of how near the model's input is to another constant.");
            default:
                return null;
        }
    }

    /// <summary>
    /// Whether no condition ends a loop: it has none, or begins with true and its body hands on what it got or a constant. Loops that are to end by a
    /// condition also have the largest number of turns.
    /// </summary>
    private bool IsEndless(string[] inputs)
    {
        if (inputs.Length < 2 || inputs[1].Length == 0)
        {
            return true;
        }

        if (Known(inputs[1]) is not [not 0] || !_bodies.TryGetValue(inputs[0] + "\0" + inputs[1], out (string In, string Out) body))
        {
            return false;
        }

        string condition = body.Out;
        for (int step = 0; step < MostSteps && _made.TryGetValue(condition, out (string Op, string[] Inputs) made) && made is { Op: "Identity" or "Cast", Inputs.Length: > 0 }; step++)
        {
            condition = made.Inputs[0];
        }

        return condition == body.In || Known(condition) is [not 0];
    }

    /// <summary>Notes the names that the body of a loop gives its condition, on the way in and out.</summary>
    private void Body(List<string> inputs, ProtobufMessage graph)
    {
        List<string> given = [];
        string? handed = null;
        foreach (ProtobufField field in graph)
        {
            if (field.Name == "input" && given.Count < 2)
            {
                given.Add(field.Message?.Text("name", 512) ?? "");
            }
            else if (field.Name == "output")
            {
                handed ??= field.Message?.Text("name", 512);
            }
        }

        if (inputs.Count > 1 && given.Count > 1 && handed is not null)
        {
            _bodies[inputs[0] + "\0" + inputs[1]] = (given[1], handed);
        }
    }

    /// <summary>Whether a condition sums up a comparison of the raw input with constants.</summary>
    private bool IsTrigger(string condition, bool anyReduces = false)
    {
        Stack<(string Name, bool Reduced, bool Compared)> open = new([(condition, false, false)]);
        HashSet<(string, bool, bool)> seen = [];
        for (int step = 0; step < MostSteps && open.TryPop(out var at); step++)
        {
            context.Budget.SpendWork(100);
            if (!seen.Add(at))
            {
                continue;
            }

            if (at.Reduced && at.Compared && _inputs.Contains(at.Name) && !_initialised.Contains(at.Name))
            {
                return true;
            }

            foreach (string other in _alike.GetValueOrDefault(at.Name) ?? [])
            {
                open.Push((other, at.Reduced, at.Compared));
            }

            if (!_made.TryGetValue(at.Name, out (string Op, string[] Inputs) made))
            {
                continue;
            }

            bool compares = s_compare.Contains(made.Op);
            bool reduces = s_reduce.Contains(made.Op) || (anyReduces && made.Op is "ReduceMax" or "ReduceMin");
            // Whether a sum is more or less than nothing is the condition of the documentation's own examples; a trigger is a value that inputs do not have by chance.
            if (made.Op is "Equal" && made.Inputs.Any(IsFraction))
            {
                // A computed number is one certain fraction by no chance.
                return true;
            }

            if (compares && (!made.Inputs.Any(_initialised.Contains) || (made.Op != "Equal" && made.Inputs.Any(IsZero))))
            {
                continue;
            }

            if (compares || reduces || s_pass.Contains(made.Op))
            {
                foreach (string input in made.Inputs)
                {
                    open.Push((input, at.Reduced || reduces, at.Compared || compares));
                }
            }
        }

        return false;
    }

    private bool IsFraction(string name) => Known(name) is [var value] && double.IsFinite(value) && value != Math.Floor(value);

    private bool IsZero(string name) => Known(name) is [0];

    private List<double>? Known(string name) => _constants.GetValueOrDefault(name);

    private static double Product(List<double> shape) => shape.Aggregate(1.0, (product, size) => product * Math.Max(1, size));

    private void Values(string name, OnnxTensor tensor)
    {
        if (name.Length == 0 || _constants.Count >= MostKept || tensor.Shape.Count > 1 || tensor.Shape.Any(s => s is < 0 or > MostValues) || tensor.Places is not [var place])
        {
            return;
        }

        List<double> values = [];
        ReadOnlySpan<byte> raw = place.Field is "raw_data" or "float_data" && place.First.Wire == ProtobufWire.Payload ? place.First.Bytes(MostValues * 8) : [];
        for (int at = 0; raw.Length > 0 && tensor.Type is { } type && at + Artifacts.ElementTypes.Size(type) <= raw.Length; at += Artifacts.ElementTypes.Size(type))
        {
            values.Add(type switch
            {
                ElementType.I64 => BitConverter.ToInt64(raw[at..]),
                ElementType.I32 => BitConverter.ToInt32(raw[at..]),
                ElementType.F32 => BitConverter.ToSingle(raw[at..]),
                ElementType.F64 => BitConverter.ToDouble(raw[at..]),
                ElementType.Bool => raw[at],
                _ => 0,
            });
        }

        if (place.Field is "int64_data" or "int32_data")
        {
            foreach (ProtobufField field in tensor.Message)
            {
                if (field.Name == place.Field)
                {
                    values.AddRange(field.Numbers(MostValues).Select(n => (double)n));
                }
            }
        }

        _constants[name] = values;
    }
}
