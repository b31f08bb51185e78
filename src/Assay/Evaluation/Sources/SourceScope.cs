// The names of a module, a class or a function while they are folded.
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Sources;

/// <summary>Names and what they stand for, inside of a scope whose names are seen as well.</summary>
internal sealed class SourceScope(SourceScope? outer, bool isClass = false)
{
    private Dictionary<string, SourceScope>? _elsewhere;

    /// <summary>The names that the scope itself gives.</summary>
    public Dictionary<string, FoldedValue> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>For a module: those of which it takes over all names.</summary>
    public List<string> Stars { get; } = [];

    /// <summary>Whether it is that of a class.</summary>
    public bool IsClass => isClass;

    /// <summary>The scope that functions see which are made here: a class is not seen by its methods.</summary>
    public SourceScope ForFunctions => isClass && outer is not null ? outer.ForFunctions : this;

    /// <summary>What a name stands for.</summary>
    public bool TryGet(string name, out FoldedValue value)
    {
        for (SourceScope? scope = this; scope is not null; scope = scope.Next)
        {
            if (scope.Names.TryGetValue(name, out value!))
            {
                return true;
            }
        }

        value = FoldedValue.Unknown;
        return false;
    }

    /// <summary>Gives a name a value, where the scope says that the name belongs.</summary>
    public void Set(string name, FoldedValue value) => (_elsewhere?.GetValueOrDefault(name) ?? this).Names[name] = value;

    /// <summary>What the name stands for where it belongs; null where it has none there.</summary>
    public FoldedValue? Own(string name) => (_elsewhere?.GetValueOrDefault(name) ?? this).Names.GetValueOrDefault(name);

    /// <summary>A name that the scope uses belongs to another one: <c>global</c>, <c>nonlocal</c>.</summary>
    public void Declare(string name, bool isGlobal)
    {
        SourceScope found = this;
        for (SourceScope? scope = outer; scope is not null; scope = scope.Next)
        {
            if (isGlobal ? scope.Next is null : scope.Names.ContainsKey(name))
            {
                found = scope;
                break;
            }
        }

        if (found != this)
        {
            (_elsewhere ??= new(StringComparer.Ordinal))[name] = found;
        }
    }

    private SourceScope? Next => outer;
}
