// By which keys documents of the Hugging Face libraries are told.
namespace Assay.Formats.Json;

/// <summary>Tells documents of the Hugging Face libraries by their keys.</summary>
internal static class JsonKinds
{
    private static readonly string[] s_config = ["architectures", "auto_map", "model_type", "transformers_version", "_class_name", "peft_type", "torch_dtype", "image_processor_type", "feature_extractor_type", "processor_class"];
    private static readonly string[] s_tokenizer = ["tokenizer_class", "chat_template", "added_tokens_decoder", "model_max_length", "bos_token", "eos_token", "pad_token", "additional_special_tokens"];

    /// <summary>What transformers, diffusers, PEFT and sentence-transformers keep beside the weights.</summary>
    public static bool IsConfig(JsonKeys keys) => keys.IsList ? keys.Inner("idx") && keys.Inner("path") && keys.Inner("type") : s_config.Any(keys.Outer);

    /// <summary>A tokenizer's configuration, its special tokens, or the tokenizer itself.</summary>
    public static bool IsTokenizer(JsonKeys keys) =>
        !keys.IsList && (s_tokenizer.Any(keys.Outer) || (keys.Outer("added_tokens") && (keys.Outer("model") || keys.Outer("normalizer") || keys.Outer("truncation"))));
}
