// The values of constants, read when they are asked for.
using System.Numerics;

namespace Assay.Python.Syntax;

/// <summary>Reads the value of a <see cref="SyntaxKind.Constant"/> from the source. Each call costs what the constant is long.</summary>
internal static class ConstantValue
{
    /// <summary>Longer decimal integers have no value here; CPython refuses them.</summary>
    private const int MaxDecimalDigits = 4300;

    /// <summary>Longer integers of other bases have no value here, though CPython has no bound for them.</summary>
    private const int MaxDigits = 1 << 20;

    /// <summary>The text of a <c>str</c>; two surrogates that Python keeps apart become one character.</summary>
    public static string Text(SyntaxNode constant) => StringLiteral.Text(Bytes(constant));

    /// <summary>The bytes of a <c>bytes</c>, or a <c>str</c> in UTF-8 in which a lone surrogate has three bytes of its own.</summary>
    public static byte[] Bytes(SyntaxNode constant)
    {
        ReadOnlySpan<int> pieces = constant.Values(SyntaxField.Pieces);
        if (pieces.IsEmpty)
        {
            StringPrefix prefix = StringLiteral.Split(constant.Source, out Range content);
            return Decoded(constant.Source[content], StringLiteral.Escapes(prefix));
        }

        int room = 0;
        for (int i = 0; i < pieces.Length; i += 3)
        {
            room += pieces[i + 1] - pieces[i];
        }

        byte[] value = new byte[room];
        int length = 0;
        for (int i = 0; i < pieces.Length; i += 3)
        {
            length += StringLiteral.Decode(constant.Tree.Text.Slice(pieces[i], pieces[i + 1]), (StringEscapes)pieces[i + 2], value.AsSpan(length), out _);
        }

        return value[..length];
    }

    /// <summary>The value of an <c>int</c>; null when it is broken or longer than is read.</summary>
    public static BigInteger? Integer(SyntaxNode constant)
    {
        ReadOnlySpan<byte> source = constant.Source;
        bool prefixed = source.Length > 1 && (source[1] | 0x20) is 'x' or 'o' or 'b';
        return NumberLiteral.Integer(source, prefixed ? MaxDigits : MaxDecimalDigits);
    }

    /// <summary>The value of a <c>float</c>, or the imaginary part of a <c>complex</c>; null when it is broken.</summary>
    public static double? Real(SyntaxNode constant) => NumberLiteral.Real(constant.Source);

    private static byte[] Decoded(ReadOnlySpan<byte> content, StringEscapes escapes)
    {
        byte[] value = new byte[content.Length];
        int length = StringLiteral.Decode(content, escapes, value, out _);
        return length == value.Length ? value : value[..length];
    }
}
