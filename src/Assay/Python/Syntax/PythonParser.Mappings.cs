// The patterns of mappings and classes.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    /// <summary>A key and a colon, the rest, or the end of a mapping; true when the pattern of a value begins.</summary>
    private bool BeginMappingItem()
    {
        ref PatternFrame frame = ref Pattern;
        if (Kind == TokenKind.RBrace)
        {
            return EndMapping();
        }

        if (frame.Last)
        {
            return Fail();
        }

        if (Accept(TokenKind.DoubleStar))
        {
            if (!IsName || CurrentIs("_"u8))
            {
                return Fail();
            }

            frame.Rest = TakeName();
            frame.Last = true;
            Accept(TokenKind.Comma);
            return EndMapping();
        }

        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.None or TokenKind.True or TokenKind.False:
                Singleton(token, token.Kind == TokenKind.None ? ConstantKind.None : token.Kind == TokenKind.True ? ConstantKind.True : ConstantKind.False);
                break;
            case TokenKind.Name when Peek(1) == TokenKind.Dot:
                ValueName();
                break;
            default:
                PatternLiteral();
                break;
        }

        if (_failed || !Expect(TokenKind.Colon))
        {
            return false;
        }

        Pattern.Alternatives = _operandCount;
        return true;
    }

    private bool EndMapping()
    {
        PatternFrame frame = Pattern;
        if (!Expect(TokenKind.RBrace))
        {
            return false;
        }

        _patternCount--;
        int count = (_operandCount - frame.Base) / 2;
        int keys = _tree.NewList(count, out Span<int> nodes);
        for (int i = 0; i < count; i++)
        {
            nodes[i] = _operands[frame.Base + (2 * i)].Node;
        }

        int patterns = _tree.NewList(count, out nodes);
        for (int i = 0; i < count; i++)
        {
            nodes[i] = _operands[frame.Base + (2 * i) + 1].Node;
        }

        Replace(frame.Base, _tree.Add(SyntaxKind.MatchMapping, frame.Start, _lastEnd, 0, keys, patterns, frame.Rest), frame.Start);
        return false;
    }

    private bool ContinueClass(ref PatternFrame frame)
    {
        // Behind a keyword pattern there are only keyword patterns.
        bool isKeyword = frame.Alternatives > frame.Base && _operands[frame.Alternatives - 1].Node < 0;
        if (frame.Last && !isKeyword)
        {
            return Fail(SyntaxErrorKind.InvalidArguments);
        }

        if (Kind == TokenKind.Comma)
        {
            NextPart(ref frame);
            return Kind != TokenKind.RPar || EndClass();
        }

        return Kind == TokenKind.RPar ? EndClass() : Fail();
    }

    private bool EndClass()
    {
        PatternFrame frame = Pattern;
        Next();
        _patternCount--;
        int named = frame.Base;
        while (named < _operandCount && _operands[named].Node >= 0)
        {
            named++;
        }

        int patterns = _tree.NewList(named - frame.Base, out Span<int> nodes);
        for (int i = 0; i < nodes.Length; i++)
        {
            nodes[i] = _operands[frame.Base + i].Node;
        }

        int count = (_operandCount - named) / 2;
        int keywords = _tree.NewList(count, out nodes);
        for (int i = 0; i < count; i++)
        {
            nodes[i] = ~_operands[named + (2 * i)].Node;
        }

        int keywordPatterns = _tree.NewList(count, out nodes);
        for (int i = 0; i < count; i++)
        {
            nodes[i] = _operands[named + (2 * i) + 1].Node;
        }

        int @class = _operands[frame.Base - 1].Node;
        Replace(frame.Base - 1, _tree.Add(SyntaxKind.MatchClass, frame.Start, _lastEnd, 0, @class, patterns, keywords, keywordPatterns), frame.Start);
        return false;
    }
}
