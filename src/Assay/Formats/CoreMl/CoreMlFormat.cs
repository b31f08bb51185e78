// Reads models of Core ML: layers and operations, models in models, and what is found by a name or a path.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.CoreMl;

/// <summary>
/// Core ML (<c>.mlmodel</c>): a message Model. Specification: <c>Model.proto</c> of coremltools. Nothing of it is run. Custom layers and models are
/// classes of the app, found by name; linked models and the weights of programs are files, found by path.
/// </summary>
internal sealed class CoreMlFormat : IFormat
{
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => ProtobufSchema.Load("formats/coreml.tsv"));

    public string Id => "coreml";

    public string Name => "Core ML";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".mlmodel"];

    public Claim? Probe(ProbeView view) =>
        ProtobufFields.Of(view) is { } fields && fields.Number(1) is > 0 and < 100 && fields.Payload(2) is not null && !fields.Has(7)
        && fields.HasPayloadFrom(200) && fields.Fit(s_schema.Value["Model"]) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufWire wire = new(context.Artifact.Bytes, context.Budget);
        CoreMlReader reader = new(context, wire);
        ProtobufWalk walk = new(wire, context) { OnBytes = reader.Bytes };
        try
        {
            walk.Walk(s_schema.Value["Model"], claim.Range, message => reader.Enter(message, walk));
        }
        finally
        {
            reader.Tell();
        }
    }
}

/// <summary>Reads one model.</summary>
internal sealed class CoreMlReader(ReadContext context, ProtobufWire wire)
{
    private const string ModelFolder = "@model_path/";
    private const int MostKinds = 4_096;
    private const int MostOdd = 16;

    /// <summary>Blobs of weights begin at multiples of that.</summary>
    private const int BlobAlignment = 64;
    private const int MostAttributes = 16;
    private readonly Dictionary<string, (OperatorFact Fact, long Count)> _operators = new(StringComparer.Ordinal);
    private int _odd;
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>Reads one message.</summary>
    public void Enter(ProtobufMessage message, ProtobufWalk walk)
    {
        switch (message.Type.Name)
        {
            case "Model" when walk.Depth == 1:
                context.Meta("specificationVersion", (message.Number("specificationVersion") ?? 0).ToString(CultureInfo.InvariantCulture));
                break;
            case "Metadata":
                Describe(message);
                break;
            case "Metadata.userDefinedEntry":
                Text($"metadata.{message.Text("key")}", message.Text("value", context.Limits.TextBytes), message.Range.Offset);
                context.Meta(message.Text("key"), message.Text("value"));
                break;
            case "NeuralNetworkLayer":
                Layer(message);
                break;
            case "MILSpec.Program":
                Graphs.FlowFindings.Tell(graph => CoreMlFlow.Fill(message, graph), "graph.trigger", context);
                break;
            case "MILSpec.Operation":
                Add("", message.Text("type"), message.Range.Offset, []);
                break;
            case "CustomModel":
                Add("custom-model", message.Text("className"), message.Range.Offset, Parameters(message));
                break;
            case "LinkedModelFile":
                Linked(message);
                break;
            case "MILSpec.Value.BlobFileValue":
                string file = message.Text("fileName");
                if (message.Number("offset") is { } place && (place < 0 || place % BlobAlignment != 0) && _odd++ < MostOdd)
                {
                    context.Anomaly("coreml.weights-range", message.Range.Offset, 0, $"Weights are said to lie at {(ulong)place} of {(file.Length > 100 ? file[..100] : file)}, where no blob can begin.");
                }

                if (_files.Add(file))
                {
                    context.Refer("external-data", file.StartsWith(ModelFolder, StringComparison.Ordinal) ? file[ModelFolder.Length..] : file, message.Range.Offset);
                }

                break;
        }
    }

    /// <summary>Examines bytes that are no text.</summary>
    public void Bytes(ProtobufField field)
    {
        if (field.Type?.Kind == ProtobufKind.Bytes)
        {
            ProtobufPayloads.Examine(context, wire, field.Payload, field.Name);
        }
        else if (field.Wire == ProtobufWire.Payload)
        {
            ProtobufPayloads.ExamineNumbers(context, wire, field.Payload, field.Name);
        }
    }

    /// <summary>Adds the operators.</summary>
    public void Tell()
    {
        foreach ((OperatorFact fact, long count) in _operators.Values)
        {
            context.Add(fact with { Count = count });
        }
    }

    private void Describe(ProtobufMessage message)
    {
        foreach (ProtobufField field in message)
        {
            if (field.Name is "shortDescription" or "versionString" or "author" or "license" && field.Payload.Length > 0)
            {
                context.Meta(field.Name, field.Text());
                Text(field.Name, field.Text(context.Limits.TextBytes), field.Offset);
            }
        }
    }

    /// <summary>A layer is of the kind whose parameters it has.</summary>
    private void Layer(ProtobufMessage message)
    {
        foreach (ProtobufField field in message)
        {
            if (field.Encoded.Number < 100 || field.Type is not { Kind: ProtobufKind.Message or ProtobufKind.Plain })
            {
                continue;
            }

            if (field.Name == "custom" && field.Message is { } custom)
            {
                Add("custom-layer", custom.Text("className"), field.Offset, Parameters(custom));
            }
            else
            {
                Add("", field.Name, field.Offset, []);
            }
        }
    }

    private static List<OperatorAttribute> Parameters(ProtobufMessage message)
    {
        List<OperatorAttribute> attributes = [];
        foreach (ProtobufMessage entry in message.Messages("parameters"))
        {
            if (attributes.Count < MostAttributes && entry.Message("value")?.Text("stringValue", 512) is { Length: > 0 } value)
            {
                attributes.Add(new OperatorAttribute(entry.Text("key", 256), value));
            }
        }

        return attributes;
    }

    private void Linked(ProtobufMessage message)
    {
        string name = message.Message("linkedModelFileName")?.Text("defaultValue") ?? "";
        string folder = message.Message("linkedModelSearchPath")?.Text("defaultValue") ?? "";
        foreach (string target in folder.Split(':').Select(f => f.Length > 0 && !name.StartsWith('/') ? $"{f.TrimEnd('/')}/{name}" : name).Distinct().Take(16))
        {
            context.Refer("linked-model", target, message.Range.Offset);
        }
    }

    private void Add(string domain, string name, long offset, IReadOnlyList<OperatorAttribute> attributes)
    {
        string key = $"{domain}\0{name}\0{string.Join('\0', attributes.Select(a => a.Name + "\0" + a.Value))}";
        if (_operators.TryGetValue(key, out (OperatorFact Fact, long Count) known))
        {
            _operators[key] = (known.Fact, known.Count + 1);
        }
        else if (_operators.Count < MostKinds)
        {
            _operators.Add(key, (new OperatorFact { Path = context.Artifact.Path, Offset = offset, Domain = domain, Name = name, Attributes = attributes }, 1));
        }
        else
        {
            throw ScanBudget.Spent("entries", MostKinds, offset);
        }
    }

    private void Text(string key, string value, long offset)
    {
        ProtobufPayloads.ExamineText(context, value, key, offset);
        Configuration.ConfigurationText.Tell(key, value, context);
        context.Add(new EntryFact
        {
            Path = context.Artifact.Path, Offset = offset, Source = "metadata", Key = key, Value = value, IsCut = value.Length >= context.Limits.TextBytes,
        });
    }
}
