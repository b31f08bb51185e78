// Files that are small and become large: each ends within its budget, says so, and costs little memory.
using System.IO.Compression;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Attacks;

public sealed class ExpansionTests
{
    private const long Megabyte = 1 << 20;
    private static readonly byte[] s_payload = PickleOf(Call("os", "system", "id"));

    [Theory]
    [InlineData("DUP and TUPLE2")]
    [InlineData("memo and TUPLE2")]
    [InlineData("memo and APPENDS")]
    [InlineData("billion laughs of lists")]
    [InlineData("billion laughs of dicts")]
    [InlineData("frozen sets")]
    public void T046_DoublingIsToldAndCostsNothing(string kind)
    {
        byte[] pickle = Doubling(kind).Stop().ToArray();
        (TargetReport report, long cost) = Measure(pickle);
        Assert.True(report.Is("pickle-exhausts-memory") && report.Verdict == Verdict.Malicious, report.Describe());
        Assert.InRange(cost, 0, 8 * Megabyte);
    }

    [Fact]
    public void AnOrdinarySharedObjectIsNoBomb()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2).Push("shared").Put(0).Pop().Op(Op.EMPTY_LIST).Mark();
        for (int i = 0; i < 10_000; i++)
        {
            pickle.Get(0);
        }

        TargetReport report = Scanned.Pickle(pickle.Op(Op.APPENDS).Stop());
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
    }

    [Theory]
    [InlineData(Op.MARK, Op.TUPLE)]
    [InlineData(Op.MARK, Op.LIST)]
    [InlineData(Op.EMPTY_LIST, Op.APPEND)]
    [InlineData(Op.NONE, Op.TUPLE1)]
    public void T047_TenMillionLevelsEndWithinTheBudget(object open, object close)
    {
        const int Levels = 10_000_000;
        byte[] pickle = new byte[(2 * Levels) + 3];
        pickle[0] = (byte)Op.PROTO;
        pickle[1] = 2;
        bool single = (Op)close == Op.TUPLE1;
        pickle.AsSpan(2, Levels).Fill((byte)(Op)(single ? close : open));
        pickle.AsSpan(2 + Levels, Levels).Fill((byte)(Op)close);
        pickle[2] = (byte)(Op)open;
        pickle[^1] = (byte)Op.STOP;
        if ((Op)close == Op.APPEND)
        {
            // The outermost list is appended to nothing.
            pickle = [.. pickle[..^2], (byte)Op.STOP];
        }

        (TargetReport report, long cost) = Measure(pickle, warm: false);
        Assert.True(report.Is("pickle-exhausts-memory") && report.Verdict == Verdict.Malicious, report.Describe());
        Assert.InRange(cost, 0, 512 * Megabyte);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void MemoBloatCostsLittleMoreThanTheFile(int first)
    {
        const int Entries = 1_000_000;
        PickleBuilder start = PickleBuilder.Protocol(4);
        byte[] pickle = new byte[2 + (Entries * 6) + 1];
        start.ToArray().CopyTo(pickle, 0);
        for (int i = 0; i < Entries; i++)
        {
            Span<byte> at = pickle.AsSpan(2 + (i * 6));
            at[0] = (byte)Op.NONE;
            at[1] = (byte)Op.LONG_BINPUT;
            BitConverter.TryWriteBytes(at[2..], first + i);
        }

        pickle[^1] = (byte)Op.STOP;
        (TargetReport report, long cost) = Measure(pickle, warm: false);
        Assert.True(report.Verdict <= Verdict.Incomplete, report.Describe());
        Assert.InRange(cost, 0, 128 * Megabyte);
    }

    [Fact]
    public void AFloodOfCallsIsCountedAndNotKept()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2).Push(Import("collections", "OrderedDict")).Put(0).Pop();
        for (int i = 0; i < 100_000; i++)
        {
            pickle.Get(0).EmptyTuple().Reduce().Pop();
        }

        (TargetReport report, long cost) = Measure(pickle.None().Stop().ToArray());
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
        Assert.InRange(cost, 0, 64 * Megabyte);
    }

    [Fact]
    public void AFloodOfDifferentCallsCannotHideOne()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2);
        for (int i = 0; i < 20_000; i++)
        {
            pickle.Invoke("decimal", "Decimal", $"{i}").Pop();
        }

        pickle.Invoke("os", "system", "id").Pop();
        for (int i = 0; i < 20_000; i++)
        {
            pickle.Invoke("mypackage", $"f{i}", i).Pop();
        }

        TargetReport report = Scanned.Pickle(pickle.None().Stop());
        Assert.True(report.Is("callable-command-execution") && report.Verdict == Verdict.Malicious, report.Describe()[..500]);
    }

    [Theory]
    [InlineData("callee of a megabyte")]
    [InlineData("module of a megabyte")]
    [InlineData("long texts in every call")]
    [InlineData("texts of code")]
    public void WhatIsKeptOfAFloodIsBoundedByItsSize(string kind)
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4);
        string megabyte = new('m', 1_000_000);
        switch (kind)
        {
            case "callee of a megabyte":
                pickle.StackGlobal(megabyte, "f").Put(0);
                for (int i = 0; i < 2000; i++)
                {
                    pickle.Get(0).Int(i).Tuple1().Reduce().Pop();
                }

                break;
            case "module of a megabyte":
                pickle.Str(megabyte).Put(0);
                for (int i = 0; i < 5000; i++)
                {
                    pickle.Get(0).Str($"f{i}").Op(Op.STACK_GLOBAL).Pop();
                }

                break;
            case "texts of code":
                for (int i = 0; i < 400; i++)
                {
                    pickle.StackGlobal("builtins", "exec").Str($"x = {i}\n" + new string('y', 50_000)).Tuple1().Reduce().Pop();
                }

                break;
            default:
                pickle.Str(new string('s', 4096)).Put(0).Pop().Mark();
                for (int i = 0; i < 60; i++)
                {
                    pickle.Get(0);
                }

                pickle.Tuple().Put(1).Pop();
                for (int i = 0; i < 10_000; i++)
                {
                    pickle.StackGlobal("package", $"f{i % 40}").Get(1).Int(i).Tuple2().Reduce().Pop();
                }

                break;
        }

        byte[] file = pickle.Invoke("os", "system", "id").Pop().None().Stop().ToArray();
        (TargetReport report, long cost) = Measure(file, warm: false);
        Assert.True(report.Verdict != Verdict.Passed, report.Verdict.ToString());
        Assert.True(report.Verdict is Verdict.Malicious || report.Unread.Any(u => u.Cause == UnreadCause.Limit), report.Verdict.ToString());
        Assert.InRange(cost, 0, 1024 * Megabyte);
        Assert.InRange(report.Findings.Sum(f => f.Message.Length + f.Evidence.Sum(e => (long)e.Text.Length)), 0, 4 * Megabyte);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    public void NamesOfMembersAreBoundedByTheirLength(string kind)
    {
        const int Members = 400;
        byte[] file;
        if (kind == "zip")
        {
            ZipBuilder zip = new();
            for (int i = 0; i < Members; i++)
            {
                zip.Add($"{i}/" + new string('n', 60_000), s_payload);
            }

            file = zip.Build();
        }
        else
        {
            using MemoryStream bytes = new();
            using (System.Formats.Tar.TarWriter tar = new(bytes, System.Formats.Tar.TarEntryFormat.Pax, leaveOpen: true))
            {
                for (int i = 0; i < Members; i++)
                {
                    tar.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, $"{i}/" + new string('n', 60_000)) { DataStream = new MemoryStream(s_payload) });
                }
            }

            file = bytes.ToArray();
        }

        (TargetReport report, long cost) = Measure(file, warm: false);
        Assert.True(report.Is("callable-command-execution") && report.Verdict == Verdict.Malicious, report.Verdict.ToString());
        Assert.Contains(report.Unread, u => u.Cause == UnreadCause.Limit && u.Detail.Contains("entries", StringComparison.Ordinal));
        Assert.InRange(cost, 0, 1024 * Megabyte);
    }

    [Fact]
    public void AWalkOfAHundredThousandStepsIsFollowedToItsEnd()
    {
        string walk = string.Concat(Enumerable.Repeat("path.os.", 100_000));
        (TargetReport report, long cost) = Measure(PickleBuilder.Protocol(4).StackGlobal("os", walk + "system").Str("id").Tuple1().Reduce().Stop().ToArray(), warm: false);
        Assert.True(report.Is("callable-command-execution") && report.Verdict == Verdict.Malicious, report.Verdict.ToString());
        Assert.InRange(cost, 0, 256 * Megabyte);
    }

    [Fact]
    public void FindingsOfOneRuleAreCountedBehindTheThousandth()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4);
        for (int i = 0; i < 3000; i++)
        {
            pickle.Op(Op.EXT4).UInt32((uint)i + 1).EmptyTuple().Reduce().Pop();
        }

        TargetReport report = Scanned.Pickle(pickle.Invoke("os", "system", "id").Pop().None().Stop());
        Finding rest = Assert.Single(report.Findings, f => f.Evidence.Any(e => e.Kind == "more-findings"));
        Assert.Equal("2000", rest.Evidence.Single(e => e.Kind == "more-findings").Text);
        Assert.Equal(1001, report.Findings.Count(f => f.Rule.Id == rest.Rule.Id));
        Assert.True(report.Is("callable-command-execution"), report.Verdict.ToString());
    }

    [Fact]
    public void UsesThatOneUnpicklerDropsAreTold()
    {
        // At an empty module name the C unpicklers stop and the one in Python goes on, to more names than are kept.
        PickleBuilder pickle = PickleBuilder.Protocol(4).Global("", "name").Pop();
        for (int i = 0; i < 300; i++)
        {
            pickle.StackGlobal("package", $"f{i}").Pop();
        }

        TargetReport report = Scanned.Bytes(pickle.None().Stop().ToArray(), "model.pkl", new ScanLimits { Facts = 100 });
        Assert.Contains(report.Unread, u => u.Cause == UnreadCause.Limit && u.Detail.Contains("facts", StringComparison.Ordinal));
        Assert.NotEqual(Verdict.Passed, report.Verdict);
    }

    [Theory]
    [InlineData("gz")]
    [InlineData("zip")]
    [InlineData("zst")]
    public void T184_ABombStopsAtTheBudgetAndWhatLiesBesideItIsRead(string kind)
    {
        byte[] zeros = new byte[48 << 20];
        byte[] bomb = kind == "zip" ? ZipBuilder.Deflate(zeros) : Wrapping.Compress(kind, zeros);
        ZipBuilder zip = new();
        _ = kind == "zip" ? zip.Add(new ZipMember("bomb", zeros) { Method = 8, Stored = bomb }) : zip.Add($"bomb.{kind}", bomb);
        byte[] file = zip.Add("archive/data.pkl", s_payload).Build();
        TargetReport report = Scanned.Bytes(file, "model.pt", new ScanLimits { InflatedBytes = 16 << 20 });
        Assert.True(report.Is("callable-command-execution") && report.Verdict == Verdict.Malicious, report.Describe());
        Assert.Contains(report.Unread, u => u.Cause == UnreadCause.Limit);
    }

    [Fact]
    public void T184_AnArchiveInItselfManyTimesEnds()
    {
        byte[] bytes = s_payload;
        for (int i = 0; i < 5; i++)
        {
            ZipBuilder zip = new();
            for (int j = 0; j < 10; j++)
            {
                zip.Add($"{j}.zip", bytes, 8);
            }

            bytes = zip.Build();
        }

        TargetReport report = Scanned.Bytes(bytes, "laughs.zip", new ScanLimits { Artifacts = 2000 });
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe()[..500]);
        Assert.Contains(report.Unread, u => u.Cause == UnreadCause.Limit && u.Detail.Contains("artifacts", StringComparison.Ordinal));
    }

    [Fact]
    public void AHundredThousandMembersAreAllRead()
    {
        byte[] benign = PickleOf(1);
        ZipBuilder zip = new() { EndCount = 100_001 & 0xFFFF };
        for (int i = 0; i < 100_000; i++)
        {
            zip.Add($"m/{i}.bin", benign);
        }

        (TargetReport report, long cost) = Measure(zip.Add("m/last.bin", s_payload).Build(), warm: false);
        Assert.True(report.Is("callable-command-execution") && report.Verdict == Verdict.Malicious, $"{report.Artifacts} artifacts, {report.Describe()}");
        Assert.Equal(100_002, report.Artifacts);
        Assert.Empty(report.Unread);
        Assert.InRange(cost, 0, 700 * Megabyte);
    }

    [Fact]
    public void AFloodOfMembersHidesNothing()
    {
        byte[] benign = PickleOf(Call("collections", "OrderedDict"));
        ZipBuilder zip = new() { EndCount = 3001 };
        for (int i = 0; i < 3000; i++)
        {
            zip.Add($"m/{i}.bin", benign);
        }

        TargetReport report = Scanned.Bytes(zip.Add("m/last.bin", s_payload).Build(), "models.zip", new ScanLimits { Facts = 1000 });
        Assert.True(report.Is("callable-command-execution") && report.Verdict == Verdict.Malicious, report.Verdict.ToString());
        Assert.Contains(report.Unread, u => u.Cause == UnreadCause.Limit && u.Detail.Contains("facts", StringComparison.Ordinal));
    }

    private static PickleBuilder Doubling(string kind)
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4);
        switch (kind)
        {
            case "DUP and TUPLE2":
                pickle.EmptyTuple();
                for (int i = 0; i < 70; i++)
                {
                    pickle.Op(Op.DUP).Tuple2();
                }

                return pickle;
            case "memo and TUPLE2":
                pickle.Push("lol").Put(0);
                for (int i = 0; i < 70; i++)
                {
                    pickle.Get(i).Tuple2().Put(i + 1);
                }

                return pickle;
            case "memo and APPENDS":
                pickle.Op(Op.EMPTY_LIST).Put(0);
                for (int i = 0; i < 70; i++)
                {
                    pickle.Op(Op.EMPTY_LIST).Mark().Get(i).Get(i).Op(Op.APPENDS).Put(i + 1);
                }

                return pickle;
            case "frozen sets":
                pickle.EmptyTuple().Put(0);
                for (int i = 0; i < 70; i++)
                {
                    pickle.Mark().Mark().Get(i).Get(i).Tuple().Push(i).Op(Op.FROZENSET).Put(i + 1);
                }

                return pickle;
            default:
                bool dicts = kind.EndsWith("dicts", StringComparison.Ordinal);
                pickle.Push("lol").Put(0);
                for (int i = 0; i < 12; i++)
                {
                    pickle.Op(dicts ? Op.EMPTY_DICT : Op.EMPTY_LIST).Mark();
                    for (int j = 0; j < 10; j++)
                    {
                        _ = dicts ? pickle.Push(j).Get(i) : pickle.Get(i);
                    }

                    pickle.Op(dicts ? Op.SETITEMS : Op.APPENDS).Put(i + 1);
                }

                return pickle;
        }
    }

    /// <summary>The report and the bytes that the scan allocated.</summary>
    private static (TargetReport Report, long Cost) Measure(byte[] file, bool warm = true)
    {
        if (warm)
        {
            Scanned.Bytes(file);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        TargetReport report = Scanned.Bytes(file);
        return (report, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
