// Numbers, and what may be assigned to.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    /// <summary>CPython converts no longer decimal numbers (since 3.11, and in the security releases before).</summary>
    private const int MaxDecimalDigits = 4300;

    private readonly Stack<int> _targets = new();

    private int Number(Token token)
    {
        ReadOnlySpan<byte> source = _text.Slice(token.Start, token.End);
        ConstantKind kind = NumberLiteral.Kind(source);
        if (kind == ConstantKind.Integer && source.Length > MaxDecimalDigits && (source[1] | 0x20) is not ('x' or 'o' or 'b')
            && source.Length - source.Count((byte)'_') > MaxDecimalDigits)
        {
            Report(SyntaxErrorKind.IntegerTooLong, token.Start);
        }

        return _tree.Add(SyntaxKind.Constant, token.Start, token.End, 0, (byte)kind);
    }

    /// <summary>Turns what was read as an expression into a target.</summary>
    private bool SetContext(int node, ExpressionContext context)
    {
        _targets.Clear();
        _targets.Push(node);
        while (_targets.TryPop(out int next))
        {
            _work++;
            ref SyntaxNodeData target = ref _tree[next];
            switch (target.Kind)
            {
                case SyntaxKind.Name or SyntaxKind.Attribute or SyntaxKind.Subscript:
                    break;
                case SyntaxKind.Starred when context == ExpressionContext.Store:
                    _targets.Push(target.Slot);
                    break;
                case SyntaxKind.Tuple or SyntaxKind.List:
                    foreach (int element in _tree.ListAt(target.Slot))
                    {
                        _targets.Push(element);
                    }

                    break;
                default:
                    return Fail(SyntaxErrorKind.InvalidTarget, target.Start);
            }

            target.Detail = (byte)context;
        }

        return true;
    }
}
