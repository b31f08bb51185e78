// A regular expression of a rule as an automaton that is made as far as texts lead into it.
using System.Runtime.InteropServices;

namespace Assay.Detection.Conditions;

/// <summary>
/// Whether a text holds what a regular expression describes, in time that grows with the text alone. The states of the automaton are made when a text first leads to them: the
/// platform's own engine without backtracking makes its alphabet beforehand, and that took a quarter of a second for one expression and more than all else of most scans.
/// It says what the platform's engine says; expressions that <see cref="TextPatternParser"/> does not know are left to that.
/// </summary>
internal sealed class TextPattern
{
    /// <summary>So many states are kept; a text that leads to more begins a new table.</summary>
    private const int MostStates = 2000;

    private readonly PatternStep[] _steps;
    private readonly byte[] _ascii = new byte[128];
    private readonly byte[] _others = new byte[LetterSet.Kinds];
    private readonly List<(LetterSet Letter, bool IsWord)> _symbols = [];
    private readonly Lock _making = new();
    private readonly State _start;
    private Dictionary<StateKey, State> _states = [];

    private TextPattern(PatternStep[] steps)
    {
        _steps = steps;
        Number();
        _start = new State([0], Before.Start, _symbols.Count + 2);
    }

    private enum Before : byte
    {
        Start,
        Word,
        Other,
    }

    /// <summary>The line feed that ends a text, before which <c>$</c> holds too, and the end itself.</summary>
    private int LastLineFeed => _symbols.Count;

    private int End => _symbols.Count + 1;

    /// <summary>The automaton of a pattern, or null where it is written with what only the platform's engine knows.</summary>
    public static TextPattern? Of(string pattern) => TextPatternParser.Parse(pattern) is { } steps ? new TextPattern(steps) : null;

    /// <summary>Whether it is found in <paramref name="text"/>.</summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        State state = _start;
        for (int at = 0; at < text.Length; at++)
        {
            char letter = text[at];
            int symbol = letter == '\n' && at == text.Length - 1 ? LastLineFeed : letter < 128 ? _ascii[letter] : _others[LetterSet.KindOf(letter)];
            state = Volatile.Read(ref state.Next[symbol]) ?? Make(state, symbol);
            if (ReferenceEquals(state, State.Found))
            {
                return true;
            }
        }

        return ReferenceEquals(Volatile.Read(ref state.Next[End]) ?? Make(state, End), State.Found);
    }

    /// <summary>Letters that no part of the pattern tells apart are one symbol.</summary>
    private void Number()
    {
        Dictionary<string, byte> numbers = [];
        LetterSet[] sets = [LetterSet.Joined, .. _steps.Where(s => s.Kind is PatternStepKind.Letter).Select(s => s.Letters).Distinct()];
        for (int i = 0; i < 128 + LetterSet.Kinds; i++)
        {
            LetterSet one = i < 128 ? LetterSet.Of((char)i) : LetterSet.OfKind(i - 128);
            string told = string.Create(sets.Length, (sets, one), static (span, of) =>
            {
                for (int j = 0; j < span.Length; j++)
                {
                    span[j] = of.sets[j].Meets(of.one) ? '1' : '0';
                }
            });
            ref byte number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, told, out bool exists);
            if (!exists)
            {
                number = (byte)_symbols.Count;
                _symbols.Add((one, told[0] == '1'));
            }

            (i < 128 ? ref _ascii[i] : ref _others[i - 128]) = number;
        }
    }

    private State Make(State from, int symbol)
    {
        lock (_making)
        {
            State made = Step(from, symbol);
            Volatile.Write(ref from.Next[symbol], made);
            return made;
        }
    }

    private State Step(State from, int symbol)
    {
        LetterSet letter = symbol == End ? default : symbol == LastLineFeed ? LetterSet.Of('\n') : _symbols[symbol].Letter;
        bool isWordBefore = from.Before is Before.Word;
        bool isWordNext = symbol < _symbols.Count && _symbols[symbol].IsWord;
        bool[] seen = new bool[_steps.Length];
        SortedSet<int> next = [0];
        Stack<int> open = new(from.Steps);
        while (open.TryPop(out int at))
        {
            if (seen[at])
            {
                continue;
            }

            seen[at] = true;
            PatternStep step = _steps[at];
            switch (step.Kind)
            {
                case PatternStepKind.Found:
                    return State.Found;
                case PatternStepKind.Split:
                    open.Push(step.To);
                    open.Push(step.Or);
                    break;
                case PatternStepKind.Letter:
                    if (step.Letters.Meets(letter))
                    {
                        next.Add(step.To);
                    }

                    break;
                case PatternStepKind.Start when from.Before is Before.Start:
                case PatternStepKind.End when symbol >= LastLineFeed:
                case PatternStepKind.Boundary when isWordBefore != isWordNext:
                case PatternStepKind.NoBoundary when isWordBefore == isWordNext:
                    open.Push(step.To);
                    break;
                default:
                    break;
            }
        }

        Before before = isWordNext ? Before.Word : Before.Other;
        int[] steps = [.. next];
        StateKey key = new(steps, before);
        if (_states.TryGetValue(key, out State? known))
        {
            return known;
        }

        if (_states.Count >= MostStates)
        {
            _states = [];
        }

        State made = new(steps, before, _symbols.Count + 2);
        _states.Add(key, made);
        return made;
    }

    private sealed class State(int[] steps, Before before, int symbols)
    {
        /// <summary>The state behind which nothing more is asked.</summary>
        public static State Found { get; } = new([], Before.Other, 0);

        public int[] Steps => steps;

        public Before Before => before;

        public State?[] Next { get; } = new State?[symbols];
    }

    private readonly record struct StateKey(int[] Steps, Before Before)
    {
        public bool Equals(StateKey other) => Before == other.Before && Steps.AsSpan().SequenceEqual(other.Steps);

        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Before);
            hash.AddBytes(MemoryMarshal.AsBytes(Steps.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
