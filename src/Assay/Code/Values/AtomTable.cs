// The atoms and values of one analysis, each once.
using System.Runtime.InteropServices;
using Assay.Code.Scopes;

namespace Assay.Code.Values;

/// <summary>The atoms and values of one analysis, each once, so that equal values are compared and united by their numbers.</summary>
internal sealed class AtomTable
{
    /// <summary>Unions that are remembered; a power of two.</summary>
    private const int Remembered = 1 << 16;

    private readonly Dictionary<(AtomKind, object, ClassInfo?), Atom> _atoms = [];
    private readonly Dictionary<Origin, Atom> _origins = [];
    private readonly Dictionary<int, Value> _values = [];
    private readonly Dictionary<int, List<Value>> _more = [];
    private readonly (long Pair, Value? Union)[] _unions = new (long, Value?)[Remembered];
    private int _count;

    /// <summary>How many values there are.</summary>
    public int Values => _count;

    /// <summary>The atom of that kind.</summary>
    public Atom this[AtomKind kind, object target, ClassInfo? self = null]
    {
        get
        {
            ref Atom? atom = ref CollectionsMarshal.GetValueRefOrAddDefault(_atoms, (kind, target, self), out _);
            return atom ??= new Atom(this, _atoms.Count + _origins.Count, kind, target, self);
        }
    }

    /// <summary>The atom of an origin.</summary>
    public Atom this[Origin origin]
    {
        get
        {
            ref Atom? atom = ref CollectionsMarshal.GetValueRefOrAddDefault(_origins, origin, out _);
            return atom ??= new Atom(this, _atoms.Count + _origins.Count, AtomKind.Origin, origin, null);
        }
    }

    /// <summary>The value of atoms that stand in order, each once.</summary>
    public Value Of(ReadOnlySpan<Atom> atoms)
    {
        HashCode hash = default;
        foreach (Atom atom in atoms)
            hash.Add(atom.Id);

        int number = hash.ToHashCode();
        ref Value? first = ref CollectionsMarshal.GetValueRefOrAddDefault(_values, number, out bool exists);
        if (!exists)
            return first = new Value(++_count, atoms.ToArray());

        if (first!.Atoms.SequenceEqual(atoms))
            return first;

        if (!_more.TryGetValue(number, out List<Value>? more))
            _more.Add(number, more = []);

        foreach (Value value in more)
        {
            if (value.Atoms.SequenceEqual(atoms))
                return value;
        }

        more.Add(new Value(++_count, atoms.ToArray()));
        return more[^1];
    }

    /// <summary>The union of two values, neither of them empty.</summary>
    public Value Union(Value left, Value right)
    {
        if (left.Id > right.Id)
            (left, right) = (right, left);

        long pair = ((long)left.Id << 32) | (uint)right.Id;
        ref (long Pair, Value? Union) place = ref _unions[(uint)((left.Id * 0x9E3779B1) ^ ((uint)right.Id * 0x85EBCA6B)) >> 16];
        if (place.Pair != pair || place.Union is null)
            place = (pair, Merge(left.Atoms, right.Atoms, left, right));

        return place.Union;
    }

    private Value Merge(ReadOnlySpan<Atom> left, ReadOnlySpan<Atom> right, Value leftValue, Value rightValue)
    {
        Atom[] all = new Atom[left.Length + right.Length];
        int count = 0;
        int i = 0;
        int j = 0;
        while (i < left.Length || j < right.Length)
        {
            int difference = i == left.Length ? 1 : j == right.Length ? -1 : left[i].Id - right[j].Id;
            all[count++] = difference <= 0 ? left[i] : right[j];
            i += difference <= 0 ? 1 : 0;
            j += difference >= 0 ? 1 : 0;
        }

        return count == left.Length ? leftValue : count == right.Length ? rightValue : Of(all.AsSpan(0, count));
    }
}
