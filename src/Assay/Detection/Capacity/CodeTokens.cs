// The tokens of a text, as far as telling code from prose needs them.
namespace Assay.Detection.Capacity;

/// <summary>What a token is.</summary>
internal enum CodeTokenKind
{
    /// <summary>Nothing follows.</summary>
    End,

    /// <summary>An identifier or a keyword.</summary>
    Name,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A quoted text.</summary>
    Text,

    /// <summary>A character that Python uses.</summary>
    Mark,

    /// <summary>A line ends.</summary>
    Line,

    /// <summary>Something that is not Python.</summary>
    Other,
}

/// <summary>Reads tokens in one pass, without judging whether they form a program.</summary>
internal ref struct CodeTokens(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    /// <summary>The kind of the token read last.</summary>
    public CodeTokenKind Kind { get; private set; }

    /// <summary>The characters of the token read last.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>The first character of the token read last, or zero.</summary>
    public readonly char First => Value.IsEmpty ? '\0' : Value[0];

    public CodeTokenKind Next()
    {
        Skip();
        if (_at >= _text.Length)
        {
            Value = default;
            return Kind = CodeTokenKind.End;
        }

        int start = _at;
        Kind = Read(_text[_at]);
        Value = _text[start.._at];
        return Kind;
    }

    // Blanks, lines that go on, and comments.
    private void Skip()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t' or '\f' || _text[_at..].StartsWith("\r\n"))
            {
                _at++;
            }
            else if (_text[_at..].StartsWith("\\\n"))
            {
                _at += 2;
            }
            else if (_text[_at] == '#')
            {
                int end = _text[_at..].IndexOf('\n');
                _at = end < 0 ? _text.Length : _at + end;
            }
            else
            {
                break;
            }
        }
    }

    private CodeTokenKind Read(char c)
    {
        _at++;
        if (char.IsLetter(c) || c == '_')
        {
            while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_'))
                _at++;

            // A prefix belongs to the text behind it: b'x', rf"x".
            bool prefix = _at < _text.Length && _text[_at] is '\'' or '"' && IsPrefix(_text[(_at - 1)..]) && IsAllPrefix();
            return prefix ? Quoted(_text[_at]) : CodeTokenKind.Name;
        }

        if (char.IsAsciiDigit(c))
        {
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' or '_') && !StartsKeyword())
                _at++;

            return CodeTokenKind.Number;
        }

        return c switch
        {
            '\n' or '\r' or ';' => CodeTokenKind.Line,
            '\'' or '"' => Quoted(c, _at - 1),
            '(' or ')' or '[' or ']' or '{' or '}' or '.' or ',' or ':' or '=' or '+' or '-' or '*' or '/' or '%' or '@' or '<' or '>'
                or '&' or '|' or '^' or '~' or '!' => CodeTokenKind.Mark,
            _ => CodeTokenKind.Other,
        };
    }

    // Python takes a keyword that follows a number without a blank for a keyword: 1if x else 2.
    private readonly bool StartsKeyword()
    {
        if (!char.IsAsciiLetterLower(_text[_at]) || char.IsAsciiLetter(_text[_at - 1]))
            return false;

        int end = _at;
        while (end < _text.Length && char.IsAsciiLetter(_text[end]))
            end++;

        return _text[_at..end] is "if" or "or" or "and" or "else" or "in" or "is" or "for" or "not";
    }

    private static bool IsPrefix(ReadOnlySpan<char> text) => text[0] is 'b' or 'B' or 'r' or 'R' or 'f' or 'F' or 'u' or 'U';

    // The name just read is a prefix when it has at most two letters, all of them prefixes.
    private readonly bool IsAllPrefix()
    {
        int start = _at;
        while (start > 0 && (char.IsLetterOrDigit(_text[start - 1]) || _text[start - 1] == '_'))
            start--;

        return _at - start <= 2 && IsPrefix(_text[start..]);
    }

    private CodeTokenKind Quoted(char quote)
    {
        int open = _at++;
        return Quoted(quote, open);
    }

    // The offset is that of the opening quote, and what follows it is the next character to read.
    private CodeTokenKind Quoted(char quote, int open)
    {
        ReadOnlySpan<char> rest = _text[open..];
        if (rest.Length >= 3 && rest[1] == quote && rest[2] == quote)
        {
            int close = rest[3..].IndexOf([quote, quote, quote]);
            _at = close < 0 ? _text.Length : open + close + 6;
            return close < 0 ? CodeTokenKind.Other : CodeTokenKind.Text;
        }

        while (_at < _text.Length && _text[_at] != quote && _text[_at] != '\n')
            _at += _text[_at] == '\\' ? 2 : 1;

        if (_at >= _text.Length || _text[_at] != quote)
        {
            _at = Math.Min(_at, _text.Length);
            return CodeTokenKind.Other;
        }

        _at++;
        return CodeTokenKind.Text;
    }
}
