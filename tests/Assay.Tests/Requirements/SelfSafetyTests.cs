// The scanner must not be a way in itself: what it may use, how it fails, and what it costs.
using System.Reflection;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Requirements;

public sealed class SelfSafetyTests
{
    private static readonly string[] s_execution =
        ["System.Reflection.Emit", "System.Diagnostics.Process", "System.Runtime.Loader", "System.Runtime.Serialization.Formatters", "System.CodeDom", "Microsoft.CodeAnalysis", "System.Linq.Expressions"];

    [Fact]
    public void T205_TheLibraryReferencesNothingThatRunsCode() =>
        Offenders.None(References(typeof(Scanner)).Where(r => s_execution.Any(e => r.StartsWith(e, StringComparison.Ordinal))));

    [Fact]
    public void T205_TheLibraryCallsNothingByName() => Offenders.None(typeof(Scanner).Assembly.GetTypes()
        .Where(t => CompiledUses.Of(t).Any(u => u == typeof(Activator) || u == typeof(MethodInfo) || u == typeof(MethodBase) || u.Namespace == "System.Reflection.Emit"))
        .Select(t => t.FullName!));

    [Fact]
    public void T210_NeitherLibraryNorProgramReferencesTheNetwork() => Offenders.None(
        new[] { typeof(Scanner), typeof(Assay.Cli.CommandLine) }.SelectMany(References).Where(r => r.StartsWith("System.Net", StringComparison.Ordinal)));

    [Fact]
    public void T208_AnInputThatBreaksAReaderLeavesTheOthersAlone()
    {
        byte[] good = PickleOf(Dict("a", 1));
        byte[] bad = PickleOf(Call("os", "system", "id"));
        ScanReport report = ScanReport.Of(
            new ScanOptions { Rules = RuleSet.Default, Jobs = 2 },
            [
                new ScanInput { Path = "a.pkl", Open = () => new MemorySource(good), Named = true },
                new ScanInput { Path = "b.pkl", Open = () => new Failing(bad, new InvalidOperationException("a defect")), Named = true },
                new ScanInput { Path = "c.pkl", Open = () => throw new IOException("gone"), Named = true },
                new ScanInput { Path = "d.pkl", Open = () => new Failing(bad, new ScanStopException(StopReason.Changed, "it shrank", 0)), Named = true },
                new ScanInput { Path = "e.pkl", Open = () => new MemorySource(bad), Named = true },
            ],
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(
            [Verdict.Passed, Verdict.Incomplete, Verdict.Incomplete, Verdict.Incomplete, Verdict.Malicious],
            report.Targets.Select(t => t.Verdict));
    }

    [Fact]
    public void T208_OneMemberThatBreaksLeavesTheOthersAlone()
    {
        byte[] zip = new ZipBuilder()
            .Add("a.npy", NumpyFiles.Npy("{'descr': [[[[", []))
            .Add(new ZipMember("b.pkl", new byte[10]) { Method = 8, Stored = [1, 2, 3] })
            .Add("c.pkl", PickleOf(Call("os", "system", "id")))
            .Build();
        TargetReport report = Scanned.Bytes(zip, "models.zip");
        Assert.Equal(Verdict.Malicious, report.Verdict);
        Assert.NotEmpty(report.Unread);
    }

    [Fact]
    public void T214_ATensorFileCostsWhatItsPickleCosts()
    {
        // The raw storage of a legacy file: four gigabytes of zeros behind five pickles, made up as they are read.
        const int Elements = (1 << 30) - 1;
        byte[] legacy = TorchFiles.Legacy(PickleOf(Tensor("0", Elements)));
        byte[] start = [.. legacy[..^24], .. BitConverter.GetBytes((long)Elements)];
        long length = start.Length + (4L * Elements);
        Scanned.Source(() => new Zeros(start, length), "model.pt");
        long before = GC.GetAllocatedBytesForCurrentThread();
        TargetReport report = Scanned.Source(() => new Zeros(start, length), "model.pt");
        long cost = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
        Assert.Equal(length, report.Bytes.Parsed + report.Bytes.Data + report.Bytes.Unknown);
        Assert.True(cost < 4 << 20, $"{cost} bytes were allocated.");
    }

    [Fact]
    public void T216_FindingsSayWhatASafeSettingWouldDo()
    {
        TargetReport report = Scanned.Bytes(TorchFiles.Zip(Call("os", "system", "id")), "model.pt");
        Assert.Contains(report.Findings.Where(f => f.Rule.Id == "callable-command-execution").SelectMany(f => f.Loaders), l => !string.IsNullOrEmpty(l.SafeSetting));
    }

    private static IEnumerable<string> References(Type type) => type.Assembly.GetReferencedAssemblies().Select(a => a.Name!);

    /// <summary>A file that opens and fails when it is read.</summary>
    private sealed class Failing(byte[] bytes, Exception failure) : ByteSource
    {
        public override long Length => bytes.Length;

        public override int ReadAt(long offset, Span<byte> destination) => throw failure;
    }

    /// <summary>A file that starts with given bytes and goes on with zeros.</summary>
    private sealed class Zeros(byte[] start, long length) : ByteSource
    {
        public override long Length => length;

        public override int ReadAt(long offset, Span<byte> destination)
        {
            int count = (int)Math.Clamp(length - offset, 0, destination.Length);
            destination[..count].Clear();
            if (offset < start.Length)
            {
                ReadOnlySpan<byte> there = start.AsSpan((int)offset);
                there[..Math.Min(there.Length, count)].CopyTo(destination);
            }

            return count;
        }
    }
}
