// The meters of a run, held to what the run really took.
using Assay.Bytes;

namespace Assay.Fuzz;

/// <summary>
/// The meters that a target spends from. A meter must not be overspent, and what is not on it must not be done: processor time and allocated memory stay below a
/// multiple of the work that was counted.
/// </summary>
internal static class FuzzMeter
{
    /// <summary>What is left over between two looks at the meter, and the end of a scan: findings are made of what was found, and said.</summary>
    public const long Overshoot = 120_000_000;

    /// <summary>Processor time that the first use of a table or a compiler may take, and nanoseconds for each unit of work, of code that is compiled while it runs.</summary>
    private const double FreeMilliseconds = 100;
    private const double NanosecondsPerUnit = 25;

    /// <summary>Bytes allocated without work, and for each unit of work.</summary>
    private const long FreeBytes = 24L << 20;
    private const long BytesPerUnit = 8;

    /// <summary>Where a reader has no meter: what each byte of input may take.</summary>
    private const long UnitsPerByte = 4000;

    [ThreadStatic]
    private static List<ScanBudget>? t_meters;

    /// <summary>A meter for what is read next.</summary>
    public static ScanBudget Budget(ScanLimits limits, int bytes)
    {
        ScanBudget budget = new(limits, TimeProvider.System);
        budget.Admit(bytes);
        Note(budget);
        return budget;
    }

    /// <summary>Holds the run to a meter that somebody else made.</summary>
    public static void Note(ScanBudget budget) => (t_meters ??= []).Add(budget);

    /// <summary>Forgets the meters of the run before.</summary>
    public static void Begin() => t_meters?.Clear();

    /// <summary>Holds the run to its meters.</summary>
    /// <exception cref="FuzzFailure">A meter is overspent, or something was not paid for.</exception>
    public static void Check(int length, TimeSpan processor, long allocated)
    {
        long work = 0;
        foreach (ScanBudget meter in t_meters ?? [])
        {
            work += meter.Work;
            long most = meter.Limits.Work + (length * meter.Limits.WorkPerByte) + Overshoot;
            if (meter.Work > most)
                throw new FuzzFailure($"{length} bytes cost {meter.Work} units of work, and the limit is {most}") { Kind = "work" };

            if (meter.PeakBytes > meter.Limits.Memory + (1L << 20))
                throw new FuzzFailure($"{length} bytes held {meter.PeakBytes} bytes at once") { Kind = "held" };
        }

        work = t_meters is { Count: > 0 } ? work : UnitsPerByte * length;
        double milliseconds = FreeMilliseconds + (work * NanosecondsPerUnit / 1e6);
        if (processor.TotalMilliseconds > milliseconds)
            throw new FuzzFailure($"{length} bytes took {processor.TotalMilliseconds:0} ms of processor time, and {work} units of work pay for {milliseconds:0}") { Kind = "unpaid time" };

        if (allocated > FreeBytes + (work * BytesPerUnit))
            throw new FuzzFailure($"{length} bytes made it allocate {allocated >> 10} KB, and {work} units of work pay for {(FreeBytes + (work * BytesPerUnit)) >> 10}") { Kind = "unpaid memory" };
    }
}
