// The log of facts: what looks alike is counted, what is too much is said.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tests.Artifacts;

public sealed class FactLogTests
{
    [Fact]
    public void AnomaliesOfOnePathAndCodeAreOneFactWithACount()
    {
        FactLog log = new(new ScanLimits());
        log.Add(Odd("a", "zip.duplicate-name", 3));
        log.Add(Odd("a", "zip.duplicate-name", 9));
        log.Add(Odd("b", "zip.duplicate-name", 9));
        Assert.Equal([(2L, 3L), (1L, 9L)], log.Facts.Cast<AnomalyFact>().Select(f => (f.Count, f.Offset)));
    }

    [Fact]
    public void FactsOverTheLimitAreAnUnreadThatCountsThem()
    {
        FactLog log = new(new ScanLimits { Facts = 2 });
        for (int i = 0; i < 5; i++)
        {
            log.Add(Odd("a", $"code.{i}", i));
        }

        Assert.Equal(3, log.Facts.Count);
        UnreadFact said = Assert.IsType<UnreadFact>(log.Facts[2]);
        Assert.Equal(UnreadCause.Limit, said.Cause);
        Assert.Contains("facts=2", said.Detail, StringComparison.Ordinal);
        Assert.Contains("3 further", said.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void KnownAnomaliesAreStillCountedOverTheLimit()
    {
        FactLog log = new(new ScanLimits { Facts = 1 });
        log.Add(Odd("a", "code.0", 0));
        log.Add(Odd("a", "code.1", 1));
        log.Add(Odd("a", "code.0", 2));
        log.Add(Odd("a", "code.1", 3));
        Assert.Equal(2, ((AnomalyFact)log.Facts[0]).Count);
        Assert.Equal(2, log.Facts.Count);
    }

    private static AnomalyFact Odd(string path, string code, long offset) => new() { Path = path, Code = code, Offset = offset };
}
