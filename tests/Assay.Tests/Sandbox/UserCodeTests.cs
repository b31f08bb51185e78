// Loads that need modules of the user's own get them read-only, and what such modules do is seen like everything else.
using System.Runtime.Versioning;
using Assay.Bytes;
using Assay.Detection;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Sandbox;

[UnsupportedOSPlatform("windows")]
public sealed class UserCodeTests : IDisposable
{
    // What trust_remote_code=True comes to: the class that a repository's configuration names is imported from the repository's own file.
    private const string Auto = """
        import importlib.util, json, os, sys
        def from_pretrained(name):
            folder = os.path.join("/srv/code", name)
            with open(os.path.join(folder, "config.json")) as file:
                module, _, kind = json.load(file)["auto_map"]["AutoModel"].rpartition(".")
            spec = importlib.util.spec_from_file_location("transformers_modules." + name + "." + module, os.path.join(folder, module + ".py"))
            made = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = made
            spec.loader.exec_module(made)
            return getattr(made, kind)()
        """;

    private readonly TemporaryTree _tree = new();

    public UserCodeTests()
    {
        _tree.Add("code/mine.py", "import dataclasses\n@dataclasses.dataclass\nclass Model:\n    a: int = 1\n");
        _tree.Add("code/busy.py", "import os\nos.system('true')\nclass Model: pass\n");
        _tree.Add("code/standin.py", Auto);
        _tree.Add("code/kind/config.json", """{"auto_map": {"AutoModel": "modeling.Model"}}""");
        _tree.Add("code/kind/modeling.py", "class Model:\n    def __init__(self): self.layers = [1, 2]\n");
        _tree.Add("code/sly/config.json", """{"auto_map": {"AutoModel": "modeling.Model"}}""");
        _tree.Add("code/sly/modeling.py", "import os\nos.system('true')\nclass Model: pass\n");
        foreach (string path in new[] { _tree.Root, _tree["code"], _tree["code/kind"], _tree["code/sly"] })
        {
            // The box runs as somebody else where the tests run as root.
            File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
        }
    }

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void AClassOfTheFolderIsLoadedWithoutAFinding()
    {
        LoadResult result = Load(PickleOf(New("mine", "Model"), 4), _tree["code"]);
        Assert.Equal((LoadEnd.Loaded, "mine.Model"), (result.End, result.Detail));
        Assert.Empty(FactBuilder.Judge([.. result.Events]));
    }

    [Fact]
    public void WithoutTheFolderThereIsNoSuchClass() => Assert.Equal(LoadEnd.Failed, Load(PickleOf(New("mine", "Model"), 4), "").End);

    [Fact]
    public void WhatAModuleOfTheFolderDoesIsSeen() =>
        Assert.Contains(FactBuilder.Judge([.. Load(PickleOf(New("busy", "Model"), 4), _tree["code"]).Events]), f => f.Rule.Id == "observed-command");

    [Fact]
    public void ARepositoryWithCodeOfItsOwnIsLoadedWithThat()
    {
        LoadResult result = Load(PickleOf(Call("standin", "from_pretrained", "kind")), _tree["code"]);
        Assert.Equal((LoadEnd.Loaded, "transformers_modules.kind.modeling.Model"), (result.End, result.Detail));
        Assert.Empty(FactBuilder.Judge([.. result.Events]));
    }

    [Fact]
    public void WhatTheCodeOfARepositoryDoesIsSeen() =>
        Assert.Contains(FactBuilder.Judge([.. Load(PickleOf(Call("standin", "from_pretrained", "sly")), _tree["code"]).Events]), f => f.Rule.Id == "observed-command");

    [Fact]
    public void TheFolderCannotBeChanged()
    {
        LoadResult result = Load(Boxed.Running("open('/srv/code/more.py', 'w')"), _tree["code"]);
        Assert.StartsWith("builtins.OSError", result.Detail, StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(_tree["code"]).Length);
    }

    private static LoadResult Load(byte[] pickle, string code)
    {
        Boxed.Needs();
        using TestLoader loader = new(new SandboxOptions { Code = code });
        using MemorySource bytes = new(pickle);
        return loader.LoadOnce("model.pkl", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
    }
}
