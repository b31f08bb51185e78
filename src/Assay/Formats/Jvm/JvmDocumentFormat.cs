// Reads the JSON documents by which programs on the JVM find the classes of a model: DL4J, Spark, MLeap.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.Jvm;

/// <summary>
/// JSON documents that name classes, which their reader loads: the configuration of a DL4J network (Jackson's <c>@class</c>), the metadata of a Spark ML stage, and the parts of an
/// MLeap bundle. Every name of a class is a fact.
/// </summary>
internal sealed class JvmDocumentFormat : IFormat
{
    private const int MostDepth = 1_000;
    private const int MostClasses = 10_000;
    private const int LongestName = 512;
    private readonly Func<JsonKeys, string, bool> _fits;

    private JvmDocumentFormat(string id, string name, Func<JsonKeys, string, bool> fits) => (Id, Name, _fits) = (id, name, fits);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IFormat> All { get; } =
    [
        new JvmDocumentFormat("dl4j-config", "DL4J configuration", (keys, _) =>
            (keys.Outer("confs") && (keys.Outer("backprop") || keys.Outer("backpropType") || keys.Outer("inputPreProcessors") || keys.Outer("pretrain") || keys.Inner("layer")))
            || (keys.Outer("vertices") && (keys.Outer("networkInputs") || keys.Outer("vertexInputs")))),
        new JvmDocumentFormat("spark-metadata", "Spark ML metadata", (keys, _) =>
            keys.Outer("class") && (keys.Outer("paramMap") || keys.Outer("sparkVersion") || keys.Outer("defaultParamMap"))),
        new JvmDocumentFormat("mleap", "MLeap bundle", (keys, name) =>
            (keys.Outer("op") && keys.Outer("attributes")) || (keys.Outer("uid") && keys.Outer("format") && keys.Outer("version"))
            || (keys.Outer("name") && keys.Outer("shape") && (name.EndsWith("node.json", StringComparison.Ordinal) || keys.Inner("inputs") || keys.Inner("outputs")))),
    ];

    public string Id { get; }

    public string Name { get; }

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        JsonKeys.Of(view) is { IsList: false } keys && _fits(keys, view.Artifact.Name) ? new Claim(view.Range, ClaimStrength.Likely) : null;

    public void Read(Claim claim, ReadContext context)
    {
        JsonDocumentWalk.Tokens(claim.Range, context, MostDepth, json => Walk(json, context));
    }

    private static void Walk(JsonTokenReader json, ReadContext context)
    {
        HashSet<(string, string)> told = [];
        Stack<(bool IsObject, long Items)> open = new();
        string key = "";
        int stages = int.MaxValue;
        (string Text, long Offset)? first = null;
        while (json.Read())
        {
            context.Budget.SpendWork(WorkCosts.NearRead / 4, json.Offset);
            switch (json.Type)
            {
                case JsonTokenType.PropertyName:
                    key = json.Text();
                    stages = key == "nodes" ? json.Depth : json.Depth <= stages ? int.MaxValue : stages;
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    // A list of a class and an object is how Jackson writes objects whose class is not known.
                    if (json.Type == JsonTokenType.StartObject && first is var (text, at) && open.Peek() is (false, 1))
                    {
                        Tell("wrapped", text, at);
                    }

                    first = null;
                    Count(open);
                    open.Push((json.Type == JsonTokenType.StartObject, 0));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    first = null;
                    break;
                case JsonTokenType.String:
                    string value = json.Text();
                    bool isItem = open.TryPeek(out (bool IsObject, long Items) holder) && holder is (false, 0);
                    if (first is var (named, place) && holder is (false, 1) && IsClass(named) && !IsClass(value))
                    {
                        // What a class takes instead of properties may be a text: its constructor gets it.
                        Tell("wrapped", named, place);
                    }

                    first = isItem && value.Contains('.', StringComparison.Ordinal) && !value.Contains(' ', StringComparison.Ordinal) ? (value, json.Offset) : null;
                    if (holder.IsObject)
                    {
                        Named(key, value, json.Offset);
                    }
                    else if (json.Depth > stages)
                    {
                        // The stages of a pipeline of MLeap lie in folders of their names.
                        context.Refer("stage", value.Length > LongestName ? value[..LongestName] : value, json.Offset);
                    }

                    Count(open);
                    break;
                default:
                    first = null;
                    Count(open);
                    break;
            }
        }

        void Named(string name, string value, long offset)
        {
            if (name is "@class" or "class" or "className" or "@type" or "_class" or "op" or "format" or "pythonClass" or "layerClass")
            {
                Tell(name, value, offset);
            }
        }

        void Tell(string name, string value, long offset)
        {
            string shown = value.Length > LongestName ? value[..LongestName] : value;
            if (told.Count < MostClasses && told.Add((name, shown)))
            {
                context.Add(new EntryFact { Path = context.Artifact.Path, Offset = offset, Source = "jvm-class", Key = name, Value = shown });
            }
        }
    }

    /// <summary>Whether a text has the form of the full name of a class of Java.</summary>
    private static bool IsClass(string text)
    {
        string[] parts = text.Split('.');
        return parts.Length > 2 && char.IsAsciiLetterUpper(parts[^1].FirstOrDefault()) && Array.TrueForAll(parts, p => p.Length > 0 && !char.IsAsciiDigit(p[0]) && p.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$'));
    }

    private static void Count(Stack<(bool IsObject, long Items)> open)
    {
        if (open.TryPop(out (bool IsObject, long Items) holder))
        {
            open.Push((holder.IsObject, holder.Items + 1));
        }
    }
}
