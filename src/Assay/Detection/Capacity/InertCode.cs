// Which texts that are executed only define functions that hand on what they get.
using Assay.Python.Syntax;

namespace Assay.Detection.Capacity;

/// <summary>
/// Tells code that does nothing when it is executed and little when it is called: functions whose bodies return their parameters, constants and what methods of their first parameter make of
/// these. That is how libraries write functions with signatures that are found at run time (SciPy's <c>_parse_arg_template</c>) and keep them in states.
/// </summary>
internal static class InertCode
{
    private const int MostCharacters = 16_384;

    /// <summary>Whether a text is nothing but such functions.</summary>
    public static bool Is(string text)
    {
        if (text.Length is 0 or > MostCharacters)
            return false;

        SyntaxTree tree = PythonParser.Parse(SourceText.OfString(text));
        if (tree.Errors.Count > 0)
            return false;

        HashSet<string> receivers = new(StringComparer.Ordinal);
        foreach (SyntaxNode statement in tree.Root.List(SyntaxField.Body))
        {
            if (statement.Kind is not SyntaxKind.FunctionDef || statement.List(SyntaxField.DecoratorList).Count > 0 || !statement[SyntaxField.Returns].IsNone)
                return false;

            SyntaxNodeList parameters = statement[SyntaxField.Args].List(SyntaxField.Args);
            if (parameters.Count > 0)
                receivers.Add(parameters[0].Name(SyntaxField.Arg)!);
        }

        return receivers.Count > 0 && SyntaxWalk.Of(tree.Root).All(n => IsPlain(n, receivers));
    }

    private static bool IsPlain(SyntaxNode node, HashSet<string> receivers) => node.Kind switch
    {
        // What stands in the head is evaluated where the function is defined.
        SyntaxKind.Arguments => SyntaxWalk.Of(node).All(n => n.Kind is SyntaxKind.Arguments or SyntaxKind.Arg or SyntaxKind.Constant or SyntaxKind.UnaryOp or SyntaxKind.Tuple or SyntaxKind.Name),
        SyntaxKind.Attribute => node[SyntaxField.Value] is { Kind: SyntaxKind.Name } owner && receivers.Contains(owner.Name(SyntaxField.Id)!) && !node.Name(SyntaxField.Attr)!.StartsWith("__", StringComparison.Ordinal),
        SyntaxKind.Call => node[SyntaxField.Func].Kind is SyntaxKind.Attribute,
        SyntaxKind.Module or SyntaxKind.FunctionDef or SyntaxKind.Return or SyntaxKind.Pass or SyntaxKind.BinOp or SyntaxKind.UnaryOp or SyntaxKind.BoolOp or SyntaxKind.Compare or SyntaxKind.IfExp
            or SyntaxKind.Constant or SyntaxKind.Name or SyntaxKind.Tuple or SyntaxKind.List or SyntaxKind.Starred or SyntaxKind.Keyword or SyntaxKind.Arg => true,
        _ => false,
    };
}
