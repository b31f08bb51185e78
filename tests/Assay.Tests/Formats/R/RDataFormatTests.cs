// R: what R itself writes passes to the last byte; what runs when an object is looked at, called or evaluated is said.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.R;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.R;

/// <summary>The files were written by R 4.2.</summary>
public sealed class RDataFormatTests
{
    [Theory]
    [InlineData("lm.rds")]
    [InlineData("lm-ascii.rds")]
    [InlineData("lm-bz2.rds")]
    [InlineData("lm-xz.rds")]
    [InlineData("lm-native.rds")]
    [InlineData("lm-v2.rds")]
    [InlineData("glm.rds")]
    [InlineData("rf.rds")]
    [InlineData("rpart.rds")]
    [InlineData("loess.rds")]
    [InlineData("compiled.rds")]
    [InlineData("factory.rds")]
    [InlineData("active.rds")]
    [InlineData("s4.rds")]
    [InlineData("ecdf.rds")]
    [InlineData("spline.rds")]
    [InlineData("altint.rds")]
    [InlineData("defstr.rds")]
    [InlineData("raw.rds")]
    [InlineData("misc.rds")]
    [InlineData("misc-ascii.rds")]
    [InlineData("sd.rds")]
    [InlineData("ns.rds")]
    [InlineData("ws.RData")]
    [InlineData("ws-ascii.RData")]
    public void WhatRWritesPassesAndIsReadWhole(string name)
    {
        TargetReport target = Scanned.Bytes(RealFiles.Of(name), name);
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        target.AssertComplete();
    }

    [Theory]
    [InlineData("h-closure.rds", "system", "call")]
    [InlineData("h-compiled.rds", "system", "call")]
    [InlineData("h-active.rds", "system", "variable-look")]
    [InlineData("h-delayed.rds", "system2", "argument")]
    [InlineData("h-terms.rds", "system", "evaluation")]
    [InlineData("h-docall.rds", "system", "call")]
    [InlineData("h-parse.rds", "system", "call")]
    [InlineData("h-quote.rds", "system", "evaluation")]
    public void CodeThatRunsCommandsIsMaliciousWhereverItStands(string name, string function, string when)
    {
        TargetReport target = Scans.Of(RealFiles.Of(name), name);
        Assert.Equal(Verdict.Malicious, target.Verdict);
        Assert.True(target.Is("r-runs-commands"), target.Describe());
        Assert.Contains(target.Facts.OfType<OperatorFact>(), o => o.Name == function && o.Attributes.Contains(new OperatorAttribute("when", when)));
    }

    [Theory]
    [InlineData("h-first.RData", "r-workspace-start")]
    [InlineData("h-library.RData", "r-workspace-overwrites")]
    public void AWorkspaceThatBringsFunctionsOfRIsFlagged(string name, string rule) => Assert.True(Scanned.Bytes(RealFiles.Of(name), name).Is(rule));

    public static TheoryData<string, byte[]> Promises => new()
    {
        { "the object", RWriter.Rds().Promise("system", "echo canary").ToArray() },
        { "the object, harmless by name", RWriter.Rds().Promise("f", "x").ToArray() },
        { "an item", RWriter.Rds().Int(19).Int(2).Null().Promise("system", "echo canary").ToArray() },
        { "an attribute", RWriter.Rds().Int(14 | RWriter.Attributed).Int(0).Int(2 | RWriter.Tagged).Symbol("names").Promise("system", "echo canary").Null().ToArray() },
        { "a variable", RWriter.Workspace().Int(2 | RWriter.Tagged).Symbol("model").Promise("system", "echo canary").Null().ToArray() },
        { "an item of a list of pairs", RWriter.Rds().Int(2).Promise("system", "echo canary").Null().ToArray() },
    };

    [Theory]
    [MemberData(nameof(Promises))]
    public void T177_APromiseInTheValuesPlaceIsMalicious(string where, byte[] file)
    {
        foreach (byte[] form in (byte[][])[file, Wrapping.Compress("gz", file), Wrapping.Compress("xz", file), Wrapping.Compress("bz2", file)])
        {
            TargetReport target = Scanned.Bytes(form, "model.rds");
            Assert.True(target.Verdict == Verdict.Malicious && target.Is("r-promise-runs"), $"{where}: {target.Describe()}");
        }
    }

    [Fact]
    public void AClassOfNoTextsIsNoFault()
    {
        byte[] file = Convert.FromHexString("580a000000030004020200030500000000055554462d380000070300000402000000010004000900000005636c6173730000001000000000");
        TargetReport target = Scanned.Bytes(file, "model.rds");
        Assert.DoesNotContain(target.Unread, u => u.Cause == UnreadCause.Fault);
    }

    [Fact]
    public void T177_APromiseThatIsEvaluatedIsOnlyItsValue()
    {
        byte[] file = RWriter.Rds().Int(19).Int(1).Int(5).Text("value").Call("f", "x").ToArray();
        TargetReport target = Scanned.Bytes(file, "model.rds");
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
    }

    [Fact]
    public void AVectorThatOpensAFileIsFlagged()
    {
        byte[] file = RWriter.Rds().Int(238).Int(2).Symbol("mmap_real").Int(2).Symbol("base").Int(2).Int(13).Int(1).Int(14).Null()
            .Int(2).Text("/etc/hostname").Null().Null().ToArray();
        TargetReport target = Scans.Of(file, "model.rds");
        Assert.Equal(Verdict.Malicious, target.Verdict);
        Assert.Contains(target.Facts.OfType<ReferenceFact>(), r => r.Target == "/etc/hostname");
    }

    [Fact]
    public void APackageWithAPathForANameIsFlagged() =>
        Assert.True(Scanned.Bytes(RWriter.Rds().Int(249).Int(0).Int(1).Characters("../evil").ToArray(), "model.rds").Is("r-name-odd"));

    [Fact]
    public void AnActiveBindingIsTold()
    {
        byte[] file = RWriter.Rds().Int(4).Int(0).Int(253).Int(2 | RWriter.Tagged | RWriter.Active).Symbol("x").Int(3 | RWriter.Tagged).Int(253).Null().Call("unlink", "x").Null().Null().Null().ToArray();
        Assert.True(Scanned.Bytes(file, "model.rds").Is("r-acts-on-first-look"));
    }

    [Fact]
    public void AVectorThatDeclaresMoreThanThereIsIsSaid()
    {
        TargetReport target = Scans.Of(RWriter.Rds().Int(14).Int(-1).Int(0x7FFF).Int(0).ToArray(), "model.rds");
        Assert.Equal([UnreadCause.Truncated], target.Causes());
        Assert.True(target.Is("r-structure-lies"), target.Describe());
    }

    [Fact]
    public void NestingIsReadWithoutRecursion()
    {
        RWriter writer = RWriter.Rds();
        for (int i = 0; i < 100_000; i++)
        {
            writer.Int(19).Int(1);
        }

        TargetReport target = Scans.Of(writer.Null().ToArray(), "model.rds");
        Assert.Contains("r.deep-nesting", target.Anomalies());
        Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
    }

    [Theory]
    [InlineData("lm-native.rds")]
    [InlineData("misc-ascii.rds")]
    public void AFileThatIsCutAnywhereIsNeverPassed(string name)
    {
        // A number in text that is cut is another number.
        byte[] whole = RealFiles.Of(name);
        for (int length = 14; length < whole.Length - 3; length += name == "misc-ascii.rds" ? 1 : 97)
        {
            TargetReport target = Scans.Of(whole[..length], name);
            Assert.True(target.Verdict != Verdict.Passed, $"{length}");
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
        }
    }

    [Fact]
    public void ABytesVectorIsHandedToTheWalk()
    {
        byte[] file = RWriter.Rds().Int(24).Int(Scans.Canary.Length).Raw(Scans.Canary).ToArray();
        Assert.Equal(Verdict.Malicious, Scanned.Bytes(file, "model.rds").Verdict);
    }

    [Fact]
    public void AReferenceToWhatWasNotReadIsMalformed()
    {
        Recording read = Recording.Read(new RDataFormat(), RWriter.Rds().Int(255 | (7 << 8)).ToArray());
        Assert.Equal([UnreadCause.Malformed], read.Unreads);
    }
}
