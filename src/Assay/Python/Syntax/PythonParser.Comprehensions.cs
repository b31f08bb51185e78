// Comprehensions and generator expressions.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private const byte InTarget = 0, InIterable = 1, InCondition = 2;

    /// <summary>The first element of a bracket is the element of a comprehension. The clauses follow it on the operands.</summary>
    private bool BeginComprehension(ref ExpressionFrame bracket)
    {
        if (EndsWithStar())
        {
            return Fail();
        }

        bracket.Flags |= FrameFlags.Generators;
        bracket.A = _operandCount;
        return BeginClause();
    }

    private bool BeginClause()
    {
        int start = Current.Start;
        bool isAsync = Accept(TokenKind.Async);
        if (!Expect(TokenKind.For))
        {
            return false;
        }

        ref ExpressionFrame clause = ref Open(FrameKind.Comprehension, Precedence.BitOr, start, FrameFlags.Stars);
        clause.State = InTarget;
        clause.A = isAsync ? 1 : 0;
        return true;
    }

    /// <summary>True when an operand of this clause or of the next one follows.</summary>
    private bool ContinueComprehension(ref ExpressionFrame frame)
    {
        if (frame.State == InTarget)
        {
            if (Kind == TokenKind.Comma)
            {
                Next();
                frame.Flags |= FrameFlags.Comma;
                if (Kind != TokenKind.In)
                {
                    return true;
                }
            }

            if (Kind != TokenKind.In)
            {
                return Fail();
            }

            if ((frame.Flags & FrameFlags.Comma) != 0)
            {
                ReplaceWithTuple(frame.Base);
            }

            Next();
            frame.State = InIterable;
            frame.Minimum = Precedence.Or;
            frame.Flags = FrameFlags.None;
            return SetContext(_operands[frame.Base].Node, ExpressionContext.Store);
        }

        if (Accept(TokenKind.If))
        {
            frame.State = InCondition;
            return true;
        }

        int start = frame.Start;
        int first = frame.Base;
        byte isAsync = (byte)frame.A;
        _frameCount--;
        int conditions = List(first + 2);
        Replace(first, _tree.Add(SyntaxKind.Comprehension, start, _lastEnd, isAsync, _operands[first].Node, _operands[first + 1].Node, conditions), start);
        return Kind is TokenKind.For or TokenKind.Async && BeginClause();
    }

    /// <summary>The comprehension of an element, or of a key and a value, and the clauses behind.</summary>
    private void ReplaceWithGenerator(SyntaxKind kind, int first, int start)
    {
        int elements = kind == SyntaxKind.DictComp ? 2 : 1;
        int generators = List(first + elements);
        int node = kind == SyntaxKind.DictComp
            ? _tree.Add(kind, start, _lastEnd, 0, _operands[first].Node, _operands[first + 1].Node, generators)
            : _tree.Add(kind, start, _lastEnd, 0, _operands[first].Node, generators);
        Replace(first, node, start);
    }
}
