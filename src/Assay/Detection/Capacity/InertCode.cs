// Which texts that are executed only reckon with numbers, or define functions that hand on what they get.
using Assay.Python.Syntax;

namespace Assay.Detection.Capacity;

/// <summary>
/// Tells code that does nothing when it is executed and little when it is called: functions whose bodies return their parameters, constants and what methods of their first parameter make of
/// these. That is how libraries write functions with signatures that are found at run time (SciPy's <c>_parse_arg_template</c>) and keep them in states. An expression of numbers alone, as configurations have it for lists of
/// sizes, gives numbers.
/// </summary>
internal static class InertCode
{
    private const int MostCharacters = 16_384;
    private const int LongestExpression = 512;
    private const int LongestNumber = 6;
    private const int MostLoops = 2;
    private static readonly HashSet<string> s_reckoning = new(StringComparer.Ordinal) { "int", "float", "round", "abs", "min", "max", "sum", "len", "range", "list", "tuple", "sorted", "reversed", "enumerate", "zip" };

    /// <summary>Whether a text is nothing but such functions.</summary>
    public static bool Is(string text)
    {
        if (text.Length is 0 or > MostCharacters)
            return false;

        SyntaxTree tree = PythonParser.Parse(SourceText.OfString(text));
        if (tree.Errors.Count > 0)
            return false;

        if (tree.Root.List(SyntaxField.Body) is { Count: 1 } body && body[0].Kind is SyntaxKind.Expr)
            return text.Length <= LongestExpression && Reckons(tree);

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

    /// <summary>Whether an expression is a list that a loop makes of short numbers, of names that its own loops bind, and of functions that give numbers and lists of them; none of them is long enough to cost anything.</summary>
    private static bool Reckons(SyntaxTree tree)
    {
        HashSet<string> bound = new(StringComparer.Ordinal);
        int loops = 0;
        foreach (SyntaxNode node in SyntaxWalk.Of(tree.Root).Where(n => n.Kind is SyntaxKind.Comprehension))
        {
            loops++;
            foreach (SyntaxNode target in SyntaxWalk.Of(node[SyntaxField.Target]).Where(n => n.Kind is SyntaxKind.Name))
                bound.Add(target.Name(SyntaxField.Id)!);
        }

        return loops is > 0 and <= MostLoops && !bound.Overlaps(s_reckoning) && SyntaxWalk.Of(tree.Root).All(n => n.Kind switch
        {
            SyntaxKind.Module or SyntaxKind.Expr or SyntaxKind.UnaryOp or SyntaxKind.IfExp or SyntaxKind.Compare or SyntaxKind.BoolOp or SyntaxKind.List or SyntaxKind.Tuple or SyntaxKind.ListComp or SyntaxKind.GeneratorExp or SyntaxKind.Comprehension => true,
            SyntaxKind.BinOp => n.Operator is SyntaxOperator.Add or SyntaxOperator.Sub or SyntaxOperator.Div or SyntaxOperator.FloorDiv or SyntaxOperator.Mod || (n.Operator is SyntaxOperator.Mult && IsNumber(n[SyntaxField.Left]) && IsNumber(n[SyntaxField.Right])),
            SyntaxKind.Constant => n.ConstantKind is ConstantKind.Integer or ConstantKind.Float && n.End - n.Start <= LongestNumber,
            SyntaxKind.Name => bound.Contains(n.Name(SyntaxField.Id)!) || s_reckoning.Contains(n.Name(SyntaxField.Id)!),
            SyntaxKind.Call => n[SyntaxField.Func] is { Kind: SyntaxKind.Name } called && s_reckoning.Contains(called.Name(SyntaxField.Id)!) && n.List(SyntaxField.Keywords).Count == 0,
            _ => false,
        });
    }

    /// <summary>Whether what is multiplied is a number and no list: a list would be made longer.</summary>
    private static bool IsNumber(SyntaxNode node) => node.Kind is SyntaxKind.Name or SyntaxKind.Constant or SyntaxKind.UnaryOp
        || (node.Kind is SyntaxKind.BinOp && node.Operator is not SyntaxOperator.Add) || (node.Kind is SyntaxKind.Call && node[SyntaxField.Func].Name(SyntaxField.Id) is "int" or "float" or "round" or "abs" or "len" or "sum");

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
