// T207: budgets on bytes, entries, opcodes and time; a spent one names itself.
using Assay.Bytes;

namespace Assay.Tests.Bytes;

public sealed class ScanBudgetTests
{
    [Fact]
    public void SpendingUpToALimitIsAllowed()
    {
        ScanBudget budget = new(new ScanLimits { Opcodes = 10, InflatedBytes = 10, Artifacts = 1 }, TimeProvider.System);
        budget.SpendOpcodes(10);
        budget.SpendInflated(10);
        budget.SpendArtifact();
        Assert.Equal(budget.Limits.Opcodes, budget.Opcodes);
    }

    [Fact]
    public void SpendingOverALimitNamesItAndWhere()
    {
        ScanBudget budget = new(new ScanLimits { Opcodes = 10, InflatedBytes = 10, Artifacts = 0 }, TimeProvider.System);
        Assert.Contains("opcodes=10", Stop(() => budget.SpendOpcodes(11, 7)).Message, StringComparison.Ordinal);
        Assert.Contains("inflated-bytes=10", Stop(() => budget.SpendInflated(11)).Message, StringComparison.Ordinal);
        Assert.Contains("artifacts=0", Stop(budget.SpendArtifact).Message, StringComparison.Ordinal);
        Assert.Equal(7, Stop(() => budget.SpendOpcodes(1, 7)).Offset);
    }

    [Fact]
    public void TimeIsMeasuredByTheClockThatWasHandedIn()
    {
        HandClock clock = new();
        ScanBudget budget = new(new ScanLimits { Milliseconds = 1000 }, clock);
        clock.Advance(TimeSpan.FromMilliseconds(1000));
        budget.Poll();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(StopReason.Limit, Stop(() => budget.Poll()).Reason);
    }

    [Fact]
    public void CancellationIsNotALimit()
    {
        using CancellationTokenSource cancel = new();
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System, cancel.Token);
        budget.Poll();
        cancel.Cancel();
        Assert.Equal(StopReason.Cancelled, Stop(() => budget.SpendArtifact()).Reason);
    }

    private static ScanStopException Stop(Action spend) => Assert.Throws<ScanStopException>(spend);

    private sealed class HandClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
