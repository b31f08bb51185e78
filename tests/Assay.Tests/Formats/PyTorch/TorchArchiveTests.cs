// Archives of torch.export and TorchServe: programs, pickles, native code, manifests.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.PyTorch;

public sealed class TorchArchiveTests
{
    private const string Program = """{"graph_module":{"graph":{"nodes":[{"target":"torch.ops.aten.linear.default","inputs":[]},{"target":"torch.ops.aten.relu.default","inputs":[]},{"target":"_operator.getitem","inputs":[]}]}},"opset_version":{"aten":10},"schema_version":{"major":8,"minor":2}}""";

    [Fact]
    public void T072_AnOrdinaryProgramPasses()
    {
        foreach (byte[] file in new[] { Flat(Program), New(Program) })
        {
            TargetReport report = Scans.Of(file, "model.pt2");
            Assert.True(report.Verdict == Verdict.Passed && report.Unread.Count == 0, report.Describe());
        }
    }

    [Fact]
    public void T073_NativeCodeInAPackageIsFlagged()
    {
        byte[] file = New(Program, ("model/data/aotinductor/model/x.wrapper.so", [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, .. new byte[60]]));
        Assert.True(Scans.Of(file, "model.pt2").Is("pt2-native-code"));
    }

    [Theory]
    [InlineData("model/data/sample_inputs/model.pt")]
    [InlineData("model/data/weights/weight_0")]
    [InlineData("model/data/constants/custom_obj_0")]
    public void T074_PicklesInAPackageAreExamined(string name)
    {
        foreach (byte[] content in new[] { Scans.Canary, TorchFiles.Members(Scans.Canary).Build() })
            Assert.Equal(Verdict.Malicious, Scans.Of(New(Program, (name, content)), "model.pt2").Verdict);
    }

    [Fact]
    public void T073_APackageThatCallsHarmIsFlagged() => Assert.Equal(Verdict.Malicious, Scans.Of(Flat(Program.Replace("_operator.getitem", "os.system", StringComparison.Ordinal)), "model.pt2").Verdict);

    [Theory]
    [InlineData("../../handler.py")]
    [InlineData("/tmp/handler.py:run")]
    public void T076_AHandlerOutsideOfTheArchiveIsFlagged(string handler)
    {
        byte[] file = Mar($$$$"""{"runtime":"python","model":{"modelName":"m","handler":"{{{{handler}}}}","serializedFile":"model.pt"}}""");
        Assert.True(Scans.Of(file, "m.mar").Is("mar-file-elsewhere"), Scans.Of(file, "m.mar").Describe());
    }

    [Fact]
    public void T076_AModelInAnArchiveIsExamined()
    {
        string manifest = """{"runtime":"python","model":{"modelName":"m","handler":"image_classifier","serializedFile":"model.pt"}}""";
        Assert.Equal(Verdict.Passed, Scans.Of(Mar(manifest), "m.mar").Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of(Mar(manifest, ("model.pt", TorchFiles.Members(Scans.Canary).Build())), "m.mar").Verdict);
    }

    [Theory]
    [InlineData("import os\nos.system('id')\n", Verdict.Malicious)]
    [InlineData("from os import system as s\nclass H:\n  x = s('id')\n", Verdict.Malicious)]
    [InlineData("exec(__import__('base64').b64decode('cHJpbnQoMSk='))\n", Verdict.Malicious)]
    [InlineData("class H:\n  def handle(self, data, context):\n    import subprocess\n    return subprocess.check_output(['id'])\n", Verdict.Suspicious)]
    [InlineData("def handle(data, context):\n  m = getattr(__import__('os'), 'popen')\n  return m('curl http://127.0.0.1/x | sh').read()\n", Verdict.Malicious)]
    [InlineData("import logging, os, json, torch\nfrom ts.torch_handler.base_handler import BaseHandler\nlogger = logging.getLogger(__name__)\nclass H(BaseHandler):\n  def initialize(self, context):\n    p = context.system_properties.get('model_dir')\n    self.model = torch.jit.load(os.path.join(p, 'model.pt'))\n    with open(os.path.join(p, 'index.json')) as f:\n      self.names = json.load(f)\n    self.model.eval()\n  def handle(self, data, context):\n    return self.model(data)\n", Verdict.Passed)]
    public void T076_AHandlerIsJudgedByWhatItDoes(string source, Verdict least)
    {
        byte[] file = Mar("""{"runtime":"python","model":{"modelName":"m","handler":"handler.py","serializedFile":"model.pt"}}""", ("handler.py", Encoding.UTF8.GetBytes(source)), ("model.pt", TorchFiles.Zip(2)));
        TargetReport report = Scans.Of(file, "m.mar");
        Assert.True(least == Verdict.Passed ? report.Verdict == least && report.Unread.Count == 0 : report.Verdict >= least, report.Describe());
    }

    [Theory]
    [InlineData("import os\nos.system('id')\n", Verdict.Malicious)]
    [InlineData("from os import *\nsystem('id')\n", Verdict.Malicious)]
    [InlineData("from math import *\nfrom subprocess import *\nrun(['touch', '/tmp/x'])\n", Verdict.Malicious)]
    [InlineData("from math import *\nfrom os.path import *\nfolder = join('a', 'b')\ndef half(x):\n  return floor(x / 2)\nrate = half(8) + sqrt(2) + len(str(3))\n", Verdict.Passed)]
    [InlineData("import torch\nclass M(torch.nn.Module):\n  def forward(self, x):\n    return torch.relu(x)\n", Verdict.Passed)]
    public void T075_ModulesOfAPackageAreJudgedByWhatTheyDo(string source, Verdict expected)
    {
        byte[] file = new ZipBuilder().Add("p/.data/extern_modules", "torch\n").Add("p/.data/version", "6").Add("p/mine/model.py", source).Add("p/model/model.pkl", Scans.Harmless).Build();
        TargetReport report = Scans.Of(file, "p.pt");
        Assert.True(report.Verdict == expected && report.Unread.Count == 0, report.Describe());
    }

    private static byte[] Flat(string program) => new ZipBuilder().Add("serialized_exported_program.json", program).Add("serialized_state_dict.pt", TorchFiles.Zip(2)).Add("version", "8.2").Build();

    private static byte[] New(string program, params (string Name, byte[] Content)[] more)
    {
        ZipBuilder zip = new ZipBuilder().Add("model/archive_format", "pt2").Add("model/archive_version", "0").Add("model/byteorder", "little").Add("model/models/model.json", program)
            .Add("model/data/weights/model_weights_config.json", """{"config":{"w":{"path_name":"weight_0","is_param":true,"use_pickle":false}}}""").Add("model/data/weights/weight_0", WeightBytes);
        foreach ((string name, byte[] content) in more)
            zip.Add(name, content);

        return zip.Build();
    }

    private static byte[] WeightBytes { get; } = [.. Enumerable.Range(0, 400).Select(i => (byte)(i * 57))];

    private static byte[] Mar(string manifest, params (string Name, byte[] Content)[] more)
    {
        ZipBuilder zip = new ZipBuilder().Add("MAR-INF/MANIFEST.json", manifest);
        foreach ((string name, byte[] content) in more)
            zip.Add(name, content);

        return zip.Build();
    }
}
