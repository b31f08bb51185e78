// Patterns, with an explicit stack.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private enum PatternKind : byte
    {
        Top,
        Parenthesis,
        Square,
        Mapping,
        Class,
    }

    /// <summary>A pattern whose end is not reached. Its parts are operands from Base on, the alternatives that are open from Alternatives on.</summary>
    private record struct PatternFrame(PatternKind Kind, int Start, int Base)
    {
        public int Alternatives;
        public bool Comma;

        /// <summary>The rest of a mapping.</summary>
        public int Rest;

        /// <summary>Whether there is a rest, or a keyword pattern: only more of its kind may follow.</summary>
        public bool Last;
    }

    private PatternFrame[] _patterns = new PatternFrame[16];
    private int _patternCount;

    private ref PatternFrame Pattern => ref _patterns[_patternCount - 1];

    /// <summary>Reads the patterns of a case and leaves one on the operands.</summary>
    private bool Patterns()
    {
        _patternCount = 0;
        _failed = false;
        OpenPattern(PatternKind.Top, Current.Start);
        bool begins = true;
        while (_patternCount > 0 && !_failed)
        {
            _work++;
            begins = begins ? BeginPattern() : ContinuePattern();
        }

        return !_failed;
    }

    private void OpenPattern(PatternKind kind, int start)
    {
        if (_patternCount == _patterns.Length)
        {
            Array.Resize(ref _patterns, _patternCount * 2);
        }

        _patterns[_patternCount++] = new PatternFrame(kind, start, _operandCount) { Alternatives = _operandCount };
    }

    /// <summary>Begins a pattern; true when another one must begin, false when it is complete.</summary>
    private bool BeginPattern()
    {
        ref PatternFrame frame = ref Pattern;
        Token token = Current;
        bool first = _operandCount == frame.Alternatives;
        switch (token.Kind)
        {
            case TokenKind.LPar or TokenKind.LSqb:
                Next();
                OpenPattern(token.Kind == TokenKind.LPar ? PatternKind.Parenthesis : PatternKind.Square, token.Start);
                return Kind != (token.Kind == TokenKind.LPar ? TokenKind.RPar : TokenKind.RSqb) || EndSequence();
            case TokenKind.LBrace:
                Next();
                OpenPattern(PatternKind.Mapping, token.Start);
                return BeginMappingItem();
            case TokenKind.Star when first && frame.Kind is PatternKind.Top or PatternKind.Parenthesis or PatternKind.Square:
                Next();
                if (!IsName)
                {
                    return Fail();
                }

                int rest = CurrentIs("_"u8) ? Skipped() : TakeName();
                Push(_tree.Add(SyntaxKind.MatchStar, token.Start, _lastEnd, rest), token.Start);
                return false;
            case TokenKind.None or TokenKind.True or TokenKind.False:
                Next();
                ConstantKind constant = token.Kind == TokenKind.None ? ConstantKind.None : token.Kind == TokenKind.True ? ConstantKind.True : ConstantKind.False;
                Push(_tree.Add(SyntaxKind.MatchSingleton, token.Start, _lastEnd, 0, (byte)constant), token.Start);
                return false;
            case TokenKind.Name or TokenKind.Async or TokenKind.Await:
                return BeginNamePattern(ref frame, first);
            default:
                if (!PatternLiteral())
                {
                    return false;
                }

                Operand value = Pop();
                Push(_tree.Add(SyntaxKind.MatchValue, value.Start, _lastEnd, value.Node), value.Start);
                return false;
        }
    }

    private int Skipped()
    {
        Next();
        return 0;
    }

    /// <summary>A capture, a wildcard, a value with dots, a class, or the keyword of a class pattern.</summary>
    private bool BeginNamePattern(ref PatternFrame frame, bool first)
    {
        Token token = Current;
        if (frame.Kind == PatternKind.Class && first && Peek(1) == TokenKind.Equal)
        {
            // The name of the keyword is an operand before its pattern; a complement, so that it is no node.
            Push(~TakeName(), token.Start);
            Next();
            frame.Last = true;
            frame.Alternatives = _operandCount;
            return true;
        }

        if (Peek(1) is not (TokenKind.Dot or TokenKind.LPar))
        {
            int name = CurrentIs("_"u8) ? Skipped() : TakeName();
            Push(_tree.Add(SyntaxKind.MatchAs, token.Start, _lastEnd, 0, 0, name), token.Start);
            return false;
        }

        ValueName();
        if (_failed)
        {
            return false;
        }

        if (Accept(TokenKind.LPar))
        {
            OpenPattern(PatternKind.Class, token.Start);
            return Kind != TokenKind.RPar || EndClass();
        }

        int value = Pop().Node;
        Push(_tree.Add(SyntaxKind.MatchValue, token.Start, _lastEnd, value), token.Start);
        return false;
    }

    /// <summary>A name, and attributes behind it.</summary>
    private void ValueName()
    {
        Token token = Current;
        int name = TakeName();
        Push(_tree.Add(SyntaxKind.Name, token.Start, token.End, name), token.Start);
        while (Kind == TokenKind.Dot && !_failed)
        {
            ReadAttribute();
        }
    }

    /// <summary>A number with its sign, a complex number, or strings.</summary>
    private bool PatternLiteral()
    {
        Token token = Current;
        if (token.Kind is TokenKind.String or TokenKind.FStringStart or TokenKind.TStringStart)
        {
            return Expression(FrameFlags.None, Precedence.Atom);
        }

        if (!SignedNumber())
        {
            return false;
        }

        // The imaginary part of a complex number; nothing else may be added.
        SyntaxOperator @operator = Kind == TokenKind.Plus ? SyntaxOperator.Add : Kind == TokenKind.Minus ? SyntaxOperator.Sub : SyntaxOperator.None;
        if (@operator == SyntaxOperator.None)
        {
            return true;
        }

        Next();
        if (Kind != TokenKind.Number)
        {
            return Fail();
        }

        Token second = Current;
        Next();
        int right = Number(second);
        if (_tree[right].Detail != (byte)ConstantKind.Imaginary)
        {
            return Fail();
        }

        Operand left = Pop();
        Push(_tree.Add(SyntaxKind.BinOp, left.Start, _lastEnd, (byte)@operator, left.Node, right), left.Start);
        return true;
    }

    private bool SignedNumber()
    {
        int start = Current.Start;
        bool negative = Accept(TokenKind.Minus);
        if (Kind != TokenKind.Number)
        {
            return Fail();
        }

        Token token = Current;
        Next();
        int number = Number(token);
        Push(negative ? _tree.Add(SyntaxKind.UnaryOp, start, _lastEnd, number, (byte)SyntaxOperator.USub) : number, start);
        return true;
    }

    /// <summary>A closed pattern is complete; true when another one must begin, false when one is complete.</summary>
    private bool ContinuePattern()
    {
        ref PatternFrame frame = ref Pattern;
        bool isStar = LastKind == SyntaxKind.MatchStar;
        if (Kind == TokenKind.VBar && !isStar)
        {
            Next();
            return true;
        }

        if (_operandCount > frame.Alternatives + 1)
        {
            int start = _operands[frame.Alternatives].Start;
            int alternatives = List(frame.Alternatives);
            Push(_tree.Add(SyntaxKind.MatchOr, start, _lastEnd, alternatives), start);
        }

        if (!isStar && Accept(TokenKind.As))
        {
            if (!IsName || CurrentIs("_"u8))
            {
                return Fail(SyntaxErrorKind.InvalidTarget);
            }

            int name = TakeName();
            Operand pattern = Pop();
            Push(_tree.Add(SyntaxKind.MatchAs, pattern.Start, _lastEnd, 0, pattern.Node, name), pattern.Start);
        }

        return frame.Kind switch
        {
            PatternKind.Top => ContinueTop(ref frame),
            PatternKind.Mapping => Accept(TokenKind.Comma) ? BeginMappingItem() : EndMapping(),
            PatternKind.Class => ContinueClass(ref frame),
            _ => ContinueSequence(ref frame),
        };
    }

    /// <summary>The next part of the innermost pattern begins behind a comma.</summary>
    private bool NextPart(ref PatternFrame frame)
    {
        Next();
        frame.Comma = true;
        frame.Alternatives = _operandCount;
        return true;
    }

    private bool ContinueTop(ref PatternFrame frame)
    {
        if (Kind == TokenKind.Comma)
        {
            NextPart(ref frame);
            if (Kind is not (TokenKind.Colon or TokenKind.If))
            {
                return true;
            }
        }

        if (frame.Comma)
        {
            int patterns = List(frame.Base);
            Push(_tree.Add(SyntaxKind.MatchSequence, frame.Start, _lastEnd, patterns), frame.Start);
        }
        else if (LastKind == SyntaxKind.MatchStar)
        {
            return Fail();
        }

        _patternCount--;
        return false;
    }

    private bool ContinueSequence(ref PatternFrame frame)
    {
        TokenKind close = frame.Kind == PatternKind.Parenthesis ? TokenKind.RPar : TokenKind.RSqb;
        if (Kind == TokenKind.Comma)
        {
            NextPart(ref frame);
            return Kind != close || EndSequence();
        }

        return Kind == close ? EndSequence() : Fail();
    }

    private bool EndSequence()
    {
        PatternFrame frame = Pattern;
        Next();
        _patternCount--;
        if (frame.Kind == PatternKind.Parenthesis && !frame.Comma && _operandCount > frame.Base)
        {
            // A group, which is no node of its own.
            _operands[_operandCount - 1] = _operands[_operandCount - 1] with { Start = frame.Start };
            return LastKind == SyntaxKind.MatchStar && Fail();
        }

        int patterns = List(frame.Base);
        Push(_tree.Add(SyntaxKind.MatchSequence, frame.Start, _lastEnd, patterns), frame.Start);
        return false;
    }
}
