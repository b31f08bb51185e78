// Tensorizer: a file with a list and heads passes; places, sizes and descriptions that lie are said.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Tensorizer;

public sealed class TensorizerFormatTests
{
    [Fact]
    public void AGoodFilePasses()
    {
        TargetReport target = Scans.Of(File(), "m.tensors");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Theory]
    [InlineData("place", "tensorizer.outside")]
    [InlineData("length", "tensorizer.outside")]
    [InlineData("count", "tensorizer.count")]
    [InlineData("list", "tensorizer.count")]
    [InlineData("shape", "tensorizer.size")]
    [InlineData("name", "tensorizer.differs")]
    [InlineData("object", "tensorizer.object")]
    public void WhatLiesIsSaid(string how, string code)
    {
        TargetReport target = Scans.Of(File(how), "m.tensors");
        Assert.Contains(code, target.Anomalies());
        Assert.Equal(Verdict.Suspicious, target.Verdict);
    }

    [Fact]
    public void AFileThatIsCutIsNeverPassed()
    {
        byte[] whole = File();
        for (int length = 8; length < whole.Length - 8; length += 3)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "m.tensors").Verdict);
        }
    }

    private static byte[] File(string lie = "")
    {
        string type = lie == "object" ? "|O" : "<f4";
        byte[] shape = [2, .. BitConverter.GetBytes(lie == "shape" ? 3 : 2), .. BitConverter.GetBytes(2)];
        byte[] middle = [(byte)type.Length, .. Encoding.ASCII.GetBytes(type), .. shape];
        byte[] head = [0, 0, 0, .. BitConverter.GetBytes((ushort)1), .. lie == "name" ? "v"u8 : "w"u8, .. middle, 1, 0, 0, .. BitConverter.GetBytes(16L)];
        const int list = 61 + 4;
        long start = 5 + 4 + 48 + 8 + 8 + list;
        byte[] entry =
        [
            .. BitConverter.GetBytes((ushort)1), .. "w"u8, 0, .. middle, .. BitConverter.GetBytes(start), .. BitConverter.GetBytes(lie == "place" ? 1L << 40 : start + 8 + head.Length),
            .. BitConverter.GetBytes(lie == "length" ? -1L : 16L),
        ];
        return
        [
            .. "|TZR|"u8, .. BitConverter.GetBytes(1), .. new byte[48], .. BitConverter.GetBytes(lie == "count" ? 1L << 40 : 1), .. BitConverter.GetBytes(lie == "list" ? 1L << 40 : list),
            .. entry, .. new byte[list - entry.Length], .. BitConverter.GetBytes(8L + head.Length), .. head, .. Enumerable.Repeat((byte)1, 16), .. new byte[8],
        ];
    }
}
