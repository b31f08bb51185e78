// What formats that hold members say about them: oddities, encryption, how a stream ended.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Containers;

namespace Assay.Formats.Archives;

/// <summary>What all formats that hold other artifacts say about their members, in the same way everywhere.</summary>
internal static class MemberNotes
{
    /// <summary>A member that reaches a limit having grown by more than this factor is called a bomb.</summary>
    public const int BombRatio = 100;

    /// <summary>So many times one byte, packed as small as a codec can, fill a disk and are no data.</summary>
    private const long ManyZeros = 48L << 20;

    private const int MostZeros = 900;

    private const int Looked = 4096;

    /// <summary>Whether a stop is the whole input's: going on with other members would only run into it again.</summary>
    public static bool IsFinal(ScanStopException stop, ScanBudget budget) =>
        stop.Reason != StopReason.Limit || budget.InflatedBytes > budget.Limits.InflatedBytes || TimeIsUp(budget);

    /// <summary>Tells the oddities that a container reader saw, but for those with the codes in <paramref name="except"/>.</summary>
    public static void Tell(this ReadContext context, OddityLog oddities, params ReadOnlySpan<string> except)
    {
        foreach (Oddity oddity in oddities.All)
        {
            if (except.Contains(oddity.Code))
            {
                continue;
            }

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

    /// <summary>Says that bytes are encrypted: what they hold cannot be seen without the password.</summary>
    public static void TellEncrypted(ReadContext context, ByteRange range, string detail)
    {
        context.Unread(UnreadCause.Encrypted, range.Offset, range.Length, detail);
        context.Anomaly("archive.encrypted", range.Offset, range.Length, detail);
    }

    /// <summary>Tells how a stream ended: its error, the limit it reached, and whether it looks like a bomb.</summary>
    public static void TellEnd(ReadContext context, InflatedSoFar soFar, string name, long offset, long packed)
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
        else if (inflated >= ManyZeros && inflated / MostZeros > Math.Max(1, soFar.Result.Consumed) && IsOneByte(soFar.Result.Bytes))
        {
            context.Anomaly("archive.bomb", offset, packed, $"\"{name}\" is {inflated} times one byte, packed in {soFar.Result.Consumed} bytes.");
        }
    }

    /// <summary>Whether bytes begin and end with one and the same.</summary>
    private static bool IsOneByte(ByteSource bytes)
    {
        byte[] first = bytes.ReadUpTo(0, Looked);
        byte[] last = bytes.ReadUpTo(bytes.Length - Looked, Looked);
        return first.AsSpan().IndexOfAnyExcept(first[0]) < 0 && last.AsSpan().IndexOfAnyExcept(first[0]) < 0;
    }

    /// <summary>Says when a member is a symbolic link, and when it leads outside the archive. The target is the content.</summary>
    public static void TellLink(OddityLog oddities, string name, int unixMode, ByteSource content)
    {
        const int FormatMask = 0xF000;
        const int Link = 0xA000;
        if ((unixMode & FormatMask) != Link)
        {
            return;
        }

        string target = System.Text.Encoding.UTF8.GetString(content.ReadUpTo(0, MemberNames.LongestPath));
        oddities.Add("archive.symbolic-link", 0, 0, $"\"{name}\" is a symbolic link to \"{target}\".");
        if (MemberNames.Escapes(name, target))
        {
            oddities.Add("archive.link-escape", 0, 0, $"\"{name}\" is a symbolic link that leads outside the archive, to \"{target}\".");
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
