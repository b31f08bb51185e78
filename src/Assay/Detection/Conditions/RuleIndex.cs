// Finds the patterns that a fact may fit without trying every rule.
using System.Buffers.Binary;
using System.Text;
using Assay.Bytes;
using Assay.Detection.Facts;

namespace Assay.Detection.Conditions;

/// <summary>A pattern and what it belongs to: a rule's subject, or a clause.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Alternative">The alternative whose subject it is, or null.</param>
/// <param name="Clause">The clause that it is a part of, or null.</param>
internal sealed record PatternUse(FactPattern Pattern, RuleEntry Rule, RuleAlternative? Alternative, FactClause? Clause);

/// <summary>
/// The patterns of all rules by kind and, where they ask for equality, by value: a fact meets those that name its value and the few that no
/// value tells, never all. It lies in bytes (<see cref="RuleIndexWriter"/>), which the build has made for the rules of the program: of a kind that no fact has nothing is
/// read, and of the rules only those are made that a fact may fit.
/// </summary>
internal sealed class RuleIndex
{
    /// <summary>Stands for no list of patterns.</summary>
    public const int None = -1;

    private readonly EmbeddedBytes _bytes;
    private readonly RuleStore _rules;
    private readonly PatternUse[]?[] _lists;
    private readonly Dictionary<string, Lazy<KindIndex>> _kinds = new(StringComparer.Ordinal);

    /// <summary>An index that begins at a place of bytes.</summary>
    public RuleIndex(EmbeddedBytes bytes, int start, RuleStore rules)
    {
        _bytes = bytes;
        _rules = rules;
        int at = start;
        _lists = new PatternUse[]?[Number(ref at)];
        OfBundles = new int[Number(ref at)];
        for (int i = 0; i < OfBundles.Length; i++)
            OfBundles[i] = Number(ref at);

        for (int left = Number(ref at); left > 0; left--)
        {
            int length = Number(ref at);
            string kind = Encoding.UTF8.GetString(_bytes.Read(at, length));
            at += length;
            int part = start + Number(ref at), size = Number(ref at);
            _kinds.Add(kind, new(() => new KindIndex(this, FactKinds.Find(kind)!, _bytes.Read(part, size))));
        }
    }

    /// <summary>The rules that take the facts of a bundle together.</summary>
    public int[] OfBundles { get; }

    /// <summary>Whether some rule asks for facts of a kind.</summary>
    public bool Asks(FactKind kind) => _kinds.ContainsKey(kind.Name);

    /// <summary>Adds the patterns that the fact fits to <paramref name="found"/>.</summary>
    public void Match(FactKind kind, object fact, MatchContext context, List<PatternUse> found)
    {
        if (_kinds.TryGetValue(kind.Name, out Lazy<KindIndex>? index))
            index.Value.Match(fact, context, found);
    }

    /// <summary>The order of values in a table.</summary>
    public static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text)
            hash = (hash ^ c) * 16777619;

        return hash;
    }

    private int Number(ref int at)
    {
        Span<byte> four = stackalloc byte[4];
        _bytes.Read(at, four);
        at += 4;
        return BinaryPrimitives.ReadInt32LittleEndian(four);
    }

    /// <summary>The patterns for the facts of one kind.</summary>
    private sealed class KindIndex
    {
        private readonly RuleIndex _whole;
        private readonly byte[] _bytes;
        private readonly int _others;
        private readonly (FactField Field, int Longest, int Count, int At)[] _keyed;

        public KindIndex(RuleIndex whole, FactKind kind, byte[] bytes)
        {
            _whole = whole;
            _bytes = bytes;
            _others = Number(0);
            _keyed = new (FactField, int, int, int)[Number(4)];
            for (int i = 0, at = 8; i < _keyed.Length; i++, at += 16)
                _keyed[i] = (kind.Fields[Number(at)], Number(at + 4), Number(at + 8), Number(at + 12));
        }

        public void Match(object fact, MatchContext context, List<PatternUse> found)
        {
            foreach ((FactField field, int longest, int count, int at) in _keyed)
            {
                FieldValue value = field.Read(fact);
                if (value.Exists && value.Text.Length <= longest && Find(value.Text, count, at) is >= 0 and int list)
                    Try(list, fact, context, found);
            }

            if (_others != None)
                Try(_others, fact, context, found);
        }

        /// <summary>Where the list of the patterns lies that ask for a value; <see cref="None"/> where none does.</summary>
        private int Find(string text, int count, int at)
        {
            uint hash = Hash(text);
            int low = 0, high = count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = (uint)Number(at + (12 * middle)) < hash ? (middle + 1, high) : (low, middle);
            }

            for (; low < count && (uint)Number(at + (12 * low)) == hash; low++)
            {
                int value = Number(at + (12 * low) + 4);
                if (Encoding.UTF8.GetString(_bytes, value + 4, Number(value)) == text)
                    return Number(at + (12 * low) + 8);
            }

            return None;
        }

        private void Try(int list, object fact, MatchContext context, List<PatternUse> found)
        {
            foreach (PatternUse use in Uses(list))
            {
                if (!context.Budget.Take(1))
                    return;

                if (use.Pattern.Holds(fact, context))
                    found.Add(use);
            }
        }

        /// <summary>The patterns of a list: its number among all lists, how many there are, and of each the rule and which of its patterns it is.</summary>
        private PatternUse[] Uses(int list)
        {
            ref PatternUse[]? made = ref _whole._lists[Number(list)];
            if (Volatile.Read(ref made) is { } known)
                return known;

            PatternUse[] uses = new PatternUse[Number(list + 4)];
            for (int i = 0, at = list + 8; i < uses.Length; i++, at += 8)
                uses[i] = _whole._rules[Number(at)].Uses[Number(at + 4)];

            Volatile.Write(ref made, uses);
            return uses;
        }

        private int Number(int at) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));
    }
}
