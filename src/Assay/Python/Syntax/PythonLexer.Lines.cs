// Indentation, and where statements end.
namespace Assay.Python.Syntax;

internal sealed partial class PythonLexer
{
    /// <summary>CPython has room for 100 levels.</summary>
    private const int MaxIndents = 100;

    private readonly Indentation[] _indents = new Indentation[MaxIndents];
    private int _indent;
    private int _dedents;

    /// <summary>Columns with a tab to every eighth and with a tab of one: only where both agree does the order of two lines not depend on tabs.</summary>
    private readonly record struct Indentation(int Column, int TabbedByOne);

    /// <summary>Skips lines without tokens; the indentation that a line with tokens begins or ends.</summary>
    private Token? StartLine()
    {
        if (_dedents > 0)
        {
            return Dedent();
        }

        Indentation found = SkipEmptyLines();
        _lineStarts = false;
        _lineHasTokens = false;
        Indentation current = _indents[_indent];
        if (found.Column == current.Column)
        {
            _pending = found.TabbedByOne == current.TabbedByOne ? _pending : SyntaxErrorKind.InconsistentTabs;
            return null;
        }

        if (found.Column > current.Column)
        {
            if (_indent + 1 == MaxIndents)
            {
                _pending = SyntaxErrorKind.TooManyIndents;
                return null;
            }

            _indents[++_indent] = found;
            return new Token(_at, _at, TokenKind.Indent, found.TabbedByOne > current.TabbedByOne ? SyntaxErrorKind.None : SyntaxErrorKind.InconsistentTabs);
        }

        // A line between two levels belongs to the outer one, as far as it can be read at all.
        int level = _indent;
        while (level > 0 && _indents[level].Column > found.Column)
        {
            level--;
        }

        _pending = _indents[level].Column != found.Column ? SyntaxErrorKind.InconsistentDedent
            : _indents[level].TabbedByOne != found.TabbedByOne ? SyntaxErrorKind.InconsistentTabs : _pending;
        _dedents = _indent - level;
        _lineStarts = _dedents > 0;
        return Dedent();
    }

    private Token Dedent()
    {
        _dedents--;
        _indent--;
        _lineStarts = _dedents > 0;
        return new Token(_at, _at, TokenKind.Dedent);
    }

    /// <summary>Moves to the first token of the next line that has one, and measures what stands before it.</summary>
    private Indentation SkipEmptyLines()
    {
        while (true)
        {
            int column = 0;
            int byOne = 0;
            Indentation? continued = null;
            while (true)
            {
                switch (_text[_at])
                {
                    case (byte)' ':
                        column++;
                        byOne++;
                        _at++;
                        continue;
                    case (byte)'\t':
                        column = (column / 8 * 8) + 8;
                        byOne++;
                        _at++;
                        continue;
                    case (byte)'\f':
                        column = 0;
                        byOne = 0;
                        _at++;
                        continue;
                    case (byte)'\\' when LexerTables.Class(_text[_at + 1]) == LexerClass.LineEnd && AfterLineEnd(_at + 1) < _end:
                        // What is before the first backslash is the indentation of the joined line.
                        continued ??= new Indentation(column, byOne);
                        _at = AfterLineEnd(_at + 1);
                        continue;
                }

                break;
            }

            switch (_text[_at])
            {
                case (byte)'#':
                    _at = LineEnd(_at);
                    break;
                case (byte)'\n' or (byte)'\r':
                    _at = AfterLineEnd(_at);
                    break;
                default:
                    return _at >= _end ? default : continued ?? new Indentation(column, byOne);
            }
        }
    }

    private Token EndLine(int at, int next)
    {
        _lineStarts = true;
        return Take(at, next, TokenKind.NewLine);
    }

    /// <summary>Closes whatever is open and ends the line there, since the next one can be in no bracket.</summary>
    private Token NeverClosed(int at, int next)
    {
        _depth = 0;
        _lineStarts = true;
        return Take(at, next, TokenKind.NewLine, SyntaxErrorKind.BracketNeverClosed);
    }

    /// <summary>What the end of the text implies: the end of the last line, then of every block.</summary>
    private Token EndText()
    {
        if (_depth > 0)
        {
            return NeverClosed(_at, _at);
        }

        return _lineHasTokens ? EndLine(_at, _at) : new Token(_at, _at, TokenKind.EndMarker);
    }
}
