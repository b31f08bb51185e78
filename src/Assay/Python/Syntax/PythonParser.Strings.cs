// Literals that stand side by side, and what is in f-strings and t-strings.
using Assay.Bytes;

namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    // What literals that stand side by side are, in the state of their frame.
    private const byte IsText = 1, IsBytes = 2, IsFormat = 4, IsTemplate = 8, IsOpen = 16, IsUnicode = 32;

    /// <summary>Numbers of one piece: where it begins and ends, and its escapes.</summary>
    private const int PieceSize = 3;

    private bool BeginStrings()
    {
        Token token = Current;
        if (token.Kind == TokenKind.String && Peek(1) is not (TokenKind.String or TokenKind.FStringStart or TokenKind.TStringStart))
        {
            // The usual case: one literal, whose value is read from the token.
            Next();
            StringPrefix prefix = StringLiteral.Split(_text.Slice(token.Start, token.End), out Range content);
            int offset = token.Start + content.Start.Value;
            CheckEscapes(offset, token.Start + content.End.Value, StringLiteral.Escapes(prefix));
            byte kind = (byte)((prefix & StringPrefix.Bytes) != 0 ? ConstantKind.Bytes : (prefix & StringPrefix.Unicode) != 0 ? ConstantKind.UnicodeText : ConstantKind.Text);
            Push(_tree.Add(SyntaxKind.Constant, token.Start, token.End, 0, kind), token.Start);
            return false;
        }

        Open(FrameKind.Strings, Precedence.Atom, token.Start).A = _numberCount;
        return ReadText();
    }

    /// <summary>Goes on in the text of the innermost literals or specification; true when the operand of a field follows.</summary>
    private bool ReadText()
    {
        while (!_failed)
        {
            ref ExpressionFrame frame = ref Top;
            Token token = Current;
            switch (token.Kind)
            {
                case TokenKind.FStringMiddle or TokenKind.TStringMiddle:
                    Next();
                    AddPiece(token.Start, token.End, (frame.Flags & FrameFlags.Raw) != 0 ? StringEscapes.None : StringEscapes.All);
                    continue;
                case TokenKind.LBrace when frame.Kind == FrameKind.Specification || (frame.State & IsOpen) != 0:
                    Next();
                    BeginField(ref frame);
                    return true;
                case TokenKind.RBrace when frame.Kind == FrameKind.Specification:
                    EndSpecification(ref frame);
                    EndField(ref Top);
                    continue;
                case TokenKind.FStringEnd or TokenKind.TStringEnd when (frame.State & IsOpen) != 0 && token.Error == SyntaxErrorKind.None:
                    Next();
                    frame.State &= unchecked((byte)~IsOpen);
                    continue;
            }

            if (frame.Kind == FrameKind.Specification || (frame.State & IsOpen) != 0)
            {
                return Fail();
            }

            if (token.Kind is not (TokenKind.String or TokenKind.FStringStart or TokenKind.TStringStart))
            {
                EndStrings(ref frame);
                return false;
            }

            Next();
            BeginLiteral(ref frame, token);
        }

        return false;
    }

    private void BeginLiteral(ref ExpressionFrame frame, Token token)
    {
        ReadOnlySpan<byte> source = _text.Slice(token.Start, token.End);
        if (token.Kind == TokenKind.String)
        {
            StringPrefix prefix = StringLiteral.Split(source, out Range content);
            bool isBytes = (prefix & StringPrefix.Bytes) != 0;
            frame.State |= isBytes ? IsBytes : (prefix & StringPrefix.Unicode) != 0 && (frame.State & IsText) == 0 ? (byte)(IsText | IsUnicode) : IsText;
            AddPiece(token.Start + content.Start.Value, token.Start + content.End.Value, StringLiteral.Escapes(prefix));
        }
        else
        {
            frame.State |= (byte)(IsOpen | (token.Kind == TokenKind.TStringStart ? IsTemplate : IsFormat));
            bool raw = (source[0] | 0x20) == 'r' || (source[1] | 0x20) == 'r';
            frame.Flags = raw ? FrameFlags.Raw : FrameFlags.None;
        }
    }

    /// <summary>A piece of a constant. Empty ones are nothing.</summary>
    private void AddPiece(int start, int end, StringEscapes escapes)
    {
        if (end > start)
        {
            CheckEscapes(start, end, escapes);
            PushNumber(start);
            PushNumber(end);
            PushNumber((int)escapes);
        }
    }

    private void CheckEscapes(int start, int end, StringEscapes escapes)
    {
        ReadOnlySpan<byte> content = _text.Slice(start, end);
        if (escapes == StringEscapes.Bytes && content.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) is >= 0 and int beyond)
        {
            Report(SyntaxErrorKind.InvalidEscape, start + beyond);
        }

        if (escapes == StringEscapes.None || !content.Contains((byte)'\\'))
        {
            return;
        }

        byte[] value = PooledArrays.Rent<byte>(content.Length);
        StringLiteral.Decode(content, escapes, value, out int bad);
        PooledArrays.Return(value);
        if (bad >= 0)
        {
            Report(SyntaxErrorKind.InvalidEscape, start + bad);
        }
    }

    /// <summary>Makes a constant of the pieces from <paramref name="first"/> on, unless its value is empty.</summary>
    private void FlushPieces(int first)
    {
        if (_numberCount == first || IsEmpty(first))
        {
            _numberCount = first;
            return;
        }

        int start = _numbers[first];
        int end = _numbers[_numberCount - PieceSize + 1];
        Push(_tree.Add(SyntaxKind.Constant, start, end, PopNumbers(first), (byte)ConstantKind.Text), start);
    }

    /// <summary>Whether pieces are nothing but lines that go on.</summary>
    private bool IsEmpty(int first)
    {
        for (int piece = first; piece < _numberCount; piece += PieceSize)
        {
            ReadOnlySpan<byte> rest = _text.Slice(_numbers[piece], _numbers[piece + 1]);
            bool raw = _numbers[piece + 2] == (int)StringEscapes.None;
            while (!raw && !rest.IsEmpty && rest[0] == '\\' && StringEscape.Read(rest, StringEscapes.All) is { Kind: StringEscapeKind.Nothing } escape)
            {
                rest = rest[escape.Length..];
            }

            if (!rest.IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private void EndStrings(ref ExpressionFrame frame)
    {
        byte state = frame.State;
        int start = frame.Start;
        int first = frame.Base;
        int pieces = frame.A;
        bool template = (state & IsTemplate) != 0;
        bool mixed = ((state & IsBytes) != 0 && (state & (IsText | IsFormat | IsTemplate)) != 0) || (template && (state & (IsText | IsFormat)) != 0);
        if (mixed)
        {
            Report(SyntaxErrorKind.IncompatibleLiterals, start);
        }

        _frameCount--;
        if ((state & (IsFormat | IsTemplate)) == 0)
        {
            ConstantKind kind = (state & IsBytes) != 0 ? ConstantKind.Bytes : (state & IsUnicode) != 0 ? ConstantKind.UnicodeText : ConstantKind.Text;

            // A constant without pieces is read from its source; two empty literals get one empty piece.
            if (_numberCount == pieces)
            {
                PushNumber(start);
                PushNumber(start);
                PushNumber((int)StringEscapes.None);
            }

            Push(_tree.Add(SyntaxKind.Constant, start, _lastEnd, PopNumbers(pieces), (byte)kind), start);
            return;
        }

        FlushPieces(pieces);
        int values = List(first);
        Push(_tree.Add(template ? SyntaxKind.TemplateStr : SyntaxKind.JoinedStr, start, _lastEnd, values), start);
    }
}
