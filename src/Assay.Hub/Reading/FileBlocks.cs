// Which blocks of one remote file are at hand.
using System.Diagnostics.CodeAnalysis;

namespace Assay.Hub.Reading;

/// <summary>The blocks of one file that came so far.</summary>
internal sealed class FileBlocks(BlockMemory memory, BlockFolder? folder, string? key, long size)
{
    /// <summary>The smallest part of a file that is asked for.</summary>
    public const int BlockSize = 4 << 10;

    /// <summary>In the order of their places; no two of them overlap.</summary>
    private readonly List<BlockRun> _runs = [];
    private bool _isLoaded;

    /// <summary>How many blocks the file has.</summary>
    public long Blocks => (size + BlockSize - 1) / BlockSize;

    /// <summary>Whether the whole file is at hand.</summary>
    public bool IsWhole
    {
        get
        {
            lock (memory.Lock)
            {
                return _runs.Sum(r => (long)r.Length) == size;
            }
        }
    }

    /// <summary>Copies what is at hand from <paramref name="offset"/> on; 0 where the first byte is not.</summary>
    public int Read(long offset, Span<byte> destination)
    {
        lock (memory.Lock)
        {
            Load();
            int done = 0;
            while (done < destination.Length && offset + done < size && At((offset + done) / BlockSize) is { } run && TryGet(run, out byte[]? bytes))
            {
                int within = (int)(offset + done - (run.First * BlockSize));
                int count = Math.Min(run.Length - within, destination.Length - done);
                bytes.AsSpan(within, count).CopyTo(destination[done..]);
                done += count;
            }

            return done;
        }
    }

    /// <summary>The first run of blocks from <paramref name="first"/> on and before <paramref name="end"/> that is not at hand; empty where all are.</summary>
    public (long First, long End) Missing(long first, long end)
    {
        lock (memory.Lock)
        {
            Load();
            end = Math.Min(end, Blocks);
            while (first < end && At(first) is { } run)
            {
                first = run.First + run.Count;
            }

            if (first >= end)
            {
                return (end, end);
            }

            int next = Behind(first);
            return (first, next < _runs.Count ? Math.Min(end, _runs[next].First) : end);
        }
    }

    /// <summary>Takes in what came: whole blocks from <paramref name="first"/> on.</summary>
    public void Add(long first, byte[] bytes)
    {
        string? file = key is null ? null : folder?.Write(key, first, bytes);
        lock (memory.Lock)
        {
            BlockRun run = new(this, first, bytes.Length) { Bytes = bytes, File = file };
            if (Enter(run))
            {
                memory.Use(run);
            }
        }
    }

    /// <summary>Forgets a run that is neither in memory nor on disk.</summary>
    internal void Drop(BlockRun run) => _runs.Remove(run);

    private bool Enter(BlockRun run)
    {
        int at = Behind(run.First);
        bool free = (at == 0 || _runs[at - 1].First + _runs[at - 1].Count <= run.First) && (at == _runs.Count || run.First + run.Count <= _runs[at].First);
        if (free)
        {
            _runs.Insert(at, run);
        }

        return free;
    }

    /// <summary>The run in which a block lies, or null.</summary>
    private BlockRun? At(long block)
    {
        int at = Behind(block);
        return at > 0 && block < _runs[at - 1].First + _runs[at - 1].Count ? _runs[at - 1] : null;
    }

    /// <summary>The index of the first run that begins behind a block.</summary>
    private int Behind(long block)
    {
        int low = 0, high = _runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _runs[middle].First <= block ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Learns what an earlier scan has left on disk.</summary>
    private void Load()
    {
        if (_isLoaded)
        {
            return;
        }

        _isLoaded = true;
        foreach ((long first, int length, string file) in key is null || folder is null ? [] : folder.Find(key))
        {
            if (first >= 0 && length > 0 && first < Blocks && (first * BlockSize) + length <= size && (length % BlockSize == 0 || (first * BlockSize) + length == size))
            {
                Enter(new BlockRun(this, first, length) { File = file });
            }
        }
    }

    private bool TryGet(BlockRun run, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = run.Bytes ?? (run.File is { } file ? BlockFolder.Read(file, run.Length) : null);
        if (bytes is null)
        {
            // The file was taken away, or it is damaged.
            Drop(run);
            return false;
        }

        run.Bytes = bytes;
        memory.Use(run);
        return true;
    }
}
