// Which decorators leave a function what it is.
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;
using Assay.Python.Syntax;

namespace Assay.Code.Flow;

/// <summary>Tells which decorators leave a function what it is: those of the language, those that wrap, and those that are known.</summary>
internal sealed class DecoratorTable(CodeBase code)
{
    private static readonly IReadOnlySet<string> s_names = CodeData.Words("decorators.txt");
    private readonly Dictionary<FunctionInfo, bool> _wraps = [];

    /// <summary>Whether a decorator leaves a function what it is.</summary>
    public bool IsTransparent(SyntaxNode decorator, Value value)
    {
        SyntaxNode named = decorator.Kind is SyntaxKind.Call ? decorator[SyntaxField.Func] : decorator;
        string name = named.Kind switch
        {
            SyntaxKind.Name => named.Name(SyntaxField.Id)!,
            SyntaxKind.Attribute => named.Name(SyntaxField.Attr)!,
            _ => "",
        };
        if (s_names.Contains(name))
            return true;

        bool any = false;
        foreach (Atom atom in value.Atoms)
        {
            switch (atom.Kind)
            {
                case AtomKind.Function when Wraps(atom.Function):
                case AtomKind.Foreign when code.Known(atom.Text) is { IsHarmful: false, IsDerived: false } or { IsDerived: true, Returns.Kind: ReturnKind.Argument }:
                    any = true;
                    break;
                case AtomKind.Class or AtomKind.Instance or AtomKind.Origin or AtomKind.Text or AtomKind.Container:
                    break;
                default:
                    return false;
            }
        }

        return any;
    }

    /// <summary>Whether a function wraps what it gets in the usual way, gives it back, or makes a function that does.</summary>
    private bool Wraps(FunctionInfo function)
    {
        if (_wraps.TryGetValue(function, out bool known))
            return known;

        bool wraps = false;
        HashSet<string> given = [.. function.Parameters.Select(p => p.Name)];
        foreach (SyntaxNode node in SyntaxWalk.Of(function.Node))
        {
            if (function.Module.Functions.TryGetValue(node.Number, out FunctionInfo? inner) && inner.Parameters is [var first, ..])
                given.Add(first.Name);
        }

        foreach (SyntaxNode node in SyntaxWalk.Of(function.Node))
        {
            string name = node.Kind switch
            {
                SyntaxKind.Name => node.Name(SyntaxField.Id)!,
                SyntaxKind.Attribute => node.Name(SyntaxField.Attr)!,
                _ => "",
            };
            wraps |= name is "wraps" or "update_wrapper";
            wraps |= node.Kind is SyntaxKind.Return && node[SyntaxField.Value] is { Kind: SyntaxKind.Name } returned && given.Contains(returned.Name(SyntaxField.Id)!);
        }

        _wraps.Add(function, wraps);
        return wraps;
    }
}
