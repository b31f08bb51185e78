// The layers and edges of an OpenVINO model, as the analysis of flows takes them.
using System.Globalization;
using Assay.Bytes;
using Assay.Formats.Graphs;
using Assay.Formats.Xml;

namespace Assay.Formats.OpenVino;

/// <summary>Collects layers and edges of the outermost graph, token by token. Bodies of layers are not followed.</summary>
internal sealed class OpenVinoFlow(ScanBudget budget)
{
    private const int BytesOfLayer = 512;
    private const int MostLayers = 100_000;
    private const int MostPorts = 64;
    private const int LayerSize = 300;

    /// <summary>How deep the layers and the edges of the outermost graph lie.</summary>
    private const int OwnDepth = 2;

    private readonly Dictionary<string, Layer> _layers = new(StringComparer.Ordinal);
    private readonly List<(string From, string FromPort, string To, int ToPort)> _edges = [];
    private Layer? _layer;

    /// <summary>Takes the next token.</summary>
    public void Take(XmlTokenReader reader)
    {
        if (reader.Type != XmlTokenType.StartElement)
        {
            return;
        }

        if (reader.Depth == OwnDepth && reader.LocalName is "layer" && _layers.Count < MostLayers)
        {
            budget.Hold(LayerSize, reader.Offset);
            _layer = new Layer(reader.Attribute("type") ?? "", reader.Offset);
            _layers.TryAdd(reader.Attribute("id") ?? "", _layer);
        }
        else if (reader.Depth == OwnDepth && reader.LocalName is "edge" && _edges.Count < 2 * MostLayers)
        {
            budget.Hold(LayerSize, reader.Offset);
            _ = int.TryParse(reader.Attribute("to-port"), NumberStyles.None, CultureInfo.InvariantCulture, out int port);
            _edges.Add((reader.Attribute("from-layer") ?? "", reader.Attribute("from-port") ?? "0", reader.Attribute("to-layer") ?? "", port));
        }
        else if (reader.Depth == OwnDepth + 1 && reader.LocalName is "data" && _layer is { } layer)
        {
            foreach (XmlAttribute attribute in reader.Attributes)
            {
                if (attribute.Value.Length <= 256)
                {
                    layer.Data[attribute.Name] = attribute.Value;
                }
            }
        }
    }

    /// <summary>Takes in the graph; constants are looked up among their bytes where they are there.</summary>
    public void Fill(FlowGraph graph, ByteSource? weights)
    {
        ILookup<string, (string From, string FromPort, string To, int ToPort)> into = _edges.ToLookup(e => e.To, StringComparer.Ordinal);
        ILookup<string, string> outOf = _edges.ToLookup(e => e.From, e => e.FromPort, StringComparer.Ordinal);
        foreach ((string id, Layer layer) in _layers)
        {
            graph.Take(BytesOfLayer);
            List<string> outputs = [.. outOf[id].Distinct().Take(MostPorts).OrderBy(p => p.Length).ThenBy(p => p, StringComparer.Ordinal).Select(p => $"{id}:{p}")];
            switch (layer.Type)
            {
                case "Parameter" or "Input":
                    outputs.ForEach(o => graph.Main.Given[o] = FlowValue.Input(Numbers(layer.Data.GetValueOrDefault("shape"))));
                    continue;
                case "Const":
                    outputs.ForEach(o => graph.Main.Given[o] = Constant(layer, weights));
                    continue;
            }

            List<string> inputs = [.. into[id].OrderBy(e => e.ToPort).Take(MostPorts).Select(e => $"{e.From}:{e.FromPort}")];
            if (layer.Type == "Slice" && inputs.Count > 3)
            {
                // The step stands before the axes.
                inputs = inputs.Count > 4 ? [inputs[0], inputs[1], inputs[2], inputs[4], inputs[3]] : [inputs[0], inputs[1], inputs[2]];
            }

            graph.Main.Nodes.Add(new FlowNode(layer.Type, FlowKinds.Of(layer.Type, "openvino"), inputs, outputs, layer.Offset)
            {
                KeepsAxes = layer.Data.GetValueOrDefault("keep_dims") is "true" or "1",
                IsTransposed = layer.Data.GetValueOrDefault("transpose_b") is "true" or "1",
                Axis = layer.Data.TryGetValue("axis", out string? axis) && long.TryParse(axis, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null,
                Axes = layer.Type == "Clamp" ? [0, 1] : null,
                GivesWhole = layer.Data.GetValueOrDefault("destination_type") is { Length: > 1 } type && type[0] is 'i' or 'u',
            });
        }
    }

    private static FlowValue Constant(Layer layer, ByteSource? weights)
    {
        List<long>? shape = Numbers(layer.Data.GetValueOrDefault("shape"));
        bool isPlace = long.TryParse(layer.Data.GetValueOrDefault("offset"), NumberStyles.None, CultureInfo.InvariantCulture, out long at)
            & long.TryParse(layer.Data.GetValueOrDefault("size"), NumberStyles.None, CultureInfo.InvariantCulture, out long size);
        return weights is null || !isPlace || at > weights.Length ? FlowValue.Constant with { Shape = shape }
            : FlowConstants.Of(shape, OpenVinoTypes.ElementOf(layer.Data.GetValueOrDefault("element_type") ?? ""), weights.ReadUpTo(at, (int)Math.Min(size, FlowConstants.Sample)));
    }

    private static List<long>? Numbers(string? text)
    {
        if (text is null)
        {
            return null;
        }

        List<long> numbers = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            numbers.Add(long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 ? number : -1);
        }

        return numbers;
    }

    private sealed class Layer(string type, long offset)
    {
        public string Type => type;

        public long Offset => offset;

        public Dictionary<string, string> Data { get; } = new(StringComparer.Ordinal);
    }
}
