// What follows a pickle: another one, blanks, junk, or nothing; and what breaks or is written as text.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;
using Opcode = Assay.Pickle.Op;

namespace Assay.Tests.Formats.Pickles;

public sealed class PickleWalkTests
{
    private static readonly byte[] s_junk = [.. Enumerable.Repeat((byte)0xFE, 64)];

    [Fact]
    public void SecondPickleIsReadAndSaid()
    {
        TargetReport target = Scans.Of([.. Scans.Harmless, .. Scans.Canary]);
        Assert.Contains("os.system", target.Callables());
        Assert.Contains("pickle.second-stream", target.Anomalies());
        target.AssertComplete();
    }

    [Fact]
    public void ManyPicklesAreReadToTheLast()
    {
        TargetReport target = Scans.Of([.. Enumerable.Repeat(Scans.Harmless, 500).SelectMany(b => b), .. Scans.Canary]);
        Assert.Contains("os.system", target.Callables());
        target.AssertComplete();
    }

    [Theory]
    [InlineData("\0\0\0\0")]
    [InlineData("\n \t\r\n")]
    public void PickleBehindBlanksIsRead(string blanks)
    {
        TargetReport target = Scans.Of([.. Scans.Harmless, .. Encoding.ASCII.GetBytes(blanks), .. Scans.Canary]);
        Assert.Contains("os.system", target.Callables());
        target.AssertComplete();
    }

    [Fact]
    public void PickleBehindJunkIsRead()
    {
        TargetReport target = Scans.Of([.. Scans.Harmless, .. s_junk, .. Scans.Canary]);
        Assert.Contains("os.system", target.Callables());
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Fact]
    public void ProtocolZeroPickleBehindAnotherIsRead()
    {
        byte[] zero = PickleBuilder.Start().Global("os", "system").Mark().Op(Opcode.STRING).Line("'id'").Tuple().Reduce().Stop().ToArray();
        Assert.Contains("os.system", Scans.Of([.. Scans.Harmless, .. zero]).Callables());
    }

    [Fact]
    public void BlanksAtTheEndArePadding()
    {
        TargetReport target = Scans.Of([.. Scans.Harmless, .. new byte[10_000]]);
        target.AssertComplete();
        Assert.Empty(target.Anomalies());
        Assert.Equal(Verdict.Passed, target.Verdict);
    }

    [Fact]
    public void JunkAtTheEndIsSaidAndNotAccountedFor()
    {
        TargetReport target = Scans.Of([.. Scans.Harmless, .. s_junk]);
        Assert.Contains("pickle.trailing-data", target.Anomalies());
        Assert.Equal(s_junk.Length, target.Bytes.Unknown);
    }

    [Theory]
    [InlineData(UnreadCause.Malformed, 0xFE)]
    [InlineData(UnreadCause.Truncated, (int)Opcode.BININT)]
    public void BreakAfterACallKeepsTheCall(UnreadCause cause, int last)
    {
        byte[] bytes = PickleBuilder.Protocol(2).Call("os", "system", "id").Raw((byte)last).ToArray();
        TargetReport target = Scans.Of(bytes);
        Assert.Contains("os.system", target.Callables());
        Assert.Contains("pickle.malformed-after-call", target.Anomalies());
        Assert.Contains(cause, target.Causes());
    }

    [Fact]
    public void BreakBeforeAnyCallIsSaidOtherwise()
    {
        TargetReport target = Scans.Of(PickleBuilder.Protocol(2).Global("collections", "OrderedDict").Raw(0xFE).ToArray());
        Assert.Contains("pickle.broken", target.Anomalies());
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Fact]
    public void PickleWrittenAsLatin1TextIsExamined()
    {
        // Protocol 2 has no bytes: picklers write them as text and a call of _codecs.encode.
        byte[] bytes = PickleBuilder.Protocol(2).Global("_codecs", "encode").Str(Encoding.Latin1.GetString(Scans.Canary)).Str("latin1")
            .Tuple2().Reduce().Stop().ToArray();
        TargetReport target = Scans.Of(bytes);
        Assert.Contains(target.Findings, f => f.Path.StartsWith("input!/encoded@", StringComparison.Ordinal));
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PickleWrittenAsBase64OrHexIsExamined(bool hex)
    {
        string text = hex ? Convert.ToHexString(Scans.Canary) : Convert.ToBase64String(Scans.Canary);
        byte[] bytes = PickleBuilder.Protocol(4).Str(text).Stop().ToArray();
        TargetReport target = Scans.Of(bytes);
        Assert.Contains("os.system", target.Callables());
    }

    [Fact]
    public void PickleInsideTheBytesOfAPickleIsExamined()
    {
        TargetReport target = Scans.Of(PickleBuilder.Protocol(4).Bytes(Scans.Canary).Stop().ToArray());
        Assert.Contains(target.Facts.OfType<CallableFact>(), c => c.Resolved == "os.system" && c.Path != "input");
    }

    [Fact]
    public void CallThatOnlyOneUnpicklerMakesIsFoundAndNamed()
    {
        // A frame that ends inside an opcode: the C unpickler reads on from the file, the one over a stream from the next frame.
        byte[] inner = PickleBuilder.Start().Call("os", "system", "id").Stop().ToArray();
        byte[] bytes = PickleBuilder.Protocol(4).Op(Opcode.FRAME).UInt64(3).Op(Opcode.SHORT_BINBYTES).Raw(0).Op(Opcode.POP).Raw(inner).ToArray();
        TargetReport target = Scans.Of(bytes);
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Fact]
    public void EqualCallsAreOneFactWithACount()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2);
        for (int i = 0; i < 1000; i++)
        {
            pickle.Call("os", "system", "id").Pop();
        }

        TargetReport target = Scans.Of(pickle.None().Stop().ToArray());
        CallableFact call = Assert.Single(target.Facts.OfType<CallableFact>(), c => c is { Resolved: "os.system", Use: CallableUse.Called });
        Assert.Equal(1000, call.Count);
        Assert.InRange(call.Offsets.Count, 1, 8);
    }

    [Fact]
    public void CommandBehindAFloodOfWordsIsSeen()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2);
        for (int i = 0; i < 3000; i++)
        {
            pickle.Call("package", "Make", $"a{i}").Pop();
        }

        Assert.Equal(Verdict.Passed, Scans.Of(pickle.None().Stop().ToArray()).Verdict);
        Assert.Equal(Verdict.Suspicious, Scans.Of(pickle.Call("package", "Make", "rm -rf x").Stop().ToArray()).Verdict);
    }

    [Fact]
    public void FloodOfDifferentCallsHidesNoOther()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2);
        for (int i = 0; i < 3000; i++)
        {
            pickle.Call("collections", "deque", $"a{i}").Pop();
        }

        TargetReport target = Scans.Of(pickle.Call("os", "system", "id").Stop().ToArray());
        Assert.Equal(Verdict.Malicious, target.Verdict);
        Assert.InRange(target.Facts.Count, 1, 1000);
        Assert.Contains(target.Facts.OfType<CallableFact>(), c => c is { Resolved: "collections.deque", Count: > 1000, ConstantsElided: false });
    }
}
