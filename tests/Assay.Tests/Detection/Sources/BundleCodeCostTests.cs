// Following calls from file to file costs what the files hold, and not the product of those who call and those who are called.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Sources;

namespace Assay.Tests.Detection.Sources;

public sealed class BundleCodeCostTests
{
    [Fact]
    public void ManyCallsOfOneNameThatManyBearTakeWhatTheyAre()
    {
        _ = Allocated(100);
        long one = Allocated(2000);
        long two = Allocated(4000);
        Assert.InRange(two, 0, (1 << 20) + (one * 22 / 10));
    }

    private static long Allocated(int count)
    {
        SourceFunction[] callers = [.. Enumerable.Range(0, count).Select(i => new SourceFunction { Name = $"f{i}", Phase = "import", Links = [new SourceLink("b:C", i), new SourceLink("b:g", i)] })];
        SourceFunction[] called = [.. Enumerable.Range(0, count).SelectMany(_ => (SourceFunction[])
        [
            new() { Name = "C", Role = "class" }, new() { Name = "C.__init__", Role = "made", Calls = ["g"] }, new() { Name = "g" },
        ])];
        Fact[] facts =
        [
            new CodeFact { Path = "a.py", Language = "python", Functions = callers },
            new CodeFact { Path = "b.py", Language = "python", Functions = called },
        ];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Empty(BundleCode.Judge(facts, RuleSet.Default.Callables));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
