// Reads the chunks of a tensor ahead of who uses them.
using System.Buffers;
using Assay.Tensors;

namespace Assay.Conversion;

/// <summary>
/// Reads the next chunk of a tensor, and does with it what is to be done with every chunk, while the one before is used: two of them are held. A tensor of one chunk
/// takes no second thread.
/// </summary>
internal sealed class ChunksAhead : IDisposable
{
    private readonly TensorBytes _bytes;
    private readonly ChunkWork _work;
    private readonly bool _isAhead;
    private byte[] _here = [];
    private byte[] _there = [];
    private Task<int>? _next;

    /// <summary>Begins to read.</summary>
    public ChunksAhead(TensorBytes bytes, ChunkWork work)
    {
        _bytes = bytes;
        _work = work;
        _isAhead = bytes.Length > bytes.Chunk;
        Begin();
    }

    /// <summary>What is done with a chunk once it is read, one after another.</summary>
    public delegate void ChunkWork(ReadOnlySpan<byte> chunk);

    /// <summary>The next bytes, valid until the next call; empty at the end.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (!_isAhead)
        {
            ReadOnlySpan<byte> only = _bytes.Next();
            _work(only);
            return only;
        }

        int count = _next!.GetAwaiter().GetResult();
        (_here, _there) = (_there, _here);
        Begin();
        return _here.AsSpan(0, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nobody reads any more when the buffers go; what went wrong there was told or is of no use.
        _next?.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).GetAwaiter().GetResult();
        _next = null;
        foreach (byte[] buffer in (ReadOnlySpan<byte[]>)[_here, _there])
        {
            if (buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        _here = _there = [];
    }

    private void Begin()
    {
        if (!_isAhead)
        {
            return;
        }

        if (_there.Length == 0)
        {
            _there = ArrayPool<byte>.Shared.Rent(_bytes.Chunk);
        }

        byte[] buffer = _there;
        _next = Task.Run(() =>
        {
            int count = _bytes.Next(buffer);
            _work(buffer.AsSpan(0, count));
            return count;
        });
    }
}
