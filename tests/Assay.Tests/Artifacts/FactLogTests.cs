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
            log.Add(Odd($"p{i}", "code", i));
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
        log.Add(Odd("a", "code", 0));
        log.Add(Odd("b", "code", 1));
        log.Add(Odd("a", "code", 2));
        log.Add(Odd("b", "code", 3));
        Assert.Equal(2, ((AnomalyFact)log.Facts[0]).Count);
        Assert.Equal(2, log.Facts.Count);
    }

    [Fact]
    public void AFloodDoesNotKeepOutWhatIsNew()
    {
        FactLog log = new(new ScanLimits { Facts = 3 });
        for (int i = 0; i < 20; i++)
        {
            log.Add(Called($"m{i}", "collections.OrderedDict"));
            log.Add(new FormatFact { Path = $"m{i}", Format = "pickle", Strength = ClaimStrength.Certain });
        }

        log.Add(Called("last", "os.system"));
        Assert.Contains(log.Facts.OfType<CallableFact>(), f => f.Resolved == "os.system");
        Assert.Equal(6, log.Facts.OfType<FormatFact>().Count());
        Assert.Equal(UnreadCause.Limit, Assert.Single(log.Facts.OfType<UnreadFact>()).Cause);
    }

    [Fact]
    public void WhatIsNewIsBoundedAsWell()
    {
        FactLog log = new(new ScanLimits { Facts = 3 });
        for (int i = 0; i < 20; i++)
        {
            log.Add(Called("a", $"mypackage.f{i}"));
        }

        Assert.Equal(6, log.Facts.OfType<CallableFact>().Count());
        Assert.Contains("14 further", Assert.Single(log.Facts.OfType<UnreadFact>()).Detail, StringComparison.Ordinal);
    }

    private static CallableFact Called(string path, string callee) => new()
    {
        Path = path,
        Callee = callee,
        Resolved = callee,
        Use = CallableUse.Called,
        Pickle = new PickleUse { Opcode = "REDUCE" },
    };

    private static AnomalyFact Odd(string path, string code, long offset) => new() { Path = path, Code = code, Offset = offset };
}
