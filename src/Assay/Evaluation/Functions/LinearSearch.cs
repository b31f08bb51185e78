// Finds one text in another in time that grows with both lengths alone.
namespace Assay.Evaluation.Functions;

/// <summary>
/// Finds one text in another. What the runtime has is quick on ordinary texts, and takes the product of both lengths where nearly all places look
/// alike; long parts are therefore found by the method of Knuth, Morris and Pratt, which never goes back.
/// </summary>
internal static class LinearSearch
{
    /// <summary>Up to this length of the part, comparing anew at each place costs no more than the other way.</summary>
    private const int ShortPart = 32;

    /// <summary>Where <paramref name="part"/> begins for the first time, or -1.</summary>
    public static int First(ReadOnlySpan<char> text, ReadOnlySpan<char> part) =>
        part.IsEmpty ? 0 : All(text, part) is var places && places.MoveNext() ? places.Current : -1;

    /// <summary>Where <paramref name="part"/> begins for the last time, or -1.</summary>
    public static int Last(ReadOnlySpan<char> text, ReadOnlySpan<char> part) =>
        part.IsEmpty ? text.Length : All(text, part, back: true) is var places && places.MoveNext() ? places.Current : -1;

    /// <summary>
    /// Where <paramref name="part"/>, which is not empty, begins, one place after the other without overlaps; from the end where
    /// <paramref name="back"/>.
    /// </summary>
    public static Places All(ReadOnlySpan<char> text, ReadOnlySpan<char> part, bool back = false) =>
        new(text, part, part.Length <= ShortPart || part.Length > text.Length ? [] : Borders(part, back), back);

    /// <summary>For each length of a beginning of the part, how long its longest border is: an end of it that is a beginning as well.</summary>
    private static int[] Borders(ReadOnlySpan<char> part, bool back)
    {
        int[] borders = new int[part.Length];
        for (int i = 1, border = 0; i < part.Length; i++)
        {
            char c = At(part, i, back);
            while (border > 0 && At(part, border, back) != c)
            {
                border = borders[border - 1];
            }

            border += At(part, border, back) == c ? 1 : 0;
            borders[i] = border;
        }

        return borders;
    }

    private static char At(ReadOnlySpan<char> text, int index, bool back) => text[back ? text.Length - 1 - index : index];

    /// <summary>The places at which a part begins.</summary>
    public ref struct Places
    {
        private readonly ReadOnlySpan<char> _text;
        private readonly ReadOnlySpan<char> _part;
        private readonly ReadOnlySpan<int> _borders;
        private readonly bool _back;
        private int _at;

        internal Places(ReadOnlySpan<char> text, ReadOnlySpan<char> part, ReadOnlySpan<int> borders, bool back)
        {
            _text = text;
            _part = part;
            _borders = borders;
            _back = back;
            _at = 0;
            Current = -1;
        }

        /// <summary>The place.</summary>
        public int Current { get; private set; }

        /// <summary>The places themselves.</summary>
        public readonly Places GetEnumerator() => this;

        /// <summary>Goes to the next place.</summary>
        public bool MoveNext()
        {
            if (_borders.IsEmpty)
            {
                // What was looked at lies on the side from which the search comes.
                int found = _back ? _text[..^_at].LastIndexOf(_part) : _text[_at..].IndexOf(_part);
                Current = found < 0 ? -1 : _back ? found : _at + found;
                _at = found < 0 ? _text.Length : _back ? _text.Length - found : Current + _part.Length;
                return found >= 0;
            }

            for (int matched = 0; _at < _text.Length;)
            {
                char c = At(_text, _at++, _back);
                while (matched > 0 && At(_part, matched, _back) != c)
                {
                    matched = _borders[matched - 1];
                }

                matched += At(_part, matched, _back) == c ? 1 : 0;
                if (matched == _part.Length)
                {
                    Current = _back ? _text.Length - _at : _at - matched;
                    return true;
                }
            }

            return false;
        }
    }
}
