// Reads the part of regular expressions that rules are written in.
namespace Assay.Detection.Conditions;

/// <summary>What a step of a pattern asks for.</summary>
internal enum PatternStepKind
{
    Letter,
    Split,
    Start,
    End,
    Boundary,
    NoBoundary,
    Found,
}

/// <summary>A step of a pattern: what it asks for, and where it leads.</summary>
internal readonly record struct PatternStep(PatternStepKind Kind, int To = 0, int Or = 0, LetterSet Letters = default);

/// <summary>
/// Reads alternatives, groups, sets, repeats, <c>^ $ . \b \B \w \d \s</c> and a leading <c>(?i)</c> of ASCII into steps. What else .NET knows gives null; what it refuses is never asked for here.
/// </summary>
internal sealed class TextPatternParser
{
    private const int MostSteps = 6000;
    private const int MostDepth = 40;
    private const int MostRepeats = 1000;
    private readonly string _text;
    private readonly bool _anyCase;
    private readonly List<PatternStep> _steps = [];
    private int _at;

    private TextPatternParser(string text)
    {
        _text = text;
        _anyCase = text.StartsWith("(?i)", StringComparison.Ordinal);
        _at = _anyCase ? 4 : 0;
    }

    /// <summary>The steps of a pattern, which begin at the first; null where it is written with something else.</summary>
    public static PatternStep[]? Parse(string pattern)
    {
        TextPatternParser parser = new(pattern);
        if (!System.Text.Ascii.IsValid(pattern) || !parser.Alternatives(0) || parser._at < pattern.Length)
        {
            return null;
        }

        parser._steps.Add(new PatternStep(PatternStepKind.Found));
        return [.. parser._steps];
    }

    private int Here => _steps.Count;

    /// <summary>Parts between bars; the steps of all lead to the step behind the last.</summary>
    private bool Alternatives(int depth)
    {
        List<int> ends = [];
        while (true)
        {
            // The split comes before what it parts, so room for it is made first.
            int split = Here;
            _steps.Add(default);
            if (depth > MostDepth || !Sequence(depth))
            {
                return false;
            }

            if (_at < _text.Length && _text[_at] == '|')
            {
                _at++;
                ends.Add(Here);
                _steps.Add(default);
                _steps[split] = new PatternStep(PatternStepKind.Split, split + 1, Here);
                continue;
            }

            _steps[split] = new PatternStep(PatternStepKind.Split, split + 1, split + 1);
            foreach (int end in ends)
            {
                _steps[end] = new PatternStep(PatternStepKind.Split, Here, Here);
            }

            return true;
        }
    }

    private bool Sequence(int depth)
    {
        while (_at < _text.Length && _text[_at] is not ('|' or ')'))
        {
            int from = Here;
            bool isAssertion = _text[_at] is '^' or '$' || (_text[_at] is '\\' && _at + 1 < _text.Length && _text[_at + 1] is 'b' or 'B');
            if (!Atom(depth) || !Repeats(from, isAssertion) || Here > MostSteps)
            {
                return false;
            }
        }

        return true;
    }

    private bool Atom(int depth)
    {
        char letter = _text[_at++];
        switch (letter)
        {
            case '(':
                if (_text.AsSpan(_at).StartsWith("?:"))
                {
                    _at += 2;
                }
                else if (_at < _text.Length && _text[_at] == '?')
                {
                    return false;
                }

                return Alternatives(depth + 1) && _at < _text.Length && _text[_at++] == ')';
            case '[':
                return Set() is { } set && Add(set);
            case '.':
                return Add(~LetterSet.Of('\n'));
            case '^':
                return Add(PatternStepKind.Start);
            case '$':
                return Add(PatternStepKind.End);
            case '\\' when _at < _text.Length && _text[_at] is 'b' or 'B':
                return Add(_text[_at++] == 'b' ? PatternStepKind.Boundary : PatternStepKind.NoBoundary);
            case '\\':
                return Escaped() is { } escaped && Add(escaped);
            case '*' or '+' or '?' or '{' or '}' or ']' or '#':
                // A brace that begins no repeat stands for itself; what .NET makes of the others is not told here.
                return letter is '}' or ']' or '#' && Add(LetterSet.Of(letter));
            default:
                return Add(LetterSet.Of(letter));
        }
    }

    private bool Add(LetterSet letters)
    {
        _steps.Add(new PatternStep(PatternStepKind.Letter, Here + 1, 0, _anyCase ? letters.AnyCase() : letters));
        return true;
    }

    private bool Add(PatternStepKind kind)
    {
        _steps.Add(new PatternStep(kind, Here + 1));
        return true;
    }

    /// <summary>What follows a backslash: a class, a sign, or a control.</summary>
    private LetterSet? Escaped()
    {
        if (_at >= _text.Length)
        {
            return null;
        }

        char letter = _text[_at++];
        return letter switch
        {
            'w' => LetterSet.Words,
            'W' => ~LetterSet.Words,
            'd' => LetterSet.Digits,
            'D' => ~LetterSet.Digits,
            's' => LetterSet.Spaces,
            'S' => ~LetterSet.Spaces,
            'n' => LetterSet.Of('\n'),
            'r' => LetterSet.Of('\r'),
            't' => LetterSet.Of('\t'),
            _ => char.IsAsciiLetterOrDigit(letter) || letter == '_' ? null : LetterSet.Of(letter),
        };
    }

    private LetterSet? Set()
    {
        bool isOther = _at < _text.Length && _text[_at] == '^';
        _at += isOther ? 1 : 0;
        LetterSet all = default;
        for (bool isFirst = true; ; isFirst = false)
        {
            if (_at >= _text.Length || (_text[_at] == ']' && isFirst) || _text[_at] == '[')
            {
                return null;
            }

            char from = _text[_at++];
            if (from == ']')
            {
                // Cases are made alike before the set is turned.
                all = _anyCase ? all.AnyCase() : all;
                return isOther ? ~all : all;
            }

            bool isRange = _at + 1 < _text.Length && _text[_at] == '-' && _text[_at + 1] != ']';
            if (from == '\\')
            {
                if (Escaped() is not { } escaped || (_at + 1 < _text.Length && _text[_at] == '-' && _text[_at + 1] != ']'))
                {
                    return null;
                }

                all |= escaped;
            }
            else if (isRange)
            {
                char to = _text[_at + 1];
                if (to is '\\' or '[' || to < from)
                {
                    return null;
                }

                _at += 2;
                all |= LetterSet.Range(from, to);
            }
            else
            {
                all |= LetterSet.Of(from);
            }
        }
    }

    /// <summary>Repeats the steps from <paramref name="from"/> on as often as what stands behind them says.</summary>
    private bool Repeats(int from, bool isAssertion)
    {
        if (_at >= _text.Length || _text[_at] is not ('*' or '+' or '?' or '{'))
        {
            return true;
        }

        (int least, int most) = _text[_at++] switch { '*' => (0, -1), '+' => (1, -1), '?' => (0, 1), _ => Counts() };
        if (least < 0 || isAssertion || most > MostRepeats || least > MostRepeats || (most >= 0 && most < least))
        {
            return false;
        }

        // Who takes as few as possible finds the same texts; two repeats in a row are refused.
        _at += _at < _text.Length && _text[_at] == '?' ? 1 : 0;
        if (_at < _text.Length && _text[_at] is '*' or '+' or '?' or '{')
        {
            return false;
        }

        PatternStep[] body = [.. _steps[from..]];
        _steps.RemoveRange(from, body.Length);
        for (int i = 0; i < least; i++)
        {
            Copy(body, from);
        }

        if (most < 0)
        {
            int loop = Here;
            _steps.Add(default);
            Copy(body, from);
            _steps.Add(new PatternStep(PatternStepKind.Split, loop, loop));
            _steps[loop] = new PatternStep(PatternStepKind.Split, loop + 1, Here);
            return Here <= MostSteps;
        }

        List<int> leaves = [];
        for (int i = least; i < most && Here <= MostSteps; i++)
        {
            leaves.Add(Here);
            _steps.Add(default);
            Copy(body, from);
        }

        foreach (int leave in leaves)
        {
            _steps[leave] = new PatternStep(PatternStepKind.Split, leave + 1, Here);
        }

        return Here <= MostSteps;
    }

    /// <summary>The numbers in braces; -1 where the braces hold something else.</summary>
    private (int Least, int Most) Counts()
    {
        int end = _text.IndexOf('}', _at);
        if (end < 0)
        {
            return (-1, 0);
        }

        string[] numbers = _text[_at..end].Split(',');
        _at = end + 1;
        if (numbers.Length > 2 || !TryNumber(numbers[0], out int least))
        {
            return (-1, 0);
        }

        return numbers.Length == 1 ? (least, least) : numbers[1].Length == 0 ? (least, -1) : TryNumber(numbers[1], out int most) ? (least, most) : (-1, 0);
    }

    private static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length is > 0 and < 5 && text.All(char.IsAsciiDigit) && int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Writes steps again that were made at <paramref name="from"/>; they lead within themselves or to what follows them.</summary>
    private void Copy(PatternStep[] body, int from)
    {
        int by = Here - from;
        foreach (PatternStep step in body)
        {
            _steps.Add(step with { To = step.To + by, Or = step.Or + by });
        }
    }
}
