// Numbers: where they end, and what is none although it begins with a digit.
namespace Assay.Python.Syntax;

internal sealed partial class PythonLexer
{
    /// <summary>Reads a number that begins with a digit, or with a dot and a digit.</summary>
    private Token ReadNumber(int start)
    {
        int at = start;
        bool good = true;
        bool zeros = false;
        if (_text[at] == '0' && (_text[at + 1] | 0x20) is 'x' or 'o' or 'b')
        {
            int radix = (_text[at + 1] | 0x20) switch { 'x' => 16, 'o' => 8, _ => 2 };
            at += 2;
            at += _text[at] == '_' ? 1 : 0;
            good = Digits(ref at, radix);
        }
        else
        {
            if (_text[at] != '.')
            {
                good = Digits(ref at, 10);
                zeros = _text[start] == '0' && _text.AsSpan(start, at - start).ContainsAnyExcept((byte)'0', (byte)'_');
            }

            bool whole = true;
            if (_text[at] == '.')
            {
                whole = false;
                at++;
                good &= !char.IsAsciiDigit((char)_text[at]) || Digits(ref at, 10);
            }

            int exponent = at + (_text[at + 1] is (byte)'+' or (byte)'-' ? 2 : 1);
            if ((_text[at] | 0x20) == 'e' && char.IsAsciiDigit((char)_text[Math.Min(exponent, _end)]))
            {
                whole = false;
                at = exponent;
                good &= Digits(ref at, 10);
            }

            if ((_text[at] | 0x20) == 'j')
            {
                whole = false;
                at++;
            }

            zeros &= whole;
        }

        if (good && !LexerTables.IsNamePart(_text[at]) && _text[at] < 0x80)
        {
            return Take(start, at, TokenKind.Number, zeros ? SyntaxErrorKind.LeadingZeros : SyntaxErrorKind.None);
        }

        // A keyword may follow without a space, as in "1if x else y"; nothing else may.
        int end = at;
        while (LexerTables.IsNamePart(_text[end]) || _text[end] >= 0x80)
        {
            end++;
        }

        bool keyword = Keyword.Find(_text.AsSpan(at, end - at)) is TokenKind.And or TokenKind.Else or TokenKind.For or TokenKind.If or TokenKind.In
            or TokenKind.Is or TokenKind.Not or TokenKind.Or;
        return good && keyword
            ? Take(start, at, TokenKind.Number, zeros ? SyntaxErrorKind.LeadingZeros : SyntaxErrorKind.None)
            : Take(start, Math.Min(end, _end), TokenKind.Number, SyntaxErrorKind.InvalidNumber);
    }

    /// <summary>Digits with single underscores between them; false where one is missing.</summary>
    private bool Digits(ref int at, int radix)
    {
        while (true)
        {
            int start = at;
            while (LexerTables.DigitValue(_text[at]) < radix)
            {
                at++;
            }

            if (at == start)
            {
                return false;
            }

            if (_text[at] != '_')
            {
                return true;
            }

            at++;
        }
    }
}
