// The replacement fields of f-strings and t-strings.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    /// <summary>A is where the source of the expression begins, B the pieces of the text around, C the conversion and D the specification; the state is 1 in a t-string.</summary>
    private void BeginField(ref ExpressionFrame text)
    {
        int pieces = text.A;

        // What is in a specification is formatted also in a t-string.
        bool template = text.Kind == FrameKind.Strings && (text.State & IsTemplate) != 0;
        ref ExpressionFrame field = ref Open(FrameKind.Field, Precedence.Test, _lastEnd - 1, FrameFlags.Stars | FrameFlags.Yields | FrameFlags.Tuples);
        field.A = _lastEnd;
        field.B = pieces;
        field.State = (byte)(template ? 1 : 0);
    }

    /// <summary>The expression of a field is complete, or an element of its tuple.</summary>
    private bool ContinueField(ref ExpressionFrame frame)
    {
        if (Kind == TokenKind.Comma && (frame.Flags & FrameFlags.YieldSeen) == 0)
        {
            Next();
            frame.Flags |= FrameFlags.Comma;
            if (BeginsExpression(Kind) || Kind == TokenKind.Star)
            {
                return true;
            }
        }

        if ((frame.Flags & FrameFlags.Comma) != 0)
        {
            ReplaceWithTuple(frame.Base);
        }

        int expressionEnd = _lastEnd;
        if (Accept(TokenKind.Equal))
        {
            frame.Flags |= FrameFlags.Debug;
        }

        if ((frame.Flags & FrameFlags.Debug) != 0)
        {
            DebugText(ref frame);
        }

        if (frame.State == 1)
        {
            // The source of the expression is a value of an interpolation.
            PushNumber(frame.A);
            PushNumber(expressionEnd);
            PushNumber((int)StringEscapes.None);
            int source = PopNumbers(_numberCount - PieceSize);
            Push(_tree.Add(SyntaxKind.Constant, frame.A, expressionEnd, source, (byte)ConstantKind.Text), frame.A);
        }

        if (Accept(TokenKind.Exclamation))
        {
            Token conversion = Current;
            if (conversion.Kind != TokenKind.Name || conversion.Length != 1 || _text.Utf8[conversion.Start] is not ((byte)'s' or (byte)'r' or (byte)'a') || conversion.Start != _lastEnd)
            {
                return Fail();
            }

            frame.C = _text.Utf8[conversion.Start];
            Next();
        }

        if (Accept(TokenKind.Colon))
        {
            bool raw = (_frames[_frameCount - 2].Flags & FrameFlags.Raw) != 0;
            ref ExpressionFrame specification = ref Open(FrameKind.Specification, Precedence.Atom, _lastEnd - 1, raw ? FrameFlags.Raw : FrameFlags.None);
            specification.A = _numberCount;
            return ReadText();
        }

        if (Kind != TokenKind.RBrace)
        {
            return Fail();
        }

        EndField(ref frame);
        return ReadText();
    }

    /// <summary><c>{x = }</c> writes the source of the expression, equals sign and spaces included, before the value.</summary>
    private void DebugText(ref ExpressionFrame frame)
    {
        PushNumber(frame.A);
        PushNumber(Current.Start);
        PushNumber((int)StringEscapes.None);
    }

    private void EndSpecification(ref ExpressionFrame frame)
    {
        int first = frame.Base;
        int start = frame.Start;
        FlushPieces(frame.A);
        _frameCount--;
        int values = List(first);
        Top.D = _tree.Add(SyntaxKind.JoinedStr, start, _lastEnd, values);
    }

    /// <summary>The brace that closes a field. The text before it is a constant of its own and comes first.</summary>
    private void EndField(ref ExpressionFrame frame)
    {
        Next();
        bool template = frame.State == 1;
        int conversion = frame.C > 0 ? frame.C : (frame.Flags & FrameFlags.Debug) != 0 && frame.D == 0 ? 'r' : 0;
        int source = template ? Pop().Node : 0;
        int value = Pop().Node;
        int start = frame.Start;
        int node = template
            ? _tree.Add(SyntaxKind.Interpolation, start, _lastEnd, (byte)conversion, value, source, frame.D)
            : _tree.Add(SyntaxKind.FormattedValue, start, _lastEnd, (byte)conversion, value, frame.D);
        int pieces = frame.B;
        _frameCount--;
        FlushPieces(pieces);
        Push(node, start);
    }
}
