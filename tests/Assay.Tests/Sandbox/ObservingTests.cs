// The parts that watch a load, by themselves: they read what a hostile process wrote.
using System.Text;
using Assay.Artifacts;
using Assay.Sandbox.Kernel;
using Assay.Sandbox.Observing;

namespace Assay.Tests.Sandbox;

public sealed class ObservingTests
{
    private static readonly LoadPlaces s_places = new("/home/mara", "/home/mara/model", new HashSet<string> { "/home/mara/.netrc" }, ["canary-secret"], "/.mark/");

    private static EventLog Heard(params string[] lines)
    {
        EventLog log = new("m", "pickle.load");
        PythonStory story = new(log, s_places);
        foreach (string line in lines)
        {
            story.Read(Encoding.UTF8.GetBytes(line + "\n"));
        }

        return log;
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"n\": 1}")]
    [InlineData("{\"n\": \"x\", \"p\": 1, \"e\": \"exec\", \"a\": []}")]
    [InlineData("{\"n\": 1, \"p\": 1, \"e\": 7, \"a\": []}")]
    [InlineData("{\"n\": 1, \"p\": 1, \"e\": \"exec\", \"a\": 3}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]")]
    public void ALineThatPythonDoesNotWriteIsCorrupt(string line) => Assert.Equal("events-corrupt", Assert.Single(Heard(line).Events).Kind);

    [Fact]
    public void AMissingNumberIsAGap()
    {
        EventLog log = Heard("{\"n\": 1, \"p\": 2, \"e\": \"assay.phase\", \"a\": []}", "{\"n\": 3, \"p\": 2, \"e\": \"assay.phase\", \"a\": []}");
        Assert.Equal("events-gap", Assert.Single(log.Events).Kind);
    }

    [Fact]
    public void ALineWithoutEndIsBounded()
    {
        EventLog log = new("m", "pickle.load");
        PythonStory story = new(log, s_places);
        byte[] block = new byte[1 << 20];
        Array.Fill(block, (byte)'x');
        for (int i = 0; i < 20; i++)
        {
            story.Read(block);
        }

        Assert.Equal("events-flood", Assert.Single(log.Events).Kind);
    }

    [Fact]
    public void AFloodOfOneKindDoesNotHideAnother()
    {
        EventLog log = new("m", "pickle.load");
        for (int i = 0; i < 100_000; i++)
        {
            log.Add(BehaviourSource.Syscall, "file-read", "openat", $"/x{i}");
        }

        log.Add(BehaviourSource.Syscall, "process-start", "execve", "/bin/sh");
        Assert.True(log.Events.Count < 1300);
        Assert.Contains(log.Events, e => e.Kind == "process-start");
        Assert.Equal(100_000, log.Events.Where(e => e.Kind == "file-read").Sum(e => e.Count));
    }

    [Fact]
    public void AddressesAreRead()
    {
        Assert.Equal("203.0.113.7:4444", SocketAddress.Read([2, 0, 0x11, 0x5C, 203, 0, 113, 7, 0, 0, 0, 0, 0, 0, 0, 0]).Text);
        Assert.Equal("unix:@hidden", SocketAddress.Read([1, 0, 0, .. "hidden"u8]).Text);
        Assert.Equal("unix:/run/x", SocketAddress.Read([1, 0, .. "/run/x\0junk"u8]).Text);
        Assert.Equal("", SocketAddress.Read([2]).Text);
        Assert.False(SocketAddress.Read([2, 0, 1]).Text.Length == 0);
    }

    [Fact]
    public void WhatOnlyAttacksNeedNeverRuns()
    {
        ulong[] none = new ulong[6];
        Assert.All(SyscallTable.Rows.Where(r => r.Answer == SyscallAnswer.Refuse), r => Assert.False(LoadFilter.MayRun(r, none)));
        Assert.True(LoadFilter.MayRun(SyscallTable.Named("clone"), [17, 0, 0, 0, 0, 0]));
        Assert.False(LoadFilter.MayRun(SyscallTable.Named("clone"), [0x10000000 | 17, 0, 0, 0, 0, 0]));
        Assert.True(LoadFilter.MayRun(SyscallTable.Named("socket"), [2, 1, 0, 0, 0, 0]));
        Assert.False(LoadFilter.MayRun(SyscallTable.Named("socket"), [40, 1, 0, 0, 0, 0]));
        Assert.False(LoadFilter.MayRun(SyscallTable.Named("prctl"), [22, 2, 0, 0, 0, 0]));
    }

    [Fact]
    public void TheFilterIsShortEnoughForTheKernel()
    {
        byte[] filter = LoadFilter.Write(3);
        Assert.Equal(0, filter.Length % 8);
        Assert.InRange(filter.Length / 8, 100, 4096);
    }

    [Fact]
    public void NoCallHasTwoRows()
    {
        Assert.Equal(SyscallTable.Rows.Count, SyscallTable.Rows.Select(r => r.Number).Distinct().Count());
        Assert.All(SyscallTable.Rows, r => Assert.InRange(r.Number, 0, LoadFilter.FirstUnknown - 1));
    }
}
