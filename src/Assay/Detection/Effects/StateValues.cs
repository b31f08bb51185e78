// What the states of a file bring to the code that it carries.
using Assay.Artifacts;

namespace Assay.Detection.Effects;

/// <summary>
/// The values of all states of a file, by their keys: what carried code reads as <c>state['x']</c> or <c>self.x</c> is one of those under <c>x</c>, and what it gets as a whole may be any.
/// </summary>
internal sealed class StateValues
{
    private const int MostValues = 1 << 14;
    private readonly Dictionary<string, List<ValueShape>> _byKey = new(StringComparer.Ordinal);
    private readonly List<ValueShape> _states = [];
    private int _count;

    /// <summary>Whether a value of code comes from what the code got.</summary>
    public static bool IsGiven(ValueShape value) => value is { Kind: ShapeKind.Unknown, Text: ['.', _, ..] };

    /// <summary>All states.</summary>
    public IReadOnlyList<ValueShape> All => _count < MostValues ? _states : [.. _states, new ValueShape(ShapeKind.Unknown) { Elided = true }];

    /// <summary>Adds a state.</summary>
    public void Add(ValueShape state)
    {
        if (_count < MostValues)
            _states.Add(state);

        foreach (ValueShape part in state.Kind is ShapeKind.Tuple ? state.Items : [state])
        {
            for (int i = 0; part.Kind is ShapeKind.Dict && i + 1 < part.Items.Count && _count++ < MostValues; i += 2)
            {
                if (part.Items[i] is not { Kind: ShapeKind.Str, Text: var key })
                    continue;

                if (!_byKey.TryGetValue(key, out List<ValueShape>? values))
                    _byKey.Add(key, values = []);

                values.Add(part.Items[i + 1]);
            }
        }
    }

    /// <summary>The values that a path of code may mean; where there are more than are kept, one that may be any.</summary>
    /// <param name="path">A path that begins with a dot: <c>.state[]:x</c> is an item under a key.</param>
    public IReadOnlyList<ValueShape> Of(string path)
    {
        int colon = path.IndexOf(':', StringComparison.Ordinal);
        int dot = path.LastIndexOf('.');
        string key = colon > 0 ? path[(colon + 1)..] : dot > 0 ? path[(dot + 1)..] : "";
        IReadOnlyList<ValueShape> found = key.Length == 0 ? _states : _byKey.GetValueOrDefault(key) ?? [];
        return _count < MostValues ? found : [.. found, new ValueShape(ShapeKind.Unknown) { Elided = true }];
    }
}
