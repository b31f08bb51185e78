// Reads the index of a model whose tensors lie in several files.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.Safetensors;

/// <summary>
/// The index of sharded weights (<c>model.safetensors.index.json</c>, <c>pytorch_model.bin.index.json</c>): a JSON object whose
/// <c>weight_map</c> gives for each tensor the file that holds it. transformers joins the names to the folder of the index and opens them as they
/// are, so a name may lead elsewhere. Each file is a reference; the files are inputs of their own. Specification:
/// <c>transformers/utils/hub.py</c>, <c>get_checkpoint_shard_files</c>.
/// </summary>
internal sealed class ShardIndexFormat : IFormat
{
    private const string Map = "weight_map";
    private const int MaxDepth = 64;
    private const int FilesTold = 16;

    public string Id => "weight-index";

    public string Name => "Index of sharded weights";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && JsonKeys.Of(view) is { IsList: false } keys && keys.Outer(Map) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        // A byte order mark is stepped over by Python's reader, and no part of the document.
        int mark = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 3) is [0xEF, 0xBB, 0xBF] ? 3 : 0;
        ByteRange range = new(claim.Range.Offset + mark, claim.Range.Length - mark);
        JsonTokenReader json = new(context.Artifact.Bytes, range, context.Budget, MaxDepth);
        MalformedException? broken = null;
        Dictionary<string, string>? map = context.Wants(ReadingParts.Tensors) ? new(StringComparer.Ordinal) : null;
        try
        {
            json.Read();
            while (json.Read() && json.Type == JsonTokenType.PropertyName)
            {
                bool isMap = json.Text() == Map;
                json.Read();
                if (isMap && json.Type == JsonTokenType.StartObject)
                {
                    Files(json, map, context);
                }
                else
                {
                    if (isMap)
                    {
                        context.Anomaly("shards.index-broken", json.Offset, 0, "The map of tensors is no object.");
                    }

                    json.Skip();
                }
            }

            // What follows the object breaks the document.
            json.Read();
            context.Cover(claim.Range, CoverageKind.Parsed);
        }
        catch (MalformedException e)
        {
            broken = e;
            context.Cover(new ByteRange(claim.Range.Offset, json.End - claim.Range.Offset), CoverageKind.Parsed);
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }

        if (map is null)
        {
            return;
        }

        context.Meta("tensors", map.Count.ToString(CultureInfo.InvariantCulture));
        context.Meta("files", string.Join(", ", map.Values.Distinct().Order(StringComparer.Ordinal).Take(FilesTold)));
        context.ReadTensors(Id, group =>
        {
            if (broken is not null)
            {
                throw broken;
            }

            foreach ((string tensor, string file) in map)
            {
                group.Elsewhere.Add(tensor, file);
            }
        });
    }

    private static void Files(JsonTokenReader json, Dictionary<string, string>? map, ReadContext context)
    {
        HashSet<string> files = new(StringComparer.Ordinal);
        long entries = 0;
        while (json.Read() && json.Type == JsonTokenType.PropertyName)
        {
            long at = json.Offset;
            string tensor = json.Text();
            if (++entries > context.Limits.Entries)
            {
                throw ScanBudget.Spent("entries", context.Limits.Entries, at);
            }

            json.Read();
            if (json.Type == JsonTokenType.StartArray)
            {
                // Keras lists the files of what one name holds.
                while (json.Read() && json.Type != JsonTokenType.EndArray)
                {
                    Named(tensor, at, json, null, files, context);
                }
            }
            else
            {
                Named(tensor, at, json, map, files, context);
            }
        }
    }

    private static void Named(string tensor, long at, JsonTokenReader json, Dictionary<string, string>? map, HashSet<string> files, ReadContext context)
    {
        if (json.Type != JsonTokenType.String)
        {
            context.Anomaly("shards.index-broken", at, 0, "The file of a tensor is no text.");
            json.Skip();
        }
        else if (Entry(tensor, json.Text(), map, files) is { } file && context.Refer("shard", file, at) is var place && place != ReferencePlace.Inside)
        {
            context.Anomaly(place == ReferencePlace.Missing ? "shards.missing" : "shards.outside", at, 0,
                $"The index names the file {file}, which is not {(place == ReferencePlace.Missing ? "there" : "beside it")}.");
        }
    }

    /// <summary>Keeps an entry, the last of a name; the file where it is named for the first time.</summary>
    private static string? Entry(string tensor, string file, Dictionary<string, string>? map, HashSet<string> files)
    {
        bool isNew = files.Add(file);
        if (map is not null)
        {
            // One text for a file that many tensors name.
            map[tensor] = files.TryGetValue(file, out string? known) ? known : file;
        }

        return isNew ? file : null;
    }
}
