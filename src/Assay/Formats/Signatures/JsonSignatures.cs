// Recognises JSON documents of model formats by their keys.
using Assay.Artifacts;
using Assay.Formats.Json;

namespace Assay.Formats.Signatures;

/// <summary>
/// Recognises JSON documents by the keys of their first two levels, as far as the first 64 KB show them. A document that breaks later
/// is judged by the keys before the break.
/// </summary>
internal static class JsonSignatures
{
    /// <summary>Nodes with operations and inputs.</summary>
    public static ClaimStrength? MxNetSymbol(ProbeView view) =>
        JsonKeys.Of(view) is { IsList: false } keys && keys.Outer("nodes") && keys.Inner("op") && keys.Inner("inputs") ? ClaimStrength.Likely : null;

    /// <summary>What transformers, diffusers, PEFT and sentence-transformers keep beside the weights.</summary>
    public static ClaimStrength? HuggingFaceConfig(ProbeView view)
    {
        if (JsonKeys.Of(view) is not { } keys)
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
        JsonKeys.Of(view) is { IsList: false } keys
        && (keys.Outer("tokenizer_class") || keys.Outer("chat_template") || keys.Outer("added_tokens_decoder") || keys.Outer("model_max_length")
            || keys.Outer("bos_token") || keys.Outer("eos_token") || keys.Outer("pad_token") || keys.Outer("additional_special_tokens")
            || (keys.Outer("added_tokens") && (keys.Outer("model") || keys.Outer("normalizer") || keys.Outer("truncation")))) ? ClaimStrength.Likely : null;

    /// <summary>Cells, or the worksheets of old notebooks.</summary>
    public static ClaimStrength? Notebook(ProbeView view) =>
        JsonKeys.Of(view) is { IsList: false } keys
        && ((keys.Outer("cells") && (keys.Outer("nbformat") || keys.Inner("cell_type"))) || (keys.Outer("nbformat") && keys.Outer("worksheets")))
            ? ClaimStrength.Certain : null;
}
