// Reads Python source token by token.
using Assay.Bytes;

namespace Assay.Python.Syntax;

/// <summary>
/// The lexer of Python 3.6 to 3.14, after CPython's: indentation, brackets within which lines do not end, and f-strings and t-strings
/// as tokens of their own (PEP 701, PEP 750; f-strings of older versions are read the same way, since each that they accept has no quote
/// of its own kind inside). It reads anything to its end: what begins no token is an <see cref="TokenKind.Error"/>, and each call moves on.
/// </summary>
internal sealed partial class PythonLexer
{
    /// <summary>As many brackets and replacement fields can be open at a time; CPython allows 200.</summary>
    public const int MaxBrackets = 200;

    private const int TokensBetweenPolls = 4096;

    private readonly byte[] _text;
    private readonly int _end;
    private readonly ScanBudget? _budget;

    // Each text and each specification is followed by a field, all but the last.
    private readonly Bracket[] _brackets = new Bracket[(3 * MaxBrackets) + 3];
    private int _depth;
    private int _at;
    private int _untilPoll = TokensBetweenPolls;
    private bool _lineStarts = true;
    private bool _lineHasTokens;
    private SyntaxErrorKind _pending;

    /// <summary>Reads <paramref name="text"/> from its start. The budget, when there is one, is polled every few thousand tokens.</summary>
    public PythonLexer(SourceText text, ScanBudget? budget = null)
    {
        _text = text.Utf8;
        _at = text.Start;
        _end = text.End;
        _budget = budget;
    }

    /// <summary>The brackets that are open behind the last token, those of replacement fields and the f-strings themselves included.</summary>
    public int Depth => _depth;

    /// <summary>The next token; behind the end it is <see cref="TokenKind.EndMarker"/> again and again.</summary>
    public Token Read()
    {
        if (--_untilPoll <= 0)
        {
            _untilPoll = TokensBetweenPolls;
            _budget?.Poll(_at);
        }

        if (_lineStarts && StartLine() is { } indentation)
        {
            return indentation;
        }

        if (_depth > 0 && _brackets[_depth - 1].IsText && FormatText() is { } text)
        {
            return text;
        }

        Token token = ReadInLine();
        _lineHasTokens = token.Kind > TokenKind.NewLine;
        if (_pending != SyntaxErrorKind.None && token.Error == SyntaxErrorKind.None)
        {
            token = token with { Error = _pending };
            _pending = SyntaxErrorKind.None;
        }

        return token;
    }

    private Token ReadInLine()
    {
        byte[] text = _text;
        int at = _at;
        while (true)
        {
            byte c = text[at];
            switch (LexerTables.Class(c))
            {
                case LexerClass.Space:
                    at++;
                    continue;
                case LexerClass.NameStart:
                    return ReadName(at);
                case LexerClass.Digit:
                    return ReadNumber(at);
                case LexerClass.Operator:
                    return ReadOperator(at);
                case LexerClass.Quote:
                    return ReadString(at, at, StringPrefix.None);
                case LexerClass.Comment:
                    at = LineEnd(at);
                    continue;
                case LexerClass.LineEnd:
                    int next = AfterLineEnd(at);
                    if (_depth == 0)
                    {
                        return EndLine(at, next);
                    }

                    if (LexerTables.BeginsStatement(text, next, _end))
                    {
                        return NeverClosed(at, next);
                    }

                    at = next;
                    continue;
                case LexerClass.Backslash:
                    if (LexerTables.Class(text[at + 1]) == LexerClass.LineEnd && AfterLineEnd(at + 1) < _end)
                    {
                        at = AfterLineEnd(at + 1);
                        continue;
                    }

                    return Take(at, at + 1, TokenKind.Error, SyntaxErrorKind.StrayBackslash);
                default:
                    if (at >= _end)
                    {
                        _at = _end;
                        return EndText();
                    }

                    return Take(at, at + 1, TokenKind.Error, c == 0 ? SyntaxErrorKind.NullByte : SyntaxErrorKind.InvalidCharacter);
            }
        }
    }

    private Token Take(int start, int end, TokenKind kind, SyntaxErrorKind error = SyntaxErrorKind.None)
    {
        _at = end;
        return new Token(start, end, kind, error);
    }

    /// <summary>The offset of the line end at or behind <paramref name="at"/>, or that of the end of the text.</summary>
    private int LineEnd(int at)
    {
        int found = _text.AsSpan(at, _end - at).IndexOfAny((byte)'\n', (byte)'\r');
        return found < 0 ? _end : at + found;
    }

    private int AfterLineEnd(int at) => _text[at] == '\r' && _text[at + 1] == '\n' ? at + 2 : at + 1;

    private Token ReadName(int start)
    {
        byte[] text = _text;
        int at = start;
        while (LexerTables.IsNamePart(text[at]))
        {
            at++;
        }

        if (text[at] >= 0x80)
        {
            return ReadNameBeyondAscii(start);
        }

        int length = at - start;
        if (length <= 2 && text[at] is (byte)'\'' or (byte)'"')
        {
            StringPrefix prefix = StringLiteral.Prefix(text.AsSpan(start, length));
            if ((prefix & StringPrefix.Invalid) == 0)
            {
                return ReadString(start, at, prefix);
            }
        }

        return Take(start, at, Keyword.Find(text.AsSpan(start, length)));
    }

    private Token ReadNameBeyondAscii(int start)
    {
        int length = Identifier.Length(_text.AsSpan(start, _end - start));
        if (length > 0)
        {
            return Take(start, start + length, TokenKind.Name);
        }

        System.Text.Rune.DecodeFromUtf8(_text.AsSpan(start, _end - start), out _, out int invalid);
        return Take(start, start + invalid, TokenKind.Error, SyntaxErrorKind.InvalidCharacter);
    }
}
