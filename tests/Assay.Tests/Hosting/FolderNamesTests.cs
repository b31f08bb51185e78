// The names of one folder, in the order in which a walk needs them.
using Assay.Hosting.Folders;
using Assay.Tests.Builders;

namespace Assay.Tests.Hosting;

public sealed class FolderNamesTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void AFolderCountsAsIfItsNameEndedInASlash()
    {
        _tree.Add("a.b");
        _tree.Add("a/x");
        _tree.Add("a0");
        _tree.Add("a-");
        Assert.Equal(["a-", "a.b", "a", "a0"], Names(FolderNames.Read(_tree.Root)));
    }

    [Fact]
    public void ManyLongNamesGoOverManyBlocks()
    {
        string[] names = [.. Enumerable.Range(0, 1_000).Select(i => $"{i % 7}{new string('n', 200)}{i}")];
        foreach (string name in names)
        {
            _tree.Add(name, "");
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), Names(FolderNames.Read(_tree.Root)));
    }

    [Fact]
    public void AFolderThatIsNotThereIsAFailureAndNoException()
    {
        FolderNames names = FolderNames.Read(_tree["nope"]);
        Assert.Equal(0, names.Count);
        Assert.IsType<DirectoryNotFoundException>(names.Failure);
    }

    private static IEnumerable<string> Names(FolderNames names) => Enumerable.Range(0, names.Count).Select(names.Name);
}
