// A tree as text, as the oracle writes what CPython's ast has.
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Python.Syntax;

namespace Assay.Tests.Python.Syntax;

/// <summary>Writes a tree as text. It recurses, so that it also says whether trees of ordinary files can be walked so.</summary>
internal sealed class SyntaxDump
{
    private readonly StringBuilder _out = new();
    private bool _positions;

    public static string Of(SyntaxTree tree, bool positions)
    {
        SyntaxDump dump = new() { _positions = positions };
        dump.Node(tree.Root);
        return dump._out.ToString();
    }

    private void Node(SyntaxNode node)
    {
        SyntaxKind kind = node.Kind;
        _out.Append(kind);
        if (_positions && kind is not (SyntaxKind.Module or SyntaxKind.Comprehension or SyntaxKind.Arguments or SyntaxKind.WithItem or SyntaxKind.MatchCase))
        {
            _out.Append('@').Append(node.Start).Append('-').Append(node.End);
        }

        if (kind is SyntaxKind.Constant or SyntaxKind.MatchSingleton)
        {
            _out.Append(':').Append(Constant(node));
            return;
        }

        Detail(node);
        _out.Append('(');
        bool positions = _positions;
        _positions &= kind is not (SyntaxKind.JoinedStr or SyntaxKind.TemplateStr);
        foreach ((SyntaxField field, SyntaxFieldType type) in SyntaxSchema.Of(kind))
        {
            Field(node, field, type);
            _out.Append(',');
        }

        _positions = positions;
        _out.Append(')');
    }

    private void Detail(SyntaxNode node)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Name or SyntaxKind.Attribute or SyntaxKind.Subscript or SyntaxKind.Starred or SyntaxKind.List or SyntaxKind.Tuple:
            case SyntaxKind.AnnAssign or SyntaxKind.Comprehension or SyntaxKind.FormattedValue or SyntaxKind.Interpolation:
                _out.Append(':').Append(node.Detail);
                break;
            case SyntaxKind.BoolOp or SyntaxKind.BinOp or SyntaxKind.UnaryOp or SyntaxKind.AugAssign:
                _out.Append(':').Append(node.Operator);
                break;
        }
    }

    private void Field(SyntaxNode node, SyntaxField field, SyntaxFieldType type)
    {
        switch (type)
        {
            case SyntaxFieldType.Node:
                Optional(node[field]);
                break;
            case SyntaxFieldType.Nodes:
                _out.Append('[');
                foreach (SyntaxNode child in node.List(field))
                {
                    Optional(child);
                    _out.Append(',');
                }

                _out.Append(']');
                break;
            case SyntaxFieldType.Name:
                _out.Append(node.Name(field) ?? "-");
                break;
            case SyntaxFieldType.Number:
                _out.Append(node.Value(field));
                break;
            default:
                _out.Append('[');
                foreach (int number in node.Values(field))
                {
                    _out.Append(type == SyntaxFieldType.Names ? node.Tree.Names[number] : ((SyntaxOperator)number).ToString()).Append(',');
                }

                _out.Append(']');
                break;
        }
    }

    private void Optional(SyntaxNode node)
    {
        if (node.IsNone)
        {
            _out.Append('-');
        }
        else
        {
            Node(node);
        }
    }

    private static string Constant(SyntaxNode node)
    {
        switch (node.ConstantKind)
        {
            case ConstantKind.Integer:
                return ConstantValue.Integer(node) is { } value ? "0x" + Hexadecimal(value) : "broken";
            case ConstantKind.Float:
                return "f" + Real(node);
            case ConstantKind.Imaginary:
                return "j" + Real(node);
            case ConstantKind.Text:
                return "s" + Convert.ToHexStringLower(ConstantValue.Bytes(node));
            case ConstantKind.UnicodeText:
                return "u" + Convert.ToHexStringLower(ConstantValue.Bytes(node));
            case ConstantKind.Bytes:
                return "b" + Convert.ToHexStringLower(ConstantValue.Bytes(node));
            default:
                return node.ConstantKind.ToString();
        }
    }

    private static string Hexadecimal(BigInteger value)
    {
        string digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0" : digits;
    }

    private static string Real(SyntaxNode node)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, ConstantValue.Real(node) ?? 0);
        return Convert.ToHexStringLower(bytes);
    }
}
