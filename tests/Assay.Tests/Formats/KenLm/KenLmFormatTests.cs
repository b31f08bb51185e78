// KenLM: tables that are mapped as they lie are data, and what hides in their place is read.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.KenLm;

public sealed class KenLmFormatTests
{
    [Fact]
    public void AModelPasses()
    {
        TargetReport target = Scans.Of([.. "mmap lm http://kheafield.com/code format version 5\n\0"u8, .. new byte[64], .. Enumerable.Repeat((byte)0xA7, 256)], "lm.bin");
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == "kenlm");
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
    }

    [Fact]
    public void ItsNameAloneMakesNoModel() => Assert.Equal(Verdict.Malicious, Scans.Of(Scans.Canary, "lm.bin").Verdict);
}
