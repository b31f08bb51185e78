// Dicts, sets, and what is subscribed.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private bool BeginBrace()
    {
        int start = Current.Start;
        Next();
        if (Accept(TokenKind.RBrace))
        {
            Push(_tree.Add(SyntaxKind.Dict, start, _lastEnd, 0, 0, 0), start);
            return false;
        }

        Open(FrameKind.Brace, Precedence.Test, start, FrameFlags.Stars);
        return true;
    }

    /// <summary><c>**</c> before an element: a mapping in a dict, keyword arguments in a call.</summary>
    private bool BeginUnpack()
    {
        ref ExpressionFrame frame = ref Top;
        int start = Current.Start;
        if (frame.Kind == FrameKind.Call)
        {
            Next();
            Open(FrameKind.Keyword, Precedence.Test, start);
            return true;
        }

        bool isElement = _operandCount == frame.Base || (frame.Flags & (FrameFlags.Keys | FrameFlags.Value)) == FrameFlags.Keys;
        if (frame.Kind != FrameKind.Brace || !isElement)
        {
            return Fail();
        }

        // The key that is absent.
        Push(0, start);
        frame.Flags |= FrameFlags.Keys | FrameFlags.Value | FrameFlags.UnpackedValue;
        Next();
        Open(FrameKind.Unpack, Precedence.BitOr, start);
        return true;
    }

    private bool ContinueBrace(ref ExpressionFrame frame)
    {
        bool generators = (frame.Flags & FrameFlags.Generators) != 0;
        bool dict = (frame.Flags & FrameFlags.Keys) != 0;
        bool value = (frame.Flags & FrameFlags.Value) != 0;
        switch (Kind)
        {
            case TokenKind.Colon when !generators && !value && (dict || (_operandCount == frame.Base + 1 && (frame.Flags & FrameFlags.Comma) == 0 && !ElementIsWhole(_operands[_operandCount - 1].Node))):
                Next();
                frame.Flags |= FrameFlags.Keys | FrameFlags.Value;
                return true;
            case TokenKind.Comma when !generators && dict == value:
                Next();
                frame.Flags |= FrameFlags.Comma;
                frame.Flags &= ~(FrameFlags.Value | FrameFlags.UnpackedValue);
                if (Kind != TokenKind.RBrace)
                {
                    return true;
                }

                break;
            case TokenKind.RBrace when dict == value:
                break;
            case TokenKind.For or TokenKind.Async when !generators && dict == value && (frame.Flags & (FrameFlags.Comma | FrameFlags.UnpackedValue)) == 0:
                return BeginComprehension(ref frame);
            case TokenKind.ColonEqual when !generators && !dict:
                return BeginNamed();
            default:
                return Fail();
        }

        (int first, int start) = Close(frame);
        if (generators)
        {
            ReplaceWithGenerator(dict ? SyntaxKind.DictComp : SyntaxKind.SetComp, first, start);
        }
        else if (dict)
        {
            ReplaceWithDict(first, start);
        }
        else
        {
            PushElements(SyntaxKind.Set, first, start);
        }

        return false;
    }

    private void ReplaceWithDict(int first, int start)
    {
        int count = (_operandCount - first) / 2;
        int keys = _tree.NewList(count, out Span<int> nodes);
        for (int i = 0; i < count; i++)
        {
            nodes[i] = _operands[first + (2 * i)].Node;
        }

        int values = _tree.NewList(count, out nodes);
        for (int i = 0; i < count; i++)
        {
            nodes[i] = _operands[first + (2 * i) + 1].Node;
        }

        Replace(first, _tree.Add(SyntaxKind.Dict, start, _lastEnd, 0, keys, values), start);
    }

    private bool BeginSubscript()
    {
        int start = Current.Start;
        Next();
        if (Kind == TokenKind.RSqb)
        {
            return Fail();
        }

        Open(FrameKind.Subscript, Precedence.Test, start, FrameFlags.Stars);
        return true;
    }

    /// <summary>A bound of a slice that is not written.</summary>
    private bool AbsentBound()
    {
        ref ExpressionFrame frame = ref Top;
        if (Kind != TokenKind.Colon && frame.State == 0)
        {
            return Fail();
        }

        Push(0, Current.Start);
        return ContinueSubscript(ref frame);
    }

    /// <summary>The state is the number of colons of the slice that is open; its bounds are the last operands, one more than colons.</summary>
    private bool ContinueSubscript(ref ExpressionFrame frame)
    {
        switch (Kind)
        {
            case TokenKind.Colon when frame.State < 2 && (frame.State > 0 || !ElementIsWhole(_operands[_operandCount - 1].Node)):
                Next();
                frame.State++;
                return true;
            case TokenKind.ColonEqual when frame.State == 0:
                return BeginNamed();
            case TokenKind.Comma:
                EndSlice(ref frame);
                Next();
                frame.Flags |= FrameFlags.Comma;
                if (Kind != TokenKind.RSqb)
                {
                    return true;
                }

                break;
            case TokenKind.RSqb:
                EndSlice(ref frame);
                if (_operandCount == frame.Base + 1 && EndsWithStar())
                {
                    frame.Flags |= FrameFlags.Comma;
                }

                break;
            default:
                return Fail();
        }

        if ((frame.Flags & FrameFlags.Comma) != 0)
        {
            ReplaceWithTuple(frame.Base);
        }

        Next();
        _frameCount--;
        Operand slice = Pop();
        ref Operand value = ref _operands[_operandCount - 1];
        value = value with { Node = _tree.Add(SyntaxKind.Subscript, value.Start, _lastEnd, 0, value.Node, slice.Node) };
        return false;
    }

    /// <summary>What is an element by itself and no bound: a starred expression or a walrus.</summary>
    private bool ElementIsWhole(int node) => _tree[node].Kind is SyntaxKind.Starred or SyntaxKind.NamedExpr && _tree[node].Start == _operands[_operandCount - 1].Start;

    private void EndSlice(ref ExpressionFrame frame)
    {
        if (frame.State == 0)
        {
            return;
        }

        int step = frame.State == 2 ? Pop().Node : 0;
        int upper = Pop().Node;
        Operand lower = Pop();
        Push(_tree.Add(SyntaxKind.Slice, lower.Start, _lastEnd, 0, lower.Node, upper, step), lower.Start);
        frame.State = 0;
    }
}
