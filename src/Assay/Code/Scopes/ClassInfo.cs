// A class, its bases and its members.
using Assay.Code.Values;
using Assay.Python.Syntax;

namespace Assay.Code.Scopes;

/// <summary>A class. Its bases are known once the bodies of all modules that it needs were analysed.</summary>
internal sealed class ClassInfo
{
    private string? _path;
    private HashSet<string>? _assigned;

    /// <summary>The module.</summary>
    public required CodeModule Module { get; init; }

    /// <summary>Its node.</summary>
    public required SyntaxNode Node { get; init; }

    /// <summary>Its name with those of the classes and functions around it.</summary>
    public required string QualifiedName { get; init; }

    /// <summary>Its names: the members.</summary>
    public Scope Scope { get; set; } = null!;

    /// <summary>Its dotted path.</summary>
    public string Path => _path ??= $"{Module.Name}.{QualifiedName}";

    /// <summary>The line where it begins.</summary>
    public int Line => Module.Tree.Text.Position(Node.Start).Line;

    /// <summary>What its bases may be, in order.</summary>
    public Value[] Bases { get; set; } = [];

    /// <summary>What its metaclass may be.</summary>
    public Value Metaclass { get; set; } = Value.None;

    /// <summary>The classes in the order in which members are looked for, itself first; null before it was worked out.</summary>
    public IReadOnlyList<ClassInfo>? Order { get; set; }

    /// <summary>The bases without source, by their dotted paths.</summary>
    public IReadOnlyList<string> ForeignBases { get; set; } = [];

    /// <summary>Whether a base could not be found out at all.</summary>
    public bool HasUnknownBase { get; set; }

    /// <summary>What the fields of its objects may be, as far as they are objects of known classes, functions and the like.</summary>
    public Dictionary<string, Value> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>The setters of its properties.</summary>
    public Dictionary<string, FunctionInfo> Setters { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether its code assigns an attribute of <c>self</c> by this name.</summary>
    public bool Assigns(string field) => (_assigned ??= [.. SyntaxWalk.Of(Node).SelectMany(Assigned)]).Contains(field);

    /// <inheritdoc/>
    public override string ToString() => Path;

    private static IEnumerable<string> Assigned(SyntaxNode node)
    {
        IEnumerable<SyntaxNode> targets = node.Kind switch
        {
            SyntaxKind.Assign => [.. node.List(SyntaxField.Targets)],
            SyntaxKind.AnnAssign => [node[SyntaxField.Target]],
            _ => [],
        };
        foreach (SyntaxNode target in targets)
        {
            if (target.Kind is SyntaxKind.Attribute && target[SyntaxField.Value] is { Kind: SyntaxKind.Name } owner && owner.Name(SyntaxField.Id) is "self" && target.Name(SyntaxField.Attr) is { } name)
                yield return name;
        }
    }
}
