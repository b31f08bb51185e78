// What a script does that nothing in its repository names happens when somebody runs it; what something names happens when that is imported.
using Assay.Policies;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.PythonSources;

public sealed class LoneScriptTests
{
    private const string Acts = "import os\nos.system('./x')\n";

    private static bool IsFlagged(params (string Name, string Text)[] files) => ModelRepository.Scan(files).Verdict >= Verdict.Suspicious;

    /// <summary>A word of it stands in other files: a key of weights, an attribute, prose. None of these imports it.</summary>
    [Theory]
    [InlineData("x = self.query.weight\n")]
    [InlineData("keys = {'query.weight': 1, 'query': 2}\n")]
    [InlineData("# the query is made first\n")]
    [InlineData("print(f'query: {x}')\n")]
    [InlineData("import os  # no more\nquery = 1\n")]
    public void AWordIsNoImport(string other) => Assert.False(IsFlagged(("tools/query.py", Acts), ("modeling_x.py", other)));

    [Theory]
    [InlineData("from tools import query\n")]
    [InlineData("from .tools.query import run\n")]
    [InlineData("import tools.query as q\n")]
    [InlineData("if x:\n    from tools import (a,\n        b, query,\n    )\n")]
    [InlineData("from tools import a, \\\n    query\n")]
    [InlineData("x = 1; import tools.query\n")]
    [InlineData("import subprocess\ndef f(): subprocess.run(['python', 'tools/query.py'])\n")]
    [InlineData("entry = 'tools.query'\n")]
    [InlineData("entry = 'tools.query:main'\n")]
    [InlineData("import importlib\ndef f(n): return importlib.import_module('tools.' + n)\n")]
    public void WhatNamesItMakesItAModule(string other) => Assert.True(IsFlagged(("tools/query.py", Acts), ("modeling_x.py", other)));

    [Theory]
    [InlineData("config.json", "{\"auto_map\": {\"AutoModel\": \"tools.query.Model\"}}")]
    [InlineData("conf/a.yaml", "_target_: tools.query.Model\n")]
    [InlineData("README.md", "---\ntitle: a\napp_file: tools/query.py\n---\n")]
    public void AConfigurationNamesItToo(string name, string text) => Assert.True(IsFlagged(("tools/query.py", Acts), (name, text)));

    /// <summary>Whatever the key is under which a configuration names a class beside it: somebody imports and makes it.</summary>
    [Theory]
    [InlineData("config.yaml", "model:\n  class_path: tools.query.Model\n", true)]
    [InlineData("conf/a.yaml", "_target_: tools.query.Model\n", true)]
    [InlineData("config.json", "{\"net\": {\"type_path\": \"tools.query.Model\"}}", true)]
    [InlineData("config.yaml", "model:\n  class_path: tools.query.Other\n", false)]
    [InlineData("config.yaml", "model:\n  class_path: other.query.Model\n", false)]
    public void AClassThatAConfigurationNamesIsMade(string name, string text, bool flagged) => Assert.Equal(flagged, IsFlagged(
        ("tools/query.py", "import os\n\n\nclass Model:\n    def __init__(self):\n        os.system('./x')\n\n\nclass Other:\n    pass\n"), (name, text)));

    [Fact]
    public void ACardThatTellsHowToRunItImportsNothing() => Assert.False(IsFlagged(("tools/query.py", Acts), ("README.md", "Run `python tools/query.py`.\n")));

    /// <summary>A pickle imports what it names: what stands in the file runs, and what it calls.</summary>
    [Theory]
    [InlineData("import os\nos.system('./x')\nclass Thing:\n    pass\n", "cquery\nThing\n(tR.", true)]
    [InlineData("import os\ndef go():\n    os.system('./x')\ngo()\nclass Thing:\n    pass\n", "cquery\nThing\n.", true)]
    [InlineData("import os\nclass Thing:\n    def __init__(self):\n        os.system('./x')\n", "cquery\nThing\n(tR.", true)]
    [InlineData("import os\nclass Base:\n    def __init__(self):\n        os.system('./x')\nclass Thing(Base):\n    pass\n", "cquery\nThing\n(tR.", true)]
    [InlineData("import os\ndef make(a):\n    os.system('./x')\n", "cquery\nmake\n(I1\ntR.", true)]
    [InlineData("import os\nclass Thing:\n    def __setstate__(self, s):\n        os.system('./x')\n", "ccopyreg\n_reconstructor\n(cquery\nThing\nc__builtin__\nobject\nNtR(dS'a'\nI1\nsb.", true)]
    [InlineData("import os\nclass Thing:\n    def __init__(self):\n        os.system('./x')\n", "cquery\nThing\n.", false)]
    [InlineData("import os\nclass Thing:\n    def fit(self):\n        os.system('./x')\n", "cquery\nThing\n(tR.", false)]
    [InlineData("import os\nclass Other:\n    def __init__(self):\n        os.system('./x')\nclass Thing:\n    pass\n", "cquery\nThing\n(tR.", false)]
    [InlineData("import os\nos.system('./x')\n", "cother\nThing\n(tR.", false)]
    public void APickleImportsAndCallsWhatItNames(string source, string pickle, bool flagged) => Assert.Equal(flagged, IsFlagged(("query.py", source), ("model.pkl", pickle)));

    /// <summary>Who imports what it does not write out can import what lies beside or below it, and nothing elsewhere.</summary>
    [Fact]
    public void DynamicImportsReachDownwards()
    {
        const string Importer = "import importlib\ndef f(n): return importlib.import_module(n)\n";
        Assert.True(IsFlagged(("a/b/query.py", Acts), ("a/x.py", Importer)));
        Assert.False(IsFlagged(("a/b/query.py", Acts), ("c/x.py", Importer)));
    }

    /// <summary>Who makes a file long does not take it out of what is looked at; what is too long to be looked at may name the script.</summary>
    [Theory]
    [InlineData(400_000)]
    [InlineData(9_000_000)]
    public void AFileThatIsMadeLongStillNamesIt(int length) =>
        Assert.True(IsFlagged(("tools/query.py", Acts), ("config.json", "{\"x\": \"" + new string('a', length) + "\", \"auto_map\": {\"AutoModel\": \"tools.query.Model\"}}")));

    /// <summary>A repository of many files is gone through as well: its scripts are no modules because there are many.</summary>
    [Fact]
    public void ManyFilesAreGoneThrough()
    {
        (string, string)[] others = [.. Enumerable.Range(0, 300).Select(i => ($"pkg/m{i}.py", $"from .m{(i + 1) % 300} import a\n"))];
        Assert.False(IsFlagged([("tools/query.py", Acts), .. others]));
        Assert.True(IsFlagged([("pkg/m7.py", Acts), .. others.Where(o => o.Item1 != "pkg/m7.py")]));
    }
}
