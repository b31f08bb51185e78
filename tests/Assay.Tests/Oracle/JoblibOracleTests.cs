// Holds our trace against joblib's own unpickler.
using Assay.Pickle;
using Assay.Tests.Builders;

namespace Assay.Tests.Oracle;

public sealed class JoblibOracleTests
{
    private const int Streams = 3_000;

    [Fact]
    public void NothingThatJoblibRunsGoesUnseen()
    {
        Assert.SkipWhen(OracleProcess.Missing is not null, OracleProcess.Missing ?? "");
        CPython.Needs("joblib");
        OracleTally tally = new();
        JoblibStreams generator = new(4);
        using OracleProcess oracle = new("joblib");
        List<byte[]> streams = [.. Enumerable.Range(0, Streams).Select(i => generator.Make(i))];
        OracleTrace[] ours = [];
        OracleAnswer?[] answers = oracle.Ask(streams, () => ours = [.. streams.Select(MachineTrace.Joblib)]);
        for (int i = 0; i < Streams; i++)
        {
            if (answers[i]?[OracleDialect.Joblib] is not { } real)
            {
                tally.AddDead();
                continue;
            }

            tally.Add($"#{i}", streams[i], [(new OracleView(OracleDialect.Joblib, OracleRunKind.Traced, PickleEncodings.Ascii), real, ours[i], Comparison.Of(real, ours[i]))]);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(tally.Summary());
        Assert.True(tally.Misses.Count == 0, string.Join('\n', tally.Misses.Take(10)));
        Assert.InRange(tally.NotCompared, 0, Streams / 100);
        Assert.InRange(tally.Read(OracleDialect.Joblib, PickleEncodings.Ascii), Streams * 2, long.MaxValue);
    }
}
