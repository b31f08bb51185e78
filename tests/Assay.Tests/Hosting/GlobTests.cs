// What patterns match, and that no pattern takes long.
using Assay.Hosting;
using Assay.Hosting.Folders;

namespace Assay.Tests.Hosting;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*.pt", "a.pt", true)]
    [InlineData("*.pt", "deep/er/a.pt", true)]
    [InlineData("*.pt", "a.pth", false)]
    [InlineData("/*.pt", "deep/a.pt", false)]
    [InlineData("/*.pt", "a.pt", true)]
    [InlineData("./a.pt", "a.pt", true)]
    [InlineData("models/*.pt", "models/a.pt", true)]
    [InlineData("models/*.pt", "models/x/a.pt", false)]
    [InlineData("models/**", "models/x/a.pt", true)]
    [InlineData("models/", "models/x/a.pt", true)]
    [InlineData("models/", "other/models/x/a.pt", true)]
    [InlineData("models/**/a.pt", "models/a.pt", true)]
    [InlineData("models/**/a.pt", "models/x/y/a.pt", true)]
    [InlineData("models/**/a.pt", "models/xa.pt", false)]
    [InlineData("**/x/*.pt", "x/a.pt", true)]
    [InlineData("**/x/*.pt", "a/b/x/a.pt", true)]
    [InlineData("**/x/*.pt", "a/bx/a.pt", false)]
    [InlineData("?.pt", "a.pt", true)]
    [InlineData("?.pt", "ab.pt", false)]
    [InlineData("[a-c].pt", "b.pt", true)]
    [InlineData("[!a-c].pt", "b.pt", false)]
    [InlineData("[]].pt", "].pt", true)]
    [InlineData("**", "a/b", true)]
    [InlineData("a**b", "ax/yb", true)]
    public void Matches(string pattern, string path, bool match) => Assert.Equal(match, new Glob(pattern).IsMatch(path));

    [Theory]
    [InlineData(".git", ".git")]
    [InlineData(".git/", "sub/.git")]
    [InlineData(".git/**", ".git")]
    public void ADirectoryIsLeftOutWhole(string pattern, string directory) => Assert.True(new Glob(pattern).IsMatchForDirectory(directory));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("./")]
    public void AnEmptyPatternIsAUsageError(string pattern) => Assert.Throws<SettingException>(() => new Glob(pattern));

    [Fact]
    public void APatternOfManyStarsIsNoTrap()
    {
        Glob glob = new(string.Concat(Enumerable.Repeat("*a", 200)) + "b");
        Assert.False(glob.IsMatch(new string('a', 5_000)));
    }
}
