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
    private readonly TemporaryTree _tree = new();

    public UserCodeTests()
    {
        _tree.Add("code/mine.py", "import dataclasses\n@dataclasses.dataclass\nclass Model:\n    a: int = 1\n");
        _tree.Add("code/busy.py", "import os\nos.system('true')\nclass Model: pass\n");
        foreach (string path in new[] { _tree.Root, _tree["code"] })
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
    public void TheFolderCannotBeChanged()
    {
        LoadResult result = Load(Boxed.Running("open('/srv/code/more.py', 'w')"), _tree["code"]);
        Assert.StartsWith("builtins.OSError", result.Detail, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(_tree["code"]).Length);
    }

    private static LoadResult Load(byte[] pickle, string code)
    {
        Boxed.Needs();
        using TestLoader loader = new(new SandboxOptions { Code = code });
        using MemorySource bytes = new(pickle);
        return loader.LoadOnce("model.pkl", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
    }
}
