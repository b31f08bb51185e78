// Files of R are loaded by R itself, and what their promises do when somebody looks at the value is seen.
using Assay.Bytes;
using Assay.Detection;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Tests.Builders;
using Assay.Tests.Formats.R;

namespace Assay.Tests.Sandbox;

public sealed class RLoadTests(Boxed box) : IClassFixture<Boxed>
{
    private const string Library = "/usr/lib/R/lib/libR.so";

    [Fact]
    public void AValueIsLoadedWithoutAFinding()
    {
        LoadResult result = Load(RWriter.Rds().Text("plain").ToArray());
        Assert.Equal(LoadEnd.Loaded, result.End);
        Assert.Empty(FactBuilder.Judge([.. result.Events]));
    }

    [Fact]
    public void AWorkspaceIsLoadedWithoutAFinding()
    {
        LoadResult result = Load(RWriter.Workspace().Int(2 | RWriter.Tagged).Symbol("model").Text("plain").Null().ToArray());
        Assert.Equal(LoadEnd.Loaded, result.End);
        Assert.Empty(FactBuilder.Judge([.. result.Events]));
    }

    [Fact]
    public void WhatAPromiseRunsIsSeen()
    {
        LoadResult result = Load(RWriter.Workspace().Int(2 | RWriter.Tagged).Symbol("model").Promise("system", "true").Null().ToArray());
        Assert.Contains(FactBuilder.Judge([.. result.Events]), f => f.Rule.Id == "observed-command");
    }

    [Fact]
    public void AFileThatRRefusesIsNotLoaded() => Assert.Equal(LoadEnd.Failed, Load("X\nnothing of R"u8.ToArray()).End);

    private LoadResult Load(byte[] file)
    {
        Boxed.Needs();
        Assert.SkipUnless(File.Exists(Library), "There is no R here.");
        using MemorySource bytes = new(file);
        return box.Loader.LoadOnce("model.rds", bytes, new KnownLoader(Assay.Artifacts.Loaders.ReadRds, "R"), ["R"], BoxSetting.Usual, TestContext.Current.CancellationToken);
    }
}
