// Classes: the order of their bases, and their members.
using Assay.Code.Scopes;
using Assay.Code.Values;

namespace Assay.Code.Flow;

/// <summary>Finds the order in which the members of classes are looked for, and the members.</summary>
internal sealed class ClassTable(CodeBase code)
{
    private const int MostBases = 256;

    /// <summary>Bases of the language itself, which have no members that act.</summary>
    private static readonly HashSet<string> s_plain = new(StringComparer.Ordinal)
    {
        "builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol", "typing.NamedTuple", "typing.TypedDict", "typing_extensions.TypedDict",
        "builtins.dict", "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.str", "builtins.int", "builtins.float", "builtins.bytes", "builtins.bytearray",
        "builtins.complex", "builtins.type", "builtins.property", "abc.ABCMeta",
    };

    /// <summary>Whether the bases of all classes are known: before, what is not found may still come.</summary>
    public bool IsSettled { get; set; }

    /// <summary>The classes of objects that a <c>__new__</c> may give back in place of one of its own class, and that are of its kind: their <c>__init__</c> runs.</summary>
    public IReadOnlyList<ClassInfo> MadeBeside(ClassInfo type, Value made) =>
        [.. made.Atoms.ToArray().Where(a => a.Kind is AtomKind.Instance && a.Class != type && Order(a.Class).Contains(type)).Select(a => a.Class).Distinct()];

    /// <summary>The classes in which members of a class are looked for, itself first.</summary>
    public IReadOnlyList<ClassInfo> Order(ClassInfo type)
    {
        if (type.Order is { } known)
            return known;

        // Depth first, with what is a base of several at its last place: the order of CPython where it has one, and an order where it has none.
        List<ClassInfo> found = [];
        List<string> foreign = [];
        bool unknown = false;
        Stack<ClassInfo> open = new([type]);
        for (int step = 0; step < 4 * MostBases && found.Count < MostBases && open.TryPop(out ClassInfo? next); step++)
        {
            found.Remove(next);
            found.Add(next);
            for (int i = next.Bases.Length - 1; i >= 0; i--)
                Bases(next, next.Bases[i], open, foreign, ref unknown);
        }

        if (IsSettled)
        {
            type.Order = found;
            type.ForeignBases = foreign;
            type.HasUnknownBase = unknown;
        }

        return found;
    }

    private static void Bases(ClassInfo type, Value bases, Stack<ClassInfo> open, List<string> foreign, ref bool unknown)
    {
        bool any = false;
        foreach (Atom atom in bases.Atoms)
        {
            if (atom.Kind is AtomKind.Class && atom.Class != type)
            {
                // A base that names itself further up is a union of branches; it counts once.
                any = true;
                if (open.Count < MostBases)
                    open.Push(atom.Class);
            }
            else if (atom.Kind is AtomKind.Foreign)
            {
                any = true;
                if (!foreign.Contains(atom.Text))
                    foreign.Add(atom.Text);
            }
        }

        unknown |= !any || bases.Has(AtomKind.Unknown) || bases.IsTainted;
    }

    /// <summary>The member of a class under a name: a variable of it or of a base.</summary>
    public Variable? Member(ClassInfo type, string name, ClassInfo? behind = null)
    {
        bool isBehind = behind is null;
        foreach (ClassInfo owner in Order(type))
        {
            if (isBehind && owner.Scope.Variables.TryGetValue(name, out Variable? member))
                return member;

            isBehind |= owner == behind;
        }

        return null;
    }

    /// <summary>What the metaclass of a class may be: its own one, or that of a base.</summary>
    public Value Metaclass(ClassInfo type)
    {
        Value all = Value.None;
        foreach (ClassInfo owner in Order(type))
            all = all.Union(owner.Metaclass);

        return all;
    }

    /// <summary>Whether members that the source does not show may exist: some base is not known.</summary>
    public bool MayHaveMore(ClassInfo type)
    {
        Order(type);
        return type.HasUnknownBase || type.ForeignBases.Any(b => !IsPlain(b));
    }

    /// <summary>Whether a base without source has no members that act: it is one of the language, or known to do nothing.</summary>
    public bool IsPlain(string path) => s_plain.Contains(path) || code.Known(path) is { IsHarmful: false, IsDerived: false } || path.EndsWith("Error", StringComparison.Ordinal) || path.EndsWith("Exception", StringComparison.Ordinal);

    /// <summary>Whether a class comes from an enumeration: calling it finds a member.</summary>
    public bool IsEnumeration(ClassInfo type)
    {
        foreach (ClassInfo owner in Order(type))
        {
            if (owner.Module.Name is "enum")
                return true;
        }

        return type.ForeignBases.Any(b => b.StartsWith("enum.", StringComparison.Ordinal));
    }
}
