// Makes an input that breaks a promise as small as it goes.
namespace Assay.Fuzz;

/// <summary>Takes away what a failure does not need.</summary>
internal static class Minimiser
{
    private const int Tries = 2000;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    public static byte[] Shrink(FuzzTarget target, byte[] input, string kind)
    {
        int left = Tries;
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int step = Math.Max(1, input.Length / 2); step > 0; step /= 2)
        {
            for (int at = 0; at < input.Length && left-- > 0 && System.Diagnostics.Stopwatch.GetElapsedTime(begun) < s_longest;)
            {
                byte[] less = [.. input[..at], .. input[Math.Min(input.Length, at + step)..]];
                if (Fails(target, less, kind))
                {
                    input = less;
                }
                else
                {
                    at += step;
                }
            }
        }

        return input;
    }

    private static bool Fails(FuzzTarget target, byte[] input, string kind)
    {
        try
        {
            FuzzGuard.Check(target, input);
            return false;
        }
        catch (FuzzFailure failure)
        {
            return failure.Kind == kind;
        }
    }
}
