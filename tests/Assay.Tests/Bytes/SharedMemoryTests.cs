// The memory that scans of one process share: waiting, the first that never waits, and two jobs of one scanner.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Bytes;

public sealed class SharedMemoryTests
{
    [Fact]
    public async Task TheFirstNeverWaitsAndTheSecondDoesUntilTheFirstGivesBack()
    {
        SharedMemory memory = new(10);
        IMemoryShare first = memory.Join();
        using IMemoryShare second = memory.Join();
        first.Take(100, CancellationToken.None);
        Task taking = Task.Run(() => second.Take(10, CancellationToken.None), TestContext.Current.CancellationToken);
        Assert.Equal(100, memory.HeldBytes);
        first.Give(99);
        Assert.False(taking.IsCompleted);
        first.Dispose();
        await taking;
        Assert.Equal(10, memory.HeldBytes);
    }

    [Fact]
    public void WhatWasGivenBackIsCollectedBeforeMoreIsTaken()
    {
        int collections = 0;
        SharedMemory memory = new(1L << 40) { Collect = () => collections++ };
        using (IMemoryShare first = memory.Join())
        {
            first.Take(60L << 20, CancellationToken.None);
            first.Give(20L << 20);
            first.Take(1, CancellationToken.None);
            Assert.Equal(0, collections);
        }

        using IMemoryShare second = memory.Join();
        second.Take(1, CancellationToken.None);
        second.Take(1, CancellationToken.None);
        Assert.Equal(1, collections);
    }

    [Fact]
    public async Task WhoWaitsHearsOfCancellation()
    {
        SharedMemory memory = new(1);
        using IMemoryShare first = memory.Join();
        using IMemoryShare second = memory.Join();
        using CancellationTokenSource cancel = new();
        first.Take(1, CancellationToken.None);
        Task taking = Task.Run(() => second.Take(1, cancel.Token), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        ScanStopException stop = await Assert.ThrowsAsync<ScanStopException>(() => taking);
        Assert.Equal(StopReason.Cancelled, stop.Reason);
    }

    [Fact]
    public void TwoJobsOfTwoScannersShareOneMemoryAndFindWhatEachFindsAlone()
    {
        // Each holds a stack of millions of values: more than the shared memory, less than what one input may hold.
        byte[] large = PickleBuilder.Protocol(2).Raw([.. Enumerable.Repeat((byte)'N', 2_000_000)]).Stop().ToArray();
        SharedMemory memory = new(8 << 20);
        ScanOptions options = Scans.Options with { Memory = memory };
        long most = 0;
        ScanOptions Watched() => options with
        {
            Time = new Watch(() => most = Math.Max(most, memory.HeldBytes)),
        };
        Scanner[] scanners = [new(Watched()), new(Watched())];
        TargetReport alone = new Scanner(Scans.Options).Scan(Scans.Input(large, "a.pkl"), CancellationToken.None).Report!;
        TargetReport[] reports = new TargetReport[scanners.Length];
        Parallel.For(0, scanners.Length, i => reports[i] = scanners[i].Scan(Scans.Input(large, "a.pkl"), CancellationToken.None).Report!);
        Assert.All(reports, report => Assert.Equal((alone.Verdict, alone.Unread.Count, alone.Findings.Count), (report.Verdict, report.Unread.Count, report.Findings.Count)));
        Assert.InRange(most, 1, memory.Size + options.Limits.Memory);
        Assert.Equal(0, memory.HeldBytes);
    }

    private sealed class Watch(Action look) : TimeProvider
    {
        public override long GetTimestamp()
        {
            look();
            return base.GetTimestamp();
        }
    }
}
