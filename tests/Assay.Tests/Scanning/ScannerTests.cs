// The scan as its host sees it: inputs in, results out, the same whatever the number of jobs.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Attacks;
using Assay.Tests.Builders;

namespace Assay.Tests.Scanning;

public sealed class ScannerTests
{
    private static readonly byte[] s_text = "Weights of a model.\n"u8.ToArray();
    private static readonly byte[] s_noise = [.. Enumerable.Range(0, 400).Select(i => (byte)((i * 167) ^ 0xA5))];

    [Fact]
    public void ProgressCountsEveryInputAndTellsItsVerdict()
    {
        Collector progress = new();
        ScanReport.Of(
            Scans.Options,
            [Scans.Input(Scans.Canary, "a"), Scans.Input(s_text, "b.md", named: false), Scans.Input(Scans.Harmless, "c")],
            progress);
        Assert.Equal(
            [new ScanProgress(1, "a", Verdict.Malicious), new ScanProgress(2, "b.md", Verdict.Passed), new ScanProgress(3, "c", Verdict.Passed)],
            progress.Seen);
    }

    [Theory]
    [InlineData(false, "notes.md", true)]
    [InlineData(false, "notes", true)]
    [InlineData(true, "notes.md", true)]
    [InlineData(false, "notes.pt", false)]
    [InlineData(false, "notes.SafeTensors", false)]
    public void TextThatNobodyElseClaimsIsReadAsTextUnlessItsNamePromisesAModel(bool named, string path, bool isText)
    {
        ScanReport report = Scans.Run(Scans.Input(s_text, path, named));
        Assert.Equal(0, report.Ignored);
        Assert.Equal(isText ? [] : [UnreadCause.Unrecognised], report.Targets.SelectMany(t => t.Causes()));
        Assert.Equal(isText ? ["text"] : [], Assert.Single(report.Targets).Formats);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TextInUtf16IsTextAndBinaryBehindItsMarkIsNot(bool isBig)
    {
        Encoding wide = new UnicodeEncoding(isBig, byteOrderMark: true);
        byte[] text = [.. wide.GetPreamble(), .. wide.GetBytes(string.Concat(Enumerable.Repeat("Read me first: naïve 模型 🦊\r\n", 300)))];
        Assert.Equal(["text"], Scans.Of(text, "notes.txt", named: false).Formats);
        Assert.Equal(Verdict.Passed, Scans.Of(text, "notes.txt", named: true).Verdict);
        byte[] noise = [.. wide.GetPreamble(), .. new byte[200], .. s_noise];
        Assert.Equal(Verdict.Incomplete, Scans.Of(noise, "notes.txt", named: false).Verdict);
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
    public void AHostileFileCostsItsNeighboursNothing()
    {
        ScanInput[] neighbours = [Scans.Input(Scans.Harmless, "a"), Scans.Input(Scans.Canary, "c"), Scans.Input(Scans.Harmless, "d")];
        ScanInput hostile = Scans.Input(CostlyInputs.MembersOnOneStream(20_000, 40_000), "b.zip");
        ScanOptions options = Scans.Options with { Jobs = 2, Limits = new ScanLimits { Work = 100_000_000, WorkPerByte = 0 } };
        ScanReport report = Scans.Run(options, neighbours[0], hostile, neighbours[1], neighbours[2]);
        Assert.Equal(["a", "b.zip", "c", "d"], report.Targets.Select(t => t.Path));
        Assert.Contains(UnreadCause.Limit, report.Targets[1].Causes());
        ScanReport alone = Scans.Run(options, neighbours);
        Assert.Equal(alone.Targets.Select(t => (t.Verdict, t.Findings.Count, t.Unread.Count)), report.Targets.Where(t => t.Path != "b.zip").Select(t => (t.Verdict, t.Findings.Count, t.Unread.Count)));
    }

    [Fact]
    public void ResultsComeWhileLaterInputsAreStillRead()
    {
        using ManualResetEventSlim seen = new();
        ScanInput second = new() { Path = "b", Named = true, Open = () => seen.Wait(TimeSpan.FromMinutes(1)) ? new MemorySource(Scans.Harmless) : throw new IOException("Nobody saw the first result.") };
        foreach (ScanResult result in new Scanner(Scans.Options with { Jobs = 2 }).ScanAsync([Scans.Input(Scans.Canary, "a"), second], null, TestContext.Current.CancellationToken).ToBlockingEnumerable(TestContext.Current.CancellationToken))
        {
            Assert.Empty(result.Report!.Unread);
            seen.Set();
        }
    }

    [Fact]
    public void WhatIsNotJudgedBeforeTheHostWantsNoMoreIsSaid()
    {
        FactSet facts = new() { Path = "a", Facts = [.. Enumerable.Range(0, 5000).Select(i => new CallableFact { Path = "a", Offset = i, Callee = $"os.system{i}", Resolved = $"os.system", Module = "os", Name = "system", Use = CallableUse.Called })] };
        using CancellationTokenSource stop = new();
        Assert.Empty(Judge.UpTo(facts, RuleSet.Default, new Policy(), new DateOnly(2026, 11, 1), stop.Token).Unread);
        stop.Cancel();
        Judgement judged = Judge.UpTo(facts, RuleSet.Default, new Policy(), new DateOnly(2026, 11, 1), stop.Token);
        Assert.Equal(UnreadCause.Cancelled, Assert.Single(judged.Unread).Cause);

        // What came first is judged all the same: a stop hides nothing that was found.
        Assert.NotEmpty(judged.Findings);
        Assert.NotEqual(Verdict.Incomplete, judged.Verdict);
    }

    [Fact]
    public void CancelledInputsAreIncompleteAndNotMissing()
    {
        using CancellationTokenSource cancel = new();
        cancel.Cancel();
        ScanReport report = ScanReport.Of(Scans.Options, [Scans.Input(Scans.Harmless, "a"), Scans.Input(Scans.Harmless, "b")], null, cancel.Token);
        Assert.Equal([UnreadCause.Cancelled, UnreadCause.Cancelled], report.Targets.SelectMany(t => t.Causes()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void ResultsComeInTheOrderOfTheInputs(int jobs)
    {
        ScanInput[] inputs = [.. Enumerable.Range(0, 200).Select(i => Scans.Input(i % 3 == 0 ? Scans.Canary : Scans.Harmless, $"{i * 7919 % 200}"))];
        Assert.Equal(inputs.Select(i => i.Path), Scans.Run(Scans.Options with { Jobs = jobs }, inputs).Targets.Select(t => t.Path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task InputsAreAskedForWhenTheyAreNeeded(int jobs)
    {
        int asked = 0;
        IEnumerable<ScanInput> Endless()
        {
            while (true)
            {
                yield return Scans.Input(Scans.Harmless, $"{asked++}");
            }
        }

        int taken = 0;
        await foreach (ScanResult result in new Scanner(Scans.Options with { Jobs = jobs }).ScanAsync(Endless(), null, TestContext.Current.CancellationToken))
        {
            Assert.Equal($"{taken}", result.Path);
            if (++taken == 50)
            {
                break;
            }
        }

        Assert.InRange(asked, 50, 50 + 5_000);
    }

    [Fact]
    public async Task ASlowInputHoldsUpABoundedNumberOfOthers()
    {
        using ManualResetEventSlim go = new();
        int asked = 0;
        IEnumerable<ScanInput> Inputs()
        {
            yield return new ScanInput
            {
                Path = "slow",
                Open = () =>
                {
                    go.Wait(TestContext.Current.CancellationToken);
                    return new MemorySource(Scans.Harmless);
                },
            };
            for (; asked < 20_000; asked++)
            {
                yield return new ScanInput { Path = $"{asked}", Unreadable = "quick" };
            }
        }

        IAsyncEnumerator<ScanResult> results = new Scanner(Scans.Options with { Jobs = 2 })
            .ScanAsync(Inputs(), null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        ValueTask<bool> first = results.MoveNextAsync();
        SpinWait.SpinUntil(() => Volatile.Read(ref asked) > 1_000, TimeSpan.FromSeconds(30));
        Assert.False(first.IsCompleted);
        go.Set();
        Assert.True(await first);
        Assert.Equal("slow", results.Current.Path);
        Assert.InRange(asked, 1_001, 5_000);
        int rest = 0;
        while (await results.MoveNextAsync())
        {
            rest++;
        }

        Assert.Equal(20_000, rest);
    }

    [Fact]
    public async Task WhoStopsAskingCancelsWhatIsUnderWay()
    {
        using ManualResetEventSlim opened = new();
        CancellationToken seen = default;
        LoadSpy spy = new(token =>
        {
            seen = token;
            opened.Set();
            token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
        });
        ScanOptions options = Scans.Options with { Jobs = 2, TestLoad = spy };
        ScanInput[] inputs = [new ScanInput { Path = "a", Unreadable = "none" }, Scans.Input(Scans.Harmless, "b")];
        await foreach (ScanResult _ in new Scanner(options).ScanAsync(inputs, null, TestContext.Current.CancellationToken))
        {
            opened.Wait(TestContext.Current.CancellationToken);
            break;
        }

        Assert.True(seen.IsCancellationRequested);
    }

    [Fact]
    public async Task AfterCancellationEveryInputComesBackUnopened()
    {
        using CancellationTokenSource cancel = new();
        List<ScanResult> results = [];
        ScanInput[] inputs =
        [
            Scans.Input(Scans.Harmless, "a"),
            .. Enumerable.Range(0, 100).Select(i => new ScanInput { Path = $"{i}", Open = () => throw new InvalidOperationException("opened") }),
        ];
        await foreach (ScanResult result in new Scanner(Scans.Options).ScanAsync(inputs, null, cancel.Token))
        {
            results.Add(result);
            await cancel.CancelAsync();
        }

        Assert.Equal(Verdict.Passed, results[0].Report!.Verdict);
        Assert.Equal(100, results.Skip(1).Count(r => r.Report!.Causes().Single() == UnreadCause.Cancelled));
    }

    [Fact]
    public void FilesOfABundleAreScannedWithWhatItRefuses()
    {
        ScanReport report = ScanReport.Of(Scans.Options, new HeldBundle());
        Assert.Equal(["bundle/a.pkl", "bundle/b.pkl", "bundle/pipe"], report.Targets.Select(t => t.Path));
        Assert.Equal(Verdict.Malicious, report.Targets[0].Verdict);
        Assert.Equal([UnreadCause.Changed], report.Targets[1].Causes());
        Assert.Equal([UnreadCause.Unreadable], report.Targets[2].Causes());
    }

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
    }

    [Fact]
    public void SameBytesUnderAnotherNameGiveTheSameKeys() =>
        Assert.Equal(Scans.Of(Scans.Canary, "a.pkl").Findings.Select(f => (f.Key, f.ContentKey)), Scans.Of(Scans.Canary, "dir/b.bin").Findings.Select(f => (f.Key, f.ContentKey)));

    [Fact]
    public void WaivedFindingNoLongerDecidesAndStaysInTheReport()
    {
        Finding found = Assert.Single(Scans.Of(Scans.Canary).Findings, f => f.Severity >= Severity.Medium);
        Waiver waiver = new() { Rule = found.Rule.Id, Contents = [found.ContentKey], Path = "input", Reason = "we wrote it", Expires = new DateOnly(2030, 1, 31) };
        ScanOptions options = Scans.Options with { Policy = new Policy { Waivers = [waiver] }, Time = new Day(2030, 1, 31) };
        TargetReport target = Assert.Single(Scans.Run(options, Scans.Input(Scans.Canary)).Targets);
        Assert.Equal(Verdict.Passed, target.Verdict);
        Assert.Equal(found.ContentKey, Assert.Single(target.Waived).Finding.ContentKey);
    }

    [Fact]
    public void WaiverThatHasEndedDecidesNothing()
    {
        Finding found = Assert.Single(Scans.Of(Scans.Canary).Findings, f => f.Severity >= Severity.Medium);
        Waiver waiver = new() { Rule = found.Rule.Id, Contents = [found.ContentKey], Path = "input", Reason = "we wrote it", Expires = new DateOnly(2030, 1, 31) };
        ScanOptions options = Scans.Options with { Policy = new Policy { Waivers = [waiver] }, Time = new Day(2030, 2, 1) };
        Assert.Equal(Verdict.Malicious, Scans.Run(options, Scans.Input(Scans.Canary)).Verdict);
    }

    [Fact]
    public void DigestIsOfTheBytes() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Scans.Of("abc"u8.ToArray()).Sha256);

    [Fact]
    public void LargeInputIsDigestedOnlyWhenAsked()
    {
        SparseZeros zeros = new(Scans.Options.DigestLimit + 1);
        Assert.Null(Scans.Of(zeros).Sha256);
        Assert.NotNull(Scans.Of(zeros, Scans.Options with { DigestAll = true }).Sha256);
    }

    [Fact]
    public void MemberIsVisitedByThePathThatReportsPrint()
    {
        byte[] zip = new ZipBuilder().Add("m/data.pkl", Scans.Canary, 8).Build();
        byte[]? seen = null;
        Assert.True(new Scanner(Scans.Options).Visit(
            Scans.Input(zip, "model.pt"), "model.pt!/m/data.pkl", a => seen = a.Bytes.ReadUpTo(0, 1 << 10), TestContext.Current.CancellationToken));
        Assert.Equal(Scans.Canary, seen);
        Assert.False(new Scanner(Scans.Options).Visit(Scans.Input(zip, "model.pt"), "model.pt!/none", _ => { }, TestContext.Current.CancellationToken));
    }

    private static byte[] Json(int jobs, ScanInput[] inputs)
    {
        using MemoryStream json = new();
        ScanReport report = Scans.Run(Scans.Options with { Jobs = jobs }, inputs);
        report.WriteTo(new JsonReport(json, report.Head));
        return json.ToArray();
    }

    private sealed class Collector : IProgress<ScanProgress>
    {
        public List<ScanProgress> Seen { get; } = [];

        public void Report(ScanProgress value) => Seen.Add(value);
    }

    private sealed class LoadSpy(Action<CancellationToken> load) : ITestLoad
    {
        public IReadOnlyList<Fact> Load(string path, ByteSource bytes, IReadOnlyList<Fact> facts, bool named, CancellationToken cancellation)
        {
            load(cancellation);
            return [];
        }
    }

    private sealed class HeldBundle : IBundle
    {
        public string Path => "bundle";

        public IEnumerable<BundleEntry> List(CancellationToken cancellation = default) =>
            [new("a.pkl", Scans.Canary.Length), new("b.pkl", 1), new("pipe", null, BundleRefusal.NotAFile, "It is a FIFO.")];

        public BundleOpening TryOpen(string name) => name == "a.pkl"
            ? BundleOpening.Of(new MemorySource(Scans.Canary))
            : BundleOpening.Refuse(BundleRefusal.Missing, "It is gone.");
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
