// The dotted names of Java source, without comments and texts.
namespace Assay.Formats.Jvm;

/// <summary>Finds the dotted names that are called, constructed or imported in Java source.</summary>
internal static class JavaWords
{
    /// <summary>The places of dotted names that a parenthesis follows, or that follow <c>new</c> or <c>import</c>.</summary>
    public static IEnumerable<(int Start, int Length)> Of(string text)
    {
        bool wanted = false;
        for (int at = 0; at < text.Length;)
        {
            char c = text[at];
            if (c == '/' && at + 1 < text.Length && text[at + 1] is '/' or '*')
            {
                at = AfterComment(text, at);
            }
            else if (c is '"' or '\'')
            {
                at = AfterText(text, at);
            }
            else if (char.IsLetter(c) || c is '_' or '$')
            {
                int end = AfterName(text, at);
                int length = end - at;
                bool keyword = length is 3 or 6 && text.AsSpan(at, length) is "new" or "import" or "static";
                if (!keyword && (wanted || IsFollowedByParenthesis(text, end)))
                {
                    yield return (at, length);
                }

                wanted = keyword;
                at = end;
            }
            else
            {
                wanted &= char.IsWhiteSpace(c);
                at++;
            }
        }
    }

    /// <summary>Behind the parts of a name and the dots between them, with the blanks around those.</summary>
    private static int AfterName(string text, int at)
    {
        int end = at;
        while (true)
        {
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '$'))
            {
                end++;
            }

            int dot = end;
            while (dot < text.Length && char.IsWhiteSpace(text[dot]))
            {
                dot++;
            }

            if (dot >= text.Length || text[dot] != '.')
            {
                return end;
            }

            do
            {
                dot++;
            }
            while (dot < text.Length && char.IsWhiteSpace(text[dot]));

            if (dot >= text.Length || !(char.IsLetter(text[dot]) || text[dot] is '_' or '$'))
            {
                return end;
            }

            end = dot;
        }
    }

    private static bool IsFollowedByParenthesis(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at < text.Length && text[at] == '(';
    }

    private static int AfterComment(string text, int at)
    {
        int end = text[at + 1] == '/' ? text.IndexOf('\n', at) : text.IndexOf("*/", at + 2, StringComparison.Ordinal);
        return end < 0 ? text.Length : end + (text[at + 1] == '/' ? 1 : 2);
    }

    private static int AfterText(string text, int at)
    {
        char quote = text[at];
        for (at++; at < text.Length && text[at] != quote && text[at] != '\n'; at++)
        {
            at += text[at] == '\\' ? 1 : 0;
        }

        return Math.Min(text.Length, at + 1);
    }
}
