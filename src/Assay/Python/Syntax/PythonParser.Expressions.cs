// Expressions: operands and operators, with an explicit stack.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private ExpressionFrame[] _frames = new ExpressionFrame[64];
    private int _frameCount;
    private Operand[] _operands = new Operand[256];
    private int _operandCount;
    private bool _failed;

    /// <summary>A node that is complete. <paramref name="Start"/> is before the parentheses around it, which the node itself leaves out.</summary>
    private readonly record struct Operand(int Node, int Start);

    private ref ExpressionFrame Top => ref _frames[_frameCount - 1];

    /// <summary>
    /// Reads an expression and leaves it on the operands. False when there is none: what could be read of it is on the operands, and the
    /// current token is the one that does not fit.
    /// </summary>
    private bool Expression(FrameFlags allowed = FrameFlags.None, byte minimum = Precedence.Test)
    {
        int floor = _frameCount;
        _failed = false;
        Open(FrameKind.Root, minimum, Current.Start, allowed);
        return Run(floor, operand: true);
    }

    /// <summary>Runs until as few frames are left as there were. The operand that is expected next, and the operator behind one that is complete, take turns.</summary>
    private bool Run(int floor, bool operand)
    {
        while (_frameCount > floor && !_failed)
        {
            _work++;
            operand = operand ? ReadOperand() : ReadOperator();
        }

        _frameCount = floor;
        return !_failed;
    }

    private ref ExpressionFrame Open(FrameKind kind, byte minimum, int start, FrameFlags flags = FrameFlags.None)
    {
        if (_frameCount == _frames.Length)
        {
            Array.Resize(ref _frames, _frameCount * 2);
        }

        if (_frameCount >= MaxDepth)
        {
            // One is overwritten: it is read no more.
            Fail(SyntaxErrorKind.TooDeeplyNested);
            _frameCount--;
        }

        ref ExpressionFrame frame = ref _frames[_frameCount++];
        frame = default;
        frame.Kind = kind;
        frame.Minimum = minimum;
        frame.Start = start;
        frame.Flags = flags;
        frame.Base = _operandCount;
        return ref frame;
    }

    private void Push(int node, int start)
    {
        if (_operandCount == _operands.Length)
        {
            Array.Resize(ref _operands, _operandCount * 2);
        }

        _operands[_operandCount++] = new Operand(node, start);
    }

    private Operand Pop() => _operands[--_operandCount];

    /// <summary>Puts a node in the place of the operands from <paramref name="first"/> on.</summary>
    private void Replace(int first, int node, int start)
    {
        _operandCount = first;
        Push(node, start);
    }

    /// <summary>Begins an operand; true when another operand must follow, false when it is complete.</summary>
    private bool ReadOperand()
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                if (Top.Kind == FrameKind.Call && Peek(1) == TokenKind.Equal)
                {
                    return BeginKeyword();
                }

                Next();
                Push(_tree.Add(SyntaxKind.Name, token.Start, token.End, _names.Add(_text.Slice(token.Start, token.End))), token.Start);
                return false;
            case TokenKind.Number:
                Next();
                Push(Number(token), token.Start);
                return false;
            case TokenKind.String or TokenKind.FStringStart or TokenKind.TStringStart:
                return BeginStrings();
            case TokenKind.None:
                return Singleton(token, ConstantKind.None);
            case TokenKind.True:
                return Singleton(token, ConstantKind.True);
            case TokenKind.False:
                return Singleton(token, ConstantKind.False);
            case TokenKind.Ellipsis:
                return Singleton(token, ConstantKind.Ellipsis);
            case TokenKind.LPar:
                return BeginParenthesis();
            case TokenKind.LSqb:
                return BeginList();
            case TokenKind.LBrace:
                return BeginBrace();
            case TokenKind.Minus:
                return BeginUnary(Precedence.Factor, SyntaxOperator.USub);
            case TokenKind.Plus:
                return BeginUnary(Precedence.Factor, SyntaxOperator.UAdd);
            case TokenKind.Tilde:
                return BeginUnary(Precedence.Factor, SyntaxOperator.Invert);
            case TokenKind.Not:
                return BeginUnary(Precedence.Not, SyntaxOperator.Not);
            case TokenKind.Lambda:
                return BeginLambda();
            case TokenKind.Star:
                return BeginStar();
            case TokenKind.DoubleStar:
                return BeginUnpack();
            case TokenKind.Yield:
                return BeginYield();
            case TokenKind.Await or TokenKind.Async:
                return BeginAwait();
            case TokenKind.Colon or TokenKind.Comma or TokenKind.RSqb when Top.Kind == FrameKind.Subscript:
                return AbsentBound();
            default:
                return Fail();
        }
    }

    private bool Singleton(Token token, ConstantKind kind)
    {
        Next();
        Push(_tree.Add(SyntaxKind.Constant, token.Start, token.End, 0, (byte)kind), token.Start);
        return false;
    }

    private bool BeginUnary(byte precedence, SyntaxOperator @operator)
    {
        if (precedence < Top.Minimum)
        {
            return Fail();
        }

        Open(FrameKind.Unary, precedence, Current.Start).Operator = @operator;
        Next();
        return true;
    }

    /// <summary>await with an operand; in Python 3.6 a name where none follows, and async is one wherever it stands in an expression.</summary>
    private bool BeginAwait()
    {
        Token token = Current;
        bool awaits = token.Kind == TokenKind.Await && Precedence.Await >= Top.Minimum && BeginsExpression(Peek(1))
            && Peek(1) is not (TokenKind.Minus or TokenKind.Plus or TokenKind.Tilde or TokenKind.Not or TokenKind.Lambda);
        if (awaits)
        {
            Open(FrameKind.Await, Precedence.Primary, token.Start);
            Next();
            return true;
        }

        if (Top.Kind == FrameKind.Call && Peek(1) == TokenKind.Equal)
        {
            return BeginKeyword();
        }

        int name = TakeName();
        Push(_tree.Add(SyntaxKind.Name, token.Start, token.End, name), token.Start);
        return false;
    }

    /// <summary>Goes on behind a complete operand; true when an operand must follow.</summary>
    private bool ReadOperator()
    {
        TokenKind kind = Kind;
        (byte precedence, SyntaxOperator @operator) = Precedence.Of(kind);
        if (kind == TokenKind.Not && Peek(1) != TokenKind.In)
        {
            precedence = Precedence.None;
        }

        while (true)
        {
            ref ExpressionFrame top = ref Top;
            if (precedence >= top.Minimum)
            {
                return Shift(kind, precedence, @operator);
            }

            switch (top.Kind)
            {
                case FrameKind.Unary:
                    ReduceOne(SyntaxKind.UnaryOp, (byte)top.Operator);
                    break;
                case FrameKind.Await:
                    ReduceOne(SyntaxKind.Await, 0);
                    break;
                case FrameKind.Binary:
                    ReduceBinary(top.Operator);
                    break;
                case FrameKind.Compare:
                    if (precedence == Precedence.Comparison)
                    {
                        AddComparison(@operator);
                        return true;
                    }

                    ReduceCompare();
                    break;
                case FrameKind.Bool:
                    if (@operator == top.Operator)
                    {
                        Next();
                        return true;
                    }

                    ReduceBool();
                    break;
                case FrameKind.Condition:
                    if (kind != TokenKind.Else)
                    {
                        return Fail();
                    }

                    Next();
                    top.Kind = FrameKind.Otherwise;
                    top.Minimum = Precedence.Test;
                    return true;
                case FrameKind.Otherwise:
                    ReduceConditional();
                    break;
                case FrameKind.LambdaBody:
                    ReduceLambda();
                    break;
                default:
                    return Continue();
            }
        }
    }

    private bool Shift(TokenKind kind, byte precedence, SyntaxOperator @operator)
    {
        switch (precedence)
        {
            case Precedence.Primary:
                return kind switch
                {
                    TokenKind.Dot => ReadAttribute(),
                    TokenKind.LPar => BeginCall(),
                    _ => BeginSubscript(),
                };
            case Precedence.Comparison:
                Open(FrameKind.Compare, Precedence.BitOr, Current.Start).A = _numberCount;
                AddComparison(@operator);
                return true;
            case Precedence.Or or Precedence.And:
                Open(FrameKind.Bool, (byte)(precedence + 1), Current.Start).Operator = @operator;
                Top.Base--;
                break;
            case Precedence.Test:
                Open(FrameKind.Condition, Precedence.Or, Current.Start);
                break;
            case Precedence.Power:
                Open(FrameKind.Binary, Precedence.Factor, Current.Start).Operator = @operator;
                break;
            default:
                Open(FrameKind.Binary, (byte)(precedence + 1), Current.Start).Operator = @operator;
                break;
        }

        Next();
        return true;
    }

    private bool ReadAttribute()
    {
        Next();
        if (!IsName)
        {
            return Fail();
        }

        int name = TakeName();
        ref Operand value = ref _operands[_operandCount - 1];
        value = value with { Node = _tree.Add(SyntaxKind.Attribute, value.Start, _lastEnd, 0, value.Node, name) };
        return false;
    }
}
