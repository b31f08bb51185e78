// A function or a lambda, and its parameters.
using Assay.Code.Values;
using Assay.Python.Syntax;

namespace Assay.Code.Scopes;

/// <summary>How arguments reach a parameter.</summary>
internal enum ParameterKind : byte
{
    /// <summary>By its position, or by its name.</summary>
    Positional,

    /// <summary>All further positions (<c>*args</c>).</summary>
    Rest,

    /// <summary>By its name only.</summary>
    Keyword,

    /// <summary>All further names (<c>**kwargs</c>).</summary>
    AnyKeyword,
}

/// <summary>A parameter.</summary>
/// <param name="Kind">How arguments reach it.</param>
/// <param name="Index">Its position; for the rest, where that begins.</param>
/// <param name="Name">Its name.</param>
/// <param name="Default">The number of the node of its default, or 0.</param>
internal readonly record struct Parameter(ParameterKind Kind, int Index, string Name, int Default);

/// <summary>A function or a lambda.</summary>
internal sealed class FunctionInfo
{
    private string? _path;
    private string? _name;

    /// <summary>The module.</summary>
    public required CodeModule Module { get; init; }

    /// <summary>Its node.</summary>
    public required SyntaxNode Node { get; init; }

    /// <summary>Its name with those of the classes and functions around it.</summary>
    public required string QualifiedName { get; init; }

    /// <summary>The class in which it is defined, or null.</summary>
    public ClassInfo? Owner { get; init; }

    /// <summary>The parameters in order.</summary>
    public required IReadOnlyList<Parameter> Parameters { get; init; }

    /// <summary>Its names.</summary>
    public Scope Scope { get; set; } = null!;

    /// <summary>Its last name.</summary>
    public string Name => _name ??= QualifiedName[(QualifiedName.LastIndexOf('.') + 1)..];

    /// <summary>Its dotted path.</summary>
    public string Path => _path ??= $"{Module.Name}.{QualifiedName}";

    /// <summary>The line where it begins.</summary>
    public int Line => Module.Tree.Text.Position(Node.Start).Line;

    /// <summary>What the defaults of its parameters may be.</summary>
    public Dictionary<string, Value> Defaults { get; } = new(StringComparer.Ordinal);

    /// <summary>The same where it is analysed apart from the function around it, of whose arguments and object nothing can be said there.</summary>
    public Dictionary<string, Value> DefaultsApart { get; } = new(StringComparer.Ordinal);

    /// <summary>The names of functions around it that it reads, once that was asked for.</summary>
    public IReadOnlyList<Variable>? Captured { get; set; }

    /// <summary>Whether it is <c>staticmethod</c>: it gets no object.</summary>
    public bool IsStatic { get; set; }

    /// <summary>Whether it is <c>classmethod</c>: it gets the class.</summary>
    public bool IsClassMethod { get; set; }

    /// <summary>Whether a read of the attribute calls it.</summary>
    public bool IsProperty { get; set; }

    /// <summary>Whether a value that is set to the attribute goes to it.</summary>
    public bool IsSetter { get; set; }

    /// <summary>Whether it stands for a type checker only.</summary>
    public bool IsOverload { get; set; }

    /// <summary>Whether it is in another function.</summary>
    public bool IsNested => Scope.Parent!.Kind is ScopeKind.Function;

    /// <summary>Whether its first parameter is the object or the class.</summary>
    public bool HasSelf => Owner is not null && !IsStatic && Parameters is [{ Kind: ParameterKind.Positional }, ..];

    /// <inheritdoc/>
    public override string ToString() => Path;
}
