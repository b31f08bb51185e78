// What an expression may be: a set of atoms.
namespace Assay.Code.Values;

/// <summary>
/// What an expression may be: the union of all that flows there. Containers are what they hold. The empty value is what carries nothing: numbers, None.
/// </summary>
internal sealed class Value
{
    private readonly Atom[] _atoms;

    private Value(Atom[] atoms) => _atoms = atoms;

    /// <summary>What is computed from it, once that was asked for.</summary>
    public Value? Derived { get; set; }

    /// <summary>Nothing.</summary>
    public static Value None { get; } = new([]);

    /// <summary>The atoms, by their numbers.</summary>
    public ReadOnlySpan<Atom> Atoms => _atoms;

    /// <summary>How many atoms there are.</summary>
    public int Count => _atoms.Length;

    /// <summary>Whether there are none.</summary>
    public bool IsNone => _atoms.Length == 0;

    /// <summary>Whether anything in it comes from a caller.</summary>
    public bool IsTainted => Array.Exists(_atoms, a => a.IsOrigin);

    /// <summary>One thing.</summary>
    public static Value Of(Atom atom) => atom.Value;

    /// <summary>One thing, for <see cref="Atom.Value"/>.</summary>
    public static Value Single(Atom atom) => new([atom]);

    /// <summary>Several things.</summary>
    public static Value Of(IEnumerable<Atom> atoms)
    {
        Atom[] sorted = [.. atoms];
        if (sorted.Length < 2)
            return sorted.Length == 0 ? None : sorted[0].Value;

        Array.Sort(sorted, AtomOrder.Instance);
        int count = 1;
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] != sorted[count - 1])
                sorted[count++] = sorted[i];
        }

        return count == 1 ? sorted[0].Value : new Value(count == sorted.Length ? sorted : sorted[..count]);
    }

    /// <summary>This and another one.</summary>
    public Value Union(Value other)
    {
        if (other.IsNone || ReferenceEquals(this, other))
            return this;

        if (IsNone)
            return other;

        int common = 0;
        for (int i = 0, j = 0; i < _atoms.Length && j < other._atoms.Length;)
        {
            int difference = _atoms[i].Id - other._atoms[j].Id;
            common += difference == 0 ? 1 : 0;
            i += difference <= 0 ? 1 : 0;
            j += difference >= 0 ? 1 : 0;
        }

        if (common == other._atoms.Length)
            return this;

        if (common == _atoms.Length)
            return other;

        Atom[] union = new Atom[_atoms.Length + other._atoms.Length - common];
        int left = 0;
        int right = 0;
        for (int at = 0; at < union.Length; at++)
        {
            int difference = left == _atoms.Length ? 1 : right == other._atoms.Length ? -1 : _atoms[left].Id - other._atoms[right].Id;
            union[at] = difference <= 0 ? _atoms[left] : other._atoms[right];
            left += difference <= 0 ? 1 : 0;
            right += difference >= 0 ? 1 : 0;
        }

        return new Value(union);
    }

    /// <summary>Whether an atom of that kind is in it.</summary>
    public bool Has(AtomKind kind) => Array.Exists(_atoms, a => a.Kind == kind);

    /// <summary>Whether an atom is in it.</summary>
    public bool Contains(Atom atom) => Array.BinarySearch(_atoms, atom, AtomOrder.Instance) >= 0;

    /// <summary>The one constant text that it is; null where it may be anything else.</summary>
    public string? ConstantText => _atoms is [{ Kind: AtomKind.Text } text] ? text.Text : null;

    /// <summary>The atoms that fit.</summary>
    public Value Where(Predicate<Atom> fits)
    {
        Atom[] left = Array.FindAll(_atoms, fits);
        return left.Length == _atoms.Length ? this : left.Length == 0 ? None : new Value(left);
    }
}

/// <summary>The order of atoms in a value.</summary>
internal sealed class AtomOrder : IComparer<Atom>
{
    /// <summary>The order.</summary>
    public static AtomOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(Atom? x, Atom? y) => x!.Id.CompareTo(y!.Id);
}
