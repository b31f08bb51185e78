// The names and string literals of a piece of source, which may be broken.
using System.Text;

namespace Assay.Python.Syntax;

/// <summary>The names and string literals of a piece of Python source, also of source that does not compile.</summary>
internal sealed class SourceWords
{
    private const int MaxTokens = 100_000;
    private const int LongestLiteral = 1 << 20;
    private readonly SourceText _text;
    private readonly StringBuilder _joined = new();
    private bool _isOpen;
    private bool _isAdjacent;

    private SourceWords(SourceText text) => _text = text;

    /// <summary>Identifiers and keywords, without doubles; those in the fields of f-strings as well.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// The contents of string literals; bytes as characters of the same numbers, f-strings with their fields as written. Literals side by side, or
    /// joined by a plus, are one.
    /// </summary>
    public List<string> Literals { get; } = [];

    /// <summary>Takes a source apart.</summary>
    public static SourceWords Of(string source)
    {
        SourceWords words = new(SourceText.OfString(source));
        words.Read();
        return words;
    }

    private void Read()
    {
        PythonLexer lexer = new(_text);
        Stack<Token> formats = new();
        for (int count = 0; count < MaxTokens && lexer.Read() is { Kind: not TokenKind.EndMarker } token; count++)
        {
            switch (token.Kind)
            {
                case TokenKind.String:
                case TokenKind.Error when token.Error == SyntaxErrorKind.UnterminatedString:
                    ReadOnlySpan<byte> written = _text.Slice(token.Start, token.End);
                    StringPrefix prefix = StringLiteral.Split(written, out Range content);
                    Literal(prefix, token.Kind == TokenKind.String ? written[content] : written[content.Start..]);
                    break;
                case TokenKind.FStringStart or TokenKind.TStringStart:
                    formats.Push(token);
                    break;
                case TokenKind.FStringEnd or TokenKind.TStringEnd when formats.TryPop(out Token start):
                    Literal(StringLiteral.Split(_text.Slice(start.Start, start.End), out _), _text.Slice(start.End, token.Start));
                    break;
                case TokenKind.FStringMiddle or TokenKind.TStringMiddle:
                case TokenKind.Plus or TokenKind.NewLine or TokenKind.Indent or TokenKind.Dedent:
                    break;
                case TokenKind.Name or >= TokenKind.And:
                    Names.Add(Identifier.Normal(_text.Slice(token.Start, token.End)));
                    _isAdjacent = false;
                    break;
                default:
                    _isAdjacent = false;
                    break;
            }
        }

        Join();
    }

    /// <summary>An escape that Python refuses stands for itself.</summary>
    private void Literal(StringPrefix prefix, ReadOnlySpan<byte> content)
    {
        byte[] value = new byte[content.Length];
        int length = StringLiteral.Decode(content, StringLiteral.Escapes(prefix), value, out _);
        string text = (prefix & StringPrefix.Bytes) != 0 ? Encoding.Latin1.GetString(value, 0, length) : StringLiteral.Text(value.AsSpan(0, length));
        if (!_isAdjacent || _joined.Length + text.Length > LongestLiteral)
        {
            Join();
        }

        _joined.Append(text);
        _isOpen = true;
        _isAdjacent = true;
    }

    /// <summary>Ends the literal that is being joined.</summary>
    private void Join()
    {
        if (_isOpen)
        {
            Literals.Add(_joined.ToString());
        }

        _joined.Clear();
        _isOpen = false;
    }
}
