// Matches paths against the patterns of policies.
namespace Assay.Policies;

/// <summary>
/// A path pattern: <c>?</c> is one character and <c>*</c> any number of them, both without a slash; <c>**</c> is anything. A
/// pattern that does not begin with a slash may begin at any folder of the path. A pattern for a file covers its members, too.
/// Matching takes time in proportion to the two lengths, whatever the pattern.
/// </summary>
public sealed class PathGlob
{
    private readonly string _pattern;

    /// <summary>Creates the pattern.</summary>
    public PathGlob(string pattern) => _pattern = pattern.Replace('\\', '/');

    /// <summary>Whether <paramref name="path"/>, as reports print it, matches.</summary>
    public bool Matches(string path)
    {
        string text = path.Replace('\\', '/');
        bool anchored = _pattern.StartsWith('/');
        bool[] states = new bool[_pattern.Length + 1];
        states[0] = true;
        Skip(states, atSegment: true);
        for (int i = 0; i < text.Length; i++)
        {
            // What the pattern has matched so far may be a file whose member the path goes on to name.
            if (states[^1] && text.AsSpan(i).StartsWith("!/"))
                return true;

            bool start = !anchored && text[i] == '/';
            Step(states, text[i]);
            states[0] |= start;
            Skip(states, text[i] == '/');
        }

        return states[^1];
    }

    // A star may match nothing; where a segment begins, the slash behind a double star goes with it.
    private void Skip(bool[] states, bool atSegment)
    {
        for (int s = 0; s < _pattern.Length; s++)
        {
            if (states[s] && _pattern[s] == '*')
                states[s + 1] = true;

            if (atSegment && states[s] && s >= 2 && _pattern[s] == '/' && _pattern[s - 1] == '*' && _pattern[s - 2] == '*' && (s == 2 || _pattern[s - 3] == '/'))
                states[s + 1] = true;
        }
    }

    private void Step(bool[] states, char c)
    {
        // Backwards, so that a state moves once. The star at s keeps itself; a double star also crosses slashes.
        for (int s = _pattern.Length; s > 0; s--)
            states[s] = states[s - 1] && (_pattern[s - 1] == '?' ? c != '/' : _pattern[s - 1] != '*' && _pattern[s - 1] == c) || (states[s] && Keeps(s, c));

        states[0] = states[0] && Keeps(0, c);
    }

    private bool Keeps(int s, char c)
    {
        if (s >= _pattern.Length || _pattern[s] != '*')
            return false;

        bool isDouble = (s + 1 < _pattern.Length && _pattern[s + 1] == '*') || (s > 0 && _pattern[s - 1] == '*');
        return isDouble || c != '/';
    }
}
