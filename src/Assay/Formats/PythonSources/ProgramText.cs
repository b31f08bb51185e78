// Whether a text among values is a program: all of it is Python, and it reaches for something.
using System.Buffers;
using Assay.Bytes;
using Assay.Python.Syntax;

namespace Assay.Formats.PythonSources;

/// <summary>What a text is that is a program.</summary>
/// <param name="IsExpression">Whether it is one expression.</param>
/// <param name="Defines">Whether it defines something: then it is executed for the sake of that, by what makes a component of it.</param>
/// <param name="Reaches">Whether it is one expression that reaches behind objects, which nobody writes who does not want what is evaluated to run something else.</param>
internal readonly record struct ProgramShape(bool IsExpression, bool Defines, bool Reaches);

/// <summary>
/// Whether a text is a program of Python, or an expression that somebody evaluates: CPython would take all of it, and it imports, runs or reaches for what lies behind objects. Sentences about code, and the names
/// and numbers of settings, are none.
/// </summary>
internal static class ProgramText
{
    private const int Shortest = 9;
    private const int Longest = 1 << 16;
    private const int WorkPerCharacter = 2;

    /// <summary>What no text is without that does more than compute.</summary>
    private static readonly SearchValues<string> s_telling = SearchValues.Create(
        ["import ", "__import__", "import_module", "eval(", "exec(", "compile(", "getattr(", "open(", "os.", "subprocess", "__subclasses__", "__globals__", "__builtins__", "__class__", "globals()", "builtins", "__", "system(", "popen("], StringComparison.Ordinal);

    /// <summary>What lies behind objects and is no part of any setting.</summary>
    private static readonly HashSet<string> s_behind = new(StringComparer.Ordinal) { "__import__", "__subclasses__", "__globals__", "__builtins__", "__base__", "__bases__", "__mro__", "__code__", "__loader__" };

    /// <summary>Whether a text is one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="budget">The meter.</param>
    /// <param name="shape">What it is then.</param>
    public static bool Is(string text, ScanBudget budget, out ProgramShape shape)
    {
        shape = default;
        if (text.Length is < Shortest or > Longest)
        {
            return false;
        }

        // Every text of a document is asked; most are told by their words.
        budget.SpendWork(1 + (text.Length / WorkCosts.BytesRead));
        if (text.AsSpan().IndexOfAny("(\n;") < 0 || !text.AsSpan().ContainsAny(s_telling))
        {
            return false;
        }

        budget.SpendWork(WorkPerCharacter * (long)text.Length);
        SyntaxTree tree = PythonParser.Parse(SourceText.OfString(text.Trim()), budget);
        if (tree.Errors.Count > 0)
        {
            return false;
        }

        bool defines = false;
        SyntaxNodeList body = tree.Root.List(SyntaxField.Body);
        foreach (SyntaxNode statement in body)
        {
            defines |= statement.Kind is SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef or SyntaxKind.ClassDef;
        }

        bool isExpression = body.Count == 1 && body[0].Kind is SyntaxKind.Expr;
        bool reaches = isExpression
            && SyntaxWalk.Of(tree.Root).Any(n => (n.Kind is SyntaxKind.Name && s_behind.Contains(n.Name(SyntaxField.Id) ?? "")) || (n.Kind is SyntaxKind.Attribute && s_behind.Contains(n.Name(SyntaxField.Attr) ?? "")));
        shape = new ProgramShape(isExpression, defines, reaches);
        return SyntaxWalk.Of(tree.Root).Any(n => n.Kind is SyntaxKind.Call or SyntaxKind.FunctionDef or SyntaxKind.ClassDef);
    }
}
