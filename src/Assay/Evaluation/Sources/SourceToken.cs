// The tokens of Python source, as far as folding its expressions needs them.
using System.Numerics;
using System.Text;
using Assay.Evaluation.Values;
using Assay.Python.Syntax;

namespace Assay.Evaluation.Sources;

/// <summary>The kinds of tokens.</summary>
internal enum SourceTokenKind : byte
{
    Name,
    Operator,

    /// <summary>A number or a literal of str or bytes.</summary>
    Constant,

    /// <summary>An f-string; its text has the fields as they are written.</summary>
    Format,

    /// <summary>A statement ends: a newline outside brackets, or a semicolon.</summary>
    End,
}

/// <summary>A token of the lexer, with the value that a constant has. An opening bracket knows whether a comprehension is in it.</summary>
internal sealed record SourceToken(SourceTokenKind Kind, string Text, FoldedValue? Value = null)
{
    private const int MaxTokens = 100_000;
    private const int MaxDigits = 4096;

    public bool IsComprehension { get; private set; }

    /// <summary>The tokens of a piece of source; what does not fit any more is dropped.</summary>
    public static List<SourceToken> Split(string source)
    {
        SourceText text = SourceText.OfString(source);
        PythonLexer lexer = new(text);
        List<SourceToken> tokens = [];
        Stack<int> open = new();
        while (tokens.Count < MaxTokens && lexer.Read() is { Kind: not TokenKind.EndMarker } token)
        {
            switch (token.Kind)
            {
                case TokenKind.Indent or TokenKind.Dedent:
                    break;
                case TokenKind.NewLine:
                    open.Clear();
                    tokens.Add(new SourceToken(SourceTokenKind.End, "\n"));
                    break;
                case TokenKind.Semi:
                    if (open.Count == 0)
                    {
                        tokens.Add(new SourceToken(SourceTokenKind.End, ";"));
                    }

                    break;
                case TokenKind.Number:
                    tokens.Add(new SourceToken(SourceTokenKind.Constant, "", Number(text.Slice(token.Start, token.End), token.Error)));
                    break;
                case TokenKind.String:
                case TokenKind.Error when token.Error == SyntaxErrorKind.UnterminatedString:
                    tokens.Add(new SourceToken(SourceTokenKind.Constant, "", Literal(text.Slice(token.Start, token.End), token.Kind == TokenKind.String)));
                    break;
                case TokenKind.FStringStart:
                    tokens.Add(Format(text, token, lexer));
                    break;
                default:
                    Add(token, text, tokens, open);
                    break;
            }
        }

        tokens.Add(new SourceToken(SourceTokenKind.End, ""));
        return tokens;
    }

    /// <summary>A name, a keyword or an operator.</summary>
    private static void Add(Token token, SourceText text, List<SourceToken> tokens, Stack<int> open)
    {
        ReadOnlySpan<byte> written = text.Slice(token.Start, token.End);
        if (token.Kind is TokenKind.Name or >= TokenKind.And)
        {
            tokens.Add(new SourceToken(SourceTokenKind.Name, Identifier.Normal(written)));
            if (token.Kind == TokenKind.For && open.TryPeek(out int bracket))
            {
                tokens[bracket].IsComprehension = true;
            }

            return;
        }

        switch (token.Kind)
        {
            case TokenKind.LPar or TokenKind.LSqb or TokenKind.LBrace:
                open.Push(tokens.Count);
                break;
            case TokenKind.RPar or TokenKind.RSqb or TokenKind.RBrace:
                open.TryPop(out _);
                break;
        }

        tokens.Add(new SourceToken(SourceTokenKind.Operator, Encoding.UTF8.GetString(written)));
    }

    private static FoldedValue Number(ReadOnlySpan<byte> written, SyntaxErrorKind error) => error != SyntaxErrorKind.None ? FoldedValue.Unknown : NumberLiteral.Kind(written) switch
    {
        ConstantKind.Integer => NumberLiteral.Integer(written, MaxDigits) is BigInteger value ? new FoldedInt(value) : FoldedValue.Unknown,
        ConstantKind.Float => NumberLiteral.Real(written) is double value ? new FoldedFloat(value) : FoldedValue.Unknown,
        _ => FoldedValue.Unknown,
    };

    private static FoldedValue Literal(ReadOnlySpan<byte> written, bool isClosed)
    {
        StringPrefix prefix = StringLiteral.Split(written, out Range content);
        bool isBytes = (prefix & StringPrefix.Bytes) != 0;
        ReadOnlySpan<byte> inside = isClosed ? written[content] : written[content.Start..];
        byte[] value = new byte[inside.Length];
        int length = StringLiteral.Decode(inside, StringLiteral.Escapes(prefix), value, out int bad);
        return bad >= 0 || (isBytes && !Ascii.IsValid(inside)) ? FoldedValue.Unknown
            : isBytes ? new FoldedBytes(value[..length])
            : new FoldedText(StringLiteral.Text(value.AsSpan(0, length)));
    }

    /// <summary>Reads to the end of an f-string; a constant that is not known where Python would raise.</summary>
    private static SourceToken Format(SourceText text, Token start, PythonLexer lexer)
    {
        int open = 1;
        Token token;
        do
        {
            token = lexer.Read();
            open += token.Kind switch { TokenKind.FStringStart => 1, TokenKind.FStringEnd => -1, _ => 0 };
        }
        while (open > 0 && token.Kind != TokenKind.EndMarker);
        StringPrefix prefix = StringLiteral.Split(text.Slice(start.Start, start.End), out _);
        ReadOnlySpan<byte> inside = text.Slice(start.End, Math.Max(start.End, token.Start));
        byte[] value = new byte[inside.Length];
        int length = StringLiteral.Decode(inside, StringLiteral.Escapes(prefix), value, out int bad);
        return bad >= 0
            ? new SourceToken(SourceTokenKind.Constant, "", FoldedValue.Unknown)
            : new SourceToken(SourceTokenKind.Format, StringLiteral.Text(value.AsSpan(0, length)));
    }
}
