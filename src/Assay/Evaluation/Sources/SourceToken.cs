// The tokens of Python source, as far as folding its expressions needs them.
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Sources;

/// <summary>The kinds of tokens.</summary>
internal enum SourceTokenKind : byte
{
    Name,
    Operator,

    /// <summary>A number or a literal of str or bytes.</summary>
    Constant,

    /// <summary>A literal with replacement fields, raw.</summary>
    Format,

    /// <summary>A statement ends: a newline outside brackets, or a semicolon.</summary>
    End,
}

/// <summary>A token. An opening bracket knows where it is closed and whether a comprehension is in it.</summary>
internal sealed record SourceToken(SourceTokenKind Kind, string Text, FoldedValue? Value = null)
{
    /// <summary>The index of the bracket that closes this one, or -1.</summary>
    public int Close { get; set; } = -1;

    public bool IsComprehension { get; set; }

    /// <summary>The tokens of a piece of source; what does not fit any more is dropped.</summary>
    public static List<SourceToken> Split(string source)
    {
        List<SourceToken> tokens = [];
        Stack<int> open = new();
        int at = 0;
        while (at < source.Length && tokens.Count < MaxTokens)
        {
            char c = source[at];
            if (c is '\n' or ';')
            {
                if (open.Count == 0)
                {
                    tokens.Add(new SourceToken(SourceTokenKind.End, c.ToString()));
                }

                at++;
            }
            else if (c == '#')
            {
                int end = source.IndexOf('\n', at);
                at = end < 0 ? source.Length : end;
            }
            else if (char.IsWhiteSpace(c) || c == '\\')
            {
                // A backslash joins lines.
                at += c == '\\' && at + 1 < source.Length && source[at + 1] == '\n' ? 2 : 1;
            }
            else if (c is '\'' or '"')
            {
                Quoted(source, ref at, "", tokens);
            }
            else if (char.IsLetter(c) || c == '_')
            {
                int start = at;
                while (at < source.Length && (char.IsLetterOrDigit(source[at]) || source[at] == '_'))
                {
                    at++;
                }

                string word = source[start..at];
                if (at < source.Length && source[at] is '\'' or '"' && PythonString.IsPrefix(word))
                {
                    Quoted(source, ref at, word, tokens);
                    continue;
                }

                tokens.Add(new SourceToken(SourceTokenKind.Name, word));
                if (word == "for" && open.TryPeek(out int bracket))
                {
                    tokens[bracket].IsComprehension = true;
                }
            }
            else if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < source.Length && char.IsAsciiDigit(source[at + 1])))
            {
                tokens.Add(Number(source, ref at));
            }
            else
            {
                Operator(source, ref at, tokens, open);
            }
        }

        tokens.Add(new SourceToken(SourceTokenKind.End, ""));
        return tokens;
    }

    private const int MaxTokens = 100_000;
    private static readonly string[] s_operators = ["**=", "//=", "<<=", ">>=", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", ":=", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="];

    private static void Operator(string source, ref int at, List<SourceToken> tokens, Stack<int> open)
    {
        int start = at;
        string text = Array.Find(s_operators, o => source.AsSpan(start).StartsWith(o)) ?? source[at].ToString();
        at += text.Length;
        if (text is ")" or "]" or "}" && open.TryPop(out int opening))
        {
            tokens[opening].Close = tokens.Count;
        }
        else if (text is "(" or "[" or "{")
        {
            open.Push(tokens.Count);
        }

        tokens.Add(new SourceToken(SourceTokenKind.Operator, text));
    }

    private static SourceToken Number(string source, ref int at)
    {
        int start = at;
        while (at < source.Length && (char.IsAsciiLetterOrDigit(source[at]) || source[at] is '_' or '.' || (source[at] is '+' or '-' && source[at - 1] is 'e' or 'E' && !source.AsSpan(start).StartsWith("0x"))))
        {
            at++;
        }

        string text = source[start..at].Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        FoldedValue value = text.Length > 4096 ? FoldedValue.Unknown
            : text.StartsWith("0x", StringComparison.Ordinal) ? Based(text[2..], NumberStyles.AllowHexSpecifier)
            : text.StartsWith("0b", StringComparison.Ordinal) ? Based(text[2..], NumberStyles.AllowBinarySpecifier)
            : text.StartsWith("0o", StringComparison.Ordinal) ? Octal(text[2..])
            : BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger whole) ? new FoldedInt(whole)
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) ? new FoldedFloat(real)
            : FoldedValue.Unknown;
        return new SourceToken(SourceTokenKind.Constant, text, value);
    }

    // A leading zero keeps the number from being a negative one.
    private static FoldedValue Based(string digits, NumberStyles style) =>
        digits.Length > 0 && BigInteger.TryParse("0" + digits, style, CultureInfo.InvariantCulture, out BigInteger value) ? new FoldedInt(value) : FoldedValue.Unknown;

    private static FoldedValue Octal(string digits) =>
        DigitText.Parse(digits, 8) is { } value ? new FoldedInt(value) : FoldedValue.Unknown;

    private static void Quoted(string source, ref int at, string prefix, List<SourceToken> tokens)
    {
        string? text = PythonString.Read(source, ref at, prefix, out _);
        if (prefix.Contains('f', StringComparison.OrdinalIgnoreCase) && text is not null)
        {
            tokens.Add(new SourceToken(SourceTokenKind.Format, text));
            return;
        }

        FoldedValue value = text is null ? FoldedValue.Unknown
            : !PythonString.IsBytes(prefix) ? new FoldedText(text)
            : text.All(c => c <= 0xFF) ? new FoldedBytes(Encoding.Latin1.GetBytes(text)) : FoldedValue.Unknown;
        tokens.Add(new SourceToken(SourceTokenKind.Constant, "", value));
    }
}
