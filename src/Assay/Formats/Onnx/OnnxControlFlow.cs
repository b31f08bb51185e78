// What constants of a graph ask for: endless loops and absurd shapes.
using System.Globalization;
using Assay.Artifacts;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>
/// Follows small constants to the operators whose work they decide.
/// </summary>
internal sealed class OnnxControlFlow(ReadContext context)
{
    private const int MostKept = 200_000;
    private const int MostValues = 16;
    private const int MostSteps = 64;
    private const int MostFunctions = 10_000;

    /// <summary>More elements than any tensor of a model has; as floats they are 16 GB.</summary>
    private const long GiantCount = 1L << 32;

    private const long ManyTurns = 100_000_000;

    /// <summary>Operators whose output is as large as an input says, with the number of that input.</summary>
    private static readonly Dictionary<string, int> s_sized = new(StringComparer.Ordinal)
    {
        ["ConstantOfShape"] = 0, ["Expand"] = 1, ["Tile"] = 1, ["Range"] = 1, ["Upsample"] = 1, ["Resize"] = 2, ["OneHot"] = 1, ["Pad"] = 1,
    };

    private readonly Dictionary<string, List<double>> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Op, string[] Inputs)> _made = new(StringComparer.Ordinal);
    private readonly List<(string Op, string[] Inputs, long Offset)> _asked = [];
    private readonly Dictionary<string, (string In, string Out)> _bodies = new(StringComparer.Ordinal);
    private string _scope = "";

    /// <summary>A function of the model begins: its names are its own.</summary>
    public void Function(string key) => _scope = key + "\0";

    /// <summary>Nodes that follow are those of a graph.</summary>
    public void EndFunction() => _scope = "";

    /// <summary>Notes a tensor with few elements.</summary>
    public void Constant(OnnxTensor tensor)
    {
        Values(tensor.Name, tensor);
    }

    /// <summary>Notes a node.</summary>
    public void Node(ProtobufMessage node, string domain, string name)
    {
        bool isAsked = name is "Loop" || s_sized.ContainsKey(name);
        if (_made.Count >= MostKept || _asked.Count >= MostKept || domain is not ("" or "ai.onnx") || (!isAsked && name is not ("Constant" or "Identity" or "Cast")))
        {
            return;
        }

        List<string> inputs = [];
        string output = "";
        foreach (ProtobufField field in node)
        {
            switch (field.Name)
            {
                case "input" when inputs.Count < 4:
                    inputs.Add(Scoped(field.Text(512)));
                    break;
                case "output" when output.Length == 0:
                    output = Scoped(field.Text(512));
                    break;
                case "attribute" when name == "Constant" && field.Message?.Message("t") is { } value:
                    Values(output, OnnxTensor.Read(value));
                    break;
                case "attribute" when name == "Loop" && field.Message?.Message("g") is { } body:
                    Body(inputs, body);
                    break;
            }
        }

        if (isAsked)
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

    private string Scoped(string name) => _scope.Length == 0 || name.Length == 0 ? name : _scope + name;

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
