// The scalars, names, tags and directives of YAML.
using System.Globalization;
using System.Text;

namespace Assay.Formats.Yaml;

/// <summary>Reads what is written out: plain, quoted and block scalars, names of anchors, tags, directives.</summary>
internal sealed partial class YamlScanner
{
    /// <summary>Characters of a scalar that are kept.</summary>
    public const int LongestText = 1 << 20;

    private void FetchDirective()
    {
        Unwind(-1);
        Forget();
        _mayBeKey = false;
        int start = _at;
        int end = _text.AsSpan(_at).IndexOfAny("\n\r\x85\u2028\u2029");
        _at = end < 0 ? _text.Length : _at + end;
        _waiting.Add(new YamlToken(YamlTokenKind.Directive, start, _at, _text[(start + 1).._at]));
    }

    private void FetchName(YamlTokenKind kind)
    {
        int start = _at++;
        while (_at < _text.Length && !IsBlankAt(0) && Current is not (',' or '[' or ']' or '{' or '}') && !(Current is ':' && IsBlankAt(1)))
        {
            _at++;
        }

        if (_at == start + 1)
        {
            throw Broken("an anchor or alias has no name");
        }

        _waiting.Add(new YamlToken(kind, start, _at, _text[(start + 1).._at]));
    }

    private void FetchTag()
    {
        int start = _at;
        if (Ahead(1) is '<')
        {
            int close = _text.IndexOf('>', _at);
            if (close < 0)
            {
                throw Broken("a tag does not end");
            }

            _at = close + 1;
        }
        else
        {
            while (_at < _text.Length && !IsBlankAt(0) && !(_flow > 0 && Current is ',' or '[' or ']' or '{' or '}'))
            {
                _at++;
            }
        }

        _waiting.Add(new YamlToken(YamlTokenKind.Tag, start, _at, _text[start.._at]));
    }

    private void FetchPlain()
    {
        int start = _at;
        int end = _at;
        int indent = _indent + 1;
        StringBuilder text = new();
        string between = "";
        while (true)
        {
            if (Current is '#')
            {
                break;
            }

            int from = _at;
            while (_at < _text.Length && !IsBlankAt(0))
            {
                char c = Current;
                bool endsFlow = _flow > 0 && c is ',' or '[' or ']' or '{' or '}' or '?' && !(c is '?' && !IsBlankAt(1));
                if (endsFlow || (c is ':' && (IsBlankAt(1) || (_flow > 0 && Ahead(1) is ',' or '[' or ']' or '{' or '}'))))
                {
                    break;
                }

                _at++;
            }

            if (_at == from)
            {
                break;
            }

            _mayBeKey = false;
            Append(text, between, _text.AsSpan(from, _at - from));
            end = _at;
            int blanks = _at;
            while (Current is ' ' or '\t')
            {
                _at++;
            }

            if (!IsBreak(Current) || _at >= _text.Length)
            {
                between = _text[blanks.._at];
                if (_at == blanks)
                {
                    break;
                }

                continue;
            }

            between = Folded();
            _mayBeKey = true;
            if (_flow == 0 && Column < indent)
            {
                break;
            }

            if (Column == 0 && IsMarker())
            {
                break;
            }
        }

        _waiting.Add(new YamlToken(YamlTokenKind.Scalar, start, end, text.ToString(), IsPlain: true));
    }

    private static void Append(StringBuilder text, ReadOnlySpan<char> between, ReadOnlySpan<char> more)
    {
        if (text.Length < LongestText)
        {
            text.Append(between).Append(more);
        }
    }

    private bool IsMarker() => Current is '-' or '.' && Ahead(1) == Current && Ahead(2) == Current && IsBlankAt(3);

    /// <summary>Steps over the ends of lines and the blanks that follow: one is a blank, more are one less.</summary>
    private string Folded()
    {
        int lines = 0;
        while (true)
        {
            while (Current is ' ' || (Current is '\t' && Column > 0))
            {
                _at++;
            }

            if (!Break())
            {
                break;
            }

            lines++;
            if (IsMarkerLine())
            {
                break;
            }
        }

        return lines == 0 ? "" : lines == 1 ? " " : new string('\n', Math.Min(lines - 1, LongestText));
    }

    private bool IsMarkerLine() => Column == 0 && IsMarker();

    private void FetchQuoted(char quote)
    {
        int start = _at++;
        StringBuilder text = new();
        while (true)
        {
            if (_at >= _text.Length)
            {
                throw Broken("a quoted text does not end", start);
            }

            char c = Current;
            if (c == quote)
            {
                _at++;
                if (quote is '\'' && Current is '\'')
                {
                    _at++;
                    Append(text, "", "'");
                    continue;
                }

                break;
            }

            if (c is '\\' && quote is '"')
            {
                Escape(text);
            }
            else if (c is ' ' or '\t' || IsBreak(c))
            {
                int from = _at;
                while (Current is ' ' or '\t')
                {
                    _at++;
                }

                if (!IsBreak(Current) || _at >= _text.Length)
                {
                    Append(text, "", _text.AsSpan(from, _at - from));
                }
                else
                {
                    Append(text, "", Folded());
                    if (IsMarkerLine())
                    {
                        throw Broken("a quoted text does not end", start);
                    }
                }
            }
            else
            {
                int run = _text.AsSpan(_at).IndexOfAny(quote is '"' ? "\" \t\r\n\\\x85\u2028\u2029" : "' \t\r\n\x85\u2028\u2029");
                int end = run < 0 ? _text.Length : _at + run;
                Append(text, "", _text.AsSpan(_at, end - _at));
                _at = end;
            }
        }

        _waiting.Add(new YamlToken(YamlTokenKind.Scalar, start, _at, text.ToString()));
    }

    private void Escape(StringBuilder text)
    {
        char c = Ahead(1);
        if (IsBreak(c))
        {
            _at++;
            Break();
            while (Current is ' ' or '\t')
            {
                _at++;
            }

            return;
        }

        int digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            ReadOnlySpan<char> code = _text.AsSpan(Math.Min(_at + 2, _text.Length), Math.Min(digits, Math.Max(0, _text.Length - _at - 2)));
            if (code.Length < digits || !uint.TryParse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value) || value > 0x10FFFF)
            {
                throw Broken("an escape is broken");
            }

            Append(text, "", value is >= 0xD800 and < 0xE000 ? ((char)value).ToString() : char.ConvertFromUtf32((int)value));
            _at += 2 + digits;
            return;
        }

        string? plain = c switch
        {
            '0' => "\0", 'a' => "\a", 'b' => "\b", 't' or '\t' => "\t", 'n' => "\n", 'v' => "\v", 'f' => "\f", 'r' => "\r", 'e' => "\x1B",
            ' ' => " ", '"' => "\"", '\\' => "\\", '/' => "/", 'N' => "\x85", '_' => "\xA0", 'L' => "\u2028", 'P' => "\u2029", _ => null,
        };
        Append(text, "", plain ?? throw Broken("an escape is not known"));
        _at += 2;
    }

    private void FetchBlockScalar(bool isFolded)
    {
        int start = _at++;
        char chomp = '\0';
        int explicitIndent = 0;
        while (Current is '+' or '-' or (>= '1' and <= '9'))
        {
            if (char.IsAsciiDigit(Current))
            {
                explicitIndent = Current - '0';
            }
            else
            {
                chomp = Current;
            }

            _at++;
        }

        while (Current is ' ' or '\t')
        {
            _at++;
        }

        if (Current is '#')
        {
            int end = _text.AsSpan(_at).IndexOfAny("\n\r\x85\u2028\u2029");
            _at = end < 0 ? _text.Length : _at + end;
        }

        if (_at < _text.Length && !Break())
        {
            throw Broken("something stands behind the head of a text");
        }

        int least = Math.Max(_indent + 1, 1);
        int indent = explicitIndent > 0 ? least + explicitIndent - 1 : 0;
        StringBuilder text = new();
        int breaks = 0;
        string pending = "";
        bool wasLeading = true;
        while (true)
        {
            // Blank lines, and the indentation of the first line that is not blank.
            while (true)
            {
                int limit = indent > 0 ? indent : int.MaxValue;
                while (Current is ' ' && Column < limit)
                {
                    _at++;
                }

                if (_at >= _text.Length || !IsBreak(Current))
                {
                    break;
                }

                Break();
                breaks++;
            }

            if (indent == 0)
            {
                indent = Math.Max(least, Column);
            }

            if (_at >= _text.Length || Column < indent || IsMarkerLine())
            {
                break;
            }

            bool isLeading = Current is ' ' or '\t';
            if (text.Length > 0 || pending.Length > 0)
            {
                // Lines of a folded text are joined by blanks, but for those that are indented more.
                bool joins = isFolded && pending.Length > 0 && !isLeading && !wasLeading;
                Append(text, joins ? (breaks == 0 ? " " : "") : pending, new string('\n', Math.Min(breaks, LongestText)));
            }
            else
            {
                Append(text, "", new string('\n', Math.Min(breaks, LongestText)));
            }

            breaks = 0;
            int end = _text.AsSpan(_at).IndexOfAny("\n\r\x85\u2028\u2029");
            end = end < 0 ? _text.Length : _at + end;
            Append(text, "", _text.AsSpan(_at, end - _at));
            _at = end;
            wasLeading = isLeading;
            pending = Break() ? "\n" : "";
        }

        if (chomp is not '-')
        {
            text.Append(pending);
        }

        if (chomp is '+')
        {
            text.Append('\n', Math.Min(breaks, LongestText));
        }

        _waiting.Add(new YamlToken(YamlTokenKind.Scalar, start, _at, text.ToString()));
    }
}
