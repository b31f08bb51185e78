// Statements that fit on a line.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private const FrameFlags StarExpressions = FrameFlags.Stars | FrameFlags.Tuples;

    /// <summary>
    /// Simple statements up to the end of the line, with semicolons between them. One that cannot be read can have a block when
    /// <paramref name="wholeLine"/> is theirs.
    /// </summary>
    private void SimpleStatements(bool wholeLine)
    {
        while (true)
        {
            int start = Current.Start;
            int before = _statementCount;
            _operandCount = 0;
            _failed = false;
            if (!SimpleStatement(start) || Kind is not (TokenKind.Semi or TokenKind.NewLine))
            {
                Fail();
                if (_statementCount > before)
                {
                    // What it was made of is its own.
                    _operandCount = 0;
                }

                bool colon = Skip(toSemicolon: true);

                // Of a statement with too much behind it both are kept.
                int body = StatementList(before);
                if (colon && wholeLine && body == 0 && Kind == TokenKind.NewLine)
                {
                    Next();
                    OpenBlock(BlockKind.Error, SyntaxKind.Error, start).A = ErrorValues();
                    return;
                }

                AddError(start, body);
            }

            if (Accept(TokenKind.NewLine))
            {
                return;
            }

            int semicolon = Current.Start;
            Next();
            if (Accept(TokenKind.NewLine))
            {
                // A block ends behind its last semicolon.
                _lastStatementEnd = semicolon + 1;
                return;
            }
        }
    }

    private bool SimpleStatement(int start)
    {
        switch (Kind)
        {
            case TokenKind.Pass:
                return Word(SyntaxKind.Pass, start);
            case TokenKind.Break:
                return Word(SyntaxKind.Break, start);
            case TokenKind.Continue:
                return Word(SyntaxKind.Continue, start);
            case TokenKind.Return:
                Next();
                return OptionalValue(StarExpressions) && Complete(SyntaxKind.Return, start, _operandCount > 0 ? Pop().Node : 0);
            case TokenKind.Raise:
                return Raise(start);
            case TokenKind.Global:
                return ListOfNames(SyntaxKind.Global, start);
            case TokenKind.Nonlocal:
                return ListOfNames(SyntaxKind.Nonlocal, start);
            case TokenKind.Del:
                return Delete(start);
            case TokenKind.Assert:
                return Assert(start);
            case TokenKind.Import:
                return Import(start);
            case TokenKind.From:
                return ImportFrom(start);
            case TokenKind.Name when CurrentIs("type"u8) && Peek(1) is TokenKind.Name:
                return TypeAlias(start);
            default:
                return ExpressionStatement(start);
        }
    }

    private bool Complete(SyntaxKind kind, int start, int value, byte detail = 0)
    {
        AddStatement(_tree.Add(kind, start, _lastEnd, value, detail));
        return true;
    }

    private bool Word(SyntaxKind kind, int start)
    {
        Next();
        return Complete(kind, start, 0);
    }

    /// <summary>A value, unless the statement ends.</summary>
    private bool OptionalValue(FrameFlags allowed) => Kind is TokenKind.NewLine or TokenKind.Semi || Expression(allowed);

    private bool Raise(int start)
    {
        Next();
        if (!OptionalValue(FrameFlags.None))
        {
            return false;
        }

        bool raises = _operandCount > 0;
        if (raises && Accept(TokenKind.From) && !Expression())
        {
            return false;
        }

        int cause = _operandCount > 1 ? Pop().Node : 0;
        int exception = raises ? Pop().Node : 0;
        AddStatement(_tree.Add(SyntaxKind.Raise, start, _lastEnd, 0, exception, cause));
        return true;
    }

    private bool ListOfNames(SyntaxKind kind, int start)
    {
        int first = _numberCount;
        do
        {
            Next();
            if (!IsName)
            {
                return Fail();
            }

            PushNumber(TakeName());
        }
        while (Kind == TokenKind.Comma);
        return Complete(kind, start, PopNumbers(first));
    }

    private bool Delete(int start)
    {
        Next();
        do
        {
            if (!Expression() || !SetContext(_operands[_operandCount - 1].Node, ExpressionContext.Del))
            {
                return false;
            }
        }
        while (Accept(TokenKind.Comma) && Kind is not (TokenKind.NewLine or TokenKind.Semi));
        return Complete(SyntaxKind.Delete, start, List(0));
    }

    private bool Assert(int start)
    {
        Next();
        if (!Expression() || (Accept(TokenKind.Comma) && !Expression()))
        {
            return false;
        }

        int message = _operandCount > 1 ? Pop().Node : 0;
        AddStatement(_tree.Add(SyntaxKind.Assert, start, _lastEnd, 0, Pop().Node, message));
        return true;
    }

    private bool ExpressionStatement(int start)
    {
        if (!Expression(StarExpressions | FrameFlags.Yields))
        {
            return false;
        }

        switch (Kind)
        {
            case TokenKind.Equal:
                return Assignment(start);
            case TokenKind.Colon:
                return AnnotatedAssignment(start);
        }

        SyntaxOperator @operator = Augmented(Kind);
        if (@operator == SyntaxOperator.None)
        {
            return Complete(SyntaxKind.Expr, start, Pop().Node);
        }

        if (!IsSingleTarget(_operands[0].Node))
        {
            return Fail(SyntaxErrorKind.InvalidTarget, start);
        }

        Next();
        if (!Expression(StarExpressions | FrameFlags.Yields))
        {
            return false;
        }

        _tree[_operands[0].Node].Detail = (byte)ExpressionContext.Store;
        int value = Pop().Node;
        AddStatement(_tree.Add(SyntaxKind.AugAssign, start, _lastEnd, (byte)@operator, Pop().Node, value));
        return true;
    }

    private bool Assignment(int start)
    {
        while (Accept(TokenKind.Equal))
        {
            Operand target = _operands[_operandCount - 1];
            if (!SetContext(target.Node, ExpressionContext.Store) || !Expression(StarExpressions | FrameFlags.Yields))
            {
                return false;
            }
        }

        int value = Pop().Node;
        AddStatement(_tree.Add(SyntaxKind.Assign, start, _lastEnd, 0, List(0), value));
        return true;
    }

    private bool AnnotatedAssignment(int start)
    {
        int target = _operands[0].Node;
        if (!IsSingleTarget(target))
        {
            return Fail(SyntaxErrorKind.InvalidTarget, start);
        }

        // Only a name that is not in parentheses is simple.
        bool simple = _tree[target].Kind == SyntaxKind.Name && _tree[target].Start == start;
        Next();
        if (!Expression() || (Accept(TokenKind.Equal) && !Expression(StarExpressions | FrameFlags.Yields)))
        {
            return false;
        }

        _tree[target].Detail = (byte)ExpressionContext.Store;
        int value = _operandCount > 2 ? Pop().Node : 0;
        AddStatement(_tree.Add(SyntaxKind.AnnAssign, start, _lastEnd, (byte)(simple ? 1 : 0), target, _operands[1].Node, value));
        return true;
    }

    private bool IsSingleTarget(int node) => _tree[node].Kind is SyntaxKind.Name or SyntaxKind.Attribute or SyntaxKind.Subscript;

    private static SyntaxOperator Augmented(TokenKind kind) => kind switch
    {
        TokenKind.PlusEqual => SyntaxOperator.Add,
        TokenKind.MinEqual => SyntaxOperator.Sub,
        TokenKind.StarEqual => SyntaxOperator.Mult,
        TokenKind.AtEqual => SyntaxOperator.MatMult,
        TokenKind.SlashEqual => SyntaxOperator.Div,
        TokenKind.PercentEqual => SyntaxOperator.Mod,
        TokenKind.DoubleStarEqual => SyntaxOperator.Pow,
        TokenKind.LeftShiftEqual => SyntaxOperator.LShift,
        TokenKind.RightShiftEqual => SyntaxOperator.RShift,
        TokenKind.VBarEqual => SyntaxOperator.BitOr,
        TokenKind.CircumflexEqual => SyntaxOperator.BitXor,
        TokenKind.AmperEqual => SyntaxOperator.BitAnd,
        TokenKind.DoubleSlashEqual => SyntaxOperator.FloorDiv,
        _ => SyntaxOperator.None,
    };
}
