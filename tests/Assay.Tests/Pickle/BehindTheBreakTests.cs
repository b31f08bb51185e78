// What lies behind the point at which every unpickler raises.
using Assay.Detection;
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Pickle;

public sealed class BehindTheBreakTests
{
    private static PickleBuilder Payload(PickleBuilder pickle) => pickle.Call("os", "system", "id").Stop();

    [Fact]
    public void BehindAByteThatIsNoOpcode() =>
        Assert.Equal(["import os.system -", "call os.system -"], Traced.Events(Payload(PickleBuilder.Protocol(2).None().Raw(0xFF))));

    [Fact]
    public void BehindAnUnderflow() =>
        Assert.Equal(["import os.system -", "call os.system -"], Traced.Events(Payload(PickleBuilder.Protocol(2).Op(Op.POP))));

    [Fact]
    public void BehindALengthThatReachesBeyondTheData() =>
        Assert.Equal(["import os.system -", "call os.system -"], Traced.Events(Payload(PickleBuilder.Protocol(2).Op(Op.BINBYTES).Raw(0xFF, 0xFF, 0xFF, 0x7F))));

    [Fact]
    public void WhatRanBeforeTheBreakRan() => Assert.Equal(
        ["import a.b all+joblib", "call a.b all+joblib", "import os.system -", "call os.system -"],
        Traced.Events(Payload(PickleBuilder.Protocol(2).Global("a", "b").EmptyTuple().Reduce().Raw(0xFF))));

    [Fact]
    public void ACallAcrossTheBreakIsNotReached() => Assert.Equal(
        ["import os.system all+joblib", "call os.system -"],
        Traced.Events(PickleBuilder.Protocol(2).Global("os", "system").Raw(0xFF).EmptyTuple().Reduce().Stop()));

    [Fact]
    public void SeveralBreaksAreSteppedOver() =>
        Assert.Equal(["import os.system -", "call os.system -"], Traced.Events(Payload(PickleBuilder.Protocol(2).Raw(0xFF, 0xFE, (byte)'R', (byte)'.', 0xFD))));

    [Fact]
    public void WhatAnotherUnpicklerReachesIsReached()
    {
        // The one in Python takes the number, and breaks later.
        IReadOnlyList<string> events = Traced.Events([.. "F1_0\n0"u8, .. PickleBuilder.Start().Global("a", "b").Raw(0xFF).Global("c", "d").Stop().ToArray()]);
        Assert.Equal(["import a.b python+joblib", "import c.d -"], events);
    }

    [Fact]
    public void ASecondStreamIsReached() => Assert.Equal(
        ["import os.system all+joblib", "call os.system all+joblib"],
        Traced.Events([.. PickleBuilder.Protocol(2).None().Stop().ToArray(), .. Payload(PickleBuilder.Protocol(2)).ToArray()]));

    [Fact]
    public void BehindTheEndOfTheLastStreamItIsNot() => Assert.Equal(
        ["import os.system -", "call os.system -"],
        Traced.Events([.. PickleBuilder.Protocol(2).None().Stop().ToArray(), 0xFF, .. Payload(PickleBuilder.Start()).ToArray()]));

    [Fact]
    public void WhatJoblibReachesBehindAnArrayIsReached()
    {
        // Others stop at the dot in the array, and find no pickle behind it.
        byte[] pickle = PickleParts.PickleOf(PickleParts.List(NumpyFiles.JoblibArray([.. "0.hh"u8]), PickleParts.Call("os", "system", "id")), 4);
        IReadOnlyList<string> events = Traced.Events(pickle);
        Assert.Equal(["import os.system joblib", "call os.system joblib"], events.Where(e => e.Contains("os.system", StringComparison.Ordinal)));
    }

    [Fact]
    public void NoiseIsNoName()
    {
        byte[] noise = new byte[1 << 20];
        new Random(7).NextBytes(noise);
        IReadOnlyList<string> events = Traced.Events([.. PickleBuilder.Protocol(2).Raw(0xFF).ToArray(), .. noise]);
        Assert.InRange(events.Count, 0, 20);
    }

    [Fact]
    public void AScanSaysThatNoLoaderGetsThere()
    {
        TargetReport report = Scanned.Pickle(Payload(PickleBuilder.Protocol(2).None().Raw(0xFF)));
        Finding finding = Assert.Single(report.Findings, f => f.Rule.Id == "callable-unreached");
        Assert.Equal("no", finding.Reached);
        Assert.Empty(finding.Loaders);
        Assert.Equal(Verdict.Suspicious, report.Verdict);
    }

    [Fact]
    public void WhatRanIsJudgedAsBefore()
    {
        TargetReport report = Scanned.Pickle(Payload(Payload(PickleBuilder.Protocol(2)).Raw(0xFF)));
        Assert.Equal(Verdict.Malicious, report.Verdict);
        Assert.Contains(report.Findings, f => f is { Rule.Id: "callable-command-execution", Reached: "yes" });
    }

    [Fact]
    public void HarmlessNamesBehindABreakAreNoFinding()
    {
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(2).None().Raw(0xFF).Call("mypackage", "run", "x").Stop());
        Assert.False(report.Is("callable-unreached"), report.Describe());
        Assert.Equal(Verdict.Incomplete, report.Verdict);
    }

    [Fact]
    public void ABreakAfterAHarmlessCallStaysWhatItIs()
    {
        TargetReport report = Scanned.Pickle(Payload(PickleBuilder.Protocol(2).Global("collections", "OrderedDict").EmptyTuple().Reduce().Raw(0xFF)));
        Assert.True(report.Is("callable-unreached") && !report.Is("pickle-breaks-after-call"), report.Describe());
        Assert.Equal(Verdict.Suspicious, report.Verdict);
    }

    [Fact]
    public void LoadersThatStopBeforeAreNotNamed()
    {
        TargetReport report = Scanned.Bytes([0x80, 2, (byte)Op.SHORT_BINSTRING, 1, 0xFF, (byte)Op.POP, .. Payload(PickleBuilder.Start()).ToArray()]);
        Finding finding = Assert.Single(report.Findings, f => f.Rule.Id == "callable-command-execution");
        Assert.DoesNotContain("joblib.load", finding.Loaders.Select(l => l.Loader));
        Assert.Contains("numpy.load", finding.Loaders.Select(l => l.Loader));
        Assert.Contains(finding.Evidence, e => e is { Kind: "encodings", Text: "latin1, bytes" });
    }

    [Fact]
    public void ASafeSettingThatDoesNotRefuseIsNotNamed()
    {
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(2).Global("torch._utils", "_rebuild_tensor_v2").EmptyTuple().Reduce().None().None().Op(Op.SETITEM).Stop());
        Finding finding = Assert.Single(report.Findings, f => f.Rule.Id == "tensor-items-set");
        Assert.Equal("", Assert.Single(finding.Loaders, l => l.Loader == "torch.load").SafeSetting);
    }
}
