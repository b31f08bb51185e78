// Reads the part of Python's literals that array headers are written in, without evaluating anything.
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Artifacts;
using Assay.Python.Syntax;

namespace Assay.Tensors;

/// <summary>What came of reading a literal: a value, or the first character that could not be accepted and why.</summary>
/// <param name="Value">The value, or null.</param>
/// <param name="ErrorAt">The index of the character that could not be accepted; -1 when there is a value.</param>
/// <param name="Error">One plain sentence, or null when there is a value.</param>
internal readonly record struct PyLiteralResult(ValueShape? Value, int ErrorAt, string? Error);

/// <summary>
/// Reads dict, list, tuple, set, str, bytes, int (with Python 2's <c>L</c>), float, bool and None, as <c>ast.literal_eval</c>
/// would, and refuses everything else. Iterative; depth, items and digits are bounded.
/// </summary>
internal static class PyLiteral
{
    /// <summary>Brackets that may be open at once.</summary>
    public const int MaxDepth = PythonLexer.MaxBrackets;

    /// <summary>Values that may be kept.</summary>
    public const int MaxValues = 200_000;

    private const int MaxDigits = 64;

    /// <summary>Reads all of <paramref name="text"/> as one literal; blanks, newlines and comments around it are fine.</summary>
    public static PyLiteralResult Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        SourceText source = SourceText.OfString(text);
        if (source.Error is { } error)
        {
            return Fail(source, error.Offset, "The text is not Unicode.");
        }

        PythonLexer lexer = new(source);
        Stack<Frame> open = new();
        ValueShape? value = null;
        int values = 0;
        Token token = Next(lexer);
        while (true)
        {
            if (value is null)
            {
                switch (token.Kind)
                {
                    case TokenKind.EndMarker:
                        return Fail(source, token.Start, "The literal ends early.");
                    case TokenKind.LPar or TokenKind.LSqb or TokenKind.LBrace:
                        open.Push(new Frame(token.Kind));
                        token = Next(lexer);
                        continue;
                }

                if (open.Count > 0 && token.Kind == open.Peek().Close && open.Peek().MayClose)
                {
                    value = open.Pop().ToValue();
                    token = Next(lexer);
                }
                else if ((value = Atom(source, lexer, ref token)) is null)
                {
                    return Fail(source, token.Start, token.Error == SyntaxErrorKind.TooDeeplyNested ? $"More than {MaxDepth} brackets are open." : "This is no literal.");
                }

                continue;
            }

            if (++values > MaxValues)
            {
                return Fail(source, token.Start, $"The literal holds more than {MaxValues} values.");
            }

            if (open.Count == 0)
            {
                return token.Kind == TokenKind.EndMarker ? new PyLiteralResult(value, -1, null) : Fail(source, token.Start, "Text follows the literal.");
            }

            Frame frame = open.Peek();
            if (!frame.TryTake(value, token.Kind))
            {
                return Fail(source, token.Start, "A closing bracket, a comma or a colon is missing.");
            }

            value = token.Kind == frame.Close ? open.Pop().ToValue() : null;
            token = Next(lexer);
        }
    }

    /// <summary>The next token that means something where lines do not.</summary>
    private static Token Next(PythonLexer lexer)
    {
        Token token;
        do
        {
            token = lexer.Read();
        }
        while (token is { Kind: TokenKind.NewLine or TokenKind.Indent or TokenKind.Dedent });
        return token;
    }

    /// <summary>A string, a number or a constant, and moves behind it; null where there is none.</summary>
    private static ValueShape? Atom(SourceText source, PythonLexer lexer, ref Token token)
    {
        switch (token.Kind)
        {
            case TokenKind.True or TokenKind.False:
                ValueShape truth = new(ShapeKind.Bool, token.Kind == TokenKind.True ? "True" : "False");
                token = Next(lexer);
                return truth;
            case TokenKind.None:
                token = Next(lexer);
                return new ValueShape(ShapeKind.None);
            case TokenKind.String:
                return Strings(source, lexer, ref token);
            case TokenKind.Plus or TokenKind.Minus:
                bool isNegative = token.Kind == TokenKind.Minus;
                token = Next(lexer);
                return Number(source, lexer, ref token, isNegative);
            default:
                return Number(source, lexer, ref token, isNegative: false);
        }
    }

    private static ValueShape? Number(SourceText source, PythonLexer lexer, ref Token token, bool isNegative)
    {
        if (token.Kind != TokenKind.Number || token.Length > MaxDigits)
        {
            return null;
        }

        ReadOnlySpan<byte> written = source.Slice(token.Start, token.End);
        if (token.Error != SyntaxErrorKind.None)
        {
            // Python 2 wrote an L behind large integers.
            written = written[^1] is (byte)'L' or (byte)'l' ? written[..^1] : [];
            SourceText digits = SourceText.OfString(Encoding.UTF8.GetString(written));
            if (new PythonLexer(digits).Read() is not { Kind: TokenKind.Number, Error: SyntaxErrorKind.None } number || number.End != digits.End
                || NumberLiteral.Kind(written) != ConstantKind.Integer)
            {
                return null;
            }
        }

        ValueShape? value = NumberLiteral.Kind(written) switch
        {
            ConstantKind.Integer when NumberLiteral.Integer(written, MaxDigits) is BigInteger whole => new ValueShape(ShapeKind.Int, (isNegative ? -whole : whole).ToString(CultureInfo.InvariantCulture)),
            ConstantKind.Float when NumberLiteral.Real(written) is not null => new ValueShape(ShapeKind.Float, (isNegative ? "-" : "") + Encoding.ASCII.GetString(written)),
            _ => null,
        };
        token = value is null ? token : Next(lexer);
        return value;
    }

    /// <summary>Strings that stand side by side are one.</summary>
    private static ValueShape? Strings(SourceText source, PythonLexer lexer, ref Token token)
    {
        List<byte> joined = [];
        bool? ofBytes = null;
        for (; token.Kind == TokenKind.String; token = Next(lexer))
        {
            ReadOnlySpan<byte> written = source.Slice(token.Start, token.End);
            StringPrefix prefix = StringLiteral.Split(written, out Range content);
            bool isBytes = (prefix & StringPrefix.Bytes) != 0;
            byte[] value = new byte[written[content].Length];
            int length = StringLiteral.Decode(written[content], StringLiteral.Escapes(prefix), value, out int bad);
            if (bad >= 0 || (ofBytes ??= isBytes) != isBytes || (isBytes && !Ascii.IsValid(written[content])))
            {
                return null;
            }

            joined.AddRange(value.AsSpan(0, length));
        }

        ReadOnlySpan<byte> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(joined);
        return ofBytes == true
            ? new ValueShape(ShapeKind.Bytes, Encoding.Latin1.GetString(all)) { Count = all.Length }
            : new ValueShape(ShapeKind.Str, StringLiteral.Text(all)) { Count = all.Length };
    }

    private static PyLiteralResult Fail(SourceText source, int at, string why) => new(null, Encoding.UTF8.GetCharCount(source.Slice(source.Start, at)), why);

    private sealed class Frame(TokenKind opening)
    {
        private readonly List<ValueShape> _items = [];
        private bool _comma;
        private bool _dict;
        private bool _afterKey;

        public TokenKind Close { get; } = opening switch { TokenKind.LPar => TokenKind.RPar, TokenKind.LSqb => TokenKind.RSqb, _ => TokenKind.RBrace };

        public bool MayClose => !_afterKey;

        public bool TryTake(ValueShape value, TokenKind separator)
        {
            bool isKey = separator == TokenKind.Colon;
            if (isKey ? opening != TokenKind.LBrace || _afterKey || (_items.Count > 0 && !_dict) : separator != TokenKind.Comma && separator != Close)
            {
                return false;
            }

            // A set's element may not stand among a dict's pairs.
            if (!isKey && opening == TokenKind.LBrace && _dict && !_afterKey)
            {
                return false;
            }

            _items.Add(value);
            _dict |= isKey;
            _afterKey = isKey;
            _comma |= separator == TokenKind.Comma;
            return true;
        }

        public ValueShape ToValue()
        {
            if (opening == TokenKind.LPar && _items.Count == 1 && !_comma)
            {
                return _items[0];
            }

            ShapeKind kind = opening switch
            {
                TokenKind.LPar => ShapeKind.Tuple,
                TokenKind.LSqb => ShapeKind.List,
                _ => _dict || _items.Count == 0 ? ShapeKind.Dict : ShapeKind.Set,
            };
            return new ValueShape(kind) { Items = _items, Count = _dict ? _items.Count / 2 : _items.Count };
        }
    }
}
