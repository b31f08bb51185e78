// Operators, and the brackets among them.
namespace Assay.Python.Syntax;

/// <summary>What can be open.</summary>
internal enum BracketKind : byte
{
    Parenthesis,
    Square,
    Brace,

    /// <summary>The text of an f-string or a t-string.</summary>
    Text,

    /// <summary>A replacement field in such text.</summary>
    Field,

    /// <summary>The format specification of a field: text again.</summary>
    Specification,
}

/// <summary>Something open; fields and specifications know how the text around them is quoted, and how many fields of it are around them.</summary>
internal readonly record struct Bracket(BracketKind Kind, byte Quote = 0, bool Triple = false, bool Raw = false, bool Template = false, int Level = 0, int Nesting = 0)
{
    public bool IsText => Kind is BracketKind.Text or BracketKind.Specification;

    public TokenKind Middle => Template ? TokenKind.TStringMiddle : TokenKind.FStringMiddle;
}

internal sealed partial class PythonLexer
{
    /// <summary>Fields may stand in specifications of fields, no deeper than this.</summary>
    private const int MaxNesting = 3;

    private bool InField => _depth > 0 && _brackets[_depth - 1].Kind == BracketKind.Field;

    private int Level => _depth == 0 ? 0 : _brackets[_depth - 1].Level;

    private Token ReadOperator(int at)
    {
        byte next = _text[at + 1];
        switch (_text[at])
        {
            case (byte)'(':
                return Open(at, BracketKind.Parenthesis, TokenKind.LPar);
            case (byte)'[':
                return Open(at, BracketKind.Square, TokenKind.LSqb);
            case (byte)'{':
                return Open(at, BracketKind.Brace, TokenKind.LBrace);
            case (byte)')':
                return Close(at, BracketKind.Parenthesis, TokenKind.RPar);
            case (byte)']':
                return Close(at, BracketKind.Square, TokenKind.RSqb);
            case (byte)'}':
                return Close(at, InField ? BracketKind.Field : BracketKind.Brace, TokenKind.RBrace);
            case (byte)':':
                if (InField)
                {
                    Push(_brackets[_depth - 1] with { Kind = BracketKind.Specification });
                    return Take(at, at + 1, TokenKind.Colon);
                }

                return next == '=' ? Take(at, at + 2, TokenKind.ColonEqual) : Take(at, at + 1, TokenKind.Colon);
            case (byte)',':
                return Take(at, at + 1, TokenKind.Comma);
            case (byte)';':
                return Take(at, at + 1, TokenKind.Semi);
            case (byte)'~':
                return Take(at, at + 1, TokenKind.Tilde);
            case (byte)'.':
                return char.IsAsciiDigit((char)next) ? ReadNumber(at)
                    : next == '.' && _text[at + 2] == '.' ? Take(at, at + 3, TokenKind.Ellipsis)
                    : Take(at, at + 1, TokenKind.Dot);
            case (byte)'+':
                return OrEqual(at, TokenKind.Plus, TokenKind.PlusEqual);
            case (byte)'-':
                return next == '>' ? Take(at, at + 2, TokenKind.RArrow) : OrEqual(at, TokenKind.Minus, TokenKind.MinEqual);
            case (byte)'*':
                return next == '*' ? OrEqual(at + 1, TokenKind.DoubleStar, TokenKind.DoubleStarEqual, at) : OrEqual(at, TokenKind.Star, TokenKind.StarEqual);
            case (byte)'/':
                return next == '/' ? OrEqual(at + 1, TokenKind.DoubleSlash, TokenKind.DoubleSlashEqual, at) : OrEqual(at, TokenKind.Slash, TokenKind.SlashEqual);
            case (byte)'%':
                return OrEqual(at, TokenKind.Percent, TokenKind.PercentEqual);
            case (byte)'@':
                return OrEqual(at, TokenKind.At, TokenKind.AtEqual);
            case (byte)'&':
                return OrEqual(at, TokenKind.Amper, TokenKind.AmperEqual);
            case (byte)'|':
                return OrEqual(at, TokenKind.VBar, TokenKind.VBarEqual);
            case (byte)'^':
                return OrEqual(at, TokenKind.Circumflex, TokenKind.CircumflexEqual);
            case (byte)'=':
                return OrEqual(at, TokenKind.Equal, TokenKind.EqEqual);
            case (byte)'<':
                return next == '<' ? OrEqual(at + 1, TokenKind.LeftShift, TokenKind.LeftShiftEqual, at)
                    : next == '>' ? Take(at, at + 2, TokenKind.NotEqual, SyntaxErrorKind.InvalidCharacter)
                    : OrEqual(at, TokenKind.Less, TokenKind.LessEqual);
            case (byte)'>':
                return next == '>' ? OrEqual(at + 1, TokenKind.RightShift, TokenKind.RightShiftEqual, at) : OrEqual(at, TokenKind.Greater, TokenKind.GreaterEqual);
            default:
                return next == '=' ? Take(at, at + 2, TokenKind.NotEqual)
                    : InField ? Take(at, at + 1, TokenKind.Exclamation)
                    : Take(at, at + 1, TokenKind.Error, SyntaxErrorKind.InvalidCharacter);
        }
    }

    /// <summary>The operator that ends at <paramref name="at"/>, or the longer one with an equals sign behind it.</summary>
    private Token OrEqual(int at, TokenKind plain, TokenKind equal, int start = -1)
    {
        start = start < 0 ? at : start;
        return _text[at + 1] == '=' ? Take(start, at + 2, equal) : Take(start, at + 1, plain);
    }

    private Token Open(int at, BracketKind kind, TokenKind token)
    {
        int level = Level + 1;
        Bracket around = kind == BracketKind.Field ? _brackets[_depth - 1] : default;
        if (level > MaxBrackets || around.Nesting == MaxNesting)
        {
            return Take(at, at + 1, TokenKind.Error, SyntaxErrorKind.TooDeeplyNested);
        }

        Push(around with { Kind = kind, Level = level, Nesting = around.Nesting + 1 });
        return Take(at, at + 1, token);
    }

    private void Push(Bracket bracket) => _brackets[_depth++] = bracket;

    /// <summary>
    /// Closes a bracket. One that does not fit is no token, but where it closes an outer bracket all within are closed, so that what
    /// follows is read as the writer meant it.
    /// </summary>
    private Token Close(int at, BracketKind kind, TokenKind token)
    {
        for (int level = _depth - 1; level >= 0 && !_brackets[level].IsText; level--)
        {
            if (_brackets[level].Kind == kind)
            {
                bool fits = level == _depth - 1;
                _depth = level;
                return fits ? Take(at, at + 1, token) : Take(at, at + 1, TokenKind.Error, SyntaxErrorKind.UnmatchedBracket);
            }
        }

        return Take(at, at + 1, TokenKind.Error, SyntaxErrorKind.UnmatchedBracket);
    }
}
