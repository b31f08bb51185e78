// Constants of recovered source, and what ast.literal_eval makes of them.
using System.Numerics;
using System.Text;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

/// <summary>The values of constants, and of containers of nothing else.</summary>
internal static class SourceConstant
{
    private const int MaxDigits = 4096;
    private const int MaxDepth = 80;

    /// <summary>The value of a constant; it costs what the constant is long.</summary>
    public static FoldedValue Of(SyntaxNode constant, Folder folder)
    {
        if (!folder.Budget.Room(constant.End - constant.Start))
        {
            return FoldedValue.Unknown;
        }

        switch (constant.ConstantKind)
        {
            case ConstantKind.None:
                return FoldedValue.None;
            case ConstantKind.True or ConstantKind.False:
                return new FoldedBool(constant.ConstantKind == ConstantKind.True);
            case ConstantKind.Integer:
                return NumberLiteral.Integer(constant.Source, MaxDigits) is BigInteger number ? new FoldedInt(number) : FoldedValue.Unknown;
            case ConstantKind.Float:
                return ConstantValue.Real(constant) is double real ? new FoldedFloat(real) : FoldedValue.Unknown;
            case ConstantKind.Text or ConstantKind.UnicodeText:
                return new FoldedText(ConstantValue.Text(constant));
            case ConstantKind.Bytes:
                return Ascii.IsValid(constant.Source) ? new FoldedBytes(ConstantValue.Bytes(constant)) : FoldedValue.Unknown;
            default:
                return FoldedValue.Unknown;
        }
    }

    /// <summary>What <c>ast.literal_eval</c> gives; null for what it refuses.</summary>
    public static FoldedValue? Literal(SyntaxNode node, Folder folder, int depth = 0)
    {
        if (depth > MaxDepth || !folder.Budget.Step())
        {
            return null;
        }

        switch (node.Kind)
        {
            case SyntaxKind.Constant:
                return Of(node, folder);
            case SyntaxKind.UnaryOp when node.Operator is SyntaxOperator.USub or SyntaxOperator.UAdd:
                return Literal(node[Operand], folder, depth + 1) is { } number ? SourceExpression.Signed(node.Operator, number) : null;
            case SyntaxKind.Tuple or SyntaxKind.List or SyntaxKind.Set:
                SequenceKind kind = node.Kind == SyntaxKind.Tuple ? SequenceKind.Tuple : node.Kind == SyntaxKind.List ? SequenceKind.List : SequenceKind.Set;
                return Literals(node.List(Elts), folder, depth) is { } items ? SequenceFunctions.Sequence(folder, kind, items) : null;
            case SyntaxKind.Dict:
                return Literals(node.List(Keys), folder, depth) is { } keys && Literals(node.List(SyntaxField.Values), folder, depth) is { } values
                    ? new FoldedDict([.. keys.Zip(values)]) : null;
            default:
                return null;
        }
    }

    private static List<FoldedValue>? Literals(SyntaxNodeList nodes, Folder folder, int depth)
    {
        List<FoldedValue> values = new(nodes.Count);
        foreach (SyntaxNode node in nodes)
        {
            if (node.IsNone || Literal(node, folder, depth + 1) is not { } value)
            {
                return null;
            }

            values.Add(value);
        }

        return values;
    }
}
