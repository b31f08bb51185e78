// Blocks: which statements belong to which.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private Block[] _blocks = new Block[32];
    private int _blockCount;
    private int[] _statements = new int[256];
    private int _statementCount;
    private int[] _items = new int[32];
    private int _itemCount;

    private ref Block Innermost => ref _blocks[_blockCount - 1];

    private int Module()
    {
        OpenBlock(BlockKind.Module, SyntaxKind.Module, _text.Start);
        Innermost.Expected = false;
        while (Kind != TokenKind.EndMarker)
        {
            _work++;
            switch (Kind)
            {
                case TokenKind.Indent:
                    Indent();
                    break;
                case TokenKind.Dedent:
                    Dedent();
                    break;
                default:
                    Line();
                    break;
            }
        }

        EndWithoutBlock();
        while (_blockCount > 1)
        {
            CloseInnermost();
        }

        return _tree.Add(SyntaxKind.Module, _text.Start, _text.End, StatementList(0));
    }

    private void Indent()
    {
        if (Innermost.Expected)
        {
            Innermost.Expected = false;
        }
        else
        {
            Report(SyntaxErrorKind.UnexpectedIndent, Current.Start);
            OpenBlock(BlockKind.Indented, SyntaxKind.None, Current.Start);
            Innermost.Expected = false;
        }

        Next();
    }

    private void Dedent()
    {
        EndWithoutBlock();
        FinishPending();
        CloseClause();
        Next();
    }

    /// <summary>What was to be followed by a block, or decorators by what they decorate, is followed by nothing.</summary>
    private void EndWithoutBlock()
    {
        FlushDecorators();
        if (Innermost.Expected)
        {
            Report(SyntaxErrorKind.ExpectedIndentedBlock, Current.Start);
            CloseClause();
        }
    }

    /// <summary>One logical line.</summary>
    private void Line()
    {
        _operandCount = 0;
        _failed = false;
        if (_decoratorCount > 0 && Kind is not (TokenKind.At or TokenKind.Def or TokenKind.Class) && !(Kind == TokenKind.Async && Peek(1) == TokenKind.Def))
        {
            FlushDecorators();
        }

        if (Innermost.Expected)
        {
            EndWithoutBlock();
        }

        while (Innermost.Pending)
        {
            if (ContinueBlock())
            {
                return;
            }

            Finish();
        }

        int start = Current.Start;
        if (!Statement(start))
        {
            Broken(start);
        }
    }

    private ref Block OpenBlock(BlockKind kind, SyntaxKind node, int start)
    {
        if (_blockCount == _blocks.Length)
        {
            Array.Resize(ref _blocks, _blockCount * 2);
        }

        ref Block block = ref _blocks[_blockCount++];
        block = default;
        block.Kind = kind;
        block.Node = node;
        block.Start = start;
        block.Expected = true;
        block.Statements = _statementCount;
        block.Items = _itemCount;
        return ref block;
    }

    /// <summary>
    /// Reads the colon behind a header, and what of the block stands on the same line. The header's operands are taken by then.
    /// </summary>
    private bool Suite()
    {
        if (!Accept(TokenKind.Colon))
        {
            // The header is known all the same, and so is the block where one follows.
            int start = Current.Start;
            Fail();
            bool colon = Skip(toSemicolon: false);
            AddError(start, 0);
            Accept(TokenKind.NewLine);
            Innermost.Expected = colon;
            if (!colon)
            {
                CloseClause();
            }

            return true;
        }

        if (Accept(TokenKind.NewLine))
        {
            Innermost.Expected = true;
            return true;
        }

        Innermost.Expected = false;
        SimpleStatements(wholeLine: false);
        CloseClause();
        return true;
    }

    /// <summary>The open clause of the innermost block is complete.</summary>
    private void CloseClause()
    {
        ref Block block = ref Innermost;
        block.Expected = false;
        switch (block.Kind)
        {
            case BlockKind.Module:
                return;
            case BlockKind.Indented:
                _blockCount--;
                return;
            case BlockKind.Match:
                CloseMatch(ref block);
                break;
            default:
                int list = StatementList(block.Statements);
                ref int clause = ref block.Body;
                if (block.Clause == Clause.OrElse)
                {
                    clause = ref block.OrElse;
                }
                else if (block.Clause == Clause.Final)
                {
                    clause = ref block.Final;
                }

                clause = list;
                break;
        }

        block.Pending = true;
        if (block.Kind is not (BlockKind.If or BlockKind.While or BlockKind.For or BlockKind.Try))
        {
            Finish();
        }
    }

    private void CloseInnermost()
    {
        if (Innermost.Pending)
        {
            Finish();
        }
        else
        {
            CloseClause();
        }
    }

    private void FinishPending()
    {
        while (Innermost.Pending)
        {
            Finish();
        }
    }

    /// <summary>The innermost compound statement is complete, and becomes one of the statements around it.</summary>
    private void Finish()
    {
        Block block = Innermost;
        _blockCount--;
        int start = block.Start;

        // A block whose header is broken may hold no statement at all.
        int end = Math.Max(start, _lastStatementEnd);
        switch (block.Kind)
        {
            case BlockKind.If:
                AddStatement(_tree.Add(SyntaxKind.If, start, end, 0, block.A, block.Body, block.OrElse));
                if (block.IsElif)
                {
                    Innermost.OrElse = StatementList(Innermost.Statements);
                    Innermost.Pending = true;
                }

                break;
            case BlockKind.While:
                AddStatement(_tree.Add(SyntaxKind.While, start, end, 0, block.A, block.Body, block.OrElse));
                break;
            case BlockKind.For:
                AddStatement(_tree.Add(block.Node, start, end, 0, block.A, block.B, block.Body, block.OrElse));
                break;
            case BlockKind.Try:
                int handlers = PopItems(block.Items);
                if (handlers == 0 && block.Clause != Clause.Final)
                {
                    Report(SyntaxErrorKind.IncompleteStatement, start);
                }

                AddStatement(_tree.Add(block.Node, start, end, 0, block.Body, handlers, block.OrElse, block.Final));
                break;
            case BlockKind.Except:
                PushItem(_tree.Add(SyntaxKind.ExceptHandler, start, end, 0, block.A, block.B, block.Body));
                break;
            case BlockKind.With:
                AddStatement(_tree.Add(block.Node, start, end, 0, block.A, block.Body));
                break;
            case BlockKind.Function:
                AddStatement(_tree.Add(block.Node, start, end, 0, block.A, block.B, block.Body, block.C, block.D, block.E));
                break;
            case BlockKind.Class:
                AddStatement(_tree.Add(SyntaxKind.ClassDef, start, end, 0, block.A, block.B, block.C, block.Body, block.D, block.E));
                break;
            case BlockKind.Match:
                AddStatement(_tree.Add(SyntaxKind.Match, start, end, 0, block.A, PopItems(block.Items)));
                if (block.B > 0)
                {
                    AddStatement(_tree.Add(SyntaxKind.Error, start, end, 0, 0, block.B));
                }

                break;
            case BlockKind.Case:
                PushItem(_tree.Add(SyntaxKind.MatchCase, start, end, 0, block.A, block.B, block.Body));
                break;
            default:
                AddStatement(_tree.Add(SyntaxKind.Error, start, end, 0, block.A, block.Body));
                break;
        }
    }

    private int _lastStatementEnd;

    private void AddStatement(int node)
    {
        if (_statementCount == _statements.Length)
        {
            Array.Resize(ref _statements, _statementCount * 2);
        }

        _statements[_statementCount++] = node;
        _lastStatementEnd = _tree[node].End;
    }

    private int StatementList(int first)
    {
        int list = _tree.List(_statements.AsSpan(first, _statementCount - first));
        _statementCount = first;
        return list;
    }

    private void PushItem(int node)
    {
        if (_itemCount == _items.Length)
        {
            Array.Resize(ref _items, _itemCount * 2);
        }

        _items[_itemCount++] = node;
    }

    private int PopItems(int first)
    {
        int list = _tree.List(_items.AsSpan(first, _itemCount - first));
        _itemCount = first;
        return list;
    }
}
