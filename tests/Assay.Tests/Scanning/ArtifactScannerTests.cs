// The fence around readers, the gaps that are asked again, and the sums of coverage.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;

namespace Assay.Tests.Scanning;

public sealed class ArtifactScannerTests
{
    private static readonly byte[] s_junk = [.. Enumerable.Range(0, 300).Select(i => (byte)((i * 31) ^ 0xE7))];

    public static TheoryData<string> Samples => [.. Repository.Files
        .Where(f => f.StartsWith("samples/good/", StringComparison.Ordinal) || f.StartsWith("samples/hostile/", StringComparison.Ordinal))];

    private static ScanOptions With(params IFormat[] formats) => Scans.Options with { Formats = [.. formats, .. FormatCatalog.All] };

    [Fact]
    public void T208_ReaderThatFailsIsAFaultAndTheOtherReadersStillRead()
    {
        StagedFormat failing = new((_, _) => throw new InvalidOperationException("defect"));
        TargetReport target = Assert.Single(Scans.Run(With(failing), Scans.Input(Scans.Canary)).Targets);
        Assert.Equal([UnreadCause.Fault], target.Causes());
        Assert.Equal(Verdict.Malicious, target.Verdict);
        Assert.Equal(["staged", "pickle"], target.Formats);
    }

    [Fact]
    public void T208_ProbeThatFailsIsAFaultAndTheOtherReadersStillRead()
    {
        StagedFormat failing = new((_, _) => { }) { Claims = _ => throw new InvalidOperationException("defect") };
        TargetReport target = Assert.Single(Scans.Run(With(failing), Scans.Input(Scans.Harmless)).Targets);
        Assert.All(target.Causes(), cause => Assert.Equal(UnreadCause.Fault, cause));
        Assert.Equal(Verdict.Incomplete, target.Verdict);
        Assert.Contains("pickle", target.Formats);
    }

    [Fact]
    public void T208_SourceThatBreaksItsPromiseCostsItsInputOnly()
    {
        UnsteadySource broken = new(Scans.Canary) { Gone = (_, _) => true, Fault = _ => new NotSupportedException("defect") };
        ScanReport report = Scans.Run(new ScanInput { Path = "a", Open = () => broken, Named = true }, Scans.Input(Scans.Canary, "b"));
        Assert.Equal([UnreadCause.Fault], report.Targets[0].Causes());
        Assert.Equal(Verdict.Malicious, report.Targets[1].Verdict);
    }

    [Fact]
    public void FactsBeforeABreakStay()
    {
        StagedFormat breaking = new((artifact, context) =>
        {
            context.Submit(new Artifact("inside", new MemorySource(Scans.Canary), artifact));
            throw new MalformedException(5, "The rest makes no sense.");
        });
        TargetReport target = Assert.Single(Scans.Run(With(breaking), Scans.Input("plain text"u8.ToArray())).Targets);
        Assert.Equal(Verdict.Malicious, target.Verdict);
        Assert.Contains(target.Unread, u => u.Cause == UnreadCause.Malformed && u.Offset == 5);
    }

    [Fact]
    public void LimitInOneReaderIsNamedAndTheOtherReadersStillRead()
    {
        StagedFormat spending = new((_, _) => throw ScanBudget.Spent("entries", 10, 3));
        TargetReport target = Assert.Single(Scans.Run(With(spending), Scans.Input(Scans.Canary)).Targets);
        UnreadFact unread = Assert.Single(target.Unread);
        Assert.Equal((UnreadCause.Limit, 3), (unread.Cause, unread.Offset));
        Assert.Contains("entries=10", unread.Detail, StringComparison.Ordinal);
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Theory]
    [InlineData("depth")]
    [InlineData("artifacts")]
    [InlineData("inflated-bytes")]
    [InlineData("opcodes")]
    [InlineData("milliseconds")]
    public void T207_SpentLimitIsNamedAndTheVerdictIsNotPassed(string name)
    {
        ScanLimits limits = name switch
        {
            "depth" => new ScanLimits { Depth = 1 },
            "artifacts" => new ScanLimits { Artifacts = 2 },
            "inflated-bytes" => new ScanLimits { InflatedBytes = 20 },
            "opcodes" => new ScanLimits { Opcodes = 3 },
            _ => new ScanLimits { Milliseconds = -1 },
        };
        byte[] inner = new ZipBuilder().Add("m/data.pkl", Scans.Harmless, 8).Build();
        byte[] outer = new ZipBuilder().Add("inner.zip", inner, 8).Build();
        TargetReport target = Assert.Single(Scans.Run(Scans.Options with { Limits = limits }, Scans.Input(outer)).Targets);
        Assert.Contains(target.Unread, u => u.Cause == UnreadCause.Limit && u.Detail.Contains($"{name}=", StringComparison.Ordinal));
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Fact]
    public void FileThatVanishesIsUnreadAndWhatRanBeforeIsFound()
    {
        byte[] bytes = [.. Scans.Canary, .. Scans.Harmless];
        StagedFormat other = new((artifact, _) => artifact.Bytes.ReadUpTo(Scans.Canary.Length, 1)) { Claims = i => i.IsWhole ? new Claim(i.Range, ClaimStrength.Weak) : null };
        bool gone = false;
        UnsteadySource source = new(bytes) { Gone = (_, _) => gone };
        StagedFormat vanish = new((_, _) => gone = true);
        TargetReport target = Scans.Of(source, Scans.Options with { Formats = [.. FormatCatalog.All, vanish, other] });
        Assert.Contains(UnreadCause.Changed, target.Causes());
        Assert.Equal(Verdict.Malicious, target.Verdict);
        Assert.Equal(bytes.Length, target.Size);
    }

    [Fact]
    public void FileThatVanishesAtOnceIsUnread()
    {
        TargetReport target = Scans.Of(new UnsteadySource(Scans.Canary) { Gone = (_, _) => true });
        Assert.Contains(UnreadCause.Changed, target.Causes());
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Fact]
    public void FileThatVanishesBeforeItsDigestKeepsFormatsAndFindings()
    {
        // Only the digest asks for so much in one step.
        TargetReport target = Scans.Of(new UnsteadySource(Scans.Canary) { Gone = (_, length) => length > 200_000 });
        Assert.Equal(Verdict.Malicious, target.Verdict);
        Assert.Equal(["pickle"], target.Formats);
        Assert.Equal([UnreadCause.Changed], target.Causes());
        Assert.Null(target.Sha256);
    }

    [Fact]
    public void FileThatGrewIsUnreadEvenWhereNothingWasFound()
    {
        TargetReport target = Scans.Of(new UnsteadySource(Scans.Harmless) { Unchanged = false });
        Assert.Equal([UnreadCause.Changed], target.Causes());
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GapThatNobodyClaimedIsAskedAgain(bool junkFirst)
    {
        byte[] zip = new ZipBuilder().Add("m/readme", "text").Build();
        byte[] bytes = junkFirst ? [.. s_junk, .. Scans.Canary] : [.. zip, .. s_junk, .. Scans.Canary];
        TargetReport target = Scans.Of(bytes);
        Assert.Contains("pickle", target.Formats);
        Assert.Contains("os.system", target.Callables());
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Fact]
    public void ZipBehindAPickleIsRead()
    {
        byte[] zip = new ZipBuilder().Add("m/data.pkl", Scans.Canary).Build();
        TargetReport target = Scans.Of([.. Scans.Harmless, .. s_junk, .. zip]);
        Assert.Contains(target.Findings, f => f.Path == "input!/m/data.pkl");
        Assert.Contains("torch-zip", target.Facts.OfType<FormatFact>().Select(f => f.Format));
    }

    [Fact]
    public void EveryClaimIsRead()
    {
        List<string> read = [];
        TargetReport target = Assert.Single(Scans.Run(
            With(new StagedFormat((_, _) => read.Add("one")) { Id = "one" }, new StagedFormat((_, _) => read.Add("two")) { Id = "two" }),
            Scans.Input(Scans.Canary)).Targets);
        Assert.Equal(["one", "two"], read.Distinct());
        Assert.Equal(["one", "two", "pickle"], target.Formats);
    }

    [Fact]
    public void FindingsSayInWhichLoadersTheyHappen()
    {
        TargetReport target = Scans.Of(new ZipBuilder().Add("m/data.pkl", Scans.Canary).Add("m/version", "3\n").Build());
        Assert.All(target.Findings, f => Assert.NotEmpty(f.Loaders));
        Assert.Contains(target.Findings, f => f.Path == "input!/m/data.pkl" && f.Loaders.Any(l => l.Loader == "torch.load" && l.SafeSetting.Length > 0));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void T220_CoverageAddsUpHoweverTheFileIsCut(string sample)
    {
        byte[] whole = File.ReadAllBytes(Repository.Full(sample));
        for (int length = whole.Length; length > 0; length -= Math.Max(1, whole.Length / 40))
        {
            TargetReport target = Scans.Of(whole[..length]);
            (long parsed, long data, long unknown) = target.Bytes;
            Assert.True(parsed >= 0 && data >= 0 && unknown >= 0);
            Assert.Equal(length, parsed + data + unknown);
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
        }
    }

    [Fact]
    public void BytesThatNoFormatClaimsAreUnreadAndNeverPassed()
    {
        byte[] noise = new byte[100_000];
        new Random(7).NextBytes(noise);
        TargetReport target = Scans.Of([.. Scans.Harmless, .. noise], "model.pkl");
        Assert.Equal(Verdict.Incomplete, target.Verdict);
        UnreadFact unread = Assert.Single(target.Unread);
        Assert.Equal((UnreadCause.Unrecognised, (long)Scans.Harmless.Length), (unread.Cause, unread.Offset));
        Assert.True(unread.Length > 99_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(' ')]
    [InlineData('\n')]
    public void PaddingBehindAFormatLeavesItComplete(int fill)
    {
        byte[] zip = [.. new ZipBuilder().Add("a.pkl", Scans.Harmless).Build(), .. Enumerable.Repeat((byte)fill, 200_000)];
        Scans.Of(zip).AssertComplete();
    }

    [Fact]
    public void ElementsBehindWhatLooksLikeAPickleAreElements()
    {
        byte[] storage = [.. Scans.Harmless, .. s_junk];
        byte[] model = new ZipBuilder().Add("m/data.pkl", Scans.Harmless).Add("m/data/0", storage).Build();
        Assert.DoesNotContain(UnreadCause.Unrecognised, Scans.Of(model).Causes());
    }
}
