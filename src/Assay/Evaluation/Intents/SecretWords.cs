// Finds secrets in texts by their form: tokens of known services, values of telling names, passwords in addresses, private keys.
using System.Buffers;
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Evaluation.Intents;

/// <summary>Replaces secrets by what they are and how long: enough to find them in the file, nothing to use elsewhere.</summary>
internal static class SecretWords
{
    private const string KeyBegin = "-----BEGIN ";
    private const string KeyEnd = "-----END ";
    private const int MinValue = 6;
    private const int LongestKeyKind = 40;
    private static readonly Lazy<(Token[] Tokens, string[] Names)> s_forms = new(Load);

    /// <summary>All that a secret begins with or stands behind: most texts hold none of it, and one look tells.</summary>
    private static readonly Lazy<SearchValues<string>> s_signs = new(() =>
        SearchValues.Create([.. s_forms.Value.Tokens.Select(t => t.Prefix), .. s_forms.Value.Names, "://", KeyBegin], StringComparison.OrdinalIgnoreCase));

    private sealed record Token(string Prefix, int Least, string Others);

    /// <summary>The text without secrets; the very same object where there is none.</summary>
    public static string Mask(string text)
    {
        if (text.Length < 8 || !text.AsSpan().ContainsAny(s_signs.Value))
        {
            return text;
        }

        (Token[] tokens, string[] names) = s_forms.Value;
        foreach (Token token in tokens)
        {
            text = Tokens(text, token);
        }

        foreach (string name in names)
        {
            text = Values(text, name);
        }

        return PrivateKeys(Addresses(text));
    }

    private static string Tokens(string text, Token token)
    {
        Masked masked = new(text);
        Run run = default;
        for (int at = text.IndexOf(token.Prefix, StringComparison.Ordinal); at >= 0; at = Next(text, token.Prefix, masked.From, StringComparison.Ordinal))
        {
            int start = at + token.Prefix.Length;
            masked.From = start;
            if (start >= run.End)
            {
                run = new Run(text, start, c => char.IsAsciiLetterOrDigit(c) || token.Others.Contains(c, StringComparison.Ordinal));
            }

            // What is cut at the end of a text may be the beginning of one.
            int end = run.End;
            bool enough = end - start >= token.Least || (end == text.Length && end - start >= 6) || (end - start >= 6 && text.AsSpan(end).StartsWith("..."));
            if ((at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1])) && enough && run.LastDigit >= start)
            {
                masked.Cut(start, end);
            }
        }

        return masked.ToString();
    }

    /// <summary>name = value, "name": "value" and the like; a name or a call as value is no secret.</summary>
    private static string Values(string text, string name)
    {
        Masked masked = new(text);
        Run run = default;
        for (int at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = Next(text, name, masked.From, StringComparison.OrdinalIgnoreCase))
        {
            int sign = at + name.Length;
            masked.From = sign;
            while (sign < text.Length && text[sign] is '\'' or '"' or ' ' or '\\' or ']')
            {
                sign++;
            }

            if (sign >= text.Length || text[sign] is not ('=' or ':') || (sign + 1 < text.Length && text[sign + 1] == '='))
            {
                continue;
            }

            int start = sign + 1;
            while (start < text.Length && text[start] == ' ')
            {
                start++;
            }

            bool quoted = false;
            while (start < text.Length && text[start] is '\'' or '"' or '\\')
            {
                quoted = true;
                start++;
            }

            if (start >= run.End)
            {
                run = new Run(text, start, c => c is > ' ' and <= '~' and not ('\'' or '"' or '\\' or ',' or ';' or ')' or '}' or '&' or '(' or '[' or '$' or '{' or '<'));
            }

            int end = run.End;
            bool looks = quoted || run.LastDigit >= start;
            bool called = end < text.Length && text[end] is '(' or '[' or '{' or '$' or '<';
            if (end - start >= MinValue && looks && !called)
            {
                masked.Cut(start, end);
            }
        }

        return masked.ToString();
    }

    private static string Addresses(string text)
    {
        Masked masked = new(text);
        for (int at = text.IndexOf("://", StringComparison.Ordinal); at >= 0; at = Next(text, "://", masked.From, StringComparison.Ordinal))
        {
            int end = at + 3;
            int colon = -1;
            masked.From = end;
            while (end < text.Length && text[end] is > ' ' and not ('/' or '@' or '\'' or '"' or '<'))
            {
                colon = text[end] == ':' && colon < 0 ? end : colon;
                end++;
            }

            if (end < text.Length && text[end] == '@' && colon > 0 && end - colon > 1)
            {
                masked.Cut(colon + 1, end);
            }
        }

        return masked.ToString();
    }

    private static string PrivateKeys(string text)
    {
        const string Kind = "PRIVATE KEY-----";
        Masked masked = new(text);
        for (int at = text.IndexOf(KeyBegin, StringComparison.Ordinal); at >= 0; at = Next(text, KeyBegin, masked.From, StringComparison.Ordinal))
        {
            masked.From = at + KeyBegin.Length;
            int start = text.AsSpan(at, Math.Min(text.Length - at, LongestKeyKind + Kind.Length)).IndexOf(Kind);
            if (start < 0)
            {
                continue;
            }

            start += at + Kind.Length;
            int end = text.IndexOf(KeyEnd, start, StringComparison.Ordinal);
            end = end < 0 ? text.Length : end;
            if (end - start > 8)
            {
                masked.Cut(start, end);
            }
        }

        return masked.ToString();
    }

    private static int Next(string text, string part, int from, StringComparison comparison) => from >= text.Length ? -1 : text.IndexOf(part, from, comparison);

    /// <summary>Characters of one kind, one behind the other: looked at once, however many prefixes are among them.</summary>
    private readonly struct Run
    {
        public Run(string text, int start, Predicate<char> isInside)
        {
            LastDigit = -1;
            int end = start;
            for (; end < text.Length && isInside(text[end]); end++)
            {
                LastDigit = char.IsAsciiDigit(text[end]) ? end : LastDigit;
            }

            End = end;
        }

        public int End { get; }

        public int LastDigit { get; }
    }

    /// <summary>A text with parts cut out, from its start to its end; the very same object where there is none.</summary>
    private sealed class Masked(string text)
    {
        private StringBuilder? _made;
        private int _kept;

        /// <summary>Where to look on.</summary>
        public int From { get; set; }

        public void Cut(int start, int end)
        {
            _made ??= new StringBuilder(text.Length + 32);
            _made.Append(text, _kept, start - _kept).Append(CultureInfo.InvariantCulture, $"<{end - start} characters masked>");
            _kept = end;
            From = end;
        }

        public override string ToString() => _made is null ? text : _made.Append(text, _kept, text.Length - _kept).ToString();
    }

    private static (Token[], string[]) Load()
    {
        List<Token> tokens = [];
        List<string> names = [];
        foreach (string[] row in EmbeddedTable.Rows("evaluation/secrets.tsv"))
        {
            if (row[0] == "token")
            {
                tokens.Add(new Token(row[1], int.Parse(row[2], CultureInfo.InvariantCulture), row.Length > 3 ? row[3] : ""));
            }
            else
            {
                names.AddRange(row[1].Split(' '));
            }
        }

        return ([.. tokens], [.. names]);
    }
}
