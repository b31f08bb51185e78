// Operators whose operands are complete.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    // Operators of comparisons that are open, names of class patterns, pieces of literals: whatever is a list of numbers in the tree.
    private int[] _numbers = new int[64];
    private int _numberCount;

    private void PushNumber(int number)
    {
        if (_numberCount == _numbers.Length)
        {
            Array.Resize(ref _numbers, _numberCount * 2);
        }

        _numbers[_numberCount++] = number;
    }

    /// <summary>Makes a list of the numbers from <paramref name="first"/> on, and takes them away.</summary>
    private int PopNumbers(int first)
    {
        int list = _tree.List(_numbers.AsSpan(first, _numberCount - first));
        _numberCount = first;
        return list;
    }

    private void ReduceOne(SyntaxKind kind, byte detail)
    {
        int start = Top.Start;
        _frameCount--;
        Operand operand = Pop();
        Push(_tree.Add(kind, start, _lastEnd, operand.Node, detail), start);
    }

    private void ReduceBinary(SyntaxOperator @operator)
    {
        _frameCount--;
        Operand right = Pop();
        Operand left = Pop();
        Push(_tree.Add(SyntaxKind.BinOp, left.Start, _lastEnd, (byte)@operator, left.Node, right.Node), left.Start);
    }

    private void AddComparison(SyntaxOperator @operator)
    {
        bool isNot = Kind == TokenKind.Is && Peek(1) == TokenKind.Not;
        bool two = isNot || Kind == TokenKind.Not;
        Next();
        if (two)
        {
            Next();
        }

        PushNumber((int)(isNot ? SyntaxOperator.IsNot : @operator));
    }

    private void ReduceCompare()
    {
        int first = Top.A;
        int comparisons = _numberCount - first;
        _frameCount--;
        int operators = PopNumbers(first);
        int comparators = List(_operandCount - comparisons);
        Operand left = Pop();
        Push(_tree.Add(SyntaxKind.Compare, left.Start, _lastEnd, 0, left.Node, operators, comparators), left.Start);
    }

    private void ReduceBool()
    {
        ref ExpressionFrame frame = ref Top;
        _frameCount--;
        int start = _operands[frame.Base].Start;
        int values = List(frame.Base);
        Push(_tree.Add(SyntaxKind.BoolOp, start, _lastEnd, values, (byte)frame.Operator), start);
    }

    private void ReduceConditional()
    {
        _frameCount--;
        Operand otherwise = Pop();
        Operand test = Pop();
        Operand body = Pop();
        Push(_tree.Add(SyntaxKind.IfExp, body.Start, _lastEnd, 0, test.Node, body.Node, otherwise.Node), body.Start);
    }

    private void ReduceLambda()
    {
        int start = Top.Start;
        _frameCount--;
        Operand body = Pop();
        Operand arguments = Pop();
        Push(_tree.Add(SyntaxKind.Lambda, start, _lastEnd, 0, arguments.Node, body.Node), start);
    }

    /// <summary>Makes a list of the operands from <paramref name="first"/> on, and takes them away.</summary>
    private int List(int first)
    {
        int list = _tree.NewList(_operandCount - first, out Span<int> nodes);
        for (int i = 0; i < nodes.Length; i++)
        {
            nodes[i] = _operands[first + i].Node;
        }

        _operandCount = first;
        return list;
    }

    /// <summary>A tuple of the operands from <paramref name="first"/> on, without parentheses.</summary>
    private void ReplaceWithTuple(int first)
    {
        int start = _operands[first].Start;
        int elements = List(first);
        Push(_tree.Add(SyntaxKind.Tuple, start, _lastEnd, elements), start);
    }
}
