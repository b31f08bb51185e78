// The names of a module, a class or a function.
namespace Assay.Code.Scopes;

/// <summary>What a scope belongs to.</summary>
internal enum ScopeKind : byte
{
    Module,
    Class,
    Function,
}

/// <summary>The names that a module, a class or a function binds.</summary>
internal sealed class Scope(ScopeKind kind, Scope? parent, CodeModule module)
{
    private readonly Dictionary<string, Variable> _variables = new(StringComparer.Ordinal);

    /// <summary>What it belongs to.</summary>
    public ScopeKind Kind { get; } = kind;

    /// <summary>The scope around it; null for a module.</summary>
    public Scope? Parent { get; } = parent;

    /// <summary>The module.</summary>
    public CodeModule Module { get; } = module;

    /// <summary>The function, for the scope of one.</summary>
    public FunctionInfo? Function { get; init; }

    /// <summary>The class, for the scope of one.</summary>
    public ClassInfo? Class { get; init; }

    /// <summary>Names that belong to the module, by <c>global</c>.</summary>
    public HashSet<string> Globals { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that belong to a function around it, by <c>nonlocal</c>.</summary>
    public HashSet<string> Nonlocals { get; } = new(StringComparer.Ordinal);

    /// <summary>The names in the order in which they are first bound.</summary>
    public IReadOnlyDictionary<string, Variable> Variables => _variables;

    /// <summary>The function or module whose analysis this scope is a part of: a function in a function belongs to that one, a method stands alone.</summary>
    public Scope Root
    {
        get
        {
            Scope scope = this;
            while (scope.Kind is ScopeKind.Class || (scope.Kind is ScopeKind.Function && scope.Parent!.Kind is ScopeKind.Function))
                scope = scope.Parent!;

            return scope;
        }
    }

    /// <summary>The name, bound here.</summary>
    public Variable Bind(string name)
    {
        if (!_variables.TryGetValue(name, out Variable? variable))
            _variables.Add(name, variable = new Variable(name, this));

        return variable;
    }

    /// <summary>What a name means here, among the scopes of the module; null where none binds it.</summary>
    public Variable? Find(string name)
    {
        if (Globals.Contains(name))
            return Module.Scope._variables.GetValueOrDefault(name);

        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            // What is in a class is not seen by the functions in it.
            if (scope.Kind is ScopeKind.Class && scope != this)
                continue;

            if (scope == this && Nonlocals.Contains(name))
                continue;

            if (scope._variables.TryGetValue(name, out Variable? variable))
                return variable;
        }

        return null;
    }
}
