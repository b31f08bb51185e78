// Members of archives as a bundle: found by name, refused where loaders would take different ones.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Archives;

public sealed class ArchiveBundleTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void AMemberOfAZipIsOpenedStoredOrInflated(int method)
    {
        IBundle bundle = Of(new ZipBuilder().Add("a/x", "hello", method).Add("b", "other").Add("dir/", "").Build());
        Assert.Equal(["a/x", "b"], bundle.List(TestContext.Current.CancellationToken).Select(e => e.Name));
        using ByteSource bytes = bundle.TryOpen("a/x").Bytes!;
        Assert.Equal("hello"u8.ToArray(), bytes.ReadUpTo(0, 100));
    }

    [Theory]
    [InlineData("c", BundleRefusal.Missing)]
    [InlineData("../b", BundleRefusal.Missing)]
    [InlineData("", BundleRefusal.Missing)]
    [InlineData("twice", BundleRefusal.Ambiguous)]
    [InlineData("secret", BundleRefusal.Ambiguous)]
    [InlineData("broken", BundleRefusal.Unreadable)]
    public void WhatCannotBeGivenIsRefused(string name, BundleRefusal refusal)
    {
        IBundle bundle = Of(new ZipBuilder().Add("b", "other").Add("twice", "1").Add("twice", "2")
            .Add(new ZipMember("secret", new byte[40]) { Flags = 1 })
            .Add(new ZipMember("broken", new byte[9]) { Method = 8, Stored = [0xFF, 0xFF, 0xFF] }).Build());
        BundleOpening opening = bundle.TryOpen(name);
        Assert.Null(opening.Bytes);
        Assert.Equal(refusal, opening.Refusal);
        Assert.NotEmpty(opening.Detail);
    }

    [Fact]
    public void AZipWithTwoDirectoriesGivesNothing()
    {
        byte[] zip = new ZipBuilder().Add("a", "1").Build();
        Assert.Null(Of([.. zip, .. new ZipBuilder().Add("a", "2").Build()]).TryOpen("a").Bytes);
    }

    [Fact]
    public void AMemberOfATarIsOpened()
    {
        IBundle bundle = Of(new TarBuilder().Add("./a", "hello"u8.ToArray()).Add("b", "1"u8.ToArray()).Add("b", "2"u8.ToArray()).Build());
        using ByteSource bytes = bundle.TryOpen("a").Bytes!;
        Assert.Equal("hello"u8.ToArray(), bytes.ReadUpTo(0, 100));
        Assert.Equal(BundleRefusal.Ambiguous, bundle.TryOpen("b").Refusal);
        Assert.Equal(BundleRefusal.Missing, bundle.TryOpen("./a").Refusal);
    }

    [Fact]
    public void AMemberThatInflatesBeyondTheLimitIsRefused()
    {
        byte[] zip = new ZipBuilder().Add("a", new byte[1 << 20], 8).Add("b", "x").Build();
        Assert.Equal(BundleRefusal.Limit, Of(zip, new ScanLimits { InflatedBytes = 1000 }).TryOpen("a").Refusal);
    }

    private static IBundle Of(byte[] archive, ScanLimits? limits = null)
    {
        IFormat format = archive[0] == 'P' ? ArchiveContext.Zip : ArchiveContext.Tar;
        return Assert.IsAssignableFrom<IBundle>(ArchiveContext.Read(format, archive, limits)!.Places[0].Bundle);
    }
}
