// Splits Python source into names and string literals, as far as looking for payloads needs it.
using System.Text;
using Assay.Evaluation.Functions;

namespace Assay.Evaluation.Payloads;

/// <summary>The names and string literals of a piece of Python source. Bounded, iterative, and content with broken source.</summary>
internal sealed class PythonTokens
{
    private const int MaxTokens = 100_000;
    private const int LongestLiteral = 1 << 20;
    private readonly StringBuilder _joined = new();
    private bool _open;

    private PythonTokens()
    {
    }

    /// <summary>Identifiers and keywords, without doubles.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>The contents of string literals; bytes as characters of the same numbers. Literals side by side are one.</summary>
    public List<string> Literals { get; } = [];

    /// <summary>Splits a source.</summary>
    public static PythonTokens Of(string source)
    {
        PythonTokens tokens = new();
        int at = 0;
        bool adjacent = false;
        for (int count = 0; at < source.Length && count < MaxTokens; count++)
        {
            char c = source[at];
            if (c == '#')
            {
                int end = source.IndexOf('\n', at);
                at = end < 0 ? source.Length : end;
            }
            else if (c is '\'' or '"')
            {
                tokens.Literal(source, ref at, "", adjacent);
                adjacent = true;
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
                    tokens.Literal(source, ref at, word, adjacent);
                    adjacent = true;
                }
                else
                {
                    tokens.Names.Add(word);
                    adjacent = false;
                }
            }
            else
            {
                adjacent &= char.IsWhiteSpace(c) || c is '\\' or '+';
                at++;
            }
        }

        tokens.Join();
        return tokens;
    }

    private void Literal(string source, ref int at, string prefix, bool adjacent)
    {
        string text = PythonString.Read(source, ref at, prefix, out string raw) ?? raw;
        if (!adjacent || _joined.Length + text.Length > LongestLiteral)
        {
            Join();
        }

        _joined.Append(text);
        _open = true;
    }

    /// <summary>Ends the literal that is being joined.</summary>
    private void Join()
    {
        if (_open)
        {
            Literals.Add(_joined.ToString());
        }

        _joined.Clear();
        _open = false;
    }
}
