// Names and paths of artifacts.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tests.Artifacts;

public sealed class ArtifactTests
{
    [Fact]
    public void MemberPrintsBehindItsContainer()
    {
        using MemorySource bytes = new(default);
        Artifact member = new("archive/data.pkl", bytes, new Artifact("model.pt", bytes));
        Assert.Equal("model.pt!/archive/data.pkl", member.Path);
        Assert.Equal(1, member.Depth);
    }

    [Theory]
    [InlineData("model.PT", ".pt")]
    [InlineData("a.b/model", "")]
    [InlineData("a.b\\model", "")]
    [InlineData("model.", "")]
    [InlineData(".hidden", ".hidden")]
    [InlineData("model.tar.gz", ".gz")]
    [InlineData("", "")]
    public void ExtensionIsTheLastPartOfTheNameItself(string name, string extension)
    {
        using MemorySource bytes = new(default);
        Assert.Equal(extension, new Artifact(name, bytes).Extension);
    }

    [Fact]
    public void ContainerOfPlainValuesIsPlainAllTheWayDown()
    {
        ValueShape text = new(ShapeKind.Str, "os.system");
        ValueShape inner = new(ShapeKind.Tuple) { Items = [text, new ValueShape(ShapeKind.Import, "os.system")] };
        Assert.True(new ValueShape(ShapeKind.List) { Items = [text, text] }.IsPlain);
        Assert.False(new ValueShape(ShapeKind.Dict) { Items = [text, inner] }.IsPlain);
    }
}
