// Reads one model of TensorFlow: graphs, functions, collections, assets and objects.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Graphs;
using Assay.Formats.Protobuf;

namespace Assay.Formats.TensorFlow;

/// <summary>Reads one model, whichever of its messages is the outermost, and in whichever form it is written.</summary>
internal sealed class TensorFlowReader
{
    private const int MostAsked = 100_000;

    /// <summary>More elements than any constant has: its elements stand in the file, or are one that is repeated.</summary>
    private const long GiantCount = 1L << 32;

    private const long MostInputs = 1_000_000;
    private const int MostGraphs = 16;
    private readonly ReadContext _context;
    private readonly ProtobufWire _wire;
    private readonly ProtobufText? _text;
    private readonly TensorFlowOperators _operators = new();
    private readonly TensorFlowTexts _texts = new();
    private readonly TensorFlowLoading _loading = new();
    private readonly TensorFlowTensors _tensors;
    private readonly List<(TensorFlowNode Node, ProtobufMessage Message)> _asked = [];
    private readonly List<ProtobufMessage> _graphs = [];
    private string _scope = "";

    /// <summary>Reads the artifact's bytes, or what its text form stands for.</summary>
    public TensorFlowReader(ReadContext context, ProtobufText? text = null)
    {
        _context = context;
        _text = text;
        _wire = new ProtobufWire(text?.Bytes ?? context.Artifact.Bytes, context.Budget);
        _tensors = new TensorFlowTensors(context, _wire);
    }

    /// <summary>Reads a message with all that lies in it.</summary>
    public void Read(ProtobufType root, ByteRange range, string id)
    {
        ProtobufWalk? walk = null;
        walk = new ProtobufWalk(_wire, _context, _text is null) { OnBytes = Bytes, At = At };
        try
        {
            walk.Walk(root, range, message => Enter(message, walk));
        }
        finally
        {
            Tell();
        }

        _context.ReadTensors(id, _tensors.Fill);
    }

    private void Enter(ProtobufMessage message, ProtobufWalk walk)
    {
        _loading.Enter(message);
        switch (message.Type.Name)
        {
            case "GraphDef":
                _scope = "";
                if (_graphs.Count < MostGraphs)
                {
                    _graphs.Add(message);
                }

                break;
            case "FunctionDef":
                _scope = message.Message("signature")?.Text("name") ?? "";
                break;
            case "NodeDef":
                Node(message, walk.Within("FunctionDef") ? _scope : "");
                break;
            case "MetaInfoDef":
                _context.Meta("tensorflow_version", message.Text("tensorflow_version"));
                _context.Meta("tags", string.Join(", ", message.Texts("tags")));
                break;
            case "AssetFileDef":
                Asset(message);
                break;
            case "TensorProto" when TensorFlowTensors.ShapeOf(message.Message("tensor_shape")) is { Count: > 0 } shape && ArrayExtent.Of(shape, 1) is var extent
                && (extent.Error != ExtentError.None || extent.Count >= GiantCount):
                _context.Anomaly("tf.giant-shape", At(message.Range.Offset), 0, "A constant has a negative or an absurd shape.");
                break;
            case "AttrEntry" when message.Range.Length <= 24 && message.Text("key", 4) == "N" && message.Message("value")?.Number("i") is > MostInputs or < 0:
                _context.Anomaly("tf.giant-shape", At(message.Range.Offset), 0, "An operator says that it has an absurd number of inputs.");
                break;
            case "SavedUserObject":
                UserObject(message);
                break;
            case "CheckpointState":
                foreach (string path in message.Texts("all_model_checkpoint_paths").Append(message.Text("model_checkpoint_path")).Distinct().Take(1_000))
                {
                    _context.Refer("checkpoint", path, At(message.Range.Offset));
                }

                break;
            case "FingerprintDef" when message.Text("uuid") is { Length: > 0 } uuid:
                _context.Meta("uuid", uuid);
                break;
        }
    }

    private void Node(ProtobufMessage message, string scope)
    {
        TensorFlowNode node = TensorFlowNode.Read(message, scope);
        if (node.Operator.Length == 0)
        {
            return;
        }

        if (node.Operator == "Const")
        {
            _texts.Constant(node, TensorFlowNode.Constant(message));
            _tensors.Constant(message, node);
        }
        else if (TensorFlowTexts.Passes(node.Operator))
        {
            _texts.Pass(node);
        }

        if ((TensorFlowOperators.Watched(node.Operator) is not null || !TensorFlowOperators.IsRegistered(node.Operator)) && _asked.Count < MostAsked)
        {
            _asked.Add((node, message));
        }
        else
        {
            _operators.Add(node.Operator, At(node.Offset), []);
        }
    }

    /// <summary>Tells the operators: those that reach out of the model with the texts that come to them, and whether they run on load.</summary>
    private void Tell()
    {
        HashSet<long> reached = _asked.Exists(a => TensorFlowOperators.Watched(a.Node.Operator) is not null) ? _loading.Reached(_context.Budget) : [];
        foreach ((TensorFlowNode node, ProtobufMessage message) in _asked)
        {
            _context.Budget.SpendWork(WorkCosts.NearRead);
            if (_loading.Functions.Contains(node.Operator))
            {
                _operators.Add(node.Operator, At(node.Offset), []);
                continue;
            }

            List<OperatorAttribute> attributes = [.. TensorFlowNode.Texts(message)];
            foreach (int index in TensorFlowOperators.Watched(node.Operator) ?? [])
            {
                // A node with too few inputs is refused, or filled up by whoever takes it: whatever it gets may be meant.
                foreach (string input in index < node.Inputs.Count ? [node.Inputs[index]] : node.Inputs)
                {
                    attributes.AddRange(_texts.Of(node.Scope, input).Select(t => new OperatorAttribute("text", t)));
                }
            }

            if (reached.Contains(node.Offset))
            {
                attributes.Add(new OperatorAttribute("phase", "load"));
            }

            _operators.Add(node.Operator, At(node.Offset), attributes);
        }

        _operators.Tell(_context, _loading.Functions);
        foreach (ProtobufMessage graph in _graphs)
        {
            FlowFindings.Tell(flow => TensorFlowFlow.Fill(graph, TensorFlowFormat.Schema, flow), "graph.trigger", _context, At);
        }
    }

    /// <summary>A file of the model's folder <c>assets</c>; the loader joins its name to that folder.</summary>
    private void Asset(ProtobufMessage message)
    {
        string name = message.Text("filename");
        long offset = At(message.Range.Offset);
        ReferencePlace place = BundleName.Resolve("assets/x", name).Place;
        bool climbs = name.Split('/', '\\').Contains("..");
        if (place is ReferencePlace.Absolute or ReferencePlace.Url or ReferencePlace.Outside || climbs)
        {
            _context.Anomaly("tf.asset-name", offset, 0, $"An asset is called {(name.Length > 200 ? name[..200] : name)}, which leads out of the folder of assets.");
        }

        _context.Refer("asset", place is ReferencePlace.Absolute or ReferencePlace.Url ? name : $"assets/{name}", offset);
    }

    /// <summary>Keras keeps the configuration of layers with the objects; a layer that is a function carries its code there.</summary>
    private void UserObject(ProtobufMessage message)
    {
        if (message.Field("metadata") is not { Payload.Length: > 2 } metadata)
        {
            return;
        }

        byte[] json = metadata.Bytes(_context.Limits.LineBytes);
        if (json.AsSpan().IndexOf("\"Lambda\""u8) >= 0 || json.AsSpan().IndexOf("__lambda__"u8) >= 0 || json.AsSpan().IndexOf("function_type"u8) >= 0)
        {
            _context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"metadata@{message.Range.Offset}.json"), _wire.Bytes.Slice(metadata.Payload), _context.Artifact) { MayBeOpaque = true });
        }
    }

    private void Bytes(ProtobufField field)
    {
        if (field.Type?.Kind == ProtobufKind.Bytes)
        {
            ProtobufPayloads.Examine(_context, _wire, field.Payload, field.Name);
        }
        else if (field.Name == "tensor_content")
        {
            if (field.Holder.Number("dtype") is 4 or 6)
            {
                ProtobufPayloads.Examine(_context, _wire, field.Payload, field.Name);
            }
            else
            {
                ProtobufPayloads.ExamineNumbers(_context, _wire, field.Payload, field.Name);
            }
        }
    }

    private long At(long offset) => _text?.At(offset) ?? offset;
}
