// Reads one ONNX model: what each of its messages says, in the order of the walk.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Configuration;
using Assay.Formats.Graphs;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>Reads one model.</summary>
internal sealed class OnnxReader
{
    /// <summary>Descriptions and properties beyond these are not told.</summary>
    private const int MostTexts = 1_000;

    private readonly ReadContext _context;
    private readonly ByteRange _range;
    private readonly ProtobufWire _wire;
    private readonly OnnxOperators _operators = new();
    private readonly OnnxControlFlow _flow;
    private readonly List<string> _sets = [];
    private ProtobufMessage? _model;
    private int _texts;

    public OnnxReader(ReadContext context, ByteRange range)
    {
        _context = context;
        _range = range;
        _wire = new ProtobufWire(context.Artifact.Bytes, context.Budget);
        _flow = new OnnxControlFlow(context);
    }

    /// <summary>Reads a message with all that lies in it.</summary>
    public void Read(ProtobufType root, string id)
    {
        using OnnxExternalData external = new(_context);
        OnnxTensors tensors = new(_context, _wire, external);
        ProtobufWalk? walk = null;
        walk = new ProtobufWalk(_wire, _context)
        {
            OnBytes = field => Bytes(field),
        };
        try
        {
            walk.Walk(root, _range, message => Enter(message, walk, tensors));
        }
        finally
        {
            _operators.Tell(_context);
            _flow.Tell();
            tensors.Tell();
            if (_model is { } model)
            {
                FlowFindings.Tell(graph => OnnxFlow.Fill(model, graph), "onnx.trigger", _context);
            }
        }

        if (_sets.Count > 0)
        {
            _context.Meta("opset", string.Join(", ", _sets.Distinct()));
        }

        _context.ReadTensors(id, tensors.Fill);
    }

    private void Enter(ProtobufMessage message, ProtobufWalk walk, OnnxTensors tensors)
    {
        if (message.Type.Name is "NodeProto" or "TensorProto" && !walk.Within("FunctionProto"))
        {
            _flow.EndFunction();
        }

        switch (message.Type.Name)
        {
            case "ModelProto":
                _model ??= message;
                Model(message);
                break;
            case "NodeProto":
                Node(message);
                break;
            case "GraphProto":
                Graph(message);
                break;
            case "FunctionProto":
                Function(message);
                break;
            case "TensorProto":
                OnnxTensor tensor = OnnxTensor.Read(message);
                bool isWeight = walk.Depth == 1 || (!walk.Within("NodeProto") && !walk.Within("FunctionProto") && tensor.Name.Length > 0);
                tensors.Add(tensor, isWeight);
                _flow.Constant(tensor);
                break;
            case "OperatorSetIdProto":
                _sets.Add(string.Create(CultureInfo.InvariantCulture, $"{(message.Text("domain") is { Length: > 0 } domain ? domain : "ai.onnx")} {message.Number("version") ?? 0}"));
                break;
            case "StringStringEntryProto" when walk.Depth == 2 && walk.Around.First().Type.Name == "ModelProto":
                Text($"metadata.{message.Text("key")}", message.Text("value", _context.Limits.TextBytes), message.Range.Offset);
                _context.Meta(message.Text("key"), message.Text("value"));
                break;
        }
    }

    private void Model(ProtobufMessage model)
    {
        foreach (ProtobufField field in model)
        {
            switch (field.Name)
            {
                case "ir_version" or "model_version":
                    _context.Meta(field.Name, field.Number.ToString(CultureInfo.InvariantCulture));
                    break;
                case "producer_name" or "producer_version" or "domain" or "doc_string" when field.Payload.Length > 0:
                    _context.Meta(field.Name, field.Text());
                    Text(field.Name, field.Text(_context.Limits.TextBytes), field.Offset);
                    break;
            }
        }
    }

    /// <summary>Notes what is written about a graph.</summary>
    private void Graph(ProtobufMessage graph)
    {
        foreach (ProtobufField field in graph)
        {
            if (field.Name == "doc_string" && field.Payload.Length > 0)
            {
                Text("graph.doc_string", field.Text(_context.Limits.TextBytes), field.Offset);
            }
        }
    }

    private void Node(ProtobufMessage node)
    {
        string name = "";
        string domain = "";
        foreach (ProtobufField field in node)
        {
            switch (field.Name)
            {
                case "op_type":
                    name = field.Text(256);
                    break;
                case "domain":
                    domain = field.Text(256);
                    break;
            }
        }

        OnnxTrees.Check(node, domain, name, _context);
        _operators.Add(node, domain, name);
        _flow.Node(node, domain, name);
        if (name == "EPContext")
        {
            Engine(node);
        }
    }

    /// <summary>A part of the model that was compiled for a device: as bytes in the node, or in a file that the node names.</summary>
    private void Engine(ProtobufMessage node)
    {
        bool isEmbedded = true;
        (string Path, long Offset)? file = null;
        foreach (ProtobufMessage attribute in node.Messages("attribute"))
        {
            switch (attribute.Text("name"))
            {
                case "embed_mode":
                    isEmbedded = attribute.Number("i") != 0;
                    break;
                case "ep_cache_context":
                    file = (attribute.Text("s", 1024), attribute.Range.Offset);
                    break;
            }
        }

        if (!isEmbedded && file is { Path.Length: > 0 } place)
        {
            _context.Refer("engine", place.Path, place.Offset);
        }
    }

    private void Function(ProtobufMessage function)
    {
        string name = function.Text("name");
        string domain = function.Text("domain");
        _flow.Function($"{domain}\0{name}");
        if (_operators.Define(domain, name))
        {
            _context.Anomaly("onnx.function-shadows", function.Range.Offset, 0, $"A function of the model takes the place of the standard operator {name}.");
        }
    }

    private void Text(string key, string value, long offset)
    {
        ProtobufPayloads.ExamineText(_context, value, key, offset);
        ConfigurationText.Tell(key, value, _context);
        if (_texts++ < MostTexts)
        {
            _context.Add(new EntryFact { Path = _context.Artifact.Path, Offset = offset, Source = "metadata", Key = key, Value = value, IsCut = value.Length >= _context.Limits.TextBytes });
        }
    }

    private void Bytes(ProtobufField field)
    {
        if (field.Type?.Kind == ProtobufKind.Bytes)
        {
            ProtobufPayloads.Examine(_context, _wire, field.Payload, field.Name);
        }
    }
}
