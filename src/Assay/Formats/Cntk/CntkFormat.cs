// Reads models of CNTK: dictionaries in dictionaries, and the functions in them that are code of somebody.
using System.Globalization;
using Assay.Artifacts;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Cntk;

/// <summary>
/// CNTK 2 (<c>.model</c>, <c>.dnn</c>): a Dictionary of functions, inputs and parameters. A function of a user's is named by module and class, which Python's binding imports and asks for a method that makes the
/// function: loading runs it. A native one is found in a library. Specification: <c>CNTK.proto</c>, <c>UserDefinedFunction.cpp</c>.
/// </summary>
internal sealed class CntkFormat : IFormat
{
    private const int MostTold = 100;
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => ProtobufSchema.Load("formats/cntk.tsv"));

    public string Id => "cntk";

    public string Name => "CNTK";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        return ProtobufFields.Of(view) is { } model && model.Has(1) && s_schema.Value is var schema && model.AreAll(schema["Dictionary"]) && model.Inner(view, 2) is { IsWellFormed: true } entry && entry.AreAll(schema["Entry"])
            && entry.Text(view, 1) is not null && entry.Inner(view, 2) is { IsWellFormed: true } value && value.AreAll(schema["Value"]) && value.Has(2) ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufWire wire = new(context.Artifact.Bytes, context.Budget);
        List<(string Name, ProtobufMessage Array)> arrays = [];
        Dictionary<string, (long At, long Count)> types = new(StringComparer.Ordinal);
        int told = 0;
        ProtobufWalk walk = new(wire, context) { OnBytes = field => ProtobufPayloads.ExamineNumbers(context, wire, field.Payload, field.Name) };
        try
        {
            walk.Walk(s_schema.Value["Dictionary"], claim.Range, message =>
            {
                if (message.Type.Name == "Dictionary")
                {
                    Function(message, types, context, ref told);
                }
                else if (message.Type.Name == "Array" && context.Wants(ReadingParts.Tensors))
                {
                    context.Held.Add(96);
                    arrays.Add((arrays.Count.ToString(CultureInfo.InvariantCulture), message));
                }
            });
        }
        finally
        {
            foreach ((string name, (long at, long count)) in types)
            {
                context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = at, Domain = "type", Name = name, Count = count });
            }
        }

        context.ReadTensors(Id, group =>
        {
            foreach ((string name, ProtobufMessage array) in arrays)
            {
                Fill(group, name, array, context);
            }
        });
    }

    /// <summary>Notes what kind of thing a dictionary is, and whether it is a function of somebody's.</summary>
    private static void Function(ProtobufMessage dictionary, Dictionary<string, (long At, long Count)> types, ReadContext context, ref int told)
    {
        string type = "", op = "", module = "", name = "", method = "";
        bool isNative = false;
        foreach (ProtobufMessage entry in dictionary.Messages("data"))
        {
            string key = entry.Text("key", 64);
            switch (key)
            {
                case "type":
                    type = entry.Message("value")?.Text("string_value", 256) ?? "";
                    break;
                case "op":
                    op = entry.Message("value")?.Text("string_value", 256) ?? "";
                    break;
                case "module":
                    module = entry.Message("value")?.Text("string_value", 256) ?? "";
                    break;
                case "class":
                    name = entry.Message("value")?.Text("string_value", 256) ?? "";
                    break;
                case "deserialize_method":
                    method = entry.Message("value")?.Text("string_value", 256) ?? "";
                    break;
                case "native":
                    isNative = true;
                    break;
            }
        }

        string kind = type + op;
        if (type.Length > 0 && (types.Count < 1000 || types.ContainsKey(type)))
        {
            types[type] = types.TryGetValue(type, out (long At, long Count) known) ? (known.At, known.Count + 1) : (dictionary.Range.Offset, 1);
        }

        bool isNamed = kind.Contains("UserDefined", StringComparison.OrdinalIgnoreCase) || kind.Contains("UserFunction", StringComparison.OrdinalIgnoreCase);
        if ((isNamed || (module.Length > 0 && (name.Length > 0 || method.Length > 0))) && told++ < MostTold)
        {
            bool isLibrary = isNative || kind.StartsWith("Native", StringComparison.Ordinal);
            context.Anomaly(isLibrary ? "cntk.native-function" : "cntk.user-function", dictionary.Range.Offset, 0,
                module.Length + name.Length == 0 ? "A function of the model is code that somebody registers." : $"A function of the model is {module}.{name}{(method.Length > 0 ? "." + method : "")}.");
        }
    }

    private static void Fill(TensorGroup group, string name, ProtobufMessage array, ReadContext context)
    {
        List<long> shape = [];
        foreach (ProtobufField field in array.Message("shape") ?? default(ProtobufMessage) with { Wire = array.Wire, Type = array.Type })
        {
            shape.AddRange(field.Name == "shape_dim" ? field.Numbers(TensorView.MaxDimensions - Math.Min(shape.Count, TensorView.MaxDimensions)) : []);
        }

        foreach ((string values, ElementType type) in new[] { ("float_values", ElementType.F32), ("double_values", ElementType.F64) })
        {
            if (array.Message(values)?.Field("value") is { } elements && elements.Wire == ProtobufWire.Payload)
            {
                // CNTK stores the first axis next to each other, as Fortran does.
                group.Add(name, TensorView.ColumnMajor(type, shape), new TensorStorage("", context.Artifact.Bytes, elements.Payload));
                return;
            }
        }

        group.Leave(name, "an array of another type, or one that is sparse", "It has no dense floats.");
    }
}
