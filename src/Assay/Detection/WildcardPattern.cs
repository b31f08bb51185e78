// Patterns with stars, over texts and over paths, in time that grows with pattern times text and never worse.
using System.Text;

namespace Assay.Detection;

/// <summary>
/// A pattern over a whole text. <c>?</c> takes one character, <c>*</c> any number of them, <c>[a-z]</c> and <c>[!a-z]</c> one of a set. Over
/// paths these stay within a name, <c>**</c> does not, and <c>**/</c> where a name may begin takes any number of folders.
/// </summary>
public sealed class WildcardPattern
{
    private const int OnStack = 256;
    private readonly List<Token> _tokens = [];
    private readonly bool _isPath;
    private readonly bool _ignoresCase;

    private WildcardPattern(string pattern, bool isPath, bool ignoresCase)
    {
        Pattern = pattern;
        _isPath = isPath;
        _ignoresCase = ignoresCase;
        Compile(pattern);
    }

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

    /// <summary>The pattern as written.</summary>
    public string Pattern { get; }

    /// <summary>How many steps one character of a text costs at most.</summary>
    internal int Width => _tokens.Count + 1;

    /// <summary>A pattern over a text, in which a slash is a character like any other.</summary>
    public static WildcardPattern OfText(string pattern) => new(pattern, isPath: false, ignoresCase: false);

    /// <summary>A pattern over a path with <c>/</c> between its names.</summary>
    public static WildcardPattern OfPath(string pattern, bool ignoresCase = false) => new(pattern, isPath: true, ignoresCase);

    /// <summary>Whether the pattern matches the whole of <paramref name="text"/>.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => IsMatch(text, default);

    /// <summary>Whether the pattern matches the whole of <paramref name="text"/>, or what stands before some <paramref name="end"/> in it.</summary>
    internal bool IsMatch(ReadOnlySpan<char> text, ReadOnlySpan<char> end)
    {
        int count = _tokens.Count + 1;
        Span<bool> now = count <= OnStack ? stackalloc bool[count] : new bool[count];
        Span<bool> next = count <= OnStack ? stackalloc bool[count] : new bool[count];
        Enter(now, 0);
        for (int i = 0; i < text.Length; i++)
        {
            if (!end.IsEmpty && now[^1] && text[i..].StartsWith(end))
            {
                return true;
            }

            next.Clear();
            for (int at = 0; at < _tokens.Count; at++)
            {
                if (now[at])
                {
                    Step(next, at, text[i]);
                }
            }

            Span<bool> spent = now;
            now = next;
            next = spent;
        }

        return now[^1];
    }

    private void Step(Span<bool> next, int at, char one)
    {
        Token token = _tokens[at];
        bool within = !_isPath || one != '/';
        switch (token.Kind)
        {
            case Kind.Literal when Same(token.Character, one):
            case Kind.One when within:
            case Kind.Class when within && token.Set.Contains(one, StringComparison.Ordinal) != token.Negated:
                Enter(next, at + 1);
                break;
            case Kind.Star when within:
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

    private void Enter(Span<bool> states, int at)
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

    private bool Same(char pattern, char one) =>
        pattern == one || (_ignoresCase && char.ToUpperInvariant(pattern) == char.ToUpperInvariant(one));

    private void Compile(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '*' when _isPath && at + 1 < text.Length && text[at + 1] == '*':
                    at++;
                    if (at + 1 < text.Length && text[at + 1] == '/' && (at == 1 || text[at - 2] == '/'))
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
        StringBuilder set = new();
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
