// What of a file is wanted next, as its first bytes tell.
using System.Buffers.Binary;
using Assay.Hub.Protocol;

namespace Assay.Hub.Reading;

/// <summary>
/// Plans reads ahead of the readers, so that a file costs few round trips. It decides what is fetched early and nothing else: a plan that is wrong costs a request, and
/// readers get the bytes that they ask for.
/// </summary>
internal static class ReadPlan
{
    /// <summary>Up to this size a file is fetched whole.</summary>
    public const long SmallFile = 256 << 10;

    /// <summary>Up to this size a text is: its readers read all of it.</summary>
    public const long SmallText = 8 << 20;

    /// <summary>What of a larger file is fetched first: heads of most formats.</summary>
    public const int Head = 64 << 10;

    /// <summary>The end of a file, where an archive's end record may lie with the longest comment, and its larger sisters before it.</summary>
    public const int Tail = 80 << 10;

    /// <summary>The longest header that is fetched in advance.</summary>
    private const long LongestAhead = 4 << 20;

    /// <summary>Where readers look besides: HDF5 begins at any power of two (its specification, II.A).</summary>
    public static IEnumerable<long> Places(long size)
    {
        for (long place = Head; place < size - Tail; place *= 2)
        {
            yield return place;
        }
    }

    private static readonly string[] s_texts = [".json", ".py", ".txt", ".md", ".yaml", ".yml", ".jinja", ".ipynb", ".js", ".sh", ".cfg", ".toml", ".model", ".tiktoken", ".vocab", ".csv", ".xml"];

    /// <summary>Whether a file is fetched whole at once.</summary>
    public static bool IsWhole(RemoteFile file) =>
        file.Size <= SmallFile || (file.Size <= SmallText && s_texts.Contains(Path.GetExtension(file.Path), StringComparer.OrdinalIgnoreCase));

    /// <summary>What is wanted behind the head and the tail that are here: the rest of a header, the directory of an archive.</summary>
    public static IEnumerable<(long From, long To)> Next(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, long size)
    {
        List<(long, long)> next = [];
        if (head.Length > 8 && head[8] == '{' && BinaryPrimitives.ReadInt64LittleEndian(head) is > 0 and <= LongestAhead and long header && header + 8 > head.Length && header + 8 < size)
        {
            // safetensors: the length of the header stands before it.
            next.Add((head.Length, header + 8));
        }

        if (head.StartsWith("PK"u8) && tail.LastIndexOf("PK\u0005\u0006"u8) is >= 0 and int end && end + 22 <= tail.Length)
        {
            long length = BinaryPrimitives.ReadUInt32LittleEndian(tail[(end + 12)..]);
            long from = BinaryPrimitives.ReadUInt32LittleEndian(tail[(end + 16)..]);
            if (from == uint.MaxValue && end >= 76 && tail[(end - 76)..].StartsWith("PK\u0006\u0006"u8))
            {
                // Zip64: the record before its locator has the numbers.
                length = BinaryPrimitives.ReadInt64LittleEndian(tail[(end - 36)..]);
                from = BinaryPrimitives.ReadInt64LittleEndian(tail[(end - 28)..]);
            }

            long to = Math.Min(from + length, size - tail.Length);
            if (from > 0 && length is > 0 and <= LongestAhead && from < to)
            {
                next.Add((from, to));
            }
        }

        return next;
    }
}
