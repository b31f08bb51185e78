// Holds the pickle machine against the real unpicklers.
using System.Text;
using Assay.Pickle;
using Assay.Tests.Builders;

namespace Assay.Tests.Oracle;

public sealed class OracleTests
{
    private const long Streams = 20_000;
    private const ulong Seed = 2026;

    [Fact]
    public void T215_NothingThatAnUnpicklerRunsGoesUnseen()
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
        Assert.True(tally.Events(OracleDialect.C, PickleEncodings.Ascii) > Streams / 10);
    }

    [Fact]
    public void TheRestrictedUnpicklerIsAmongThoseThatAreAsked()
    {
        Assert.SkipWhen(OracleProcess.Missing is not null, OracleProcess.Missing ?? "");
        Assert.SkipUnless(File.Exists(OracleProcess.RestrictedPath), "PyTorch is not installed.");
        using OracleProcess oracle = new();
        OracleAnswer answer = Assert.Single(oracle.Ask([PickleBuilder.Protocol(2).Global("torch", "Size").EmptyTuple().Reduce().Stop().ToArray()]))!;
        Assert.Equal(["import torch.Size", "call torch.Size"], answer[OracleDialect.WeightsOnly]?.Events);
    }

    [Fact]
    public void EveryNameThatPyTorchAllowsIsOnTheList()
    {
        Assert.SkipUnless(File.Exists(OracleProcess.RestrictedPath), "PyTorch is not installed.");
        string names = Encoding.UTF8.GetString(CPython.Run("import torch._weights_only_unpickler as w; print('\\n'.join(w._get_allowed_globals()))"));
        string[] missing = [.. names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(n => !WeightsOnlyList.Allows(n[..n.LastIndexOf('.')], n[(n.LastIndexOf('.') + 1)..]))];
        Assert.Empty(missing);
        Assert.Contains("torch._utils._rebuild_tensor_v2", names, StringComparison.Ordinal);
    }
}
