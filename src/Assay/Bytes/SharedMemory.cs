// The memory of a process, of which all its scans take.
namespace Assay.Bytes;

/// <summary>
/// The memory that all scans of a process share. A scan waits while others hold too much, and what it finds does not depend on them. The scan that
/// began first never waits, so some scan always goes on: at most the size of this and what one input may hold is held at once.
/// </summary>
/// <param name="size">How many bytes may be held before all but the first scan wait.</param>
public sealed class SharedMemory(long size)
{
    /// <summary>
    /// So much may lie about that was given back and not collected. The collector looks at large pieces seldom, and would let one input's lie beside the
    /// next one's; and what a collection costs is little beside using so much.
    /// </summary>
    private const long MostGarbage = 32L << 20;

    private readonly Lock _gate = new();
    private readonly LinkedList<Part> _parts = new();
    private long _held;
    private long _garbage;

    /// <summary>Collects what was given back; a test counts how often.</summary>
    internal Action Collect { get; init; } = static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);

    /// <summary>How many bytes may be held before all but the first scan wait.</summary>
    public long Size { get; } = size;

    /// <summary>How many bytes all scans hold now.</summary>
    public long HeldBytes => Interlocked.Read(ref _held);

    /// <summary>What one scan takes; disposing gives it back.</summary>
    public IMemoryShare Join() => new Part(this);

    private void GiveBack(long bytes)
    {
        Interlocked.Add(ref _held, -bytes);
        _garbage += bytes;
    }

    private sealed class Part : IMemoryShare
    {
        private readonly SharedMemory _whole;
        private readonly LinkedListNode<Part> _place;
        private readonly ManualResetEventSlim _changed = new();
        private long _taken;

        public Part(SharedMemory whole)
        {
            _whole = whole;
            lock (whole._gate)
            {
                _place = whole._parts.AddLast(this);
            }
        }

        public void Take(long bytes, CancellationToken cancellation)
        {
            while (true)
            {
                bool mayTake, mustCollect = false;
                lock (_whole._gate)
                {
                    mayTake = _place.Previous is null || _whole._held + bytes <= _whole.Size;
                    if (mayTake)
                    {
                        _taken += bytes;
                        Interlocked.Add(ref _whole._held, bytes);
                        // A collection takes as long as much that is wanted after a stop.
                        mustCollect = _whole._garbage >= MostGarbage && !cancellation.IsCancellationRequested;
                        _whole._garbage = mustCollect ? 0 : _whole._garbage;
                    }
                    else
                    {
                        _changed.Reset();
                    }
                }

                if (mustCollect)
                {
                    _whole.Collect();
                }

                if (mayTake)
                {
                    return;
                }

                try
                {
                    _changed.Wait(cancellation);
                }
                catch (OperationCanceledException)
                {
                    throw new ScanStopException(StopReason.Cancelled, "The scan was cancelled.", 0);
                }
            }
        }

        public void Give(long bytes)
        {
            lock (_whole._gate)
            {
                _taken -= bytes;
                _whole.GiveBack(bytes);
                Wake();
            }
        }

        public void Dispose()
        {
            lock (_whole._gate)
            {
                if (_place.List is null)
                {
                    return;
                }

                _whole._parts.Remove(_place);
                _whole.GiveBack(_taken);
                _taken = 0;
                Wake();
            }

            _changed.Dispose();
        }

        private void Wake()
        {
            foreach (Part part in _whole._parts)
            {
                part._changed.Set();
            }
        }
    }
}
