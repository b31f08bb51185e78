// Cuts source of C and of JavaScript into tokens, without comments.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.BracedSources;

/// <summary>
/// Tokens of the C family (C, C++, CUDA) or of JavaScript and TypeScript. Comments are left out, escapes undone, lines of the preprocessor handed to <see cref="Macros"/>; a template of JavaScript becomes the sum of
/// its texts and of what stands between them. Nothing is refused: what is no token is skipped.
/// </summary>
internal sealed class BracedLexer
{
    /// <summary>A token, its text, what list it stands in while that grows, and what is made of it: a frame, a function, a value.</summary>
    private const long HeldPerToken = 100;

    private const int TokensAtOnce = 256;
    private static readonly string[] s_signs = ["...", "->*", "=>", "->", "::", "?.", "??", "&&", "||", "==", "!=", "<=", ">=", "+=", "++", "--", "##", "-=", "*=", "/=", "|=", "&="];
    private readonly string _text;
    private readonly bool _isC;
    private readonly ScanBudget _budget;
    private readonly BracedFolding? _folding;
    private readonly List<BracedToken> _tokens = [];
    private readonly Stack<int> _templates = new();
    private int _braces;
    private int _at;
    private bool _startsLine = true;

    private BracedLexer(string text, bool isC, BracedFolding? folding, ScanBudget budget)
    {
        _folding = folding;
        _text = text;
        _isC = isC;
        _budget = budget;
    }

    /// <summary>The tokens of a source; of C, with its macros replaced, and whether more would be replaced than is.</summary>
    public static (List<BracedToken> Tokens, bool IsCut) Read(string text, bool isC, BracedFolding folding, ScanBudget budget)
    {
        BracedLexer lexer = new(text, isC, folding, budget);
        Macros macros = new();
        lexer.All(macros);
        return isC ? (macros.Replace(lexer._tokens, folding, budget), macros.IsCut) : (lexer._tokens, false);
    }

    /// <summary>The tokens of one line, where no macro is replaced.</summary>
    public static List<BracedToken> Line(string text, ScanBudget budget)
    {
        BracedLexer lexer = new(text, isC: true, null, budget);
        lexer.All(null);
        return lexer._tokens;
    }

    private void All(Macros? macros)
    {
        int seen = 0;
        while (_at < _text.Length)
        {
            if ((++seen & 0xFFFF) == 0)
            {
                _budget.Poll();
            }

            char c = _text[_at];
            if (c is '\n')
            {
                _startsLine = true;
                _at++;
            }
            else if (c is '\\' && _isC && _at + 1 < _text.Length && _text[_at + 1] is '\n' or '\r')
            {
                _at += 2;
            }
            else if (char.IsWhiteSpace(c) || c is '\uFEFF')
            {
                _at++;
            }
            else if (c is '/' && _at + 1 < _text.Length && _text[_at + 1] is '/' or '*')
            {
                Comment();
            }
            else if (c is '#' && _isC && _startsLine && macros is not null)
            {
                macros.Directive(Directive(), _budget);
            }
            else
            {
                One(c);
            }
        }
    }

    private void One(char c)
    {
        if (c is '"' || (c is '\'' && !IsSeparator()))
        {
            Quoted(c);
        }
        else if (c is '`' && !_isC)
        {
            Add(BracedKind.Sign, "(", _at++);
            Template();
        }
        else if (char.IsLetter(c) || c is '_' or '$' || (c is '#' or '@' && !_isC) || c > 0x7F || (c is '\\' && !_isC && _text.AsSpan(_at).StartsWith("\\u")))
        {
            Name();
        }
        else if (char.IsAsciiDigit(c))
        {
            int start = _at;
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' or '_' || (_text[_at] is '\'' && _isC)))
            {
                _at++;
            }

            Add(BracedKind.Number, _text[start.._at], start);
        }
        else if (c is '/' && !_isC && MayBePattern())
        {
            Pattern();
        }
        else
        {
            Sign(c);
        }
    }

    private void Sign(char c)
    {
        if (c is '}' && _templates.TryPeek(out int depth) && depth == _braces)
        {
            // The expression in a template is over, and its text goes on.
            _templates.Pop();
            Add(BracedKind.Sign, ")", _at);
            Add(BracedKind.Sign, "+", _at++);
            Template();
            return;
        }

        _braces += c is '{' ? 1 : c is '}' ? -1 : 0;
        foreach (string sign in s_signs)
        {
            if (string.CompareOrdinal(_text, _at, sign, 0, sign.Length) == 0)
            {
                Add(BracedKind.Sign, sign, _at);
                _at += sign.Length;
                return;
            }
        }

        Add(BracedKind.Sign, c.ToString(), _at++);
    }

    /// <summary>The text of a template up to its end or to an expression: <c>`a${b}c`</c> reads as <c>("a" + (b) + "c")</c>.</summary>
    private void Template()
    {
        int start = _at;
        StringBuilder text = new();
        while (_at < _text.Length && _text[_at] is not '`' && !(_text[_at] is '$' && _at + 1 < _text.Length && _text[_at + 1] is '{'))
        {
            Character(text);
        }

        Add(BracedKind.Text, text.ToString(), start);
        if (_at < _text.Length && _text[_at] is '$')
        {
            Add(BracedKind.Sign, "+", _at);
            Add(BracedKind.Sign, "(", _at);
            _templates.Push(_braces);
            _at += 2;
        }
        else
        {
            Add(BracedKind.Sign, ")", _at++);
        }
    }

    private void Name()
    {
        int start = _at;
        bool escaped = false;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '$' || _text[_at] > 0x7F || (_text[_at] is '@' or '#' && !_isC) || (_text[_at] is '\\' && !_isC)))
        {
            escaped |= _text[_at] is '\\';
            _at += _text[_at] is '\\' && _text.AsSpan(_at).StartsWith("\\u{") ? Math.Max(1, _text.AsSpan(_at, Math.Min(12, _text.Length - _at)).IndexOf('}') + 1) : _text[_at] is '\\' ? Math.Min(6, _text.Length - _at) : 1;
        }

        string name = _text[start.._at];
        if (escaped)
        {
            name = Unescaped(name);
        }

        // Prefixes of texts: L"", u8"", R"x()x".
        if (_isC && _at < _text.Length && _text[_at] is '"' && name is "R" or "LR" or "uR" or "UR" or "u8R")
        {
            Raw(start);
        }
        else if (!(_isC && _at < _text.Length && _text[_at] is '"' or '\'' && name is "L" or "u" or "U" or "u8"))
        {
            Add(BracedKind.Name, name, start);
        }
    }

    private static string Unescaped(string name)
    {
        BracedLexer lexer = new(name, false, null, null!);
        StringBuilder text = new();
        while (lexer._at < name.Length)
        {
            lexer.Character(text);
        }

        return text.ToString();
    }

    private void Raw(int start)
    {
        // What stands between the quote and the parenthesis has at most sixteen characters.
        int open = _text.AsSpan(_at, Math.Min(18, _text.Length - _at)).IndexOf('(') is >= 0 and int found ? _at + found : -1;
        string end = open < 0 ? "\"" : ")" + _text[(_at + 1)..open] + "\"";
        int from = open < 0 ? _at + 1 : open + 1;
        int close = from <= _text.Length ? _text.IndexOf(end, from, StringComparison.Ordinal) : -1;
        close = close < 0 ? _text.Length : close;
        Add(BracedKind.Text, _text[Math.Min(from, close)..close], start);
        _at = Math.Min(_text.Length, close + end.Length);
    }

    private void Quoted(char quote)
    {
        int start = _at++;
        StringBuilder text = new();
        while (_at < _text.Length && _text[_at] != quote && _text[_at] is not '\n')
        {
            Character(text);
        }

        _at = Math.Min(_text.Length, _at + 1);
        Add(BracedKind.Text, text.ToString(), start);
    }

    /// <summary>One character of a text, with its escape undone.</summary>
    private void Character(StringBuilder text)
    {
        char c = _text[_at++];
        if (c is not '\\' || _at >= _text.Length)
        {
            text.Append(c);
            return;
        }

        char e = _text[_at++];
        switch (e)
        {
            case 'x':
                Numbered(text, 2, 16);
                break;
            case 'u' when _at < _text.Length && _text[_at] is '{':
                _at++;
                Numbered(text, 8, 16);
                _at += _at < _text.Length && _text[_at] is '}' ? 1 : 0;
                break;
            case 'u':
                Numbered(text, 4, 16);
                break;
            case 'U' when _isC:
                Numbered(text, 8, 16);
                break;
            case >= '0' and <= '7':
                _at--;
                Numbered(text, 3, 8);
                break;
            case '\r' or '\n':
                _at += e is '\r' && _at < _text.Length && _text[_at] is '\n' ? 1 : 0;
                break;
            default:
                text.Append(e switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', 'v' => '\v', 'a' when _isC => '\a', _ => e });
                break;
        }
    }

    private void Numbered(StringBuilder text, int longest, int radix)
    {
        int start = _at;
        int value = 0;
        while (_at < _text.Length && _at - start < longest && char.IsAsciiHexDigit(_text[_at]) && (radix == 16 || _text[_at] is <= '7'))
        {
            value = Math.Min(0x10FFFF, (value * radix) + int.Parse(_text.AsSpan(_at++, 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }

        text.Append(Rune.IsValid(value) ? new Rune(value).ToString() : ((char)(value & 0xFFFF)).ToString());
    }

    /// <summary>Whether a quote parts the digits of a number of C++ (<c>1'000</c>).</summary>
    private bool IsSeparator() => _isC && _at > 0 && char.IsAsciiDigit(_text[_at - 1]) && _tokens is [.., { Kind: BracedKind.Number }];

    /// <summary>Whether a slash begins a regular expression: where a value may not stand before it.</summary>
    private bool MayBePattern() => _tokens is not [.., var last] || (last.Kind is BracedKind.Sign ? last.Text is not (")" or "]" or "}") : last.Kind is BracedKind.Name && last.Text is "return" or "typeof" or "case" or "in" or "of" or "do" or "else");

    private void Pattern()
    {
        int start = _at++;
        bool inClass = false;
        for (; _at < _text.Length && _text[_at] is not '\n' && (inClass || _text[_at] is not '/'); _at++)
        {
            inClass = _text[_at] is '[' || (inClass && _text[_at] is not ']');
            _at += _text[_at] is '\\' ? 1 : 0;
        }

        for (_at++; _at < _text.Length && char.IsAsciiLetter(_text[_at]); _at++)
        {
        }

        _at = Math.Min(_at, _text.Length);
        Add(BracedKind.Number, "/", start);
    }

    private void Comment()
    {
        int end = _text[_at + 1] is '/' ? _text.IndexOf('\n', _at) : _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        _at = end < 0 ? _text.Length : _text[_at + 1] is '/' ? end : end + 2;
    }

    /// <summary>A line of the preprocessor, with those that a backslash joins.</summary>
    private string Directive()
    {
        StringBuilder line = new();
        while (_at < _text.Length)
        {
            int end = _text.IndexOf('\n', _at) is >= 0 and int found ? found : _text.Length;
            string part = _text[_at..end].TrimEnd('\r');
            _at = end;
            if (!part.EndsWith('\\'))
            {
                return line.Append(part).ToString();
            }

            line.Append(part, 0, part.Length - 1).Append(' ');
            _at = Math.Min(_text.Length, end + 1);
        }

        return line.ToString();
    }

    private void Add(BracedKind kind, string text, int start)
    {
        if (_tokens.Count % TokensAtOnce == 0)
        {
            _folding?.Hold(HeldPerToken * TokensAtOnce);
        }

        _tokens.Add(new BracedToken(kind, text, start, _startsLine));
        _startsLine = false;
    }
}
