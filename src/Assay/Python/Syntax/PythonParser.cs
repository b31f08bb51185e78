// Reads Python source into a tree.
using Assay.Bytes;

namespace Assay.Python.Syntax;

/// <summary>
/// A parser for Python 3.6 to 3.14 whose tree is that of CPython's <c>ast</c>. It takes the union of the versions: what one of them
/// accepts is no error. A statement that none accepts becomes an <see cref="SyntaxKind.Error"/> node with the expressions in it that can
/// be read, and reading goes on behind it.
/// <para>
/// It never goes back: every token is read once, and where the grammar of CPython tries alternatives, the tokens that decide are looked
/// up ahead (<c>match</c>, <c>type</c>, parentheses behind <c>with</c>) or one form is read and turned into the other (targets). It does not
/// recurse: what is open stands in <see cref="ExpressionFrame"/>s and <see cref="Block"/>s, whose number is bounded.
/// </para>
/// <para>
/// Not checked, because CPython finds it only after its parser: <c>return</c>, <c>yield</c>, <c>await</c>, <c>break</c>, <c>continue</c>, <c>nonlocal</c> and
/// starred expressions at the wrong place; duplicate parameters, keywords and captured names; assignment to <c>__debug__</c>; <c>from __future__</c>;
/// a bare <c>except</c> that is not the last.
/// </para>
/// </summary>
internal sealed partial class PythonParser : IDisposable
{
    /// <summary>So many errors are kept.</summary>
    public const int MaxErrors = 100;

    /// <summary>So many expressions or blocks can be open at a time. CPython's parser gives up at 6,000.</summary>
    public const int MaxDepth = 6000;

    private readonly SourceText _text;
    private readonly NameTable _names;
    private readonly TreeBuilder _tree = new();
    private readonly List<SyntaxError> _errors = [];
    private long _work;

    private PythonParser(SourceText text, NameTable names, ScanBudget? budget)
    {
        _text = text;
        _names = names;
        _lexer = new PythonLexer(text, budget);
        if (text.Error is { } error)
        {
            Report(error.Kind, error.Offset);
        }

        Fill(1);
    }

    /// <summary>
    /// Reads a module. The budget is polled; whoever calls charges it for the text beforehand: the tree takes at most 40 bytes for each byte of source.
    /// </summary>
    public static SyntaxTree Parse(SourceText text, ScanBudget? budget = null, NameTable? names = null)
    {
        using PythonParser parser = new(text, names ?? new NameTable(), budget);
        int root = parser.Module();
        parser._errors.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        return parser._tree.Build(text, parser._names, root, parser._errors, parser._work + parser._tokensRead);
    }

    public void Dispose() => _tree.Dispose();

    private void Report(SyntaxErrorKind kind, int offset)
    {
        if (!_recovering && _errors.Count < MaxErrors && (_errors.Count == 0 || _errors[^1].Offset != offset))
        {
            _errors.Add(new SyntaxError(kind, offset));
        }
    }

    /// <summary>Says that what stands at the current token is no Python; always false.</summary>
    private bool Fail(SyntaxErrorKind kind = SyntaxErrorKind.UnexpectedToken)
    {
        Token token = Current;
        return Fail(token.Error != SyntaxErrorKind.None ? token.Error : kind, token.Start);
    }

    private bool Fail(SyntaxErrorKind kind, int offset)
    {
        if (!_failed)
        {
            _failed = true;
            Report(kind, offset);
        }

        return false;
    }
}
