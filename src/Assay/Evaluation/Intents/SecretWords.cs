// Finds secrets in texts by their form: tokens of known services, values of telling names, passwords in addresses, private keys.
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
    private static readonly Lazy<(Token[] Tokens, string[] Names)> s_forms = new(Load);

    private sealed record Token(string Prefix, int Least, string Others);

    /// <summary>The text without secrets; the very same object where there is none.</summary>
    public static string Mask(string text)
    {
        if (text.Length < 8)
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
        for (int at = text.IndexOf(token.Prefix, StringComparison.Ordinal); at >= 0; at = text.IndexOf(token.Prefix, at + token.Prefix.Length, StringComparison.Ordinal))
        {
            int start = at + token.Prefix.Length;
            int end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || token.Others.Contains(text[end], StringComparison.Ordinal)))
            {
                end++;
            }

            // What is cut at the end of a text may be the beginning of one.
            bool enough = end - start >= token.Least || (end == text.Length && end - start >= 6) || (end - start >= 6 && text.AsSpan(end).StartsWith("..."));
            if ((at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1])) && enough && text.AsSpan(start, end - start).IndexOfAnyInRange('0', '9') >= 0)
            {
                text = Cut(text, start, end);
            }
        }

        return text;
    }

    /// <summary>name = value, "name": "value" and the like; a name or a call as value is no secret.</summary>
    private static string Values(string text, string name)
    {
        for (int at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(name, at + name.Length, StringComparison.OrdinalIgnoreCase))
        {
            int sign = at + name.Length;
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

            int end = start;
            while (end < text.Length && text[end] is > ' ' and <= '~' and not ('\'' or '"' or '\\' or ',' or ';' or ')' or '}' or '&' or '(' or '[' or '$' or '{' or '<'))
            {
                end++;
            }

            bool looks = quoted || text.AsSpan(start, end - start).IndexOfAnyInRange('0', '9') >= 0;
            bool called = end < text.Length && text[end] is '(' or '[' or '{' or '$' or '<';
            if (end - start >= MinValue && looks && !called)
            {
                text = Cut(text, start, end);
            }
        }

        return text;
    }

    private static string Addresses(string text)
    {
        for (int at = text.IndexOf("://", StringComparison.Ordinal); at >= 0; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            int end = at + 3;
            int colon = -1;
            while (end < text.Length && text[end] is > ' ' and not ('/' or '@' or '\'' or '"' or '<'))
            {
                colon = text[end] == ':' && colon < 0 ? end : colon;
                end++;
            }

            if (end < text.Length && text[end] == '@' && colon > 0 && end - colon > 1)
            {
                text = Cut(text, colon + 1, end);
            }
        }

        return text;
    }

    private static string PrivateKeys(string text)
    {
        for (int at = text.IndexOf(KeyBegin, StringComparison.Ordinal); at >= 0; at = text.IndexOf(KeyBegin, at + KeyBegin.Length, StringComparison.Ordinal))
        {
            int start = text.IndexOf("PRIVATE KEY-----", at, StringComparison.Ordinal);
            if (start < 0 || start - at > 40)
            {
                continue;
            }

            start += "PRIVATE KEY-----".Length;
            int end = text.IndexOf(KeyEnd, start, StringComparison.Ordinal);
            end = end < 0 ? text.Length : end;
            text = end - start > 8 ? Cut(text, start, end) : text;
        }

        return text;
    }

    private static string Cut(string text, int start, int end) => new StringBuilder(text, 0, start, text.Length + 32)
        .Append(CultureInfo.InvariantCulture, $"<{end - start} characters masked>")
        .Append(text, end, text.Length - end)
        .ToString();

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
