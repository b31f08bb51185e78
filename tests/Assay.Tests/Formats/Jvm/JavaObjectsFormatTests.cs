// Serialised Java objects: what a JVM writes is read to the last byte; gadgets, proxies and lengths that lie are said.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Jvm;

/// <summary>The files were written by OpenJDK 17; the class that they call a gadget is an empty one of the same name.</summary>
public sealed class JavaObjectsFormatTests
{
    [Theory]
    [InlineData("model.ser")]
    [InlineData("map.ser")]
    [InlineData("list.ser")]
    public void WhatAJvmWritesIsReadWhole(string name)
    {
        TargetReport target = Scans.Of(RealFiles.Of(name), name);
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        Assert.Equal(["java-objects"], target.Formats);
        target.AssertComplete();
    }

    [Theory]
    [InlineData("h-gadget.ser", "java-gadget")]
    [InlineData("h-array.ser", "java-gadget")]
    [InlineData("h-proxy.ser", "java-proxy")]
    [InlineData("h-url.ser", "java-names-host")]
    public void WhatRunsCodeWhenItIsReadIsFlagged(string name, string rule)
    {
        foreach (byte[] file in (byte[][])[RealFiles.Of(name), Wrapping.Compress("gz", RealFiles.Of(name)), new ZipBuilder().Add("preprocessor.bin", RealFiles.Of(name)).Build()])
        {
            TargetReport target = Scans.Of(file, "weka.model");
            Assert.True(target.Verdict >= Verdict.Suspicious && target.Is(rule), target.Describe());
        }
    }

    [Fact]
    public void BytesAreHandedToTheWalk()
    {
        byte[] file = [0xAC, 0xED, 0, 5, 0x75, 0x72, 0, 2, (byte)'[', (byte)'B', 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0x78, 0x70, 0, 0, 0, (byte)Scans.Canary.Length, .. Scans.Canary];
        TargetReport target = Scans.Of(file, "x.ser");
        Assert.True(target.Verdict == Verdict.Malicious, target.Describe());
    }

    [Fact]
    public void AnArrayThatDeclaresMoreThanThereIsIsSaid()
    {
        byte[] file = [0xAC, 0xED, 0, 5, 0x75, 0x72, 0, 2, (byte)'[', (byte)'B', 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0x78, 0x70, 0x7F, 0xFF, 0xFF, 0xFF, 1];
        TargetReport target = Scans.Of(file, "x.ser");
        Assert.Contains("java.declares-more", target.Anomalies());
        Assert.Equal([UnreadCause.Truncated], target.Causes());
    }

    [Fact]
    public void NestingIsReadWithoutRecursion()
    {
        byte[] array = [0x75, 0x72, 0, 2, (byte)'[', (byte)'[', 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0x78, 0x70, 0, 0, 0, 1];
        byte[] file = [0xAC, 0xED, 0, 5, .. Enumerable.Repeat(array, 20_000).SelectMany(b => b), 0x70];
        TargetReport target = Scans.Of(file, "x.ser");
        Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
    }

    [Theory]
    [InlineData("model.ser")]
    [InlineData("map.ser")]
    public void AStreamThatIsCutAnywhereIsNeverPassed(string name)
    {
        byte[] whole = RealFiles.Of(name);
        for (int length = 6; length < whole.Length - 6; length += 5)
        {
            TargetReport target = Scans.Of(whole[..length], name);
            Assert.True(target.Verdict != Verdict.Passed, $"{length}");
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
        }
    }
}
