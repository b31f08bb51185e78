// Cuts a template into tokens.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Jinja;

/// <summary>
/// Cuts a template into tokens as <c>jinja2/lexer.py</c> does with its ordinary delimiters. Comments and raw blocks end where jinja2 ends them; what does not end goes to the end of the text.
/// </summary>
internal sealed class JinjaLexer(string text, ScanBudget budget)
{
    private const int LongestText = 1 << 20;
    private static readonly string[] s_operators = ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];
    private readonly Stack<char> _brackets = new();
    private int _at;
    private bool _inTag;
    private int _start;
    private bool _isPrint;

    /// <summary>The next token.</summary>
    public JinjaToken Next()
    {
        budget.SpendWork(50, _at);
        return _inTag ? Inside() : Outside();
    }

    /// <summary>Leaves the tag in which the lexer is: goes behind its end, wherever brackets stand.</summary>
    public void LeaveTag()
    {
        _brackets.Clear();
        if (_inTag)
        {
            // A text that does not end took in what follows: the tag ends where it ends without it.
            int end = text.IndexOf(_isPrint ? "}}" : "%}", _start + 2, StringComparison.Ordinal);
            budget.SpendWork(Math.Max(_at, end) - _start, _at);
            _at = end < 0 ? text.Length : end + 2;
            _inTag = false;
        }
    }

    private JinjaToken Outside()
    {
        if (_at >= text.Length)
        {
            return new JinjaToken(JinjaTokenKind.End, text.Length);
        }

        int start = _at;
        for (int at = _at; ; at++)
        {
            int brace = text.AsSpan(at).IndexOf('{');
            if (brace < 0 || at + brace + 1 >= text.Length)
            {
                _at = text.Length;
                return new JinjaToken(JinjaTokenKind.Data, start, text[start..]);
            }

            at += brace;
            if (text[at + 1] is not ('%' or '{' or '#'))
            {
                continue;
            }

            if (at > start)
            {
                _at = at;
                return new JinjaToken(JinjaTokenKind.Data, start, text[start..at]);
            }

            return Open(at);
        }
    }

    private JinjaToken Open(int at)
    {
        char kind = text[at + 1];
        _at = at + 2;
        if (kind is '#')
        {
            int end = text.IndexOf("#}", _at, StringComparison.Ordinal);
            _at = end < 0 ? text.Length : end + 2;
            return Outside();
        }

        if (_at < text.Length && text[_at] is '-' or '+')
        {
            _at++;
        }

        if (kind is '%' && RawEnd() is var (from, to))
        {
            _at = to;
            return new JinjaToken(JinjaTokenKind.Data, from, text[from..to]);
        }

        _inTag = true;
        _start = at;
        _isPrint = kind is '{';
        return new JinjaToken(_isPrint ? JinjaTokenKind.PrintStart : JinjaTokenKind.BlockStart, at);
    }

    /// <summary>The text of a raw block that begins here, up to behind its end.</summary>
    private (int From, int To)? RawEnd()
    {
        int at = Word(_at, "raw");
        if (at < 0 || (at = TagEnd(at)) < 0)
        {
            return null;
        }

        for (int open = text.IndexOf("{%", at, StringComparison.Ordinal); open >= 0; open = text.IndexOf("{%", open + 2, StringComparison.Ordinal))
        {
            int name = open + 2 < text.Length && text[open + 2] is '-' or '+' ? open + 3 : open + 2;
            if (Word(name, "endraw") is >= 0 and var behind && TagEnd(behind) is >= 0 and var end)
            {
                return (at, end);
            }
        }

        return (at, text.Length);
    }

    private int Word(int at, string word)
    {
        at = Blanks(at);
        int end = at + word.Length;
        bool fits = end <= text.Length && text.AsSpan(at, word.Length).SequenceEqual(word) && (end == text.Length || !IsName(text[end]));
        return fits ? end : -1;
    }

    private int TagEnd(int at)
    {
        at = Blanks(at);
        at = at < text.Length && text[at] is '-' or '+' ? at + 1 : at;
        return at + 1 < text.Length && text[at] is '%' && text[at + 1] is '}' ? at + 2 : -1;
    }

    private int Blanks(int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsName(char c) => c is '_' || char.IsLetterOrDigit(c);

    private JinjaToken Inside()
    {
        _at = Blanks(_at);
        if (_at >= text.Length)
        {
            _inTag = false;
            return new JinjaToken(JinjaTokenKind.End, text.Length);
        }

        int start = _at;
        int close = text[_at] is '-' or '+' ? _at + 1 : _at;
        if (_brackets.Count == 0 && close + 1 < text.Length && text[close + 1] is '}' && text[close] == (_isPrint ? '}' : '%'))
        {
            _at = close + 2;
            _inTag = false;
            return new JinjaToken(_isPrint ? JinjaTokenKind.PrintEnd : JinjaTokenKind.BlockEnd, start);
        }

        char c = text[_at];
        if (c is '\'' or '"')
        {
            return Quoted(c);
        }

        if (char.IsAsciiDigit(c))
        {
            return Number();
        }

        if (IsName(c))
        {
            while (_at < text.Length && IsName(text[_at]))
            {
                _at++;
            }

            return new JinjaToken(JinjaTokenKind.Name, start, text[start.._at]);
        }

        foreach (string sign in s_operators)
        {
            if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) == 0)
            {
                _at += sign.Length;
                if (c is '(' or '[' or '{')
                {
                    _brackets.Push(c);
                }
                else if (c is ')' or ']' or '}')
                {
                    _brackets.TryPop(out _);
                }

                return new JinjaToken(JinjaTokenKind.Operator, start, sign);
            }
        }

        _at++;
        return new JinjaToken(JinjaTokenKind.Odd, start, c.ToString());
    }

    private JinjaToken Number()
    {
        int start = _at;
        bool isFloat = false;
        bool isHex = text.AsSpan(_at).StartsWith("0x", StringComparison.OrdinalIgnoreCase) || text.AsSpan(_at).StartsWith("0b", StringComparison.OrdinalIgnoreCase) || text.AsSpan(_at).StartsWith("0o", StringComparison.OrdinalIgnoreCase);
        while (_at < text.Length)
        {
            char c = text[_at];
            bool isPoint = !isHex && c is '.' && !isFloat && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]);
            bool isExponent = !isHex && c is 'e' or 'E' && _at + 1 < text.Length && (char.IsAsciiDigit(text[_at + 1]) || (text[_at + 1] is '+' or '-' && _at + 2 < text.Length && char.IsAsciiDigit(text[_at + 2])));
            if (isExponent && text[_at + 1] is '+' or '-')
            {
                _at++;
            }

            if (!isPoint && !isExponent && !(isHex ? char.IsAsciiLetterOrDigit(c) : char.IsAsciiDigit(c)) && c is not '_')
            {
                break;
            }

            isFloat |= isPoint || isExponent;
            _at++;
        }

        return new JinjaToken(isFloat ? JinjaTokenKind.Float : JinjaTokenKind.Integer, start, text[start.._at].Replace("_", "", StringComparison.Ordinal));
    }

    private JinjaToken Quoted(char quote)
    {
        int start = _at++;
        StringBuilder content = new();
        while (_at < text.Length && text[_at] != quote)
        {
            char c = text[_at++];
            if (c is '\\' && _at < text.Length)
            {
                Escape(content);
            }
            else if (content.Length < LongestText)
            {
                content.Append(c);
            }
        }

        budget.SpendWork(_at - start, start);
        bool ends = _at < text.Length;
        _at = ends ? _at + 1 : _at;
        return new JinjaToken(ends ? JinjaTokenKind.Text : JinjaTokenKind.Odd, start, content.ToString());
    }

    /// <summary>An escape of a text: Python's own, by which names hide from whoever looks for them as written.</summary>
    private void Escape(StringBuilder content)
    {
        char c = text[_at++];
        int digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && _at + digits <= text.Length && uint.TryParse(text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value) && value <= 0x10FFFF)
        {
            content.Append(value is >= 0xD800 and < 0xE000 ? ((char)value).ToString() : char.ConvertFromUtf32((int)value));
            _at += digits;
            return;
        }

        if (c is >= '0' and <= '7')
        {
            int code = c - '0';
            for (int i = 0; i < 2 && _at < text.Length && text[_at] is >= '0' and <= '7'; i++)
            {
                code = (code * 8) + text[_at++] - '0';
            }

            content.Append((char)code);
            return;
        }

        string plain = c switch { 'n' => "\n", 't' => "\t", 'r' => "\r", 'b' => "\b", 'f' => "\f", 'v' => "\v", 'a' => "\a", '\\' or '\'' or '"' => c.ToString(), '\n' => "", _ => "\\" + c };
        content.Append(plain);
    }
}
