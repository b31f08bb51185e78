// The scan as its host sees it: inputs in, one report out, the same whatever the order and the number of jobs.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Architecture;

namespace Assay.Tests.Scanning;

public sealed class ScanEngineTests
{
    private static readonly byte[] s_text = "Weights of a model.\n"u8.ToArray();
    private static readonly byte[] s_noise = [.. Enumerable.Range(0, 400).Select(i => (byte)((i * 167) ^ 0xA5))];

    [Fact]
    public void ProgressCountsEveryInputAndTellsItsVerdict()
    {
        Collector progress = new();
        new ScanEngine(Scans.Options).Scan(
            [Scans.Input(Scans.Canary, "a"), Scans.Input(s_text, "b.md", named: false), Scans.Input(Scans.Harmless, "c")],
            progress,
            TestContext.Current.CancellationToken);
        Assert.Equal(
            [new ScanProgress(1, "a", Verdict.Malicious), new ScanProgress(2, "b.md", null), new ScanProgress(3, "c", Verdict.Passed)],
            progress.Seen);
    }

    [Theory]
    [InlineData(false, "notes.md", true)]
    [InlineData(false, "notes", true)]
    [InlineData(true, "notes.md", false)]
    [InlineData(false, "notes.pt", false)]
    [InlineData(false, "notes.SafeTensors", false)]
    public void TextThatNobodyClaimsIsIgnoredUnlessSomethingPromisesAModel(bool named, string path, bool ignored)
    {
        ScanReport report = Scans.Run(Scans.Input(s_text, path, named));
        Assert.Equal(ignored ? 1 : 0, report.Ignored);
        Assert.Equal(ignored ? [] : [UnreadCause.Unrecognised], report.Targets.SelectMany(t => t.Causes()));
        Assert.DoesNotContain(report.Targets, t => t.Verdict == Verdict.Passed);
    }

    [Fact]
    public void BinaryThatNobodyClaimsIsIncompleteUnderAnyName() =>
        Assert.Equal(Verdict.Incomplete, Scans.Of(s_noise, "notes.md", named: false).Verdict);

    [Theory]
    [InlineData("model.pkl", false)]
    [InlineData("README", true)]
    public void EmptyFileIsNeverPassed(string path, bool named) => Assert.Equal([UnreadCause.Unrecognised], Scans.Of([], path, named).Causes());

    [Fact]
    public void InputWithoutBytesCarriesItsReasonAndCause()
    {
        TargetReport target = Assert.Single(Scans.Run(new ScanInput { Path = "fifo", Unreadable = "It is a FIFO.", Cause = UnreadCause.Unreadable }).Targets);
        Assert.Equal(("It is a FIFO.", UnreadCause.Unreadable), (target.Unread[0].Detail, target.Unread[0].Cause));
        Assert.Null(target.Size);
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Fact]
    public void InputThatCannotBeOpenedIsUnreadAndTheOthersAreScanned()
    {
        ScanReport report = Scans.Run(
            new ScanInput { Path = "a", Open = () => throw new UnauthorizedAccessException("no") },
            new ScanInput { Path = "b", Open = () => throw new IOException("no") },
            new ScanInput { Path = "c", Open = () => throw new ScanStopException(StopReason.Changed, "gone") },
            Scans.Input(Scans.Canary, "d"));
        Assert.Equal([UnreadCause.Unreadable, UnreadCause.Unreadable, UnreadCause.Changed], report.Targets.Take(3).Select(t => t.Causes().Single()));
        Assert.Equal(Verdict.Malicious, report.Targets[3].Verdict);
    }

    [Fact]
    public void CancelledInputsAreIncompleteAndNotMissing()
    {
        using CancellationTokenSource cancel = new();
        cancel.Cancel();
        ScanReport report = new ScanEngine(Scans.Options).Scan([Scans.Input(Scans.Harmless, "a"), Scans.Input(Scans.Harmless, "b")], cancellation: cancel.Token);
        Assert.Equal([UnreadCause.Cancelled, UnreadCause.Cancelled], report.Targets.SelectMany(t => t.Causes()));
    }

    [Fact]
    public void ReportIsOrderedByPathWithoutRegardToCulture() =>
        Assert.Equal(["B", "a", "a/b", "ä"], Scans.Run([.. new[] { "ä", "a/b", "B", "a" }.Select(p => Scans.Input(Scans.Harmless, p))]).Targets.Select(t => t.Path));

    [Fact]
    public void T212_JobsAndRepetitionDoNotChangeAByte()
    {
        ScanInput[] inputs =
        [
            .. Repository.Files.Where(f => f.StartsWith("samples/", StringComparison.Ordinal))
                .Select(f => Scans.Input(File.ReadAllBytes(Repository.Full(f)), f, named: false)),
        ];
        byte[] first = Json(1, inputs);
        Assert.Equal(first, Json(1, inputs));
        Assert.Equal(first, Json(4, inputs));
        Assert.Equal(first, Json(4, [.. inputs.Reverse()]));
    }

    [Fact]
    public void SameBytesUnderAnotherNameGiveTheSameFingerprints() =>
        Assert.Equal(Scans.Of(Scans.Canary, "a.pkl").Findings.Select(f => f.Fingerprint), Scans.Of(Scans.Canary, "dir/b.bin").Findings.Select(f => f.Fingerprint));

    [Fact]
    public void WaivedFindingNoLongerDecidesAndStaysInTheReport()
    {
        Finding found = Assert.Single(Scans.Of(Scans.Canary).Findings, f => f.Severity >= Severity.Medium);
        Waiver waiver = new(found.Rule.Id, "input", "we wrote it", new DateOnly(2030, 1, 31));
        ScanOptions options = Scans.Options with { Policy = new Policy { Waivers = [waiver] }, Time = new Day(2030, 1, 31) };
        TargetReport target = Assert.Single(Scans.Run(options, Scans.Input(Scans.Canary)).Targets);
        Assert.Equal(Verdict.Passed, target.Verdict);
        Assert.Equal(found.Fingerprint, Assert.Single(target.Waived).Finding.Fingerprint);
    }

    [Fact]
    public void WaiverThatHasEndedDecidesNothing()
    {
        Finding found = Assert.Single(Scans.Of(Scans.Canary).Findings, f => f.Severity >= Severity.Medium);
        Waiver waiver = new(found.Rule.Id, "input", "we wrote it", new DateOnly(2030, 1, 31));
        ScanOptions options = Scans.Options with { Policy = new Policy { Waivers = [waiver] }, Time = new Day(2030, 2, 1) };
        Assert.Equal(Verdict.Malicious, Scans.Run(options, Scans.Input(Scans.Canary)).Verdict);
    }

    [Fact]
    public void DigestIsOfTheBytes() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Scans.Of("abc"u8.ToArray()).Sha256);

    [Fact]
    public void LargeInputIsDigestedOnlyWhenAsked()
    {
        SparseZeros zeros = new(ScanEngine.DigestLimit + 1);
        Assert.Null(Scans.Of(zeros).Sha256);
        Assert.NotNull(Scans.Of(zeros, Scans.Options with { DigestAll = true }).Sha256);
    }

    [Fact]
    public void MemberIsVisitedByThePathThatReportsPrint()
    {
        byte[] zip = new Builders.ZipBuilder().Add("m/data.pkl", Scans.Canary, 8).Build();
        byte[]? seen = null;
        Assert.True(new ScanEngine(Scans.Options).Visit(
            Scans.Input(zip, "model.pt"), "model.pt!/m/data.pkl", a => seen = a.Bytes.ReadUpTo(0, 1 << 10), TestContext.Current.CancellationToken));
        Assert.Equal(Scans.Canary, seen);
        Assert.False(new ScanEngine(Scans.Options).Visit(Scans.Input(zip, "model.pt"), "model.pt!/none", _ => { }, TestContext.Current.CancellationToken));
    }

    private static byte[] Json(int jobs, ScanInput[] inputs)
    {
        using MemoryStream json = new();
        JsonReport.Write(Scans.Run(Scans.Options with { Jobs = jobs }, inputs), json);
        return json.ToArray();
    }

    private sealed class Collector : IProgress<ScanProgress>
    {
        public List<ScanProgress> Seen { get; } = [];

        public void Report(ScanProgress value) => Seen.Add(value);
    }

    private sealed class Day(int year, int month, int day) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(year, month, day, 23, 59, 59, TimeSpan.Zero);
    }

    private sealed class SparseZeros(long length) : ByteSource
    {
        public override long Length => length;

        public override int ReadAt(long offset, Span<byte> destination)
        {
            int count = (int)Math.Clamp(length - offset, 0, destination.Length);
            destination[..count].Clear();
            return count;
        }
    }
}
