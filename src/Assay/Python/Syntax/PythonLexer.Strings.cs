// String literals, and the text of f-strings and t-strings.
namespace Assay.Python.Syntax;

internal sealed partial class PythonLexer
{
    /// <summary>Reads a literal whose prefix begins at <paramref name="start"/> and whose quotes begin at <paramref name="at"/>.</summary>
    private Token ReadString(int start, int at, StringPrefix prefix)
    {
        byte quote = _text[at];
        bool triple = _text[at + 1] == quote && _text[at + 2] == quote;
        if ((prefix & (StringPrefix.Format | StringPrefix.Template)) != 0)
        {
            bool template = (prefix & StringPrefix.Template) != 0;
            Push(new Bracket(BracketKind.Text, quote, triple, (prefix & StringPrefix.Raw) != 0, template, Level));
            return Take(start, at + (triple ? 3 : 1), template ? TokenKind.TStringStart : TokenKind.FStringStart);
        }

        at += triple ? 3 : 1;
        while (true)
        {
            ReadOnlySpan<byte> rest = _text.AsSpan(at, _end - at);
            int found = triple ? rest.IndexOfAny(quote, (byte)'\\') : rest.IndexOfAny(LexerTables.EndsLine(quote));
            if (found < 0)
            {
                return Take(start, _end, TokenKind.Error, SyntaxErrorKind.UnterminatedString);
            }

            at += found;
            if (_text[at] == '\\')
            {
                at = AfterEscaped(at);
            }
            else if (_text[at] != quote)
            {
                return Take(start, at, TokenKind.Error, SyntaxErrorKind.UnterminatedString);
            }
            else if (!triple)
            {
                return Take(start, at + 1, TokenKind.String);
            }
            else if (_text[at + 1] == quote && _text[at + 2] == quote)
            {
                return Take(start, at + 3, TokenKind.String);
            }
            else
            {
                at++;
            }
        }
    }

    /// <summary>The offset behind a backslash and the byte, or the line end, that follows it.</summary>
    private int AfterEscaped(int backslash) =>
        backslash + 1 >= _end ? _end : LexerTables.Class(_text[backslash + 1]) == LexerClass.LineEnd ? AfterLineEnd(backslash + 1) : backslash + 2;

    /// <summary>
    /// Reads on in the text of an f-string: text up to a brace or the end, the brace of a field, or the closing quotes. Null where a
    /// format specification ends, and the brace behind it is read as a bracket.
    /// </summary>
    private Token? FormatText()
    {
        Bracket top = _brackets[_depth - 1];
        bool specification = top.Kind == BracketKind.Specification;
        int start = _at;
        int at = start;
        while (true)
        {
            int plain = _text.AsSpan(at, _end - at).IndexOfAny(LexerTables.EndsFormatText);
            if (plain < 0)
            {
                return start < _end ? Take(start, _end, top.Middle) : EndFormat(_end, _end, SyntaxErrorKind.UnterminatedFormat);
            }

            at += plain;
            byte c = _text[at];
            if (c == '\\')
            {
                at = AfterFormatEscape(at, top.Raw);
            }
            else if (c is (byte)'\n' or (byte)'\r' && top.Triple)
            {
                at++;
            }
            else if (c is (byte)'\'' or (byte)'"' && (c != top.Quote || (top.Triple && (_text[at + 1] != c || _text[at + 2] != c))))
            {
                at++;
            }
            else if (c is (byte)'{' or (byte)'}' && _text[at + 1] == c && !specification)
            {
                Token text = Take(start, at + 1, top.Middle);
                _at++;
                return text;
            }
            else if (at > start)
            {
                return Take(start, at, top.Middle);
            }
            else if (c == '{')
            {
                return Open(at, BracketKind.Field, TokenKind.LBrace);
            }
            else if (c == '}')
            {
                if (!specification)
                {
                    return Take(at, at + 1, TokenKind.Error, SyntaxErrorKind.SingleClosingBrace);
                }

                _depth--;
                return null;
            }
            else if (c is (byte)'\n' or (byte)'\r')
            {
                return EndFormat(at, at, SyntaxErrorKind.UnterminatedFormat);
            }
            else
            {
                return EndFormat(at, at + (top.Triple ? 3 : 1), specification ? SyntaxErrorKind.UnterminatedFormat : SyntaxErrorKind.None);
            }
        }
    }

    /// <summary>A backslash takes the next character with it, except a brace; of a character's name it takes the braces.</summary>
    private int AfterFormatEscape(int backslash, bool raw)
    {
        byte next = _text[backslash + 1];
        if (next is (byte)'{' or (byte)'}')
        {
            return backslash + 1;
        }

        if (!raw && next == 'N' && _text[backslash + 2] == '{')
        {
            int from = backslash + 3;
            int close = _text.AsSpan(from, Math.Min(_end - from, CharacterNames.Longest)).IndexOf((byte)'}');
            return close < 0 ? from : from + close + 1;
        }

        return AfterEscaped(backslash);
    }

    /// <summary>Closes the innermost f-string and whatever is open in it.</summary>
    private Token EndFormat(int start, int end, SyntaxErrorKind error)
    {
        while (_brackets[--_depth].Kind != BracketKind.Text)
        {
        }

        return Take(start, end, _brackets[_depth].Template ? TokenKind.TStringEnd : TokenKind.FStringEnd, error);
    }
}
