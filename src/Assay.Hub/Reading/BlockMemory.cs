// The blocks of remote files that are at hand: in memory up to a bound, on disk beyond it.
namespace Assay.Hub.Reading;

/// <summary>A run of blocks that came together.</summary>
internal sealed class BlockRun(FileBlocks owner, long first, int length)
{
    /// <summary>The file that it is a part of.</summary>
    public FileBlocks Owner => owner;

    /// <summary>The number of its first block.</summary>
    public long First => first;

    /// <summary>How many bytes it has.</summary>
    public int Length => length;

    /// <summary>How many blocks it has; the last of a file may be shorter.</summary>
    public int Count => (length + FileBlocks.BlockSize - 1) / FileBlocks.BlockSize;

    /// <summary>The bytes, or null where they lie on disk only.</summary>
    public byte[]? Bytes { get; set; }

    /// <summary>Where they lie on disk, or null.</summary>
    public string? File { get; set; }

    /// <summary>Its place among all runs in memory, the latest used last.</summary>
    public LinkedListNode<BlockRun>? Place { get; set; }
}

/// <summary>
/// Keeps the runs of all files together below a bound: those that were not used for longest are let go, and read from disk again, or from the server. Its lock
/// guards the tables of all its files.
/// </summary>
internal sealed class BlockMemory(long limit)
{
    private readonly LinkedList<BlockRun> _used = new();
    private long _held;

    /// <summary>Guards this and the tables of all files.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Notes that a run was used, whose bytes are in memory.</summary>
    public void Use(BlockRun run)
    {
        if (run.Place is { } place)
        {
            _used.Remove(place);
            _used.AddLast(place);
            return;
        }

        run.Place = _used.AddLast(run);
        _held += run.Length;
        while (_held > limit && _used.First is { } oldest && oldest.Value != run)
        {
            Forget(oldest.Value);
            if (oldest.Value.File is null)
            {
                oldest.Value.Owner.Drop(oldest.Value);
            }
        }
    }

    /// <summary>Lets the bytes of a run go.</summary>
    public void Forget(BlockRun run)
    {
        if (run.Place is { } place)
        {
            _used.Remove(place);
            run.Place = null;
            run.Bytes = null;
            _held -= run.Length;
        }
    }
}
