// A folder as a bundle: what it opens lies inside, whatever the name, the links and the special files in it.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Hosting.Folders;
using Assay.Tests.Builders;

namespace Assay.Tests.Hosting;

public sealed class FolderBundleTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void FilesAreListedByRelativeNameInOrderAndOpened()
    {
        _tree.Add("d/b.bin", "bb");
        _tree.Add("d/sub/a.bin", "a");
        _tree.Add("d/sub-a", "");
        FolderBundle bundle = Bundle();
        Assert.Equal([new("b.bin", 2), new("sub-a", 0), new("sub/a.bin", 1)], bundle.List(TestContext.Current.CancellationToken));
        Assert.Equal("a", Read(bundle.TryOpen("sub/a.bin")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../secret")]
    [InlineData("sub/../../secret")]
    [InlineData("sub/../a.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("sub//a.bin")]
    [InlineData("sub/")]
    [InlineData("a.bin\0.txt")]
    public void NamesOfAnotherFormOpenNothing(string name)
    {
        _tree.Add("secret");
        _tree.Add("d/a.bin");
        _tree.Add("d/sub/a.bin");
        Assert.Equal(BundleRefusal.Outside, Bundle().TryOpen(name).Refusal);
    }

    [Theory]
    [InlineData("..\\secret")]
    [InlineData("sub\\..\\..\\secret")]
    [InlineData("C:secret")]
    [InlineData("a.bin:stream")]
    [InlineData("~/secret")]
    [InlineData("nope")]
    public void NamesThatMeanSomethingElsewhereOpenNothing(string name)
    {
        _tree.Add("secret");
        _tree.Add("d/a.bin");
        Assert.Null(Bundle().TryOpen(name).Bytes);
    }

    [Fact]
    public void LinksAreFollowedInsideAndNeverOut()
    {
        _tree.Add("secret");
        _tree.Add("outside/x.bin");
        _tree.Add("d/blobs/1", "one");
        _tree.Link("d/in.bin", "blobs/1");
        _tree.Link("d/out.bin", "../secret");
        _tree.Link("d/absolute.bin", _tree["secret"]);
        _tree.Link("d/way", "../outside");
        _tree.Link("d/gone.bin", "nowhere");
        _tree.Link("d/round.bin", "round.bin");
        FolderBundle bundle = Bundle();
        Assert.Equal("one", Read(bundle.TryOpen("in.bin")));
        Assert.Equal(BundleRefusal.Outside, bundle.TryOpen("out.bin").Refusal);
        Assert.Equal(BundleRefusal.Outside, bundle.TryOpen("absolute.bin").Refusal);
        Assert.Equal(BundleRefusal.Outside, bundle.TryOpen("way/x.bin").Refusal);
        Assert.Equal(BundleRefusal.Missing, bundle.TryOpen("gone.bin").Refusal);
        Assert.Equal(BundleRefusal.Missing, bundle.TryOpen("round.bin").Refusal);
        Dictionary<string, BundleRefusal> listed = bundle.List(TestContext.Current.CancellationToken).ToDictionary(e => e.Name, e => e.Refusal);
        Assert.Equal(BundleRefusal.Outside, listed["out.bin"]);
        Assert.Equal(BundleRefusal.None, listed["in.bin"]);
        Assert.Equal(BundleRefusal.Outside, listed["way"]);
        Assert.DoesNotContain("way/x.bin", listed.Keys);
    }

    [Fact]
    public void SpecialFilesAndFoldersAreNoFiles()
    {
        _tree.Add("d/sub/a.bin");
        _tree.Fifo("d/pipe.bin");
        FolderBundle bundle = Bundle();
        Assert.Equal(BundleRefusal.NotAFile, bundle.TryOpen("pipe.bin").Refusal);
        Assert.Equal(BundleRefusal.NotAFile, bundle.TryOpen("sub").Refusal);
        Assert.Equal(BundleRefusal.NotAFile, bundle.List(TestContext.Current.CancellationToken).First().Refusal);
    }

    [Fact]
    public void ALinkToADeviceIsOutside()
    {
        _tree.Link("d/zero.bin", "/dev/zero");
        Assert.Equal(BundleRefusal.Outside, Bundle().TryOpen("zero.bin").Refusal);
    }

    [Fact]
    public void ThereIsNoBundleWhereThereIsNoFolder()
    {
        Assert.Null(FolderBundle.TryCreate(_tree["nope"]));
        Assert.Null(FolderBundle.TryCreate(_tree.Add("file")));
    }

    [Fact]
    public void WhatBelongsToAFileLiesBesideIt()
    {
        string path = _tree.Add("d/model.pkl");
        _tree.Add("d/model.pkl_01.npy", "array");
        (FolderBundle bundle, string name) = FolderBundle.Around(path)!.Value;
        Assert.Equal("model.pkl", name);
        Assert.Equal("array", Read(bundle.TryOpen("model.pkl_01.npy")));
    }

    private FolderBundle Bundle() => FolderBundle.TryCreate(_tree["d"])!;

    private static string Read(BundleOpening opening)
    {
        using ByteSource bytes = opening.Bytes!;
        return System.Text.Encoding.UTF8.GetString(bytes.ReadUpTo(0, 100));
    }
}
