// A container that code builds, told by the instruction that builds it.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>A tuple, list, set or dictionary that code builds: what stands in each of its places, and what may be anywhere in it.</summary>
internal sealed class CodeSite(ShapeKind kind)
{
    private const int MostPlaces = 256;
    private const int DeepestShape = 3;
    private readonly List<CodeSet> _places = [];
    private CodeSet? _others;

    public ShapeKind Kind => kind;

    /// <summary>Whether something was added since it was last asked.</summary>
    public bool HasGrown { get; set; }

    /// <summary>What the instruction that builds it puts into it; keys and values alternate in a dictionary.</summary>
    public void Build(IReadOnlyList<CodeSet> items)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i >= MostPlaces)
            {
                if (kind is not ShapeKind.Dict || i % 2 == 1)
                    Add(items[i]);
            }
            else if (i == _places.Count)
            {
                _places.Add(items[i]);
                HasGrown = true;
            }
            else if (_places[i].Join(items[i]) is var joined && !ReferenceEquals(joined, _places[i]))
            {
                _places[i] = joined;
                HasGrown = true;
            }
        }
    }

    /// <summary>Adds something that is put into it later.</summary>
    public void Add(CodeSet value)
    {
        CodeSet joined = _others is null ? value : _others.Join(value);
        HasGrown |= !ReferenceEquals(joined, _others);
        _others = joined;
    }

    /// <summary>What stands at a place; null where that cannot be told.</summary>
    public CodeSet? Place(int index)
    {
        int place = index < 0 ? _places.Count + index : index;
        return kind is ShapeKind.Tuple or ShapeKind.List && _others is null && place >= 0 && place < _places.Count ? _places[place] : null;
    }

    /// <summary>All that may be in it; of a dictionary the values, or the keys.</summary>
    public CodeSet Items(bool keys = false)
    {
        CodeSet? all = keys ? null : _others;
        for (int i = 0; i < _places.Count; i++)
        {
            if (kind is not ShapeKind.Dict || i % 2 == (keys ? 0 : 1))
                all = all is null ? _places[i] : all.Join(_places[i]);
        }

        return all ?? CodeSet.Unknown;
    }

    /// <summary>What it looks like as an argument, with one of the values of each place.</summary>
    public ValueShape Shape(int choice, int depth = 0)
    {
        List<ValueShape> items = [];
        foreach (CodeSet place in depth < DeepestShape ? _places : [])
            items.Add(Choose(place, choice, depth));

        foreach (CodeValue other in depth < DeepestShape && kind is not ShapeKind.Dict ? _others?.Values ?? [] : [])
            items.Add(other.Site is { } site ? site.Shape(choice, depth + 1) : other.Shape);

        return new ValueShape(kind) { Items = items, Count = items.Count, Elided = depth >= DeepestShape };
    }

    private static ValueShape Choose(CodeSet place, int choice, int depth)
    {
        CodeValue value = place.Values[Math.Min(choice, place.Values.Count - 1)];
        return value.Site is { } site ? site.Shape(choice, depth + 1) : value.Shape;
    }
}
