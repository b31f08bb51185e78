// The tokens under the parser's eyes.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private const int Window = 256;

    private readonly PythonLexer _lexer;
    private Token[] _tokens = new Token[2 * Window];
    private int _at;
    private int _filled;
    private long _tokensRead;

    /// <summary>The offset behind the last token that was taken.</summary>
    private int _lastEnd;

    private Token Current => _tokens[_at];

    private TokenKind Kind => _tokens[_at].Kind;

    /// <summary>Takes the current token. What is wrong with it although it can be used is reported.</summary>
    private void Next()
    {
        ref Token token = ref _tokens[_at];
        _lastEnd = token.End;
        if (token.Error != SyntaxErrorKind.None)
        {
            Report(token.Error, token.Start);
        }

        if (++_at == _filled)
        {
            Fill(1);
        }
    }

    /// <summary>Takes the current token if it is of this kind.</summary>
    private bool Accept(TokenKind kind)
    {
        if (Kind != kind)
        {
            return false;
        }

        Next();
        return true;
    }

    private bool Expect(TokenKind kind) => Accept(kind) || Fail();

    /// <summary>The kind of a token behind the current one.</summary>
    private TokenKind Peek(int distance)
    {
        if (_at + distance >= _filled)
        {
            Fill(distance + 1);
        }

        return _tokens[_at + distance].Kind;
    }

    /// <summary>Reads on until so many tokens are at hand, the current one included.</summary>
    private void Fill(int wanted)
    {
        int kept = _filled - _at;
        if (_at > 0)
        {
            _tokens.AsSpan(_at, kept).CopyTo(_tokens);
            _at = 0;
            _filled = kept;
        }

        if (wanted + Window > _tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Max(_tokens.Length * 2, wanted + Window));
        }

        // Never more than is asked for beyond the end: a window of end markers would be read for nothing.
        int goal = Math.Max(wanted, Window);
        while (_filled < goal)
        {
            Token token = _lexer.Read();
            _tokens[_filled++] = token;
            _tokensRead++;
            if (token.Kind == TokenKind.EndMarker && _filled >= wanted)
            {
                break;
            }
        }
    }

    /// <summary>Whether the current token is a name; async and await are, for Python 3.6.</summary>
    private bool IsName => Kind is TokenKind.Name or TokenKind.Async or TokenKind.Await;

    /// <summary>Takes a name and gives its number.</summary>
    private int TakeName()
    {
        Token token = Current;
        if (token.Kind != TokenKind.Name)
        {
            Report(SyntaxErrorKind.ReservedName, token.Start);
        }

        Next();
        return _names.Add(_text.Slice(token.Start, token.End));
    }

    private bool CurrentIs(ReadOnlySpan<byte> word)
    {
        Token token = Current;
        return token.Kind == TokenKind.Name && token.Length == word.Length && _text.Slice(token.Start, token.End).SequenceEqual(word);
    }

    /// <summary>Whether an expression can begin with a token.</summary>
    private static bool BeginsExpression(TokenKind kind) => kind is TokenKind.Name or TokenKind.Number or TokenKind.String or TokenKind.FStringStart or TokenKind.TStringStart
        or TokenKind.LPar or TokenKind.LSqb or TokenKind.LBrace or TokenKind.Minus or TokenKind.Plus or TokenKind.Tilde or TokenKind.Ellipsis or TokenKind.Not
        or TokenKind.Lambda or TokenKind.Await or TokenKind.Async or TokenKind.None or TokenKind.True or TokenKind.False;
}
