// The names that a function takes along from the functions around it.
using Assay.Python.Syntax;

namespace Assay.Code.Scopes;

/// <summary>Finds the names of functions around a function that it, or a function in it, reads.</summary>
internal static class FreeNames
{
    /// <summary>The names, in the order in which they are read.</summary>
    public static IReadOnlyList<Variable> Of(FunctionInfo function)
    {
        List<Variable> free = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (SyntaxNode node in SyntaxWalk.Of(function.Node))
        {
            if (node.Kind is SyntaxKind.Name && node.Context is ExpressionContext.Load && node.Name(SyntaxField.Id) is { } name && seen.Add(name)
                && function.Scope.Parent!.Find(name) is { Scope.Kind: ScopeKind.Function } variable)
                free.Add(variable);
        }

        return free;
    }
}
