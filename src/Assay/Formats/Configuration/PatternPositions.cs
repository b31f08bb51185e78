// Reads a regular expression as the letters that it can stand at, and which can follow which: Glushkov's automaton.
using System.Globalization;

namespace Assay.Formats.Configuration;

/// <summary>
/// The positions of one pattern. A group that looks around or that gives nothing back (atomic, possessive) is one position or none: engines do not try its inside again. Repetition to a limit is
/// repetition, as far as it varies. Specification: the syntax that Oniguruma, Python's <c>re</c> and Rust's <c>regex</c> have in common.
/// </summary>
internal sealed class PatternPositions
{
    private const int MostPositions = 96;
    private const int MostSteps = 200_000;
    private const int MostDepth = 64;
    private const int MostSets = 4;
    private readonly string _pattern;
    private readonly List<PatternLetters> _letters = [];
    private readonly Dictionary<(int From, int To), int> _edges = [];
    private int _at;
    private int _steps;

    /// <summary>What a part of the pattern begins and ends with, and whether it can be nothing.</summary>
    private sealed class Part
    {
        public List<int> First { get; set; } = [];

        public List<int> Last { get; set; } = [];

        public bool CanBeEmpty { get; set; } = true;

        /// <summary>Whether something looks around in it: what it repeats may be told apart by that.</summary>
        public bool Looks { get; set; }
    }

    private sealed class Group(int start, bool isLook, bool isAtomic)
    {
        public int Start => start;

        public bool IsLook => isLook;

        public bool IsAtomic => isAtomic;

        public Part Whole { get; set; } = new() { CanBeEmpty = false };

        public Part Branch { get; set; } = new();
    }

    private PatternPositions(string pattern) => _pattern = pattern;

    /// <summary>The letters of each position.</summary>
    public IReadOnlyList<PatternLetters> Letters => _letters;

    /// <summary>Which position follows which, and in how many ways.</summary>
    public IReadOnlyDictionary<(int From, int To), int> Edges => _edges;

    /// <summary>Reads a pattern; null where it is not understood, or too long.</summary>
    public static PatternPositions? Of(string pattern)
    {
        PatternPositions positions = new(pattern);
        return positions.Read() ? positions : null;
    }

    private bool Read()
    {
        Stack<Group> open = new([new Group(0, false, false)]);
        while (_at < _pattern.Length)
        {
            if (_letters.Count > MostPositions || open.Count > MostDepth || _steps > MostSteps)
            {
                return false;
            }

            char c = _pattern[_at];
            switch (c)
            {
                case '(':
                    int start = _letters.Count;
                    (bool isLook, bool isAtomic, bool isFlags) = Opening();
                    if (!isFlags)
                    {
                        open.Push(new Group(start, isLook, isAtomic));
                    }

                    continue;
                case '|':
                    _at++;
                    EndBranch(open.Peek());
                    continue;
                case ')':
                    _at++;
                    if (open.Count < 2)
                    {
                        return false;
                    }

                    Group closed = open.Pop();
                    EndBranch(closed);
                    Append(open.Peek().Branch, Repeated(Closed(closed), closed.Start));
                    continue;
                case '^' or '$':
                    _at++;
                    continue;
                default:
                    if (!Atom(out PatternLetters? letters))
                    {
                        return false;
                    }

                    if (letters is { } taken)
                    {
                        int before = _letters.Count;
                        Append(open.Peek().Branch, Repeated(Single(taken), before));
                    }

                    continue;
            }
        }

        return open.Count == 1;
    }

    private (bool IsLook, bool IsAtomic, bool IsFlags) Opening()
    {
        _at++;
        if (_at >= _pattern.Length || _pattern[_at] is not '?')
        {
            return (false, false, false);
        }

        string head = _pattern.Substring(_at, Math.Min(3, _pattern.Length - _at));
        if (head.StartsWith("?<=", StringComparison.Ordinal) || head.StartsWith("?<!", StringComparison.Ordinal))
        {
            _at += 3;
            return (true, false, false);
        }

        if (head.StartsWith("?=", StringComparison.Ordinal) || head.StartsWith("?!", StringComparison.Ordinal))
        {
            _at += 2;
            return (true, false, false);
        }

        if (head.StartsWith("?>", StringComparison.Ordinal))
        {
            _at += 2;
            return (false, true, false);
        }

        // A name, or flags: of the group, or of what follows it.
        int end = _pattern.AsSpan(_at).IndexOfAny(":>)");
        bool isFlags = end >= 0 && _pattern[_at + end] is ')';
        _at = end < 0 ? _pattern.Length : _at + end + 1;
        return (false, false, isFlags);
    }

    private static void EndBranch(Group group)
    {
        Part whole = group.Whole;
        whole.First.AddRange(group.Branch.First);
        whole.Last.AddRange(group.Branch.Last);
        whole.CanBeEmpty |= group.Branch.CanBeEmpty;
        whole.Looks |= group.Branch.Looks;
        group.Branch = new Part();
    }

    private Part Closed(Group group)
    {
        if (group.IsLook)
        {
            Forget(group.Start);
            return new Part { Looks = true };
        }

        return group.IsAtomic ? Whole(group.Whole, group.Start) : group.Whole;
    }

    /// <summary>What gives nothing back stands for one letter: what it begins with.</summary>
    private Part Whole(Part part, int start)
    {
        PatternLetters letters = part.First.Aggregate(default(PatternLetters), (all, p) => all.With(_letters[p]));
        Forget(start);
        Part one = Single(letters);
        one.CanBeEmpty = part.CanBeEmpty;
        return one;
    }

    private void Forget(int start)
    {
        _letters.RemoveRange(start, _letters.Count - start);
        foreach ((int From, int To) edge in _edges.Keys.Where(e => e.From >= start || e.To >= start).ToList())
        {
            _edges.Remove(edge);
        }
    }

    private Part Single(PatternLetters letters)
    {
        _letters.Add(letters);
        return new Part { First = [_letters.Count - 1], Last = [_letters.Count - 1], CanBeEmpty = false };
    }

    private void Append(Part to, Part next)
    {
        Connect(to.Last, next.First);
        if (to.CanBeEmpty)
        {
            to.First.AddRange(next.First);
        }

        if (next.CanBeEmpty)
        {
            to.Last.AddRange(next.Last);
        }
        else
        {
            to.Last = [.. next.Last];
        }

        to.CanBeEmpty &= next.CanBeEmpty;
        to.Looks |= next.Looks;
    }

    private void Connect(List<int> from, List<int> to)
    {
        _steps += from.Count * to.Count;
        foreach (int one in from)
        {
            foreach (int other in to)
            {
                _edges[(one, other)] = _edges.GetValueOrDefault((one, other)) + 1;
            }
        }
    }

    /// <summary>Takes the quantifiers behind a part.</summary>
    private Part Repeated(Part part, int start)
    {
        while (_steps <= MostSteps && _at < _pattern.Length && _pattern[_at] is ('*' or '+' or '?' or '{'))
        {
            int least = 0;
            int most = int.MaxValue;
            switch (_pattern[_at])
            {
                case '+':
                    least = 1;
                    break;
                case '?':
                    most = 1;
                    break;
                case '{':
                    if (!Bounds(out least, out most))
                    {
                        return part;
                    }

                    break;
            }

            _at++;
            bool isPossessive = _at < _pattern.Length && _pattern[_at] is '+' && _pattern[_at - 1] is not '}';
            bool isLazy = _at < _pattern.Length && _pattern[_at] is '?';
            _at += isPossessive || isLazy ? 1 : 0;
            if (most > 1 && most != least && !part.Looks && !isPossessive)
            {
                Connect(part.Last, part.First);
            }

            part.CanBeEmpty |= least == 0;
            part = isPossessive ? Whole(part, start) : part;
        }

        return part;
    }

    /// <summary>Reads <c>{n}</c>, <c>{n,}</c>, <c>{n,m}</c> or <c>{,m}</c> up to its end; a brace that is none of these is a letter.</summary>
    private bool Bounds(out int least, out int most)
    {
        (least, most) = (0, int.MaxValue);
        int close = _pattern.IndexOf('}', _at);
        string[] parts = close < 0 ? [] : _pattern[(_at + 1)..close].Split(',');
        bool isLeast = parts.Length is 1 or 2 && (int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out least) || (parts.Length == 2 && parts[0].Length == 0));
        bool isMost = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out most);
        if (!isLeast || (parts.Length == 2 && parts[1].Length > 0 && !isMost))
        {
            return false;
        }

        most = parts.Length == 1 ? least : isMost ? most : int.MaxValue;
        _at = close;
        return true;
    }

    /// <summary>Takes one letter, class or escape; an anchor is none. False where it is not understood.</summary>
    private bool Atom(out PatternLetters? letters)
    {
        letters = null;
        char c = _pattern[_at++];
        switch (c)
        {
            case '.':
                letters = PatternLetters.All;
                return true;
            case '[':
                letters = Set();
                return letters is not null;
            case '\\':
                if (_at >= _pattern.Length)
                {
                    return false;
                }

                if (_pattern[_at] is 'b' or 'B' or 'A' or 'Z' or 'z' or 'G' or 'K' or (>= '1' and <= '9'))
                {
                    _at++;
                    return true;
                }

                letters = Escape();
                return letters is not null;
            default:
                letters = PatternLetters.Of(Character(c));
                return true;
        }
    }

    private int Character(char c)
    {
        if (char.IsHighSurrogate(c) && _at < _pattern.Length && char.IsLowSurrogate(_pattern[_at]))
        {
            return char.ConvertToUtf32(c, _pattern[_at++]);
        }

        return c;
    }

    private PatternLetters? Escape()
    {
        char c = _pattern[_at++];
        switch (c)
        {
            case 'w' or 'd' or 's':
                return PatternLetters.Class(c);
            case 'h':
                return PatternLetters.Class('s');
            case 'W' or 'D' or 'S':
                return PatternLetters.Class(char.ToLowerInvariant(c)).Without();
            case 'R' or 'X':
                return PatternLetters.All;
            case 'p' or 'P':
                if (_at >= _pattern.Length)
                {
                    return null;
                }

                int close = _pattern[_at] is '{' ? _pattern.IndexOf('}', _at) : _at;
                if (close < 0)
                {
                    return null;
                }

                string name = _pattern[(_pattern[_at] is '{' ? _at + 1 : _at)..(_pattern[_at] is '{' ? close : _at + 1)];
                _at = close + 1;
                bool isNot = c is 'P' ^ name.StartsWith('^');
                PatternLetters known = PatternLetters.Class(name.TrimStart('^') is { Length: > 0 } plain ? char.ToUpperInvariant(plain[0]) : 'C');
                return isNot ? known.Without() : known;
            case 'n':
                return PatternLetters.Of('\n');
            case 'r':
                return PatternLetters.Of('\r');
            case 't':
                return PatternLetters.Of('\t');
            case 'x' or 'u':
                int length = _at < _pattern.Length && _pattern[_at] is '{' ? 0 : c is 'x' ? 2 : 4;
                int end = length == 0 ? _pattern.IndexOf('}', _at) : _at + length;
                string digits = end < 0 || end > _pattern.Length ? "" : _pattern[(length == 0 ? _at + 1 : _at)..end];
                if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code))
                {
                    return null;
                }

                _at = length == 0 ? end + 1 : end;
                return PatternLetters.Of(code);
            default:
                return PatternLetters.Of(Character(c));
        }
    }

    private PatternLetters? Set(int depth = 0)
    {
        bool isNot = _at < _pattern.Length && _pattern[_at] is '^';
        _at += isNot ? 1 : 0;
        PatternLetters all = default;
        for (bool isFirst = true; _at < _pattern.Length; isFirst = false)
        {
            char c = _pattern[_at++];
            if (c is ']' && !isFirst)
            {
                return isNot ? all.Without() : all;
            }

            if (c is '[')
            {
                int named = _pattern.IndexOf(":]", _at, StringComparison.Ordinal);
                if (_at < _pattern.Length && _pattern[_at] is ':' && named > 0)
                {
                    all = all.With(PatternLetters.Class(_pattern[_at + 1] is 'd' ? 'd' : _pattern[_at + 1] is 's' ? 's' : _pattern[_at + 1] is 'p' ? 'P' : 'w'));
                    _at = named + 2;
                    continue;
                }

                if (_at < _pattern.Length && depth < MostSets && Set(depth + 1) is { } inner)
                {
                    // Sets in sets, joined or cut: what they take together is enough here.
                    all = all.With(inner);
                    continue;
                }

                return null;
            }

            PatternLetters? one = c is '\\' && _at < _pattern.Length ? Escape() : PatternLetters.Of(Character(c));
            if (one is not { } letters)
            {
                return null;
            }

            int low = letters.Single != 0 ? letters.Single : UInt128.PopCount(letters.Ascii) == 1 && letters.Kinds == 0 ? (int)UInt128.Log2(letters.Ascii) : -1;
            if (low >= 0 && _at + 1 < _pattern.Length && _pattern[_at] is '-' && _pattern[_at + 1] is not ']')
            {
                _at++;
                char next = _pattern[_at++];
                PatternLetters? upper = next is '\\' && _at < _pattern.Length ? Escape() : PatternLetters.Of(Character(next));
                int high = upper is not { } last ? -1 : last.Single != 0 ? last.Single : UInt128.PopCount(last.Ascii) == 1 && last.Kinds == 0 ? (int)UInt128.Log2(last.Ascii) : -1;
                if (high < low)
                {
                    return null;
                }

                letters = PatternLetters.Between(low, high);
            }

            all = all.With(letters);
        }

        return null;
    }
}
