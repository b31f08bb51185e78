// Reads JSON documents that no format of their own reads: configurations, tokenizers, indexes, reports.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Configuration;

namespace Assay.Formats.Json;

/// <summary>A kind of JSON document, told by the keys that it has.</summary>
/// <param name="Id">The stable id.</param>
/// <param name="Name">The name that the field uses.</param>
/// <param name="Fits">Whether the keys are those of the kind.</param>
internal sealed record JsonKind(string Id, string Name, Func<JsonKeys, bool> Fits) : IFormatKind
{
    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];
}

/// <summary>
/// A JSON document, or several, one a line. Whatever the file is called, values that loaders act on are told: code that frameworks import by name, switches that let a model run code, places,
/// commands, templates. Formats that are JSON and more (weights, graphs) read the same bytes beside it. Specification: RFC 8259, as Python's <c>json</c> reads it; keys of
/// transformers, diffusers, sentence-transformers, PEFT, Hydra and MONAI.
/// </summary>
internal sealed class JsonFormat : IFormat
{
    private static readonly HashSet<string> s_extensions = new(StringComparer.Ordinal) { ".json", ".jsonl", ".ipynb", ".jsonc", ".json5", ".geojson", ".webmanifest" };

    private static readonly JsonKind[] s_kinds =
    [
        new("hf-config", "Hugging Face configuration", JsonKinds.IsConfig),
        new("hf-tokenizer", "Hugging Face tokenizer", JsonKinds.IsTokenizer),
        new("diffusers-index", "diffusers pipeline index", k => !k.IsList && k.Outer("_class_name") && k.Outer("_diffusers_version")),
        new("sentence-transformers-modules", "sentence-transformers modules", k => k.IsList ? k.Inner("idx") && k.Inner("path") && k.Inner("type") : k.Outer("types") && k.Outer("structure")),
        new("peft-adapter", "PEFT adapter configuration", k => !k.IsList && k.Outer("peft_type")),
        new("spacy-meta", "spaCy pipeline", k => !k.IsList && k.Outer("spacy_version") && k.Outer("pipeline")),
    ];

    public string Id => "json";

    public string Name => "JSON";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public IReadOnlyList<IFormatKind> Kinds => s_kinds;

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || JsonKeys.Of(view) is not { } keys)
        {
            return null;
        }

        bool isNamed = s_extensions.Contains(view.Artifact.Extension);
        return isNamed || Begins(view.Head.Span) ? new Claim(view.Range, isNamed ? ClaimStrength.Likely : ClaimStrength.Weak) { Parsed = keys } : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        context.Lines = new Texts.LineMap(context.Artifact.Bytes, claim.Range).Of;
        ConfigurationWalk walk = new(context);
        JsonValueReader reader = new(context.Artifact.Bytes, claim.Range, context.Budget, walk);
        try
        {
            reader.Read();
            context.Cover(claim.Range, CoverageKind.Parsed);
        }
        catch (MalformedException e)
        {
            context.Cover(new ByteRange(claim.Range.Offset, reader.Position - claim.Range.Offset), CoverageKind.Parsed);
            if (claim.Strength is ClaimStrength.Weak)
            {
                // A text that only begins like JSON, as a log may: no loader takes it for a document, and of lines each was read.
                context.Cover(claim.Range, CoverageKind.Parsed);
                return;
            }

            if (Texts.Drafts.BreaksAt(context.Artifact.Bytes, claim.Range, e.Offset))
            {
                context.Cover(claim.Range, CoverageKind.Parsed);
                Texts.Drafts.Tell(claim, e.Message, context);
                return;
            }

            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }

        if (reader.LenientAt >= 0)
        {
            context.Anomaly("json.lenient", reader.LenientAt, 0, "The document has comments or commas that only lenient readers take.");
        }

        foreach (JsonKind kind in claim.Parsed is JsonKeys keys ? s_kinds.Where(k => k.Fits(keys)) : [])
        {
            context.Recognise(kind);
        }

        Texts.SecretSearch.Tell(context.Artifact.Bytes, claim.Range, context);
        foreach ((string key, string value) in walk.Root)
        {
            context.Meta(key, value);
        }
    }

    /// <summary>Whether the first tokens are such as a document has: a text may begin with a bracket too.</summary>
    private static bool Begins(ReadOnlySpan<byte> head)
    {
        int start = head is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        Utf8JsonReader json = new(head[start..], isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }));
        try
        {
            for (int i = 0; i < 3; i++)
            {
                if (!json.Read())
                {
                    return i > 0;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
