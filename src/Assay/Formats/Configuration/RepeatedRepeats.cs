// Finds patterns that some texts take exponential time with.
namespace Assay.Formats.Configuration;

/// <summary>
/// Finds a group that repeats without bound and ends in something that repeats without bound as well, or that is nothing but alternatives of one thing: <c>(a+)+</c>. Engines that step back
/// try every way to part a text among the two.
/// </summary>
internal static class RepeatedRepeats
{
    /// <summary>Whether a pattern has such a group.</summary>
    public static bool In(string pattern)
    {
        Stack<(bool HasRepeat, bool IsPossessive)> groups = new();
        bool hasRepeat = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    i = BehindClass(pattern, i);
                    break;
                case '(':
                    bool isAtomic = string.CompareOrdinal(pattern, i, "(?>", 0, 3) == 0;
                    groups.Push((hasRepeat, isAtomic));
                    hasRepeat = false;
                    break;
                case ')' when groups.Count > 0:
                    (bool outer, bool atomic) = groups.Pop();
                    if (hasRepeat && !atomic && IsUnbounded(pattern, i + 1) && OnlyRepeats(pattern, i))
                    {
                        return true;
                    }

                    hasRepeat = outer || hasRepeat;
                    break;
                case '+' or '*':
                    bool isPossessive = i + 1 < pattern.Length && pattern[i + 1] is '+';
                    hasRepeat |= !isPossessive;
                    break;
                case '{' when IsUnbounded(pattern, i):
                    hasRepeat = true;
                    break;
            }
        }

        return false;
    }

    private static bool IsUnbounded(string pattern, int at)
    {
        if (at >= pattern.Length)
        {
            return false;
        }

        if (pattern[at] is '+' or '*')
        {
            return at + 1 >= pattern.Length || pattern[at + 1] is not '+';
        }

        int close = pattern[at] is '{' ? pattern.IndexOf('}', at) : -1;
        return close > at + 1 && pattern[close - 1] is ',';
    }

    /// <summary>Whether the group that closes here holds one repeated thing and no more, or alternatives that each repeat: what stands between keeps two turns apart.</summary>
    private static bool OnlyRepeats(string pattern, int close)
    {
        int depth = 0;
        int open = close;
        for (; open >= 0; open--)
        {
            bool isEscaped = open > 0 && pattern[open - 1] is '\\';
            depth += isEscaped ? 0 : pattern[open] switch { ')' => 1, '(' => -1, _ => 0 };
            if (depth == 0)
            {
                break;
            }
        }

        ReadOnlySpan<char> inner = pattern.AsSpan(open + 1, close - open - 1);
        inner = inner.StartsWith("?:") ? inner[2..] : inner;
        foreach (Range part in inner.Split('|'))
        {
            ReadOnlySpan<char> one = inner[part].Trim();
            int atoms = 0;
            for (int i = 0; i < one.Length; i++)
            {
                if (one[i] is '+' or '*' or '?')
                {
                    continue;
                }

                // A dot takes whatever the repeated thing takes, so it keeps no two turns apart.
                bool isRepeated = i + 1 < one.Length && one[i + 1] is '+' or '*';
                atoms += one[i] is '.' && !isRepeated ? 0 : 1;
                if (one[i] is '\\')
                {
                    bool isProperty = i + 2 < one.Length && one[i + 1] is 'p' or 'P' && one[i + 2] is '{';
                    i = isProperty ? i + Math.Max(1, one[i..].IndexOf('}')) : i + 1;
                }
                else if (one[i] is '[')
                {
                    int end = one[i..].IndexOf(']');
                    i = end < 0 ? one.Length : i + end;
                }
                else if (one[i] is '(')
                {
                    int end = one[i..].LastIndexOf(')');
                    i = end < 0 ? one.Length : i + end;
                }
            }

            if (atoms == 1 && one.IndexOfAny('+', '*') >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private static int BehindClass(string pattern, int at)
    {
        int i = at + 1;
        i += i < pattern.Length && pattern[i] is '^' ? 1 : 0;
        i += i < pattern.Length && pattern[i] is ']' ? 1 : 0;
        for (; i < pattern.Length && pattern[i] is not ']'; i++)
        {
            i += pattern[i] is '\\' ? 1 : 0;
        }

        return i;
    }
}
