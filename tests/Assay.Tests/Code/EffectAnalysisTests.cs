// What the analysis finds in small pieces of source: each rule of it has its cases.
using System.Text;
using Assay.Code;
using Assay.Code.Entries;
using Assay.Detection;
using Assay.Effects;
using Assay.Effects.Packs;
using SourceText = Assay.Python.Syntax.SourceText;

namespace Assay.Tests.Code;

public sealed class EffectAnalysisTests
{
    [Theory]
    [InlineData("import os\ndef f(cmd): os.system(cmd)", "f", "process 0/cmd")]
    [InlineData("from os import system as s\ndef f(cmd): s(cmd)", "f", "process 0/cmd")]
    [InlineData("def f(cmd):\n  import os\n  os.system(cmd)", "f", "process 0/cmd")]
    [InlineData("import os\ndef f(*a, **k): os.system(a[1] + k['x'])", "f", "process /x; process 1")]
    [InlineData("import os\ndef f(state): os.system('rm ' + state['path'])", "f", "process 0/state.path")]
    [InlineData("import os\ndef f(x): os.system('ls')", "f", "process always")]
    [InlineData("import os\ndef f(x): os.system(len(x))", "f", "process always")]
    [InlineData("import os\ndef g(y): os.system(y)\ndef f(x): g(f'{x}')", "f", "process 0/x")]
    [InlineData("import os\ndef g(*, y): os.system(y)\ndef f(x): g(y=x)", "f", "process 0/x")]
    [InlineData("import os\nif a: run = os.system\nelse: run = len\ndef f(x): run(x)", "f", "process 0/x")]
    [InlineData("def f(x):\n  try: import os as o\n  except ImportError: o = None\n  o.system(x)", "f", "process 0/x")]
    public void WhatIsHandedToASinkIsTold(string source, string name, string effects) => Assert.Equal(effects, Effects(source, name));

    /// <summary>Rule 2: what is put into something taints it.</summary>
    [Theory]
    [InlineData("import pickle, tempfile\ndef f(s):\n  t = tempfile.SpooledTemporaryFile()\n  t.write(s['x'])\n  return pickle.Unpickler(t).load()", "unpickle 0/s.x")]
    [InlineData("def f(x):\n  l = []\n  l.append(x)\n  exec(l[0])", "exec 0/x")]
    [InlineData("def f(x):\n  d = {}\n  d['a'] = x\n  exec(d['a'])", "exec 0/x")]
    public void MutationTaintsTheReceiver(string source, string effect) => Assert.Contains(effect, Effects(source, "f").Split("; "));

    /// <summary>Rule 3: effects on fields are effects on what was kept in them.</summary>
    [Theory]
    [InlineData("class C:\n  def __init__(self, p):\n    self.p = p\n    self.go()\n  def go(self): exec(self.p)", "C", "exec 0/p")]
    [InlineData("class C:\n  def __setstate__(self, s):\n    self.__dict__.update(s)\n    exec(self.code)", "C.__setstate__", "exec 0.code; exec 1/s.code")]
    [InlineData("class C:\n  def __init__(self, p): self.p = p\n  def __del__(self): exec(self.p)", "C", "exec 0/p")]
    [InlineData("class C:\n  def __init__(self, p): self.p = p\n  def __del__(self): exec(self.p)", "C.__del__", "exec 0.p")]
    [InlineData("from dataclasses import dataclass\n@dataclass\nclass C:\n  a: int\n  b: str\n  def __post_init__(self): exec(self.b)", "C", "exec 1/b")]
    [InlineData("class C:\n  def __new__(cls, x):\n    exec(x)\n    return object.__new__(cls)", "C", "exec 0/x")]
    [InlineData("class C:\n  def __new__(cls, *x):\n    return super().__new__(D)\nclass D(C):\n  def __init__(self, x): exec(x)", "C", "exec 0/x")]
    [InlineData("class C:\n  def __new__(cls, *x):\n    return object.__new__(D)\nclass D:\n  def __init__(self, x): exec(x)", "C", "")]
    [InlineData("class M(type):\n  def __call__(cls, x): exec(x)\nclass C(metaclass=M): pass", "C", "exec 0/x")]
    [InlineData("class C:\n  def append(self, x): exec(x)", "C.append", "exec 1/x")]
    [InlineData("class C:\n  def __setitem__(self, k, v): exec(v)", "C.__setitem__", "exec 2/v")]
    [InlineData("class C:\n  def __hash__(self): exec(self.x)", "C.__hash__", "exec 0.x")]
    [InlineData("class C:\n  @property\n  def p(self): exec(self.x)\n  def __setstate__(self, s): self.p", "C.__setstate__", "exec 0.x")]
    [InlineData("class C:\n  @property\n  def p(self): pass\n  @p.setter\n  def p(self, v): exec(v)", "C.__setstate__", "exec 1.p")]
    [InlineData("class C:\n  def __setstate__(self, s):\n    self.__dict__.update(s)\n    self._go()\n  def _go(self): self._on()\n  def _on(self): pass", "C.__setstate__", "call 0._go; call 0._on")]
    [InlineData("class C:\n  def __init__(self): self.d = {}\n  def __setitem__(self, k, v): self.d.get(1)", "C.__setitem__", "method get of 0.d")]
    [InlineData("import collections.abc\nclass C(collections.abc.MutableMapping):\n  def __init__(self, f): self.f = f\n  def __setitem__(self, k, v): self.f(v)", "C.__setitem__", "call 0.f with 2/v")]
    public void EachWayIntoAClassIsTold(string source, string name, string effects) => Assert.Equal(effects, Effects(source, name));

    /// <summary>A method means what it means in the class of the object.</summary>
    [Fact]
    public void AMethodOfABaseCallsWhatTheClassOverrides()
    {
        const string Source = "class A:\n  def __setstate__(self, s): self.go(s)\n  def go(self, s): pass\nclass B(A):\n  def go(self, s): exec(s)";
        Assert.Equal("call 0.go", Effects(Source, "A.__setstate__"));
        Assert.Equal("call 0.go; exec 1/s", Effects(Source, "B.__setstate__"));
    }

    /// <summary>Rule 4: the types of locals and fields come from constructors.</summary>
    [Theory]
    [InlineData("class C:\n  def go(self, x): exec(x)\ndef f(x):\n  c = C()\n  c.go(x)")]
    [InlineData("class C:\n  def go(self, x): exec(x)\ndef f(x): C().go(x)")]
    [InlineData("class C:\n  def __enter__(self): return self\n  def go(self, x): exec(x)\ndef f(x):\n  with C() as c: c.go(x)")]
    [InlineData("class C:\n  def go(self, x): exec(x)\nclass D:\n  def __init__(self): self.c = C()\n  def run(self, x): self.c.go(x)\ndef f(x): D().run(x)")]
    [InlineData("def f(x):\n  run = exec if x else eval\n  run(x)")]
    [InlineData("class C:\n  def __init__(self, x): self.x = x\n  def go(self): exec(self.x)\ndef f(x): C(x).go()")]
    public void TypesComeFromConstructors(string source) => Assert.Equal("exec 0/x", Effects(source, "f"));

    /// <summary>Rules 6 and 8: what cannot be read is unknown where it gets something, and nothing where it gets constants.</summary>
    [Theory]
    [InlineData("import native\ndef f(x): native.go(x)", "unknown 0/x")]
    [InlineData("import native\ndef f(x): native.go(1)", "")]
    [InlineData("T = {}\ndef f(x): T['a'](x)", "unknown 0/x")]
    [InlineData("def f(g, x): g(x)", "call 0/g with 1/x")]
    [InlineData("def f(g): g()", "call 0/g with always")]
    [InlineData("def f(o): o.go(1)", "method go of 0/o with always")]
    [InlineData("def f(o, n): getattr(o, n)", "get-attribute 0/o with 1/n")]
    [InlineData("import native\ndef f(x): native.make().go(x)", "unknown 0/x")]
    public void WhatCannotBeReadIsUnknown(string source, string effects) => Assert.Equal(effects, Effects(source, "f"));

    /// <summary>Rule 9: functions that are given away are called.</summary>
    [Theory]
    [InlineData("import native\ndef g(y): exec(y)\ndef f(x): native.go(g, x)", "exec 0/x")]
    [InlineData("def f(x): return list(map(lambda y: exec(y), x))", "exec 0/x")]
    [InlineData("def f(x):\n  def g(): exec(x)\n  g()", "exec 0/x")]
    [InlineData("from functools import partial\ndef f(x): partial(exec, x)()", "exec 0/x")]
    public void FunctionsThatAreGivenAwayAreCalled(string source, string effect) => Assert.Contains(effect, Effects(source, "f").Split("; "));

    /// <summary>What a function takes along from the one in which it was made is met wherever it is called.</summary>
    [Theory]
    [InlineData("def make(x):\n  def g(): exec(x)\n  return g\ndef f(x): make(x)()", "exec 0/x")]
    [InlineData("def make(x): return lambda: exec(x)\ndef f(x): make(x)()", "exec 0/x")]
    [InlineData("class C:\n  def __init__(self, x): self.go = lambda: exec(x)\ndef f(x): C(x).go()", "exec 0/x")]
    [InlineData("def make(x):\n  def g(y=x): exec(y)\n  return g\ndef f(x): make(x)()", "exec 0/x")]
    [InlineData("class C:\n  def go(self):\n    def g(me=self): exec(me.x)\n    g()\ndef f(x):\n  c = C()\n  c.x = x\n  c.go()", "exec 0/x")]
    public void WhatAFunctionTakesAlongIsMet(string source, string effect) => Assert.Contains(effect, Effects(source, "f").Split("; "));

    /// <summary>Operators, iteration and builtins run special methods of objects of known classes.</summary>
    [Theory]
    [InlineData("__iter__(self)", "for _ in c: pass")]
    [InlineData("__iter__(self)", "[_ for _ in c]")]
    [InlineData("__iter__(self)", "list(c)")]
    [InlineData("__len__(self)", "len(c)")]
    [InlineData("__str__(self)", "f'{c}'")]
    [InlineData("__str__(self)", "str(c)")]
    [InlineData("__hash__(self)", "hash(c)")]
    [InlineData("__add__(self, o)", "c + 1")]
    [InlineData("__radd__(self, o)", "1 + c")]
    [InlineData("__iadd__(self, o)", "c += 1")]
    [InlineData("__eq__(self, o)", "c == 1")]
    [InlineData("__contains__(self, o)", "1 in c")]
    [InlineData("__getitem__(self, k)", "c[0]")]
    [InlineData("__getattr__(self, n)", "c.any")]
    public void OperatorsRunSpecialMethods(string method, string use) =>
        Assert.Equal("exec 0/x", Effects($"class C:\n  def __init__(self, x): self.x = x\n  def {method}: exec(self.x)\ndef f(x):\n  c = C(x)\n  {use}", "f"));

    /// <summary>A container that stays here holds what was put into it; one that others reach may hold anything.</summary>
    [Theory]
    [InlineData("def f(x):\n  for g in (len, repr): g(x)", "")]
    [InlineData("def f(x):\n  l = [len]\n  l[0](x)", "")]
    [InlineData("def f(x):\n  l = [exec]\n  l[0](x)", "exec 0/x")]
    [InlineData("import native\ndef f(x):\n  l = [len]\n  native.fill(l)\n  l[0](x)", "unknown 0/x")]
    [InlineData("L = [len]\ndef f(x): L[0](x)", "unknown 0/x")]
    [InlineData("class C:\n  def __init__(self): self.l = [len]\n  def go(self, x): self.l[0](x)\ndef f(x): C().go(x)", "unknown 0/x")]
    public void ContainersThatOthersReachMayHoldAnything(string source, string effects) => Assert.Equal(effects, Effects(source, "f"));

    [Theory]
    [InlineData("class M(type):\n  def __call__(cls, x): exec(x)\nclass B(metaclass=M): pass\nclass C(B): pass", "C", "exec 0/x")]
    [InlineData("H = None\ndef f(x):\n  global H\n  H = x", "f", "keep 0/x")]
    [InlineData("import json\ndef f(x): json.decoder = x", "f", "")]
    [InlineData("import numpy.core.multiarray as m\ndef f(x): return m.zeros(x).sum(x)", "f", "")]
    [InlineData("import numpy.core.multiarray as m\ndef f(x): m.fromfile(x)", "f", "unknown 0/x")]
    [InlineData("import _functools\ndef f(x): _functools.partial(exec, x)()", "f", "exec 0/x")]
    public void NamesUnderOtherNamesAreKnown(string source, string name, string effects) => Assert.Equal(effects, Effects(source, name));

    /// <summary>Rule 10: what a decorator that cannot be read makes of a function is not known.</summary>
    [Theory]
    [InlineData("import native\n@native.deco\ndef f(x): pass", "unknown *")]
    [InlineData("import functools\n@functools.lru_cache(maxsize=1)\ndef f(x): pass", "")]
    [InlineData("import functools\ndef d(f):\n  @functools.wraps(f)\n  def w(*a): return f(*a)\n  return w\n@d\ndef f(x): exec(x)", "exec 0/x")]
    public void DecoratorsCount(string source, string effects) => Assert.Equal(effects, Effects(source, "f"));

    [Theory]
    [InlineData("import native\nclass C:\n  @native.deco\n  def __setstate__(self, s): pass", "C.__setstate__", "unknown 1..")]
    [InlineData("import native\n@native.deco\nclass C: pass", "C", "unknown *")]
    [InlineData("class C:\n  fn = None\n  def __setstate__(self, s):\n    self.__dict__.update(s)\n    self.fn(1)", "C.__setstate__", "call 0.fn with always; call 1/s.fn with always")]
    [InlineData("class C:\n  def go(self, x): exec(x)\ngo = C().go", "go", "exec 0/x")]
    [InlineData("class C:\n  @classmethod\n  def go(cls, x): exec(x)", "C.go", "exec 0/x")]
    [InlineData("class C:\n  @staticmethod\n  def go(x): exec(x)", "C.go", "exec 0/x")]
    [InlineData("import enum\nclass C(enum.Enum):\n  A = 1", "C", "")]
    [InlineData("from typing import TYPE_CHECKING\nclass B:\n  def __new__(cls, x): exec(x)\nclass C(B):\n  if TYPE_CHECKING:\n    def __new__(cls, x): ...", "C", "exec 0/x")]
    [InlineData("import typing\nclass C:\n  if typing.TYPE_CHECKING:\n    def go(self, x): ...\n  else:\n    def go(self, x): exec(x)", "C.go", "exec 1/x")]
    [InlineData("import warnings\ndef f(x): warnings.warn(x)", "f", "")]
    [InlineData("import importlib\ndef f(x): importlib.import_module('native').go(x)", "f", "unknown 0/x")]
    [InlineData("import importlib\ndef f(x): importlib.import_module(x)", "f", "import 0/x")]
    [InlineData("import pickle\nclass U(pickle.Unpickler):\n  pass\ndef f(x): U(x).load()", "f", "unpickle 0/x")]
    public void WhatIsNotWhatItLooksLikeIsTold(string source, string name, string effects) => Assert.Equal(effects, Effects(source, name));

    /// <summary>Rule 15: of a base that is not known the methods that are not overridden are unknown, not the class.</summary>
    [Fact]
    public void ABaseWithoutSourceMakesItsMethodsUnknown()
    {
        const string Source = "from native import Base\nclass C(Base):\n  def __init__(self, x): self.x = x";
        Assert.Equal("", Effects(Source, "C"));
        Assert.Equal("unknown 1..", Effects(Source, "C.__setstate__"));
    }

    [Fact]
    public void NamesAreFoundThroughPackages()
    {
        DerivedEffects found = Run(
            ("p", true, "from .a import *\nfrom . import b"),
            ("p.a", false, "__all__ = ['go']\nfrom .b import run as go\ndef hidden(x): exec(x)"),
            ("p.b", false, "def run(x): exec(x)"),
            ("q", false, "import p\ndef f(x): p.go(x)\ndef g(x): p.b.run(x)\nfrom p import go as h"));
        Assert.Equal("exec 0/x", Text(found, "q.f"));
        Assert.Equal("exec 0/x", Text(found, "q.g"));
        Assert.Equal("exec 0/x", Text(found, "q.h"));
        Assert.Equal("exec 0/x", Text(found, "p.go"));
        Assert.DoesNotContain(found.Entries, e => e.Path is "p.hidden");
    }

    /// <summary>What is known of a class that does harm says nothing of which argument of a method does it, and nothing of what other classes make of its methods.</summary>
    [Fact]
    public void MethodsOfWhatDoesHarmMeetAllThatTheyGet()
    {
        Assert.Contains("network 0/host", Effects("import ftplib\nclass C:\n  def __init__(self, host):\n    self.ftp = ftplib.FTP()\n    self.ftp.connect(3, host)", "C").Split("; "));
        const string Source = "import subprocess\nclass IMAP4:\n  def __init__(self): self.open()\n  def open(self): pass\n"
            + "class Own(IMAP4):\n  def __init__(self, command):\n    self.command = command\n    IMAP4.__init__(self)\n  def open(self): subprocess.Popen(self.command)";
        Assert.Contains("process 0/command", Text(Run(("imaplib", false, Source)), "imaplib.Own").Split("; "));
    }

    /// <summary>Functions that call each other come to an end, and what one of them does all of them do.</summary>
    [Fact]
    public void FunctionsThatCallEachOtherDoWhatOneOfThemDoes()
    {
        string source = "import os\n" + string.Join('\n', Enumerable.Range(0, 40).Select(i => $"def f{i}(a, b, c): f{(i + 1) % 40}(b, c, a.k{i}); f{(i * 7) % 40}(c, a, b)")) + "\ndef f(x): f3(x, x, x)\ndef f40(a): os.system(a)";
        source = source.Replace("def f17(a, b, c): ", "def f17(a, b, c): f40(a); ", StringComparison.Ordinal);
        DerivedEffects found = Run(("m", false, source));
        Assert.Contains("process 0/x", Text(found, "m.f").Split("; "));
        Assert.True(found.Evaluations < 41 * 40, $"{found.Evaluations} evaluations");
    }

    [Fact]
    public void EvidenceIsThePathOfCalls()
    {
        DerivedEffects found = Run(("m", false, "import os\ndef g(y):\n  os.system(y)\ndef f(x):\n  g(x)"));
        EffectEvidence evidence = Assert.Single(Entry(found, "m.f").Evidence);
        Assert.Equal(("call", "process 0/x", "m.py", 3), (evidence.Route, evidence.Effect, evidence.File, evidence.Line));
        Assert.Equal(["m.g (m.py:5)", "os.system (m.py:3)"], evidence.Calls);
    }

    [Fact]
    public void TheSameSourceGivesTheSameEntries()
    {
        string Once() => string.Join('\n', Run(("m", false, "import os, native\nclass C:\n  def __init__(s, a, b):\n    s.a = a\n    native.x(b, a)\n  def __call__(s, q): os.system(s.a + q)\ndef f(c, d): return C(c, d)(d)")).Entries.Select(e => $"{e.Path} {string.Join(';', e.Entry.Call)} {e.Entry.Returns}"));
        Assert.Equal(Once(), Once());
    }

    private static string Effects(string source, string name) => Text(Run(("m", false, source)), "m." + name);

    private static string Text(DerivedEffects found, string path) => string.Join("; ", Entry(found, path).Entry.Call.Select(e => e.ToString()).Order(StringComparer.Ordinal));

    private static DerivedEntry Entry(DerivedEffects found, string path) => Assert.Single(found.Entries, e => e.Path == path);

    private static DerivedEffects Run(params (string Name, bool IsPackage, string Source)[] modules) => EffectAnalysis.Of(
        modules.Select(m => new SourceModule(m.Name, m.Name.Replace('.', '/') + ".py", m.IsPackage, SourceText.Decode(Encoding.UTF8.GetBytes(m.Source + "\n")))),
        RuleSet.Default.Callables.Knowledge,
        _ => new EffectOrigin("test", "By analysis of the source.", []));
}
