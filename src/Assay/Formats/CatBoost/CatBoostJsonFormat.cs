// Reads CatBoost's models in JSON.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.CatBoost;

/// <summary>CatBoost's model in JSON: trees with splits and leaves, features, and what the trainer noted. Leaves and features must fit the splits.</summary>
internal sealed class CatBoostJsonFormat : IFormat
{
    private const int MostDepth = 10_000;
    private const int DeepestTree = 40;
    private const int MostTexts = 1_000;
    private const int LongestText = 4096;

    public string Id => "catboost-json";

    public string Name => "CatBoost (JSON)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        JsonKeys.Of(view) is { IsList: false } keys && (keys.Outer("oblivious_trees") || (keys.Outer("features_info") && (keys.Outer("model_info") || keys.Outer("trees"))))
            ? new Claim(view.Range, ClaimStrength.Likely)
            : null;

    public void Read(Claim claim, ReadContext context)
    {
        JsonDocumentWalk.Tokens(claim.Range, context, MostDepth, json => Walk(json, context));
    }

    private static void Walk(JsonTokenReader json, ReadContext context)
    {
        Stack<string> names = new();
        string key = "";
        long leaves = 0;
        long splits = 0;
        long features = 0;
        long largest = -1;
        int texts = 0;
        HashSet<long> widths = [];
        while (json.Read())
        {
            context.Budget.SpendWork(WorkCosts.NearRead / 4, json.Offset);
            switch (json.Type)
            {
                case JsonTokenType.PropertyName:
                    key = json.Text();
                    break;
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    string parent = names.TryPeek(out string? outer) ? outer : "";
                    bool isTree = json.Type == JsonTokenType.StartObject && parent == "oblivious_trees";
                    (leaves, splits) = isTree ? (0, 0) : (leaves, splits);
                    splits += json.Type == JsonTokenType.StartObject && parent == "splits" ? 1 : 0;
                    features += json.Type == JsonTokenType.StartObject && parent == "float_features" ? 1 : 0;
                    names.Push(isTree ? "tree" : json.Type == JsonTokenType.StartArray ? key : parent is "splits" or "float_features" ? "item" : key);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    if (names.Pop() == "tree")
                    {
                        widths.Add(splits > DeepestTree || leaves % (1L << (int)splits) != 0 ? -1 : leaves >> (int)splits);
                    }

                    break;
                case JsonTokenType.Number when names.TryPeek(out string? list):
                    leaves += list == "leaf_values" ? 1 : 0;
                    largest = key == "float_feature_index" && json.TryNumber(out long feature) ? Math.Max(largest, feature < 0 ? long.MaxValue : feature) : largest;
                    break;
                case JsonTokenType.String when texts < MostTexts && (names.Contains("model_info") || key is "feature_id" or "feature_name"):
                    texts++;
                    string text = json.Text();
                    context.Add(new EntryFact { Path = context.Artifact.Path, Offset = json.Offset, Source = "metadata", Key = KeyPath.Append("info", key), Value = text.Length > LongestText ? text[..LongestText] : text, IsCut = text.Length > LongestText });
                    break;
            }
        }

        if (widths.Count > 1 || widths.Contains(-1) || widths.Contains(0))
        {
            context.Anomaly("catboost.count-mismatch", 0, 0, "The trees have other numbers of leaves than their splits ask for.");
        }

        if (largest >= 0 && features > 0 && largest >= features)
        {
            context.Anomaly("catboost.split-outside", 0, 0, string.Create(CultureInfo.InvariantCulture, $"A tree asks for feature {largest}, and the model has {features}."));
        }
    }
}
