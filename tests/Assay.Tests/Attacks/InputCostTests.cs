// No reader costs more for each byte when there are more bytes, and every input stops where the host asks.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;
using Assay.Scanning;

namespace Assay.Tests.Attacks;

public sealed class InputCostTests
{
    /// <summary>Twice the bytes may cost so much, in hundredths.</summary>
    private const long Most = 220;

    /// <summary>What does not grow, or grows in steps: the first artifact, its probes, tables that are made once, memory that is held piece by piece.</summary>
    private const long Fixed = 4_000_000;

    /// <summary>Work between the wish of the host and the end, telling what was found included: less than the 200 ms that a host may count on.</summary>
    private const long MostAfterStop = 120_000_000;

    private static readonly ScanLimits s_wide = new() { Work = long.MaxValue / 2, Memory = 4L << 30, Facts = int.MaxValue, FactBytes = long.MaxValue };

    public static TheoryData<string> Kinds => [.. CostlyInputs.All.Keys, .. CostlyModels.All.Keys, .. CostlyBinaries.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TwiceTheBytesCostTwiceTheWork(string kind)
    {
        (string name, Func<int, byte[]> make) = Of(kind);
        const int Length = 80_000;
        _ = Run(name, make(1000), new ScanBudget(s_wide, TimeProvider.System));
        (long one, long oneAllocated) = Measured(name, make(Length));
        (long two, long twoAllocated) = Measured(name, make(2 * Length));
        Assert.InRange(two, 0, Fixed + (one * Most / 100));
        Assert.InRange(twoAllocated, 0, (8L << 20) + (oneAllocated * Most / 100));
    }

    /// <summary>What is stepped over, as the tables of KenLM are, costs nothing that a stop could end.</summary>
    public static TheoryData<string> Stopped => [.. Kinds.Select(k => k.Data).Where(k => k is not "kenlm: tables")];

    [Theory]
    [MemberData(nameof(Stopped))]
    public void AStopEndsEveryInputSoonAndWhatWasFoundIsKept(string kind)
    {
        (string name, Func<int, byte[]> make) = Of(kind);
        int stops = Stops(name, make(300_000));

        // What costs next to nothing asks for the first time when there is more of it.
        stops = stops > 0 ? stops : Stops(name, make(6_000_000));
        Assert.True(stops > 0, "The input never heard of the stop.");
    }

    /// <summary>What is made by hand to be costly for a reader must come to it.</summary>
    [Fact]
    public void EachOfTheBinariesComesToItsReader()
    {
        List<string> strangers = [];
        foreach ((string kind, (string name, string format, Func<int, byte[]> make)) in CostlyBinaries.All)
        {
            string[] claimed = [.. Run(name, make(3000), new ScanBudget(s_wide, TimeProvider.System)).Facts.OfType<FormatFact>().Select(f => f.Format).Distinct()];
            if (!claimed.Contains(format))
                strangers.Add($"{kind}: {string.Join(' ', claimed)}");
        }

        Assert.Empty(strangers);
    }

    private static int Stops(string name, byte[] input)
    {
        int stops = 0;
        foreach (int polls in (ReadOnlySpan<int>)[1, 2, 3, 5, 8, 13, 34, 89])
        {
            using CancellationTokenSource cancel = new();
            StoppingClock clock = new(polls, cancel);
            ScanBudget budget = new(s_wide with { Work = 1_200_000_000 }, clock, cancel.Token);
            clock.Budget = budget;
            FactLog log = Run(name, input, budget);
            if (!cancel.IsCancellationRequested)
            {
                break;
            }

            // One that ends before it asks again has ended all the same.
            stops += log.Facts.Any(f => f is UnreadFact { Cause: UnreadCause.Cancelled }) ? 1 : 0;
            Assert.InRange(budget.Work - clock.WorkAtStop, 0, MostAfterStop);
        }

        return stops;
    }

    private static (string Name, Func<int, byte[]> Make) Of(string kind) =>
        CostlyBinaries.All.TryGetValue(kind, out (string Name, string Format, Func<int, byte[]> Make) binary) ? (binary.Name, binary.Make)
        : CostlyModels.All.TryGetValue(kind, out (string, Func<int, byte[]>) model) ? model : ("input.bin", CostlyInputs.All[kind]);

    private static (long Work, long Allocated) Measured(string name, byte[] input)
    {
        ScanBudget budget = new(s_wide, TimeProvider.System);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = Run(name, input, budget);
        return (budget.Work, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static FactLog Run(string name, byte[] input, ScanBudget budget)
    {
        FactLog log = new(budget.Limits);
        budget.Admit(input.Length);
        ArtifactScanner scanner = new(log, budget, new MemoryScratch(), FormatCatalog.All);
        try
        {
            scanner.Scan(new Artifact(name, new MemorySource(input)), mustClaim: true);
        }
        catch (ScanStopException stop) when (stop.Reason == StopReason.Limit)
        {
            log.Add(new UnreadFact { Path = name, Cause = UnreadCause.Limit, Detail = stop.Message });
        }

        return log;
    }

    /// <summary>A clock that asks for a stop when it is looked at for the so-manieth time: where the meter polls, not where time is.</summary>
    private sealed class StoppingClock(int polls, CancellationTokenSource cancel) : TimeProvider
    {
        private int _left = polls + 1;

        public ScanBudget? Budget { get; set; }

        public long WorkAtStop { get; private set; }

        public override long GetTimestamp()
        {
            if (--_left == 0)
            {
                WorkAtStop = Budget!.Work;
                cancel.Cancel();
            }

            return 0;
        }
    }
}
