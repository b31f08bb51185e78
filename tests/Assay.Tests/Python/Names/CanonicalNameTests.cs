// The one name of a callable, in every room that asks.
using Assay.Bytes;
using Assay.Detection;
using Assay.Python.Names;
using Assay.Tests.Builders;

namespace Assay.Tests.Python.Names;

public sealed class CanonicalNameTests
{
    public static TheoryData<string> Twins => [.. EmbeddedTable.Rows("python/twins.tsv").Where(r => r[0] == "twin").Select(r => r[1])];

    [Theory]
    [InlineData("posix.system", "os.system")]
    [InlineData("posixpath.os.system", "os.system")]
    [InlineData("random._os.system", "os.system")]
    [InlineData("pathlib.os.system.__call__.__call__", "os.system")]
    [InlineData("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")]
    [InlineData("pyspark.cloudpickle.cloudpickle_fast.loads", "cloudpickle.loads")]
    [InlineData("torch.serialization.load", "torch.load")]
    [InlineData("torch.serialization._get_layout", "torch.serialization._get_layout")]
    [InlineData("torch.multiprocessing.spawn", "torch.multiprocessing.spawn")]
    [InlineData("pandas.io.pickle.read_pickle", "pandas.read_pickle")]
    [InlineData("os", "os")]
    [InlineData("", "")]
    [InlineData(".", ".")]
    [InlineData("a..b", "a..b")]
    [InlineData(".__call__", ".__call__")]
    public void AWrittenPathHasOneName(string written, string name) => Assert.Equal(name, CanonicalName.Of(written));

    [Theory]
    [InlineData("pathlib", "os.system", "os.system")]
    [InlineData("torch.multiprocessing", "spawn", "torch.multiprocessing.spawn")]
    [InlineData("my.os", "system", "my.os.system")]
    [InlineData("", "posix.system", "os.system")]
    [InlineData("posix", "", "os")]
    public void OnlyTheNameInAModuleWalks(string module, string name, string canonical) => Assert.Equal(canonical, CanonicalName.Of(module, name));

    [Theory]
    [MemberData(nameof(Twins))]
    public void ATwinLeadsToANameThatStays(string twin)
    {
        string name = CanonicalName.Twin(twin + ".x");
        Assert.NotEqual(twin + ".x", name);
        Assert.Equal(name, CanonicalName.Twin(name));
    }

    [Fact]
    public void ATwinIsJudgedAndMeantLikeTheOther()
    {
        // Python's random imports os as _os.
        byte[] Written(string module, string name) => PickleBuilder.Protocol(4).StackGlobal(module, name).Str("id").Tuple1().Reduce().Stop().ToArray();
        string[] Rules(byte[] pickle) => [.. Scanned.Bytes(pickle).Rules().Order(StringComparer.Ordinal)];
        Assert.Equal(Rules(Written("os", "system")), Rules(Written("random", "_os.system")));
        Assert.Equal(Rules(Written("os", "system")), Rules(Written("_osx_support", "os.system")));
    }

    [Fact]
    public void LongNamesCostNoMoreThanTheyAreLong()
    {
        string dots = string.Concat(Enumerable.Repeat("os.", 400_000)) + "system";
        Assert.Equal("os.system", CanonicalName.Of(dots));
        Assert.Equal("os.system", RuleSet.Default.Callables.Canonical("pathlib", dots));
    }
}
