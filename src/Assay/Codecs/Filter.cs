// Undoes the filters that packers put before a compressor: they change no length.
namespace Assay.Codecs;

/// <summary>Undoes a filter in place.</summary>
internal interface IFilter
{
    /// <summary>Undoes what it can of <paramref name="bytes"/> and returns how many bytes from the start are final.</summary>
    int Undo(Span<byte> bytes, bool last);
}

/// <summary>Each byte is the difference from the byte <c>distance</c> before it.</summary>
internal sealed class DeltaFilter(int distance) : IFilter
{
    private readonly byte[] _history = new byte[distance];
    private int _at;

    public int Undo(Span<byte> bytes, bool last)
    {
        foreach (ref byte b in bytes)
        {
            b += _history[_at];
            _history[_at] = b;
            _at = (_at + 1) % distance;
        }

        return bytes.Length;
    }
}
