// What a first walk over a pickle learns, so that the second one can write it down.
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>How often the values of one pickle are used. Rows are numbered alike in both walks, so values can be keys.</summary>
internal sealed class StreamUses
{
    private const int Kept = 1 << 20;
    private readonly Dictionary<PickleValue, int> _uses = [];
    private readonly HashSet<PickleValue> _dropped = [];
    private readonly HashSet<PickleValue> _grown = [];
    private readonly HashSet<PickleValue> _cyclic = [];

    public void Use(PickleValue value)
    {
        if (_uses.Count < Kept || _uses.ContainsKey(value))
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_uses, value, out _)++;
        }
    }

    public void Drop(PickleValue value)
    {
        if (_dropped.Count < Kept)
        {
            _dropped.Add(value);
        }
    }

    /// <summary>A list, dict or set holds itself: its name must be there before its content.</summary>
    public void Close(PickleValue container) => _cyclic.Add(container);

    public bool IsCyclic(PickleValue container) => _cyclic.Contains(container);

    public void Grow(PickleValue container) => _grown.Add(container);

    /// <summary>Whether the result is not used and the stream throws it away: it was made for what making it does.</summary>
    public bool IsDropped(PickleValue value) => _dropped.Contains(value) && !_uses.ContainsKey(value);

    /// <summary>Whether a list, dict or set needs a name: it is used twice, or filled after it was used.</summary>
    public bool NeedsName(PickleValue container) => _uses.GetValueOrDefault(container) > 1 || _grown.Contains(container);
}
