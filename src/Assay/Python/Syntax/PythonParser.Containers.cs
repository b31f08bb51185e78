// What follows a complete element of a container.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    /// <summary>An element is complete and no operator follows; true when an operand must follow, false when an operand is complete.</summary>
    private bool Continue()
    {
        while (true)
        {
            ref ExpressionFrame frame = ref Top;
            switch (frame.Kind)
            {
                case FrameKind.Root:
                    return ContinueRoot(ref frame);
                case FrameKind.Parenthesis:
                    return ContinueParenthesis(ref frame);
                case FrameKind.List:
                    return ContinueList(ref frame);
                case FrameKind.Brace:
                    return ContinueBrace(ref frame);
                case FrameKind.Call:
                    return ContinueCall(ref frame);
                case FrameKind.Subscript:
                    return ContinueSubscript(ref frame);
                case FrameKind.Field:
                    return ContinueField(ref frame);
                case FrameKind.Default:
                    _frameCount--;
                    return AfterParameter();
                case FrameKind.Annotation:
                    return AfterAnnotation();

                // The following end with what they are part of: the container below goes on with the same token.
                case FrameKind.Comprehension:
                    if (ContinueComprehension(ref frame))
                    {
                        return true;
                    }

                    break;
                case FrameKind.Yield:
                    if (ContinueYield(ref frame))
                    {
                        return true;
                    }

                    break;
                case FrameKind.Starred:
                    ReduceOne(SyntaxKind.Starred, (byte)ExpressionContext.Load);
                    break;
                case FrameKind.YieldFrom:
                    ReduceOne(SyntaxKind.YieldFrom, 0);
                    break;
                case FrameKind.Named:
                    _frameCount--;
                    Operand value = Pop();
                    Operand target = Pop();
                    Push(_tree.Add(SyntaxKind.NamedExpr, target.Start, _lastEnd, 0, target.Node, value.Node), target.Start);
                    break;
                case FrameKind.Keyword:
                    int name = frame.A;
                    int start = frame.Start;
                    _frameCount--;
                    Push(_tree.Add(SyntaxKind.Keyword, start, _lastEnd, 0, name, Pop().Node), start);
                    break;
                case FrameKind.Unpack:
                    _frameCount--;
                    break;
                default:
                    return Fail();
            }

            if (_failed)
            {
                return false;
            }
        }
    }

    private bool ContinueRoot(ref ExpressionFrame frame)
    {
        switch (Kind)
        {
            case TokenKind.Comma when (frame.Flags & FrameFlags.Tuples) != 0:
                Next();
                frame.Flags |= FrameFlags.Comma;
                if (BeginsExpression(Kind) || (Kind == TokenKind.Star && (frame.Flags & FrameFlags.Stars) != 0))
                {
                    return true;
                }

                break;
            case TokenKind.ColonEqual when (frame.Flags & FrameFlags.Walrus) != 0:
                return BeginNamed();
        }

        if ((frame.Flags & FrameFlags.Comma) != 0)
        {
            ReplaceWithTuple(frame.Base);
        }

        _frameCount--;
        return false;
    }

    /// <summary>A walrus: its target is a name without parentheses, and nothing else of the element stands before it.</summary>
    private bool BeginNamed()
    {
        Operand target = _operands[_operandCount - 1];
        ref SyntaxNodeData node = ref _tree[target.Node];
        if (node.Kind != SyntaxKind.Name || node.End != _lastEnd || node.Start != target.Start)
        {
            return Fail();
        }

        node.Detail = (byte)ExpressionContext.Store;
        Next();
        Open(FrameKind.Named, Precedence.Test, target.Start);
        return true;
    }

    private bool BeginParenthesis()
    {
        int start = Current.Start;
        Next();
        if (Accept(TokenKind.RPar))
        {
            Push(_tree.Add(SyntaxKind.Tuple, start, _lastEnd), start);
            return false;
        }

        Open(FrameKind.Parenthesis, Precedence.Test, start, FrameFlags.Stars | FrameFlags.Yields);
        return true;
    }

    private bool ContinueParenthesis(ref ExpressionFrame frame)
    {
        bool generators = (frame.Flags & FrameFlags.Generators) != 0;
        bool tuple = (frame.Flags & FrameFlags.Comma) != 0;
        switch (Kind)
        {
            case TokenKind.Comma when !generators:
                Next();
                frame.Flags |= FrameFlags.Comma;
                frame.Flags &= ~FrameFlags.Yields;
                if (Kind != TokenKind.RPar)
                {
                    return true;
                }

                break;
            case TokenKind.RPar when generators || tuple || !EndsWithStar():
                break;
            case TokenKind.For or TokenKind.Async when !generators && !tuple && (frame.Flags & FrameFlags.YieldSeen) == 0:
                return BeginComprehension(ref frame);
            case TokenKind.ColonEqual when !generators:
                return BeginNamed();
            default:
                return Fail();
        }

        tuple = (frame.Flags & FrameFlags.Comma) != 0;
        (int first, int start) = Close(frame);
        if (generators)
        {
            ReplaceWithGenerator(SyntaxKind.GeneratorExp, first, start);
        }
        else if (tuple)
        {
            PushElements(SyntaxKind.Tuple, first, start);
        }
        else
        {
            _operands[_operandCount - 1] = _operands[_operandCount - 1] with { Start = start };
        }

        return false;
    }

    private bool EndsWithStar() => _tree[_operands[_operandCount - 1].Node].Kind == SyntaxKind.Starred;

    private bool BeginList()
    {
        int start = Current.Start;
        Next();
        if (Accept(TokenKind.RSqb))
        {
            Push(_tree.Add(SyntaxKind.List, start, _lastEnd), start);
            return false;
        }

        Open(FrameKind.List, Precedence.Test, start, FrameFlags.Stars);
        return true;
    }

    private bool ContinueList(ref ExpressionFrame frame)
    {
        bool generators = (frame.Flags & FrameFlags.Generators) != 0;
        switch (Kind)
        {
            case TokenKind.Comma when !generators:
                Next();
                frame.Flags |= FrameFlags.Comma;
                if (Kind != TokenKind.RSqb)
                {
                    return true;
                }

                break;
            case TokenKind.RSqb:
                break;
            case TokenKind.For or TokenKind.Async when !generators && (frame.Flags & FrameFlags.Comma) == 0:
                return BeginComprehension(ref frame);
            case TokenKind.ColonEqual when !generators:
                return BeginNamed();
            default:
                return Fail();
        }

        (int first, int start) = Close(frame);
        if (generators)
        {
            ReplaceWithGenerator(SyntaxKind.ListComp, first, start);
        }
        else
        {
            PushElements(SyntaxKind.List, first, start);
        }

        return false;
    }

    /// <summary>Steps over the bracket that ends a container, and takes its frame off: where its elements begin, among the operands and in the source.</summary>
    private (int First, int Start) Close(in ExpressionFrame frame)
    {
        Next();
        _frameCount--;
        return (frame.Base, frame.Start);
    }

    /// <summary>Makes a container of the operands from <paramref name="first"/> on.</summary>
    private void PushElements(SyntaxKind kind, int first, int start)
    {
        int elements = List(first);
        Push(_tree.Add(kind, start, _lastEnd, elements), start);
    }

    /// <summary>An element that begins with a star: where the container takes it, and nothing of the element stands before it.</summary>
    private bool BeginStar()
    {
        ref ExpressionFrame frame = ref Top;
        if ((frame.Flags & FrameFlags.Stars) == 0 || (frame.Kind == FrameKind.Brace && (frame.Flags & (FrameFlags.Keys | FrameFlags.Value)) != 0)
            || (frame.Kind == FrameKind.Subscript && frame.State != 0))
        {
            return Fail();
        }

        // In a call a star takes a whole expression; anywhere else what binds at least as strongly as |.
        byte minimum = frame.Kind == FrameKind.Call ? Precedence.Test : Precedence.BitOr;
        frame.Flags &= ~FrameFlags.Yields;
        Open(FrameKind.Starred, minimum, Current.Start);
        Next();
        return true;
    }

    private bool BeginYield()
    {
        ref ExpressionFrame frame = ref Top;
        if ((frame.Flags & FrameFlags.Yields) == 0 || _operandCount > frame.Base)
        {
            return Fail();
        }

        frame.Flags |= FrameFlags.YieldSeen;
        int start = Current.Start;
        Next();
        if (Accept(TokenKind.From))
        {
            Open(FrameKind.YieldFrom, Precedence.Test, start);
            return true;
        }

        if (BeginsExpression(Kind) || Kind == TokenKind.Star)
        {
            Open(FrameKind.Yield, Precedence.Test, start, FrameFlags.Stars);
            return true;
        }

        Push(_tree.Add(SyntaxKind.Yield, start, _lastEnd), start);
        return Continue();
    }

    /// <summary>True when another element of what is yielded follows.</summary>
    private bool ContinueYield(ref ExpressionFrame frame)
    {
        if (Kind == TokenKind.Comma)
        {
            Next();
            frame.Flags |= FrameFlags.Comma;
            if (BeginsExpression(Kind) || Kind == TokenKind.Star)
            {
                return true;
            }
        }

        if ((frame.Flags & FrameFlags.Comma) != 0)
        {
            ReplaceWithTuple(frame.Base);
        }

        ReduceOne(SyntaxKind.Yield, 0);
        return false;
    }
}
