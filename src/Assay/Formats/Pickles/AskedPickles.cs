// Pickles whose values somebody needs, while others read them.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Pickles;

/// <summary>
/// Asks whoever reads a pickle on the way for its value, so that it is run once for what it would do and for the tensors that are made of it. Nothing is
/// asked for where only one of the two is wanted.
/// </summary>
internal sealed class AskedPickles(ReadContext context) : IDisposable
{
    private readonly bool _isWanted = context.Wants(ReadingParts.Facts | ReadingParts.Tensors);
    private readonly List<object> _keys = [];

    /// <summary>Asks for the value of the pickle at <paramref name="offset"/>; false where it is not needed or is asked for already.</summary>
    public bool Ask(ByteSource bytes, long offset)
    {
        object key = PickleRun.Key(bytes, offset);
        if (!_isWanted || !context.Handed.TryAdd(key, null))
        {
            return false;
        }

        _keys.Add(key);
        return true;
    }

    /// <summary>Frees the values that were not taken.</summary>
    public void Dispose()
    {
        foreach (object key in _keys)
        {
            if (context.Handed.Remove(key, out IDisposable? run))
            {
                run?.Dispose();
            }
        }
    }
}
