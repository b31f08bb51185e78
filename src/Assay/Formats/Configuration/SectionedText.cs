// Settings in sections, as TOML and the INI files of older programs have them.
using System.Globalization;
using Assay.Artifacts;
using Assay.Formats.Texts;

namespace Assay.Formats.Configuration;

/// <summary>
/// Hands the values of settings in sections to the walk that tells what loaders act on: each section is a map, with lists and tables on one line. Frameworks read the same keys from them as from YAML
/// (<c>_target_</c>, <c>class_path</c>, <c>loader_module</c>). Specification: toml.io, and <c>configparser</c> of Python.
/// </summary>
internal static class SectionedText
{
    private const int MostDepth = 32;
    private const int LongestLine = 65_536;

    /// <summary>Tells what the settings say.</summary>
    public static void Tell(TextDocument document, ReadContext context)
    {
        context.Budget.SpendWork(16L * document.Text.Length);
        ConfigurationWalk walk = new(context) { RepeatsKeys = true };
        string section = "";
        bool isOpen = false;
        string? quote = null;
        int at = 0;
        foreach (string raw in document.Text.Split('\n'))
        {
            int start = at;
            at += raw.Length + 1;
            string line = raw.Trim();
            if (quote is not null)
            {
                quote = line.Contains(quote, StringComparison.Ordinal) ? null : quote;
                continue;
            }

            if (line.Length is 0 or > LongestLine || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] is '[' && line.EndsWith(']') && !line.Contains('=', StringComparison.Ordinal))
            {
                Close(document.Offset(start));
                section = line.Trim('[', ']', ' ').Replace("\"", "", StringComparison.Ordinal);
                continue;
            }

            int equals = line.IndexOfAny(['=', ':']);
            if (equals <= 0 || char.IsWhiteSpace(raw[0]))
            {
                continue;
            }

            long offset = document.Offset(start);
            if (!isOpen)
            {
                walk.StartMap(offset);
                if (section.Length > 0)
                {
                    walk.Key(section, offset);
                    walk.StartMap(offset);
                }

                isOpen = true;
            }

            walk.Key(line[..equals].Trim().Trim('"', '\''), offset);
            string value = line[(equals + 1)..].Trim();
            string? mark = value.StartsWith("\"\"\"", StringComparison.Ordinal) ? "\"\"\"" : value.StartsWith("'''", StringComparison.Ordinal) ? "'''" : null;
            quote = mark is not null && value.IndexOf(mark, 3, StringComparison.Ordinal) < 0 ? mark : null;
            Value(walk, value, offset);
        }

        Close(document.Offset(document.Text.Length));

        void Close(long end)
        {
            if (isOpen)
            {
                walk.End(end);
                if (section.Length > 0)
                {
                    walk.End(end);
                }
            }

            isOpen = false;
        }
    }

    /// <summary>A value on one line: a text, a number, a list, a table.</summary>
    private static void Value(ConfigurationWalk walk, string text, long offset)
    {
        Stack<char> open = new();
        int at = 0;
        bool isFirst = true;
        while (at < text.Length && (isFirst || open.Count > 0))
        {
            char c = text[at];
            if (char.IsWhiteSpace(c) || c is ',')
            {
                at++;
            }
            else if (c is '[' or '{' && open.Count < MostDepth)
            {
                if (c is '[')
                {
                    walk.StartList(offset);
                }
                else
                {
                    walk.StartMap(offset);
                }

                open.Push(c);
                isFirst = false;
                at++;
            }
            else if (c is ']' or '}')
            {
                if (open.TryPop(out _))
                {
                    walk.End(offset);
                }

                at++;
            }
            else
            {
                int end = Word(text, at, open.Count > 0, out string word, out bool isText);
                int mark = end;
                while (mark < text.Length && text[mark] is ' ')
                {
                    mark++;
                }

                // spaCy writes tables as JSON does.
                bool isKey = open.TryPeek(out char around) && around is '{' && mark < text.Length && text[mark] is '=' or ':';
                if (isKey)
                {
                    walk.Key(word, offset);
                    end = mark + 1;
                }
                else if (!(around is '{' && open.Count > 0 && !isText && word.Length == 0))
                {
                    walk.Scalar(new ScalarValue(isText ? EntryKind.Text : Kind(word), word, offset));
                }

                isFirst = false;
                at = Math.Max(end, at + 1);
            }
        }

        if (isFirst)
        {
            walk.Scalar(new ScalarValue(EntryKind.Text, "", offset));
        }

        while (open.TryPop(out _))
        {
            walk.End(offset);
        }
    }

    private static int Word(string text, int at, bool isInside, out string word, out bool isText)
    {
        if (text[at] is '"' or '\'')
        {
            int end = at + 1;
            while (end < text.Length && text[end] != text[at])
            {
                end += text[end] is '\\' && text[at] is '"' ? 2 : 1;
            }

            end = Math.Min(end, text.Length);
            word = text[(at + 1)..end];
            isText = true;
            return end + 1;
        }

        int stop = isInside ? text.AsSpan(at).IndexOfAny(",]}=:") : text.AsSpan(at).IndexOf(" #");
        int last = stop < 0 ? text.Length : at + stop;
        word = text[at..last].Trim();
        isText = false;
        return last;
    }

    private static EntryKind Kind(string word) => word is "true" or "false" or "True" or "False" ? EntryKind.Boolean
        : long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? EntryKind.Integer
        : double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? EntryKind.Number : EntryKind.Text;
}
