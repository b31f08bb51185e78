// Holds the pickle machine against the real unpicklers.
namespace Assay.Tests.Oracle;

public sealed class OracleTests
{
    private const long Streams = 20_000;
    private const ulong Seed = 2026;

    [Fact]
    public void NothingThatAnUnpicklerRunsGoesUnseen()
    {
        Assert.SkipWhen(OracleProcess.Missing is not null, OracleProcess.Missing ?? "");
        OracleTally tally = new();
        StreamGenerator generator = new(Seed, OrdinaryPickles.Make());
        OracleRun.Generated(generator, 0, Streams, Math.Clamp(Environment.ProcessorCount, 1, 4), tally);
        TestContext.Current.TestOutputHelper?.WriteLine(tally.Summary());

        if (tally.Misses.Count > 0)
        {
            File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "oracle-failures.txt"), tally.Misses.Select(m => m.ToString()));
        }

        Assert.True(tally.Misses.Count == 0, string.Join('\n', tally.Misses.Take(10)));
        Assert.Equal(Streams, tally.Streams);
        Assert.InRange(tally.NotCompared, 0, Streams / 100);
        Assert.Equal(0, tally.Disordered);
        Assert.InRange(tally.ExtraShare, 0, 0.05);
        Assert.InRange(tally.Shape.Busy, 0.6, 1);
    }
}
