// Writes the texts and bytes of a pickle as literals.
using System.Globalization;
using Assay.Bytes;
using Assay.Evaluation.Intents;
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>Writes texts and bytes as literals: long where they may be the payload, short where they are data.</summary>
internal sealed class ConstantWriter(CodeText text)
{
    private readonly DecompilerLimits _limits = text.Limits;
    private const int ShortText = 40;
    private const int SourceText = 60;
    private const int MaxDigest = 16 << 20;
    private long _digested = 64 << 20;
    private int _bytes;

    /// <summary>Begins a statement: its budget is whole again.</summary>
    public void Begin() => _bytes = _limits.StatementText;

    /// <summary>A literal; <paramref name="isArgument"/> says that it is an argument of its own.</summary>
    public CodeNode Write(PickleMachine machine, PickleValue value, bool isArgument)
    {
        if (text.IsDry)
        {
            // It is not read.
            return CodeNode.Text("");
        }

        int limit = _bytes <= 0 ? ShortText : isArgument ? _limits.ArgumentText : _limits.Text;
        byte[] raw = [];
        string content = "";
        long length;
        if (value.Kind is PickleKind.Str or PickleKind.PyString)
        {
            content = machine.GetText(value, limit, out length);
            limit = IsReadable(content) ? limit : Math.Min(limit, _limits.Text);
            // A key that spans lines would be cut apart below.
            content = SecretWords.Mask(content.Length > limit ? content[..limit] : content);
        }
        else
        {
            raw = machine.GetBytes(value, limit, out length);
            limit = IsReadable(System.Text.Encoding.Latin1.GetString(raw)) ? limit : Math.Min(limit, _limits.Text);
            raw = raw.Length > limit ? raw[..limit] : raw;
        }

        string literal = raw.Length > 0 || value.Kind is PickleKind.Bytes or PickleKind.ByteArray ? PythonLiteral.Bytes(raw) : PythonLiteral.Str(content);
        _bytes -= literal.Length;
        CodePiece piece = new(literal, CodeInk.Literal);
        if (content.Length > SourceText && length <= limit && isArgument && content.Contains('\n', StringComparison.Ordinal))
        {
            return CodeNode.Literal(piece, Sources(content));
        }

        CodePiece cut = new(length > limit ? string.Create(CultureInfo.InvariantCulture, $"... ({length:N0} bytes{Digest(machine, value)})") : "");
        return value.Kind == PickleKind.ByteArray
            ? CodeNode.Text(new CodePiece("bytearray("), piece, cut, new CodePiece(")"))
            : CodeNode.Text(piece, cut);
    }

    /// <summary>The digest of a constant that is not written whole, as its bytes lie in the pickle; empty for what would cost too much.</summary>
    private string Digest(PickleMachine machine, PickleValue value)
    {
        (long offset, long length) = machine.GetRange(value);
        if (length > MaxDigest || length > _digested)
        {
            return "";
        }

        _digested -= length;
        byte[] bytes = machine.Source.ReadUpTo(offset, (int)length);
        return bytes.Length == length ? ", sha256 " + Sha256.HexOf(bytes) : "";
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
