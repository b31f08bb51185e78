// The memory of a process, of which all its scans take.
namespace Assay.Bytes;

/// <summary>
/// The memory that all scans of a process share. A scan waits while others hold too much, and what it finds does not depend on them. The scan that
/// began first never waits, so some scan always goes on: at most the size of this and what one input may hold is held at once.
/// </summary>
/// <param name="size">How many bytes may be held before all but the first scan wait.</param>
public sealed class SharedMemory(long size)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Part> _parts = new();
    private long _held;

    /// <summary>How many bytes may be held before all but the first scan wait.</summary>
    public long Size { get; } = size;

    /// <summary>How many bytes all scans hold now.</summary>
    public long HeldBytes => Interlocked.Read(ref _held);

    /// <summary>What one scan takes; disposing gives it back.</summary>
    public IMemoryShare Join() => new Part(this);

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
                lock (_whole._gate)
                {
                    if (_place.Previous is null || _whole._held + bytes <= _whole.Size)
                    {
                        _taken += bytes;
                        Interlocked.Add(ref _whole._held, bytes);
                        return;
                    }

                    _changed.Reset();
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
                Interlocked.Add(ref _whole._held, -bytes);
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
                Interlocked.Add(ref _whole._held, -_taken);
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
