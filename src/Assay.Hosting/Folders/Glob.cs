// Patterns over walked paths, in time that grows with pattern times path and never worse.
namespace Assay.Hosting.Folders;

/// <summary>
/// A pattern over a path relative to the walked directory, with <c>/</c> between names. <c>*</c> and <c>?</c> stay within a
/// name, <c>**</c> does not, <c>[a-z]</c> and <c>[!a-z]</c> take one character. A pattern without <c>/</c> matches a name at
/// any depth; a pattern that ends in <c>/</c> matches everything below.
/// </summary>
public sealed class Glob
{
    private enum Kind
    {
        Literal,
        One,
        Star,
        Deep,
        /// <summary><c>**/</c> where a name may begin; the state after it takes the rest of a name.</summary>
        Names,
        WithinName,
        Class,
    }

    private readonly record struct Token(Kind Kind, char Character = '\0', string Set = "", bool Negated = false);

    private readonly List<Token> _tokens = [];

    /// <summary>Creates the pattern.</summary>
    /// <exception cref="SettingException">It is empty.</exception>
    public Glob(string pattern)
    {
        string text = pattern.Replace('\\', '/');
        if (text.StartsWith("./", StringComparison.Ordinal))
        {
            text = text[2..];
        }

        if (text.Trim('/').Length == 0)
        {
            // It would match everything, and leave out everything, which cannot be meant.
            throw new SettingException("A pattern of files to take or to leave out is empty.");
        }

        bool anywhere = !text.TrimEnd('/').Contains('/', StringComparison.Ordinal);
        text = text.TrimStart('/');
        if (anywhere && !pattern.StartsWith('/'))
        {
            text = "**/" + text;
        }

        if (text.EndsWith('/'))
        {
            text += "**";
        }

        Compile(text);
    }

    /// <summary>Whether the pattern matches the whole of <paramref name="path"/>.</summary>
    public bool IsMatch(string path)
    {
        bool[] now = new bool[_tokens.Count + 1];
        bool[] next = new bool[_tokens.Count + 1];
        Enter(now, 0);
        foreach (char one in path)
        {
            Array.Clear(next);
            for (int at = 0; at < _tokens.Count; at++)
            {
                if (now[at])
                {
                    Step(next, at, one);
                }
            }

            (now, next) = (next, now);
        }

        return now[_tokens.Count];
    }

    /// <summary>Whether the pattern matches the directory, or everything in it.</summary>
    public bool IsMatchForDirectory(string path) => IsMatch(path) || IsMatch(path + "/");

    private void Step(bool[] next, int at, char one)
    {
        Token token = _tokens[at];
        switch (token.Kind)
        {
            case Kind.Literal when Same(token.Character, one):
            case Kind.One when one != '/':
            case Kind.Class when one != '/' && token.Set.Contains(one, StringComparison.Ordinal) != token.Negated:
                Enter(next, at + 1);
                break;
            case Kind.Star when one != '/':
            case Kind.Deep:
                Enter(next, at);
                break;
            case Kind.Names:
                Enter(next, one == '/' ? at : at + 1);
                break;
            case Kind.WithinName:
                Enter(next, one == '/' ? at - 1 : at);
                break;
        }
    }

    private void Enter(bool[] states, int at)
    {
        while (true)
        {
            states[at] = true;
            Kind? kind = at < _tokens.Count ? _tokens[at].Kind : null;
            switch (kind)
            {
                case Kind.Star or Kind.Deep:
                    at++;
                    break;
                case Kind.Names:
                    at += 2;
                    break;
                default:
                    return;
            }
        }
    }

    private static bool Same(char pattern, char one) => OperatingSystem.IsWindows()
        ? char.ToUpperInvariant(pattern) == char.ToUpperInvariant(one)
        : pattern == one;

    private void Compile(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '*' when at + 1 < text.Length && text[at + 1] == '*':
                    at++;
                    bool names = at + 1 < text.Length && text[at + 1] == '/' && (at == 1 || text[at - 2] == '/');
                    if (names)
                    {
                        at++;
                        _tokens.Add(new Token(Kind.Names));
                        _tokens.Add(new Token(Kind.WithinName));
                    }
                    else
                    {
                        _tokens.Add(new Token(Kind.Deep));
                    }

                    break;
                case '*':
                    _tokens.Add(new Token(Kind.Star));
                    break;
                case '?':
                    _tokens.Add(new Token(Kind.One));
                    break;
                case '[' when text.IndexOf(']', Math.Min(at + 2, text.Length)) is int end and > 0:
                    _tokens.Add(Class(text[(at + 1)..end]));
                    at = end;
                    break;
                default:
                    _tokens.Add(new Token(Kind.Literal, text[at]));
                    break;
            }
        }
    }

    private static Token Class(string inside)
    {
        bool negated = inside[0] is '!' or '^';
        string body = negated ? inside[1..] : inside;
        System.Text.StringBuilder set = new();
        for (int at = 0; at < body.Length; at++)
        {
            if (at + 2 < body.Length && body[at + 1] == '-')
            {
                for (int one = body[at]; one <= body[at + 2]; one++)
                {
                    set.Append((char)one);
                }

                at += 2;
            }
            else
            {
                set.Append(body[at]);
            }
        }

        return new Token(Kind.Class, Set: set.ToString(), Negated: negated);
    }
}
