// The classes that a file makes, with the members that it puts into them later.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// The classes that a file makes. Makers of classes often get a name and bases only, and the members come by a later call (<c>_class_setstate</c>, <c>setattr</c>, the slots of a state): whoever
/// asks for a class gets it with all of them.
/// </summary>
internal sealed class MadeClasses(MeaningReader meanings)
{
    private const int MostFills = 4096;
    private const int MostBases = 256;
    private readonly Dictionary<string, List<ValueShape>> _fills = new(StringComparer.Ordinal);
    private readonly Dictionary<ValueShape, ValueShape> _merged = new(ReferenceEqualityComparer.Instance);
    private int _count;

    /// <summary>Whether there was more than is looked at.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Notes that a use puts members into a class.</summary>
    public void Notice(CallableFact fact, KnownPath name)
    {
        if (fact.Use is CallableUse.State)
        {
            // What slots hold is set on the class itself.
            if (fact is { Target: { } target, Arguments: [{ Kind: ShapeKind.Tuple, Items: [_, { Kind: ShapeKind.Dict } slots] }] } && meanings.Of(target) is Meaning.MadeClass)
                Add(target, slots);

            return;
        }

        if (fact.Use is not CallableUse.Called || name.Entry is not { IsDerived: false } entry)
            return;

        // Where a class is asked for less is kept of it than where it is made.
        if (entry.Returns is { Kind: ReturnKind.Class, First: { Kind: SourceKind.Argument, Index: var at } } && at < fact.Arguments.Count)
            Add(new ValueShape(ShapeKind.Result, fact.Resolved) { Items = fact.Arguments }, fact.Arguments[at]);

        if (fact.Arguments is not [{ Kind: ShapeKind.Result or ShapeKind.Instance } type, ..])
            return;

        bool fills = entry.Returns is { Kind: ReturnKind.Argument, First.Index: 0 } && entry.Call.Any(e => e.Kind is EffectKind.MakeClass);
        if (!fills && !entry.Call.Any(e => e.Kind is EffectKind.SetAttribute))
            return;

        if (fills)
        {
            foreach (ValueShape members in fact.Arguments.Skip(1))
            {
                foreach (ValueShape part in members.Kind is ShapeKind.Tuple or ShapeKind.List ? members.Items : [members])
                    Add(type, part);
            }
        }
        else if (fact.Arguments is [_, { Kind: ShapeKind.Str } key, var value, ..] && meanings.Of(type) is Meaning.MadeClass)
        {
            Add(type, new ValueShape(ShapeKind.Dict) { Items = [key, value] });
        }
    }

    /// <summary>The members of a class, with what was put into it later.</summary>
    public ValueShape Members(ValueShape made, ValueShape own)
    {
        if (_count == 0 || own.Kind is not (ShapeKind.Dict or ShapeKind.None))
            return own;

        if (_merged.TryGetValue(made, out ValueShape? known))
            return known;

        // Where a class is only outlined it may be any of its maker's.
        string key = KeyOf(made);
        ValueShape[] fills = [.. !IsOutline(made) ? _fills.GetValueOrDefault(key) ?? [] : _fills.Where(f => f.Key.StartsWith(key, StringComparison.Ordinal)).SelectMany(f => f.Value)];
        ValueShape merged = fills.Length == 0 ? own : Merged(own, fills);
        if (_merged.Count < MostFills)
            _merged.Add(made, merged);

        return merged;
    }

    /// <summary>Whether of a call that makes a class nothing is shown that tells which.</summary>
    public static bool IsOutline(ValueShape made) => made.Elided && !made.Items.Any(i => i.Kind is ShapeKind.Str);

    /// <summary>What stands under a name in a class that the file makes, or in the classes of the file that it is made from.</summary>
    public IEnumerable<ValueShape> Named(Meaning type, string name)
    {
        foreach (Meaning.MadeClass made in WithBases(type))
        {
            foreach ((string entry, ValueShape value) in HookJudge.Entries(made.Members))
            {
                if (entry == name)
                    yield return value;
            }
        }
    }

    /// <summary>Whether objects of a class that the file makes are classes.</summary>
    public bool IsMetaclass(Meaning type) => WithBases(type).Any(m => m.Bases.Take(MostBases).Any(b =>
        meanings.Of(b) is Meaning.Named { Name.Entry: { Kind: NameKind.Class } entry } && entry.New.Any(e => e.Kind is EffectKind.MakeClass)));

    /// <summary>The class that the file makes and of which a class is an object; null where it makes none.</summary>
    public Meaning.MadeClass? MetaclassOf(Meaning.MadeClass made) => made.Shape is { Items: [{ Kind: ShapeKind.Result or ShapeKind.Instance } first, ..] } ? meanings.Of(first) as Meaning.MadeClass : null;

    private IEnumerable<Meaning.MadeClass> WithBases(Meaning type)
    {
        Stack<Meaning> open = new([type]);
        for (int seen = 0; open.TryPop(out Meaning? next); seen++)
        {
            IsCut |= seen == MostBases;
            if (seen == MostBases)
                yield break;

            if (next is not Meaning.MadeClass made)
                continue;

            IsCut |= made.Bases.Count > MostBases;

            yield return made;
            foreach (ValueShape parent in made.Bases.Take(MostBases))
                open.Push(meanings.Of(parent));
        }
    }

    /// <summary>What was put in later, and of the rest what is not among it.</summary>
    private static ValueShape Merged(ValueShape own, ValueShape[] fills)
    {
        List<ValueShape> items = [.. fills.SelectMany(Pairs)];
        HashSet<string> names = [.. items.Where((k, i) => i % 2 == 0 && k.Kind is ShapeKind.Str).Select(k => k.Text)];
        for (int i = 0; i + 1 < own.Items.Count; i += 2)
        {
            if (own.Items[i].Kind is not ShapeKind.Str || !names.Contains(own.Items[i].Text))
                items.AddRange([own.Items[i], own.Items[i + 1]]);
        }

        return new ValueShape(ShapeKind.Dict) { Items = items, Elided = own.Elided || fills.Any(f => f.Elided) };
    }

    // Where a dictionary was cut, a trace of what is missing may stand in the place of a pair.
    private static IEnumerable<ValueShape> Pairs(ValueShape dictionary) => dictionary.Items.Take(dictionary.Items.Count & ~1);

    private void Add(ValueShape type, ValueShape members)
    {
        if (members is not { Kind: ShapeKind.Dict, Items.Count: > 0 } || meanings.Of(type) is not Meaning.MadeClass { Shape: { } made })
            return;

        IsCut |= _count == MostFills;
        if (_count++ >= MostFills)
            return;

        _merged.Clear();
        string key = KeyOf(made);
        if (!_fills.TryGetValue(key, out List<ValueShape>? fills))
            _fills.Add(key, fills = []);

        fills.Add(members);
    }

    /// <summary>What tells a class from others: its maker and the texts that it got (name, identity). Classes that have the same ones are taken for one, with the members of all.</summary>
    private static string KeyOf(ValueShape made) => $"{made.Text} {string.Join(' ', made.Items.Where(i => i.Kind is ShapeKind.Str).Select(i => i.Text))}";
}
