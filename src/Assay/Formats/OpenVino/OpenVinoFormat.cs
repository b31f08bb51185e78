// Reads OpenVINO's intermediate representation: the graph in XML, and where its constants lie in the file beside it.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Graphs;
using Assay.Formats.Xml;

namespace Assay.Formats.OpenVino;

/// <summary>
/// OpenVINO IR, versions 2 to 11: an XML document <c>net</c> of layers and edges, whose constants lie in a <c>.bin</c> file of the same name. A layer of a set that
/// is not OpenVINO's own needs a library that the application loads. Specification: <c>src/frontends/ir/src/ir_deserializer.cpp</c>. OpenVINO parses with pugixml,
/// which steps over a document type of any length and replaces no entities; other readers of the same file may.
/// </summary>
internal sealed class OpenVinoFormat : IFormat
{
    private const string Root = "net";

    public string Id => "openvino";

    public string Name => "OpenVINO IR";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => XmlRoot.Of(view) is not { Name: Root } root ? null
        : new Claim(view.Range, root.HasChild("layers") ? ClaimStrength.Certain : ClaimStrength.Likely);

    public void Read(Claim claim, ReadContext context)
    {
        OpenVinoModel model = new(context.Budget);
        XmlDocumentReading document = new(claim, context);
        OpenVinoFlow flow = new(context.Budget);
        document.Read(token =>
        {
            model.Take(token);
            flow.Take(token);
        });
        foreach ((OpenVinoOperator use, long count) in model.Operators)
        {
            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = use.Offset, Domain = use.Version.Length == 0 ? "internal" : use.Version, Name = use.Type, Count = count });
        }

        foreach ((string target, long offset) in model.Libraries)
        {
            context.Refer("native-library", target, offset);
        }

        foreach ((string target, long offset) in model.Paths)
        {
            context.Refer("data-file", target, offset);
        }

        foreach ((string key, string value) in model.Metadata)
        {
            context.Meta(key, value);
        }

        using ByteSource? weights = model.Constants.Count > 0 ? Weights(context) : null;
        OpenVinoChecks.Tell(model, weights?.Length, document.IsWhole, context);
        FlowFindings.Tell(graph => flow.Fill(graph, weights), "graph.trigger", context);
        context.ReadTensors(Id, group => Fill(model, context, group));
    }

    /// <summary>The name of the file beside the document that holds its constants; both have one name and other extensions.</summary>
    internal static string Beside(string name, string extension)
    {
        int slash = name.LastIndexOfAny(['/', '\\']);
        int dot = name.LastIndexOf('.');
        return (dot > slash ? name[(slash + 1)..dot] : name[(slash + 1)..]) + extension;
    }

    private static ByteSource? Weights(ReadContext context)
    {
        if (context.Artifact.In is not { } place)
        {
            return null;
        }

        string name = Beside(place.Name, ".bin");
        if (context.Refer("weights", name, 0) == ReferencePlace.Missing)
        {
            context.Anomaly("openvino.weights-missing", 0, 0, $"The constants lie in {name}, which is not there.");
        }

        return place.TryOpen(name).Bytes;
    }

    private static void Fill(OpenVinoModel model, ReadContext context, TensorGroup group)
    {
        if (model.Constants.Count == 0)
        {
            return;
        }

        if (context.Artifact.In is not { } place || place.TryOpenWith(".bin").Bytes is not { } bytes)
        {
            throw new MalformedException(0, "The file with the constants is not there.");
        }

        context.Own(bytes);
        group.Companion(Beside(place.Name, ".bin"));
        foreach (OpenVinoConstant constant in model.Constants)
        {
            if (constant.Shape is null || constant.Range is not { } range || range.Offset > bytes.Length || range.Length > bytes.Length - range.Offset)
            {
                group.Problem(constant.Name, "Its place, type or shape is broken.");
            }
            else if (OpenVinoTypes.ElementOf(constant.Type) is { } type)
            {
                group.Add(constant.Name, TensorView.RowMajor(type, constant.Shape), new TensorStorage("", bytes, range));
            }
            else if (OpenVinoTypes.BitsOf(constant.Type) is > 0 and < 8 and int bits && 8 % bits == 0)
            {
                group.Add(constant.Name, TensorView.RowMajor(ElementType.U8, [range.Length]), new TensorStorage("", bytes, range), new Packing(constant.Type, bits, constant.Shape, null));
            }
            else
            {
                group.Leave(constant.Name, string.Create(CultureInfo.InvariantCulture, $"a constant of {constant.Type}"), "Safetensors has no such type.");
            }
        }
    }
}
