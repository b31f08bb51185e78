// ExecuTorch: an ordinary program passes with its segments, and what its runtime would stumble over is said.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.ExecuTorch;

public sealed class ExecuTorchFormatTests
{
    [Fact]
    public void AGoodProgramPassesWithItsSegments()
    {
        TargetReport target = Scans.Of(File(Program(0, 0, 64)), "model.pte");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Theory]
    [InlineData(7, 0ul, 64ul, "executorch.index")]
    [InlineData(-1, 0ul, 64ul, "executorch.index")]
    [InlineData(0, 1ul << 40, 64ul, "executorch.segment-outside")]
    [InlineData(0, 0ul, ulong.MaxValue, "executorch.segment-outside")]
    public void WhatLeadsNowhereIsSaid(int op, ulong offset, ulong size, string code)
    {
        TargetReport target = Scans.Of(File(Program(op, offset, size)), "model.pte");
        Assert.Contains(code, target.Anomalies());
        Assert.Contains(target.Verdict, (IEnumerable<Verdict>)[Verdict.Malicious, Verdict.Suspicious]);
        Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
    }

    [Fact]
    public void SizesThatOverflowAreSaid() =>
        Assert.Contains("executorch.size-overflow", Scans.Of(File(Program(0, 0, 64, [2147483647, 2147483647, 2147483647])), "model.pte").Anomalies());

    [Theory]
    [InlineData("XnnpackBackend", false)]
    [InlineData("EvilBackend", true)]
    public void ADelegateIsCompiledCodeForABackend(string id, bool flagged) =>
        Assert.Equal(flagged, Scans.Of(File(Program(0, 0, 64, backend: id)), "model.pte").Verdict is Verdict.Suspicious or Verdict.Malicious);

    [Theory]
    [InlineData(16, false)]
    [InlineData(12, true)]
    public void T079_AConstantThatIsLargerThanItsBufferIsSaid(int bytes, bool isSaid)
    {
        FlatBuilder tensor = new((byte)6, 0, new int[] { 2, 2 }, new byte[2], false, 1u);
        FlatBuilder plan = new("forward", null, new object[] { new FlatBuilder((byte)5, tensor) }, new int[] { 0 }, new int[] { 0 }, Array.Empty<object>(), Array.Empty<object>(), Array.Empty<object>());
        byte[] file = new FlatBuilder(0u, new object[] { plan }, new object[] { new FlatBuilder(Array.Empty<byte>()), new FlatBuilder(new byte[bytes]) }).Build("ET12");
        Assert.Equal(isSaid, Scans.Of(file, "model.pte").Anomalies().Contains("executorch.tensor-outside"));
    }

    [Fact]
    public void AFileThatIsCutAnywhereIsNeverPassed()
    {
        byte[] whole = File(Program(0, 0, 64));
        for (int length = 8; length < whole.Length; length += 5)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "model.pte").Verdict);
        }
    }

    private static FlatBuilder Program(int op, ulong offset, ulong size, int[]? sizes = null, string backend = "XnnpackBackend")
    {
        FlatBuilder tensor = new((byte)6, 0, sizes ?? [2, 2], new byte[(sizes ?? [2, 2]).Length], false, 0u, new FlatBuilder(1u, 0u, 0u));
        FlatBuilder value = new((byte)5, tensor);
        FlatBuilder call = new((byte)1, new FlatBuilder(op, new int[] { 0 }));
        FlatBuilder chain = new(new int[] { 0 }, new int[] { 0 }, new object[] { call });
        FlatBuilder plan = new("forward", null, new object[] { value }, new int[] { 0 }, new int[] { 0 }, new object[] { chain },
            new object[] { new FlatBuilder("aten::add", "out") }, new object[] { new FlatBuilder(backend, new FlatBuilder((byte)1, 0u)) });
        return new FlatBuilder(0u, new object[] { plan }, null, null, new object[] { new FlatBuilder(offset, size) });
    }

    private static byte[] File(FlatBuilder program)
    {
        byte[] header = [.. "eh00"u8, .. new byte[28]];
        byte[] flat = program.Build("ET12", header);
        int start = (flat.Length + 127) / 128 * 128;
        BitConverter.TryWriteBytes(flat.AsSpan(12), 32u);
        BitConverter.TryWriteBytes(flat.AsSpan(16), (ulong)flat.Length);
        BitConverter.TryWriteBytes(flat.AsSpan(24), (ulong)start);
        return [.. flat, .. new byte[start - flat.Length], .. Enumerable.Repeat((byte)0x11, 64)];
    }
}
