// What a reader must keep, whatever the bytes are.
using Assay.Bytes;

namespace Assay.Fuzz;

/// <summary>A reader broke a promise.</summary>
internal sealed class FuzzFailure(string what, Exception? cause = null) : Exception(what, cause)
{
    /// <summary>The same for failures of the same kind at the same place.</summary>
    public string Kind { get; init; } = what;
}

/// <summary>What one run answered, and the processor time and memory that it took.</summary>
internal readonly record struct FuzzOutcome(int Signature, TimeSpan Time, long Allocated);

/// <summary>
/// Holds readers to their promises: nothing but MalformedException and ScanStopException escapes, no input takes long or allocates much, and nothing is done that
/// the meter does not count.
/// </summary>
internal static class FuzzGuard
{
    public const long MostBytes = 256L << 20;
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Runs the target and returns its signature, and what it took.</summary>
    /// <exception cref="FuzzFailure">A promise is broken.</exception>
    public static FuzzOutcome Check(FuzzTarget target, byte[] input)
    {
        int signature = Once(target, input, out TimeSpan time, out long allocated);
        FuzzFailure? unpaid = Unpaid(input, time, allocated);
        for (int again = 0; again < 2 && (time > Longest || allocated > MostBytes || unpaid is not null); again++)
        {
            // A busy machine or the first use of a table is no fault of the reader.
            Once(target, input, out TimeSpan second, out long less);
            time = second < time ? second : time;
            allocated = Math.Min(allocated, less);
            unpaid = Unpaid(input, time, allocated);
        }

        if (time > Longest)
        {
            throw new FuzzFailure($"{input.Length} bytes took {time.TotalSeconds:0.0} s") { Kind = "time" };
        }

        if (allocated > MostBytes)
        {
            throw new FuzzFailure($"{input.Length} bytes made it allocate {allocated >> 20} MB") { Kind = "memory" };
        }

        return unpaid is null ? new FuzzOutcome(signature, time, allocated) : throw unpaid;
    }

    private static FuzzFailure? Unpaid(byte[] input, TimeSpan time, long allocated)
    {
        try
        {
            FuzzMeter.Check(input.Length, time, allocated);
            return null;
        }
        catch (FuzzFailure failure)
        {
            return failure;
        }
    }

    private static int Once(FuzzTarget target, byte[] input, out TimeSpan time, out long allocated)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        FuzzMeter.Begin();
        TimeSpan begun = Environment.CpuUsage.TotalTime;
        int signature;
        try
        {
            signature = target.Run(input);
        }
        catch (MalformedException)
        {
            signature = 1;
        }
        catch (ScanStopException e)
        {
            signature = 2 + (int)e.Reason;
        }
        catch (FuzzFailure)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever escapes is what fuzzing looks for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            string place = (e.StackTrace ?? "").Split('\n').FirstOrDefault(l => l.Contains("Assay.", StringComparison.Ordinal)) ?? "";
            throw new FuzzFailure($"{e.GetType().Name}: {e.Message}{Environment.NewLine}{e.StackTrace}", e) { Kind = $"{e.GetType().Name} {place.Trim()}" };
        }

        time = Environment.CpuUsage.TotalTime - begun;
        allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
        return signature;
    }
}
