// What recovered source would run, as CPython itself runs it with the dangerous callables replaced by recorders.
using System.Text;
using Assay.Artifacts;
using Assay.Tests.Builders;

namespace Assay.Tests.Evaluation;

public sealed class SourceFoldingTests
{
    /// <summary>Runs each source, separated by lines of dashes, and prints in hexadecimal what reached exec and os.system.</summary>
    private const string Script = """
        import os, builtins, types
        for number, source in enumerate(SOURCES.split('\n----\n')):
            got = []
            space = types.ModuleType('os'); space.system = lambda c: got.append(c); space.popen = space.system; space.path = os.path
            real = builtins.__import__
            def importer(name, *a, **k): return space if name == 'os' else real(name, *a, **k)
            safe = dict(vars(builtins), exec=lambda c, *a: got.append(c if isinstance(c, str) else c.decode()), __import__=importer)
            safe['compile'] = lambda c, *a, **k: c
            exec(source, {'__builtins__': safe})
            print(number, *[g.encode().hex() for g in got])
        """;

    private static readonly string[] s_sources =
    [
        "import base64\nexec(base64.b64decode('cHJpbnQoMSk='))",
        "exec(__import__('base64').b64decode(b'cHJpbnQo' b'MSk=').decode())",
        "import base64 as b, zlib\nx = b.b64decode('eJwrKMrMK9Ew1AQADhUCsA==')\nexec(zlib.decompress(x))",
        "from base64 import b64decode as d\nexec(d('cHJpbn' + 'QoMSk='), {})",
        "exec(''.join([chr(x) for x in [112, 114, 105, 110, 116, 40, 49, 41]]))",
        "exec(''.join(chr(ord(c) ^ 3) for c in 'sqjmw+2*'))",
        "exec('\\x70\\x72int(1)')",
        "exec(bytes.fromhex('7072696e74283129').decode())",
        "a, b = 'pri', 'nt(1)'\nexec(a + b)",
        "k = 3\nf = lambda s: ''.join(map(lambda c: chr(ord(c) ^ k), s))\nexec(f('sqjmw+2*'))",
        "def d(s, k=3):\n    return ''.join(chr(ord(c) ^ k) for c in s)\nexec(d('sqjmw+2*'))",
        "exec(')1(tnirp'[::-1])",
        "import codecs; exec(codecs.decode('cevag(1)', 'rot13'))",
        "import os\nos.system('i' + 'd')",
        "__import__('os').system(chr(105) + chr(100))",
        "getattr(__import__('so'[::-1]), 'metsys'[::-1])('id')",
        "import os as o; getattr(o, 'sys' + 'tem')('%s -%s' % ('ls', 'l'))",
        "x = 'id'\nif x:\n    import os\n    os.system(f'{x} -u')",
        "import os\ntry:\n    os.popen('who' 'ami')\nexcept Exception:\n    pass",
        "exec(compile('print(' + str(1) + ')', '', 'exec'))",
        "exec('{}({})'.format('print', 1))",
        "exec(bytes([112, 114, 105, 110, 116, 40, 49, 41]))",
        "parts = {'a': 'print', 'b': '(1)'}\nexec(parts['a'] + parts.get('b'))",
        "exec(eval(\"'pri' + 'nt(1)'\"))",
        "(lambda e, s: e(s))(exec, 'print(1)')",
        "[exec(p) for p in ['print(1)', 'print(2)']]",
        "s = 'print'\ns += '(1)'\nexec(s)",
        "import functools, operator\nexec(functools.reduce(operator.add, ['pri', 'nt', '(1)']))",
        "import struct\nexec(struct.pack('<8B', 112, 114, 105, 110, 116, 40, 49, 41))",
        "exec(bytes(a ^ b for a, b in zip(b'qsjmu(2*', [1] * 8)))",
        "import urllib.parse as p\nexec(p.unquote('print%281%29'))",
        "import json\nexec(json.loads('{\"c\": \"print(1)\"}')['c'])",
        "exec((s := 'print(1)'))",
        "class A:\n    import os\n    os.system('id')",
        "def run():\n    import os\n    return os.system('uname')\nrun()",
    ];

    [Fact]
    public void SourceHandsOnWhatPythonHandsOn()
    {
        string sources = string.Join("\n----\n", s_sources);
        string script = $"SOURCES = bytes.fromhex('{Convert.ToHexString(Encoding.UTF8.GetBytes(sources))}').decode()\n{Script}";
        string[] rows = Encoding.ASCII.GetString(CPython.Run(script)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(s_sources.Length, rows.Length);
        List<string> missing = [];
        foreach (string[] row in rows.Select(r => r.Trim().Split(' ')))
        {
            string source = s_sources[int.Parse(row[0], System.Globalization.CultureInfo.InvariantCulture)];
            Assert.True(row.Length > 1, source);
            HashSet<string> found = [.. Texts(source).Select(t => t.Text)];
            missing.AddRange(row.Skip(1).Select(h => Encoding.UTF8.GetString(Convert.FromHexString(h))).Where(t => !found.Contains(t)).Select(t => $"{source}: {t} is missing; found {string.Join(" / ", found)}"));
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void LayersAddUp()
    {
        string inner = Convert.ToBase64String("import os; os.system('id')"u8);
        string middle = Convert.ToHexStringLower(Encoding.ASCII.GetBytes($"import base64; exec(base64.b64decode('{inner}'))"));
        List<TextFact> texts = Texts($"exec(bytes.fromhex('{middle}'))");
        TextFact last = Assert.Single(texts, t => t.Text == "id");
        Assert.Equal("shell-command", last.Kind);
        Assert.Equal(["hex", "base64"], last.Layers);
    }

    [Fact]
    public void PickleInSourceIsFollowed()
    {
        byte[] pickle = PickleBuilder.Protocol(4).Call("os", "system", p => p.Str("id")).Stop().ToArray();
        byte[] outer = PickleBuilder.Protocol(4).Call("builtins", "exec", p => p.Str($"import pickle, base64\npickle.loads(base64.b64decode('{Convert.ToBase64String(pickle)}'))")).Stop().ToArray();
        Assert.Contains(Folded.Read(outer).Children, c => c.Bytes.AsSpan().SequenceEqual(pickle));
    }

    [Fact]
    public void WhatALoopMakesIsKnownWhereItsRoundsAre() => Assert.Contains(Texts("s = ''\nfor c in 'abc':\n    s += c\nexec(s)"), t => t.Text == "abc");

    [Fact]
    public void WhatALoopMakesIsNotGuessed()
    {
        List<TextFact> texts = Texts("s = ''\nfor c in x:\n    s += 'a'\nexec(s)");
        Assert.Single(texts);
    }

    [Theory]
    [InlineData("(", 100_000)]
    [InlineData("[x for x in ", 20_000)]
    [InlineData("lambda: ", 50_000)]
    [InlineData("not ", 100_000)]
    [InlineData("2**", 100_000)]
    [InlineData("f(", 100_000)]
    [InlineData("a if b else ", 50_000)]
    [InlineData("-", 100_000)]
    [InlineData("'a'+", 200_000)]
    [InlineData("exec('", 50_000)]
    [InlineData("x=", 100_000)]
    [InlineData("def f(", 50_000)]
    [InlineData("{**", 50_000)]
    [InlineData("\\", 100_000)]
    public void AnySourceIsReadToAnEnd(string part, int times)
    {
        string source = new StringBuilder().Insert(0, part, times).ToString();
        Assert.NotEmpty(Texts(source));
    }

    [Theory]
    [InlineData("exec(''.join(chr(a) for a in range(256) for b in range(256) for c in range(256) for d in range(256)))")]
    [InlineData("f = lambda f: f(f) + f(f)\nexec(f(f))")]
    [InlineData("x = 'a' * 1000\nexec([[[[x * 1000 for a in x] for b in x] for c in x] for d in x])")]
    [InlineData("exec('ab' * 10 ** 12)")]
    [InlineData("exec(str(9 ** 9 ** 9))")]
    public void SourceThatComputesForeverEnds(string source)
    {
        Assert.Contains(Texts(source), t => t.Text == source);
    }

    [Fact]
    public void SourceThatRunsItselfIsReadOnce()
    {
        const string Source = "s = 's = %r; exec(s %% s)'; exec(s % s)";
        Assert.Single(Texts(Source));
    }

    private static List<TextFact> Texts(string source) =>
        [.. Folded.Read(PickleBuilder.Protocol(4).Call("builtins", "exec", p => p.Str(source)).Stop().ToArray()).Facts.OfType<TextFact>()];
}
