// Recognises JSON documents of model formats by their keys.
using System.Text.Json;
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>
/// Recognises JSON documents by the keys of their first two levels, as far as the first 64 KB show them. A document that breaks later
/// is judged by the keys before the break.
/// </summary>
internal static class JsonSignatures
{
    private const int Window = 64 << 10;
    private const int MaxKeys = 512;

    /// <summary>A model or a layer: a class and its configuration.</summary>
    public static ClaimStrength? Keras(ProbeView view) =>
        Keys.Of(view) is { IsList: false } keys && keys.Outer("config")
        && (keys.Outer("class_name") || keys.Outer("keras_version") || keys.Inner("layers")) ? ClaimStrength.Likely : null;

    /// <summary>A model with its topology, or a manifest of weights.</summary>
    public static ClaimStrength? TensorFlowJs(ProbeView view) =>
        Keys.Of(view) is { } keys && (keys.IsList ? keys.Inner("weights") && keys.Inner("paths") : keys.Outer("modelTopology") || keys.Outer("weightsManifest"))
            ? ClaimStrength.Certain : null;

    /// <summary>A learner with its booster.</summary>
    public static ClaimStrength? XgBoost(ProbeView view) =>
        Keys.Of(view) is { IsList: false } keys && keys.Outer("learner")
        && (keys.Inner("gradient_booster") || keys.Inner("learner_model_param") || keys.Inner("feature_names")) ? ClaimStrength.Certain : null;

    /// <summary>Trees together with what the features are.</summary>
    public static ClaimStrength? CatBoost(ProbeView view) =>
        Keys.Of(view) is { IsList: false } keys && (keys.Outer("oblivious_trees") || (keys.Outer("features_info") && keys.Outer("model_info")))
            ? ClaimStrength.Likely : null;

    /// <summary>Nodes with operations and inputs.</summary>
    public static ClaimStrength? MxNetSymbol(ProbeView view) =>
        Keys.Of(view) is { IsList: false } keys && keys.Outer("nodes") && keys.Inner("op") && keys.Inner("inputs") ? ClaimStrength.Likely : null;

    /// <summary>What transformers, diffusers, PEFT and sentence-transformers keep beside the weights.</summary>
    public static ClaimStrength? HuggingFaceConfig(ProbeView view)
    {
        if (Keys.Of(view) is not { } keys)
        {
            return null;
        }

        bool fits = keys.IsList
            ? keys.Inner("idx") && keys.Inner("path") && keys.Inner("type")
            : keys.Outer("architectures") || keys.Outer("auto_map") || keys.Outer("model_type") || keys.Outer("transformers_version")
                || keys.Outer("_class_name") || keys.Outer("peft_type") || keys.Outer("torch_dtype") || keys.Outer("image_processor_type")
                || keys.Outer("feature_extractor_type") || keys.Outer("processor_class");
        return fits ? ClaimStrength.Likely : null;
    }

    /// <summary>A tokenizer's configuration, its special tokens, or the tokenizer itself.</summary>
    public static ClaimStrength? HuggingFaceTokenizer(ProbeView view) =>
        Keys.Of(view) is { IsList: false } keys
        && (keys.Outer("tokenizer_class") || keys.Outer("chat_template") || keys.Outer("added_tokens_decoder") || keys.Outer("model_max_length")
            || keys.Outer("bos_token") || keys.Outer("eos_token") || keys.Outer("pad_token") || keys.Outer("additional_special_tokens")
            || (keys.Outer("added_tokens") && (keys.Outer("model") || keys.Outer("normalizer") || keys.Outer("truncation")))) ? ClaimStrength.Likely : null;

    /// <summary>Which tensor lies in which file.</summary>
    public static ClaimStrength? WeightIndex(ProbeView view) =>
        Keys.Of(view) is { IsList: false } keys && keys.Outer("weight_map") ? ClaimStrength.Certain : null;

    /// <summary>Cells, or the worksheets of old notebooks.</summary>
    public static ClaimStrength? Notebook(ProbeView view) =>
        Keys.Of(view) is { IsList: false } keys
        && ((keys.Outer("cells") && (keys.Outer("nbformat") || keys.Inner("cell_type"))) || (keys.Outer("nbformat") && keys.Outer("worksheets")))
            ? ClaimStrength.Certain : null;

    /// <summary>The keys of a document's first two levels; for a list, of its first elements.</summary>
    private sealed class Keys
    {
        private readonly HashSet<string> _outer = new(StringComparer.Ordinal);
        private readonly HashSet<string> _inner = new(StringComparer.Ordinal);

        public bool IsList { get; private set; }

        public static Keys? Of(ProbeView view)
        {
            // Most files are told apart by a look at one byte.
            return Text(view.Head.Span) is [(byte)'{' or (byte)'[', ..] ? view.Shared(Read) : null;
        }

        public bool Outer(string key) => _outer.Contains(key);

        public bool Inner(string key) => _inner.Contains(key);

        /// <summary>What follows a byte order mark and blanks.</summary>
        private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> head) => head[(head is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0)..].TrimStart(" \t\r\n"u8);

        private static Keys Read(ProbeView view)
        {
            int start = view.Head.Span is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
            byte[] bytes = view.Artifact.Bytes.ReadUpTo(view.Range.Offset + start, (int)Math.Min(Window, view.Range.Length - start));
            Keys keys = new();
            try
            {
                keys.Collect(bytes);
            }
            catch (JsonException)
            {
                // Broken further on; the keys before the break are kept.
            }

            return keys;
        }

        private void Collect(ReadOnlySpan<byte> bytes)
        {
            JsonReaderOptions options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 512 };
            Utf8JsonReader reader = new(bytes, isFinalBlock: false, new JsonReaderState(options));
            bool first = true;
            while (_outer.Count + _inner.Count < MaxKeys && reader.Read())
            {
                if (first)
                {
                    IsList = reader.TokenType == JsonTokenType.StartArray;
                    first = false;
                }

                // Inside a list in the outer object, the elements' keys stand one level deeper.
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth <= 3)
                {
                    (reader.CurrentDepth == 1 ? _outer : _inner).Add(Text(ref reader));
                }
            }
        }

        private static string Text(ref Utf8JsonReader reader)
        {
            try
            {
                return reader.ValueSpan.Length <= 256 ? reader.GetString() ?? "" : "";
            }
            catch (InvalidOperationException)
            {
                // A key that is no valid UTF-8, or half of a surrogate pair.
                return "";
            }
        }
    }
}
