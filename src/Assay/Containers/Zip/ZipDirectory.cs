// A zip under every view that a loader may have of it.
using Assay.Bytes;

namespace Assay.Containers.Zip;

/// <summary>
/// A zip under every view: all end records, every directory they lead to, with and without a shift of offsets, with and without
/// Zip64, and every local header that lies where no directory looks. Where views differ, the entries are their union.
/// </summary>
internal sealed class ZipDirectory
{
    internal ZipDirectory(
        IReadOnlyList<ZipEntry> entries,
        IReadOnlyList<ZipView> views,
        IReadOnlyList<ByteRange> structures,
        OddityLog oddities,
        string firstName,
        ScanStopException? stop)
    {
        Entries = entries;
        Views = views;
        Structures = structures;
        Oddities = oddities;
        FirstName = firstName;
        Stop = stop;
    }

    /// <summary>All members of all views, ordered by the offset of their local headers.</summary>
    public IReadOnlyList<ZipEntry> Entries { get; }

    /// <summary>The directories, the one that most loaders use first. Empty when there is none.</summary>
    public IReadOnlyList<ZipView> Views { get; }

    /// <summary>Where headers, directories, end records and descriptors lie.</summary>
    public IReadOnlyList<ByteRange> Structures { get; }

    /// <summary>What is odd.</summary>
    public OddityLog Oddities { get; }

    /// <summary>The name of the first record of the first directory; some loaders take the archive's name from it.</summary>
    public string FirstName { get; }

    /// <summary>Whether it is several archives of PyTorch one after the other, each whole, as the shards of distributed checkpoints are.</summary>
    public bool IsSeries { get; init; }

    /// <summary>Why reading stopped before the end, or null.</summary>
    public ScanStopException? Stop { get; }

    /// <summary>Reads the zip that lies in, or reaches into, <paramref name="window"/>. Offsets count from the source's start.</summary>
    public static ZipDirectory Read(ByteSource source, ByteRange window, ScanBudget budget) => Read(source, window, budget, new HeldMemory(budget));

    /// <summary>Reads a zip; what its entries take is held by <paramref name="held"/>.</summary>
    internal static ZipDirectory Read(ByteSource source, ByteRange window, ScanBudget budget, HeldMemory held) =>
        new ZipDirectoryReader(source, window.ClampTo(source.Length), budget, new EntryCosts(budget, held)).Read();

    /// <summary>Whether <paramref name="window"/> ends with an end record that leads to a directory.</summary>
    public static bool HasDirectory(ByteSource source, ByteRange window)
    {
        ByteRange inside = window.ClampTo(source.Length);
        IReadOnlyList<long> ends = ZipEndReader.FindInTail(source, inside);
        if (ends.Count == 0)
        {
            return false;
        }

        ZipHeaderReader reader = new(source, new OddityLog());
        return ends.Any(end => ZipEndReader.Candidates(reader, end, new OddityLog()).Count > 0);
    }
}
