// A module whose names are known.
using Assay.Python.Syntax;

namespace Assay.Code.Scopes;

/// <summary>A module whose source was read.</summary>
internal sealed class CodeModule
{
    /// <summary>Creates a module; <see cref="ScopeBuilder"/> fills it.</summary>
    public CodeModule(SourceModule source, SyntaxTree tree)
    {
        Source = source;
        Tree = tree;
        Scope = new Scope(ScopeKind.Module, null, this);
    }

    /// <summary>Where it comes from.</summary>
    public SourceModule Source { get; }

    /// <summary>Its dotted name.</summary>
    public string Name => Source.Name;

    /// <summary>Its tree.</summary>
    public SyntaxTree Tree { get; }

    /// <summary>Its names.</summary>
    public Scope Scope { get; }

    /// <summary>The modules that it imports anywhere, once that was asked for.</summary>
    public List<string> Imports { get; } = [];

    /// <summary>How much the analysis of its functions took so far.</summary>
    public long Work { get; set; }

    /// <summary>Modules whose names it takes over with a star, in order.</summary>
    public List<string> Stars { get; } = [];

    /// <summary>What <c>__all__</c> lists; null where there is none, or where it is computed.</summary>
    public HashSet<string>? Exports { get; set; }

    /// <summary>Whether <c>__all__</c> is computed, so that any name may be exported.</summary>
    public bool ExportsUnknown { get; set; }

    /// <summary>The functions, classes and lambdas by the numbers of their nodes.</summary>
    public Dictionary<int, FunctionInfo> Functions { get; } = [];

    /// <summary>The classes by the numbers of their nodes.</summary>
    public Dictionary<int, ClassInfo> Classes { get; } = [];

    /// <summary>The module that a relative import means; null where it leads out of the package.</summary>
    public string? Absolute(int level, string name)
    {
        if (level == 0)
            return name;

        string package = Source.IsPackage ? Name : Parent(Name);
        for (int i = 1; i < level; i++)
        {
            if (package.Length == 0)
                return null;

            package = Parent(package);
        }

        return package.Length == 0 ? name : name.Length == 0 ? package : $"{package}.{name}";
    }

    private static string Parent(string name) => name.LastIndexOf('.') is >= 0 and int dot ? name[..dot] : "";
}
