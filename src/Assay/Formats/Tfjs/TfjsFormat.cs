// The model files of TensorFlow.js: a topology, and where the weights lie.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;
using Assay.Formats.Keras;

namespace Assay.Formats.Tfjs;

/// <summary>
/// <c>model.json</c> of TensorFlow.js, or a manifest of weights alone: the topology of a Keras model or a graph, and groups of weights, each with the files that hold
/// them one after the other. The loader joins the names to the address of the model, so a name may lead elsewhere. Specification: <c>tfjs-core/src/io/types.ts</c>,
/// <c>weights_loader.ts</c>.
/// </summary>
internal sealed class TfjsFormat : IFormat
{
    private const int MaxDepth = 1000;
    private const int MostEscapes = 3;
    private const int MostFiles = 100_000;

    public string Id => "tfjs";

    public string Name => "TensorFlow.js";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && JsonKeys.Of(view) is { } keys
        && (keys.IsList ? keys.Inner("weights") && keys.Inner("paths") : keys.Outer("modelTopology") || keys.Outer("weightsManifest"))
            ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        int mark = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 3) is [0xEF, 0xBB, 0xBF] ? 3 : 0;
        ByteRange range = new(claim.Range.Offset + mark, claim.Range.Length - mark);
        JsonTokenReader json = new(context.Artifact.Bytes, range, context.Budget, MaxDepth);
        List<TfjsGroup> groups = [];
        ByteRange? topology = null;
        MalformedException? broken = null;
        try
        {
            json.Read();
            if (json.Type == JsonTokenType.StartArray)
            {
                Manifest(json, groups, context);
            }
            else
            {
                while (json.Read() && json.Type == JsonTokenType.PropertyName)
                {
                    string key = json.LooseText();
                    json.Read();
                    long at = json.Offset;
                    if (key == "weightsManifest" && json.Type == JsonTokenType.StartArray)
                        Manifest(json, groups, context);
                    else
                        json.Skip();

                    if (key == "modelTopology" && json.Type is JsonTokenType.EndObject)
                        topology = new ByteRange(at, json.End - at);
                    else if (json.Type is JsonTokenType.String && key is "format" or "generatedBy" or "convertedBy")
                        context.Meta(key, json.LooseText());
                }
            }

            json.Read();
            context.Cover(claim.Range, CoverageKind.Parsed);
        }
        catch (MalformedException e)
        {
            broken = e;
            context.Cover(new ByteRange(claim.Range.Offset, json.End - claim.Range.Offset), CoverageKind.Parsed);
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }

        if (topology is { } graph)
            TfjsGraph.Tell(context, graph);

        if (topology is { } part)
            context.Submit(new Artifact("modelTopology", context.Artifact.Bytes.Slice(part), context.Artifact, KerasConfigFormat.FormatId));

        context.Meta("weights", groups.Sum(g => g.Weights.Count).ToString(CultureInfo.InvariantCulture));
        context.ReadTensors(Id, group =>
        {
            if (broken is not null)
                throw broken;

            TfjsWeights.Fill(groups, context, group);
        });
    }

    private static void Manifest(JsonTokenReader json, List<TfjsGroup> groups, ReadContext context)
    {
        HashSet<string> told = new(StringComparer.Ordinal);
        int depth = json.Depth;
        while (json.Read() && !(json.Type == JsonTokenType.EndArray && json.Depth == depth))
        {
            if (json.Type != JsonTokenType.StartObject)
            {
                json.Skip();
                continue;
            }

            TfjsGroup group = new();
            groups.Add(group);
            while (json.Read() && json.Type == JsonTokenType.PropertyName)
            {
                string key = json.LooseText();
                json.Read();
                if (key == "paths" && json.Type == JsonTokenType.StartArray)
                    Paths(json, group, told, context);
                else if (key == "weights" && json.Type == JsonTokenType.StartArray)
                    Weights(json, group, context);
                else
                    json.Skip();
            }
        }
    }

    private static void Paths(JsonTokenReader json, TfjsGroup group, HashSet<string> told, ReadContext context)
    {
        int depth = json.Depth;
        while (json.Read() && !(json.Type == JsonTokenType.EndArray && json.Depth == depth))
        {
            if (json.Type != JsonTokenType.String)
            {
                json.Skip();
                continue;
            }

            if (told.Count >= MostFiles)
                throw ScanBudget.Spent("entries", MostFiles, json.Offset);

            string path = json.LooseText();
            group.Paths.Add(path);
            if (told.Add(path))
                Refer(path, json.Offset, context);
        }
    }

    /// <summary>The loader joins the path to an address, where escapes stand for what they escape.</summary>
    private static void Refer(string path, long at, ReadContext context)
    {
        context.Refer("tfjs-shard", path, at);
        string plain = path;
        for (int i = 0; i < MostEscapes && plain.Contains('%', StringComparison.Ordinal); i++)
            plain = Uri.UnescapeDataString(plain);

        if (plain != path)
            context.Refer("tfjs-shard", plain, at);
    }

    private static void Weights(JsonTokenReader json, TfjsGroup group, ReadContext context)
    {
        int depth = json.Depth;
        while (json.Read() && !(json.Type == JsonTokenType.EndArray && json.Depth == depth))
        {
            if (json.Type != JsonTokenType.StartObject)
            {
                json.Skip();
                continue;
            }

            if (group.Weights.Count >= context.Limits.Entries)
                throw ScanBudget.Spent("entries", context.Limits.Entries, json.Offset);

            long at = json.Offset;
            TfjsWeight weight = TfjsWeight.Read(json);
            if (weight.Bytes is null && weight.Dtype is not "string")
                context.Anomaly("tfjs.weight-broken", at, 0, "A weight lacks its type or shape, or asks for more bytes than any file has.");

            group.Weights.Add(weight);
        }
    }
}
