// Compound statements: their headers, and the clauses that go on with them.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private int[] _decorators = new int[8];
    private int _decoratorCount;

    /// <summary>A statement at the start of a line; false when its header cannot be read.</summary>
    private bool Statement(int start)
    {
        if (Innermost.Kind == BlockKind.Match && CurrentIs("case"u8))
        {
            return Case(start);
        }

        if (_blockCount >= MaxDepth)
        {
            return Fail(SyntaxErrorKind.TooDeeplyNested);
        }

        switch (Kind)
        {
            case TokenKind.If:
                return Conditional(BlockKind.If, start);
            case TokenKind.While:
                return Conditional(BlockKind.While, start);
            case TokenKind.For:
                return For(SyntaxKind.For, start);
            case TokenKind.Try:
                Next();
                OpenBlock(BlockKind.Try, SyntaxKind.Try, start);
                return Suite();
            case TokenKind.With:
                return With(SyntaxKind.With, start);
            case TokenKind.Def:
                return Function(SyntaxKind.FunctionDef, start);
            case TokenKind.Class:
                return Class(start);
            case TokenKind.At:
                return Decorator();
            case TokenKind.Async when Peek(1) is TokenKind.Def or TokenKind.For or TokenKind.With:
                Next();
                return Kind == TokenKind.Def ? Function(SyntaxKind.AsyncFunctionDef, start)
                    : Kind == TokenKind.For ? For(SyntaxKind.AsyncFor, start) : With(SyntaxKind.AsyncWith, start);
            case TokenKind.Name when CurrentIs("match"u8) && IsMatch():
                return Match(start);
            default:
                SimpleStatements(wholeLine: true);
                return true;
        }
    }

    private bool Conditional(BlockKind kind, int start)
    {
        Next();
        if (!Expression(FrameFlags.Walrus))
        {
            return false;
        }

        OpenBlock(kind, SyntaxKind.None, start).A = Pop().Node;
        return Suite();
    }

    private bool For(SyntaxKind kind, int start)
    {
        Next();
        if (!Expression(StarExpressions, Precedence.BitOr) || !SetContext(_operands[0].Node, ExpressionContext.Store)
            || !Expect(TokenKind.In) || !Expression(StarExpressions))
        {
            return false;
        }

        ref Block block = ref OpenBlock(BlockKind.For, kind, start);
        block.B = Pop().Node;
        block.A = Pop().Node;
        return Suite();
    }

    private bool With(SyntaxKind kind, int start)
    {
        Next();
        bool parenthesised = ItemsInParentheses();
        if (parenthesised)
        {
            Next();
        }

        do
        {
            if (!WithItem())
            {
                return false;
            }
        }
        while (Accept(TokenKind.Comma) && !(parenthesised && Kind == TokenKind.RPar));
        if (parenthesised && !Expect(TokenKind.RPar))
        {
            return false;
        }

        OpenBlock(BlockKind.With, kind, start).A = List(0);
        return Suite();
    }

    private bool WithItem()
    {
        int start = Current.Start;
        int first = _operandCount;
        if (!Expression())
        {
            return false;
        }

        int target = 0;
        if (Accept(TokenKind.As))
        {
            // A target binds as strongly as in a loop, and a tuple needs parentheses.
            if (!Expression(FrameFlags.Stars, Precedence.BitOr) || !SetContext(_operands[_operandCount - 1].Node, ExpressionContext.Store))
            {
                return false;
            }

            target = _operands[_operandCount - 1].Node;
        }

        Replace(first, _tree.Add(SyntaxKind.WithItem, start, _lastEnd, 0, _operands[first].Node, target), start);
        return true;
    }

    /// <summary>
    /// Whether parentheses behind <c>with</c> hold items (Python 3.9) and no expression: they end right before the colon, and what is in them can
    /// only be items. Where both are possible CPython takes items.
    /// </summary>
    private bool ItemsInParentheses()
    {
        if (Kind != TokenKind.LPar || Peek(1) is TokenKind.RPar or TokenKind.Yield)
        {
            return false;
        }

        int depth = 0;
        bool expression = false;
        for (int distance = 0; ; distance++)
        {
            TokenKind kind = Peek(distance);
            switch (kind)
            {
                case TokenKind.LPar or TokenKind.LSqb or TokenKind.LBrace or TokenKind.FStringStart or TokenKind.TStringStart:
                    depth++;
                    break;
                case TokenKind.RPar or TokenKind.RSqb or TokenKind.RBrace or TokenKind.FStringEnd or TokenKind.TStringEnd:
                    depth--;
                    break;
                case TokenKind.As when depth == 1:
                    return true;
                case TokenKind.For or TokenKind.ColonEqual when depth == 1:
                    expression = true;
                    break;
                case TokenKind.Star when depth == 1 && Peek(distance - 1) is TokenKind.LPar or TokenKind.Comma:
                    expression = true;
                    break;
                case TokenKind.NewLine or TokenKind.EndMarker:
                    return false;
            }

            if (depth == 0)
            {
                return !expression && Peek(distance + 1) == TokenKind.Colon;
            }
        }
    }

    private bool Function(SyntaxKind kind, int start)
    {
        Next();
        if (!IsName)
        {
            return Fail();
        }

        int name = TakeName();
        if (!TypeParameters(out int types) || !Expect(TokenKind.LPar) || !Parameters())
        {
            return false;
        }

        int arguments = Pop().Node;
        int returns = 0;
        if (Accept(TokenKind.RArrow))
        {
            if (!Expression())
            {
                return false;
            }

            returns = Pop().Node;
        }

        ref Block block = ref OpenBlock(BlockKind.Function, kind, start);
        block.A = name;
        block.B = arguments;
        block.C = PopDecorators();
        block.D = returns;
        block.E = types;
        return Suite();
    }

    private bool Class(int start)
    {
        Next();
        if (!IsName)
        {
            return Fail();
        }

        int name = TakeName();
        _bases = 0;
        _keywords = 0;
        if (!TypeParameters(out int types) || (Kind == TokenKind.LPar && !Bases()))
        {
            return false;
        }

        ref Block block = ref OpenBlock(BlockKind.Class, SyntaxKind.ClassDef, start);
        block.A = name;
        block.B = _bases;
        block.C = _keywords;
        block.D = PopDecorators();
        block.E = types;
        return Suite();
    }

    private bool Decorator()
    {
        Next();
        if (!Expression(FrameFlags.Walrus))
        {
            return false;
        }

        if (!Accept(TokenKind.NewLine))
        {
            return Fail();
        }

        if (_decoratorCount == _decorators.Length)
        {
            Array.Resize(ref _decorators, _decoratorCount * 2);
        }

        _decorators[_decoratorCount++] = Pop().Node;
        return true;
    }

    private int PopDecorators()
    {
        int list = _tree.List(_decorators.AsSpan(0, _decoratorCount));
        _decoratorCount = 0;
        return list;
    }

    /// <summary>Decorators that decorate nothing are an error.</summary>
    private void FlushDecorators()
    {
        if (_decoratorCount > 0)
        {
            Report(SyntaxErrorKind.IncompleteStatement, Current.Start);
            int start = _tree[_decorators[0]].Start;
            AddStatement(_tree.Add(SyntaxKind.Error, start, Math.Max(start, _lastEnd), 0, PopDecorators(), 0));
        }
    }

    /// <summary>A line that goes on with the innermost compound statement, whose last clause is closed.</summary>
    private bool ContinueBlock()
    {
        ref Block block = ref Innermost;
        int start = Current.Start;
        switch (Kind)
        {
            case TokenKind.Elif when block.Kind == BlockKind.If && block.Clause == Clause.Body:
                Next();
                if (_blockCount >= MaxDepth)
                {
                    Fail(SyntaxErrorKind.TooDeeplyNested);
                    BrokenClause(start);
                    return true;
                }

                if (!Expression(FrameFlags.Walrus))
                {
                    BrokenClause(start);
                    return true;
                }

                block.Pending = false;
                block.Clause = Clause.OrElse;
                ref Block next = ref OpenBlock(BlockKind.If, SyntaxKind.None, start);
                next.A = Pop().Node;
                next.IsElif = true;
                return Suite();
            case TokenKind.Else when block.Clause < Clause.OrElse && (block.Kind != BlockKind.Try || block.Clause == Clause.Handlers):
                return BeginClause(ref block, Clause.OrElse);
            case TokenKind.Finally when block.Kind == BlockKind.Try && block.Clause < Clause.Final:
                return BeginClause(ref block, Clause.Final);
            case TokenKind.Except when block.Kind == BlockKind.Try && block.Clause < Clause.OrElse:
                if (!Except(ref block, start))
                {
                    BrokenClause(start);
                }

                return true;
            default:
                return false;
        }
    }

    private bool BeginClause(ref Block block, Clause clause)
    {
        Next();
        block.Clause = clause;
        block.Pending = false;
        block.Statements = _statementCount;
        return Suite();
    }

    /// <summary>A clause whose header cannot be read. It has its block, and the statement that it belongs to may go on behind.</summary>
    private void BrokenClause(int start)
    {
        Fail();
        bool colon = Skip(toSemicolon: false);
        ref Block block = ref OpenBlock(BlockKind.Error, SyntaxKind.Error, start);
        block.A = ErrorValues();
        Accept(TokenKind.NewLine);
        if (!colon)
        {
            CloseClause();
        }
    }

    private bool Except(ref Block block, int start)
    {
        Next();
        bool star = Accept(TokenKind.Star);
        if (block.Clause == Clause.Body)
        {
            block.Node = star ? SyntaxKind.TryStar : SyntaxKind.Try;
        }
        else if (star != (block.Node == SyntaxKind.TryStar))
        {
            return Fail();
        }

        block.Clause = Clause.Handlers;
        int name = 0;
        int type = 0;
        if (star || Kind != TokenKind.Colon)
        {
            // Python 3.14 takes several types without parentheses, but then no name.
            if (!Expression(FrameFlags.Tuples))
            {
                return false;
            }

            bool several = _tree[_operands[0].Node] is { Kind: SyntaxKind.Tuple } tuple && _text.Utf8[tuple.Start] != '(';
            type = Pop().Node;
            if (!several && Accept(TokenKind.As))
            {
                if (!IsName)
                {
                    return Fail();
                }

                name = TakeName();
            }
        }

        ref Block handler = ref OpenBlock(BlockKind.Except, SyntaxKind.ExceptHandler, start);
        handler.A = type;
        handler.B = name;
        Suite();
        return true;
    }
}
