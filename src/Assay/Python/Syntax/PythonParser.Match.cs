// The match statement.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    /// <summary>
    /// Whether a line that begins with the name match begins a match statement: it does when more than a colon follows, and the line ends with
    /// a colon, since no other statement that begins with a name does.
    /// </summary>
    private bool IsMatch()
    {
        if (!BeginsExpression(Peek(1)) && Peek(1) is not (TokenKind.Star or TokenKind.Yield))
        {
            return false;
        }

        int distance = 1;
        while (Peek(distance) is not (TokenKind.NewLine or TokenKind.EndMarker))
        {
            distance++;
        }

        return Peek(distance - 1) == TokenKind.Colon;
    }

    private bool Match(int start)
    {
        Next();
        if (!Expression(StarExpressions | FrameFlags.Walrus))
        {
            return false;
        }

        OpenBlock(BlockKind.Match, SyntaxKind.Match, start).A = Pop().Node;
        return Suite();
    }

    /// <summary>What stands beside the cases is an error, and is kept behind the statement.</summary>
    private void CloseMatch(ref Block block)
    {
        if (_statementCount > block.Statements)
        {
            Report(SyntaxErrorKind.UnexpectedToken, _tree[_statements[block.Statements]].Start);
            block.B = StatementList(block.Statements);
        }

        if (_itemCount == block.Items)
        {
            Report(SyntaxErrorKind.IncompleteStatement, block.Start);
        }
    }

    private bool Case(int start)
    {
        Next();
        if (!Patterns())
        {
            return false;
        }

        int pattern = Pop().Node;
        int guard = 0;
        if (Accept(TokenKind.If))
        {
            if (!Expression(FrameFlags.Walrus))
            {
                return false;
            }

            guard = Pop().Node;
        }

        ref Block block = ref OpenBlock(BlockKind.Case, SyntaxKind.MatchCase, start);
        block.A = pattern;
        block.B = guard;
        return Suite();
    }
}
