// Inflates members and submits what comes out, whole or broken, with what is to be said about it.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Formats.Archives;

/// <summary>Shared by all formats that hold other artifacts: tells oddities, unreads and bombs the same way everywhere.</summary>
internal static class MemberInflater
{
    /// <summary>A member that reaches a limit having grown by more than this factor is called a bomb.</summary>
    public const int BombRatio = 100;

    /// <summary>Whether a stop is the whole input's: going on with other members would only run into it again.</summary>
    public static bool IsFinal(ScanStopException stop, ScanBudget budget) =>
        stop.Reason != StopReason.Limit || budget.InflatedBytes > budget.Limits.InflatedBytes || TimeIsUp(budget);

    /// <summary>Tells the oddities that a container reader saw.</summary>
    public static void Tell(this ScanContext context, Containers.OddityLog oddities)
    {
        foreach (Containers.Oddity oddity in oddities.All)
        {
            context.Add(new AnomalyFact
            {
                Path = context.Artifact.Path,
                Code = oddity.Code,
                Offset = oddity.Offset,
                Length = oddity.Length,
                Detail = oddity.Detail,
                Count = oddity.Count,
            });
        }
    }

    /// <summary>Tells how a stream ended: its error, the limit it reached, and whether it looks like a bomb.</summary>
    public static void TellEnd(ScanContext context, InflatedSoFar soFar, string name, long offset, long packed)
    {
        long inflated = soFar.Result.Bytes.Length;
        if (soFar.Stop is { } stop)
        {
            UnreadCause cause = stop.Reason switch
            {
                StopReason.Limit => UnreadCause.Limit,
                StopReason.Cancelled => UnreadCause.Cancelled,
                StopReason.Changed => UnreadCause.Changed,
                _ => UnreadCause.Unreadable,
            };
            context.Unread(cause, offset, packed, $"\"{name}\" was inflated up to byte {inflated}: {stop.Message}");
            if (stop.Reason == StopReason.Limit && inflated / BombRatio > Math.Max(1, soFar.Result.Consumed))
            {
                context.Anomaly("archive.bomb", offset, packed, $"\"{name}\" grew from {soFar.Result.Consumed} to more than {inflated} bytes.");
            }
        }
        else if (soFar.Result.Error is { } error)
        {
            // A wrong checksum behind whole data is odd; a break in the data hides what would have come.
            if (soFar.Result.OnlyChecksum)
            {
                context.Anomaly("codec.checksum", offset, packed, $"\"{name}\": {error}");
            }
            else
            {
                context.Unread(soFar.Result.Truncated ? UnreadCause.Truncated : UnreadCause.Malformed, offset, packed, $"\"{name}\": {error}");
            }
        }
    }

    private static bool TimeIsUp(ScanBudget budget)
    {
        try
        {
            budget.Poll();
            return false;
        }
        catch (ScanStopException)
        {
            return true;
        }
    }
}
