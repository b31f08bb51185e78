// What an expression may be: a set of atoms.
namespace Assay.Code.Values;

/// <summary>
/// What an expression may be: the union of all that flows there. Containers are what they hold. The empty value is what carries nothing: numbers, None.
/// Equal values of one analysis are one object.
/// </summary>
internal sealed class Value
{
    private readonly Atom[] _atoms;

    /// <summary>A value; only <see cref="AtomTable"/> makes them.</summary>
    public Value(int id, Atom[] atoms)
    {
        Id = id;
        _atoms = atoms;
        foreach (Atom atom in atoms)
        {
            Kinds |= 1 << (int)atom.Kind;
            Objects += atom.Kind is AtomKind.Instance or AtomKind.ForeignInstance or AtomKind.Function or AtomKind.Class ? 1 : 0;
            HasGiven |= atom.IsOrigin && !atom.Origin.Derived;
        }
    }

    /// <summary>Its number.</summary>
    public int Id { get; }

    /// <summary>What is computed from it, once that was asked for.</summary>
    public Value? Derived { get; set; }

    /// <summary>What in it comes from callers, once that was asked for.</summary>
    public Value? Plain { get; set; }

    /// <summary>What is left of it where it is too much, once that was asked for.</summary>
    public Value? Limited { get; set; }

    /// <summary>Nothing.</summary>
    public static Value None { get; } = new(0, []);

    /// <summary>The atoms, by their numbers.</summary>
    public ReadOnlySpan<Atom> Atoms => _atoms;

    /// <summary>How many atoms there are.</summary>
    public int Count => _atoms.Length;

    /// <summary>The kinds of its atoms, a bit for each.</summary>
    public int Kinds { get; }

    /// <summary>How many objects, functions and classes are in it.</summary>
    public int Objects { get; }

    /// <summary>Whether there are none.</summary>
    public bool IsNone => _atoms.Length == 0;

    /// <summary>Whether anything in it comes from a caller.</summary>
    public bool IsTainted => Has(AtomKind.Origin);

    /// <summary>Whether anything in it is what a caller gave, and not only computed from that.</summary>
    public bool HasGiven { get; }

    /// <summary>One thing.</summary>
    public static Value Of(Atom atom) => atom.Value;

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

        return sorted[0].Table.Of(sorted.AsSpan(0, count));
    }

    /// <summary>This and another one.</summary>
    public Value Union(Value other)
    {
        if (other.IsNone || ReferenceEquals(this, other))
            return this;

        return IsNone ? other : _atoms[0].Table.Union(this, other);
    }

    /// <summary>Whether an atom of that kind is in it.</summary>
    public bool Has(AtomKind kind) => (Kinds & (1 << (int)kind)) != 0;

    /// <summary>Whether an atom is in it.</summary>
    public bool Contains(Atom atom) => Array.BinarySearch(_atoms, atom, AtomOrder.Instance) >= 0;

    /// <summary>The one constant text that it is; null where it may be anything else.</summary>
    public string? ConstantText => _atoms is [{ Kind: AtomKind.Text } text] ? text.Text : null;

    /// <summary>Whether an atom fits.</summary>
    public bool Any(Predicate<Atom> fits) => Array.Exists(_atoms, fits);

    /// <summary>The atoms that fit.</summary>
    public Value Where(Predicate<Atom> fits)
    {
        Atom[] left = Array.FindAll(_atoms, fits);
        return left.Length == _atoms.Length ? this : left.Length == 0 ? None : left[0].Table.Of(left);
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
