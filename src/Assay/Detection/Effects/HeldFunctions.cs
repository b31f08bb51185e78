// Finds the functions that a file carries by the names under which they lie in states, classes and globals.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// The values that may hold functions which the file carries, by the key under which they lie: what code takes from a state, a class or its globals by that name, it may call. What lies in states at all, code may
/// come to without a name.
/// </summary>
internal sealed class HeldFunctions(EffectScope scope)
{
    private const int MostHeld = 1 << 14;
    private readonly Dictionary<string, List<ValueShape>> _byName = new(StringComparer.Ordinal);
    private readonly List<ValueShape> _inStates = [];
    private int _count;

    /// <summary>Whether there was more than is kept.</summary>
    public bool IsCut => _count >= MostHeld;

    /// <summary>Notes what a use puts under names.</summary>
    public void Notice(CallableFact fact)
    {
        bool isState = fact.Use is CallableUse.State;
        if (!isState && !(fact.Use is CallableUse.Called && scope.Names.Of(fact) is { Entry: { IsDerived: false } entry } && entry.Call.Any(e => e.Kind is EffectKind.MakeClass or EffectKind.Code or EffectKind.SetAttribute)))
            return;

        Stack<ValueShape> open = new(fact.Arguments);
        while (_count++ < MostHeld && open.TryPop(out ValueShape? value))
        {
            for (int i = 0; value.Kind is ShapeKind.Dict && i + 1 < value.Items.Count; i += 2)
            {
                if (value.Items[i] is { Kind: ShapeKind.Str, Text: var name } && value.Items[i + 1].Kind is ShapeKind.Result or ShapeKind.Instance)
                    Add(name, value.Items[i + 1]);
            }

            if (isState && value.Kind is ShapeKind.Result or ShapeKind.Instance)
                _inStates.Add(value);

            foreach (ValueShape item in value.Kind is ShapeKind.Dict or ShapeKind.Tuple or ShapeKind.List or ShapeKind.Set ? value.Items : [])
                open.Push(item);
        }
    }

    /// <summary>The functions under a name.</summary>
    public IEnumerable<Meaning.CarriedFunction> Named(string name) => _byName.TryGetValue(name, out List<ValueShape>? held) ? held.SelectMany(scope.Finder.In) : [];

    /// <summary>The functions that lie in states.</summary>
    public IEnumerable<Meaning.CarriedFunction> InStates() => _inStates.SelectMany(scope.Finder.In);

    private void Add(string name, ValueShape value)
    {
        if (!_byName.TryGetValue(name, out List<ValueShape>? held))
            _byName.Add(name, held = []);

        held.Add(value);
    }
}
