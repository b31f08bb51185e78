// Copies of a model in memory, one for each load, made while something else is waited for.
using Assay.Bytes;
using Assay.Sandbox.Kernel;

namespace Assay.Sandbox.Loading;

/// <summary>
/// Makes copies of a model that cannot be changed: a file of the host, even one opened for reading, can be changed by its owner. Each load gets one of
/// its own. Where it does not take too much memory, the next one is made while the box starts or the load before runs.
/// </summary>
internal sealed class ModelCopies(ByteSource bytes, int loads) : IDisposable
{
    private const int Block = 1 << 20;
    private const long MostAhead = 512L << 20;
    private Task<Descriptor>? _next;
    private int _left = loads;

    /// <summary>Begins to make the next copy.</summary>
    public void Begin()
    {
        if (_next is null && bytes.Length is > Block and <= MostAhead && _left-- > 0)
        {
            _next = Task.Run(() => Copy(bytes));
        }
    }

    /// <summary>A copy, which the caller owns.</summary>
    public Descriptor Take()
    {
        Begin();
        if (_next is not { } next)
        {
            return Copy(bytes);
        }

        _next = null;
        Descriptor copy = next.GetAwaiter().GetResult();
        Begin();
        return copy;
    }

    /// <summary>Waits for a copy that was not taken, and drops it.</summary>
    public void Dispose()
    {
        if (_next is { } next)
        {
            next.ContinueWith(t => t.IsCompletedSuccessfully ? t.Result : null, TaskScheduler.Default).GetAwaiter().GetResult()?.Dispose();
        }
    }

    /// <summary>One copy.</summary>
    public static Descriptor Copy(ByteSource bytes) => Descriptor.Sealed("model", file =>
    {
        byte[] block = new byte[(int)Math.Min(Block, Math.Max(1, bytes.Length))];
        for (long at = 0; at < bytes.Length;)
        {
            int read = bytes.ReadAt(at, block);
            if (read == 0)
            {
                break;
            }

            file.Write(block.AsSpan(0, read));
            at += read;
        }
    });
}
