// Writes the texts and bytes of a pickle as literals.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>Writes texts and bytes as literals: long where they may be the payload, short where they are data.</summary>
internal sealed class ConstantWriter(DecompilerLimits limits)
{
    private const int ShortText = 40;
    private const int SourceText = 60;
    private int _bytes;

    /// <summary>Begins a statement: its budget is whole again.</summary>
    public void Begin() => _bytes = limits.StatementText;

    /// <summary>A literal; <paramref name="isArgument"/> says that it is an argument of its own.</summary>
    public CodeNode Write(PickleMachine machine, PickleValue value, bool isArgument)
    {
        int limit = _bytes <= 0 ? ShortText : isArgument ? limits.ArgumentText : limits.Text;
        byte[] raw = [];
        string content = "";
        long length;
        if (value.Kind is PickleKind.Str or PickleKind.PyString)
        {
            content = machine.GetText(value, limit, out length);
            limit = IsReadable(content) ? limit : Math.Min(limit, limits.Text);
            content = content.Length > limit ? content[..limit] : content;
        }
        else
        {
            raw = machine.GetBytes(value, limit, out length);
            limit = IsReadable(System.Text.Encoding.Latin1.GetString(raw)) ? limit : Math.Min(limit, limits.Text);
            raw = raw.Length > limit ? raw[..limit] : raw;
        }

        string literal = raw.Length > 0 || value.Kind is PickleKind.Bytes or PickleKind.ByteArray ? PythonLiteral.Bytes(raw) : PythonLiteral.Str(content);
        _bytes -= literal.Length;
        CodePiece piece = new(literal, CodeInk.Literal);
        if (content.Length > SourceText && length <= limit && isArgument && content.Contains('\n', StringComparison.Ordinal))
        {
            return CodeNode.Literal(piece, Sources(content));
        }

        CodePiece cut = new(length > limit ? string.Create(CultureInfo.InvariantCulture, $"... ({length:N0} bytes)") : "");
        return value.Kind == PickleKind.ByteArray
            ? CodeNode.Text(new CodePiece("bytearray("), piece, cut, new CodePiece(")"))
            : CodeNode.Text(piece, cut);
    }

    /// <summary>Whether a long text may be a payload that somebody wants to read whole, and not the numbers of an array.</summary>
    private static bool IsReadable(string content)
    {
        int noise = 0;
        foreach (char c in content)
        {
            noise += c is (< ' ' and not ('\n' or '\t' or '\r')) or (> '~' and < '\u0100') ? 1 : 0;
        }

        return noise * 8 <= content.Length;
    }

    /// <summary>One literal a line, as the text has lines: it may well be source.</summary>
    private static List<CodePiece> Sources(string content)
    {
        List<CodePiece> parts = [];
        for (int at = 0; at < content.Length;)
        {
            int end = content.IndexOf('\n', at);
            end = end < 0 ? content.Length : end + 1;
            parts.Add(new CodePiece(PythonLiteral.Str(content[at..end]), CodeInk.Literal));
            at = end;
        }

        return parts;
    }
}
