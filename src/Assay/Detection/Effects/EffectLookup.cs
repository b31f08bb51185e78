// Says what is known of a name, and from where: what a judgement of it rests on, for people.
using Assay.Detection.Packs;
using Assay.Effects;
using Assay.Effects.Packs;
using Assay.Python.Names;

namespace Assay.Detection.Effects;

/// <summary>What is known of one name.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Entry">What it does.</param>
/// <param name="ListedAs">The path or the pattern under which it is listed.</param>
/// <param name="From">Where that stands: a line of a rule pack, or an effect pack.</param>
internal sealed record FoundEffects(string Path, EffectEntry Entry, string ListedAs, string From);

/// <summary>What is known of a name that somebody asked for.</summary>
/// <param name="Written">As it was asked for.</param>
/// <param name="Path">The path that it stands for.</param>
/// <param name="Own">What is known of it, or null.</param>
/// <param name="IsStrict">Whether nothing may be assumed where nothing is known.</param>
/// <param name="Methods">What is known of the methods that Python or a loader calls by itself, or that opcodes call.</param>
internal sealed record EffectAnswer(string Written, string Path, FoundEffects? Own, bool IsStrict, IReadOnlyList<FoundEffects> Methods);

/// <summary>Says what is known of names.</summary>
internal static class EffectLookup
{
    /// <summary>The methods by which a loader, or Python on its behalf, enters an object, in the order in which people think of them.</summary>
    private static readonly string[] s_methods =
    [
        "__setstate__", "append", "extend", "__setitem__", "add", "__setattr__", "__call__", "__hash__", "__eq__", "__getattr__", "__getattribute__", "__iter__", "__next__",
        "__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__", "__reduce_ex__", "__repr__", "__del__",
    ];

    /// <summary>What is known of a dotted name.</summary>
    public static EffectAnswer Of(RuleSet rules, string name)
    {
        PathKnowledge names = new(rules.Callables);
        string path = names.Of(CanonicalName.Twin(name)).Path;
        KnownName found = rules.Callables.Knowledge.Find(path);
        List<FoundEffects> methods = [];
        foreach (string method in found.Entry is null or { Kind: NameKind.Class } ? s_methods : [])
        {
            // A method that is only covered by what is said of all members says nothing of its own.
            if (rules.Callables.Knowledge.Find($"{path}.{method}") is { Entry: { } entry, Place: { } place } && place.Owner == $"{path}.{method}")
                methods.Add(Found($"{path}.{method}", entry, place, rules));
        }

        return new EffectAnswer(name, path, found is { Entry: { } own, Place: { } at } ? Found(path, own, at, rules) : null, found.IsStrict, methods);
    }

    private static FoundEffects Found(string path, EffectEntry entry, KnownPlace place, RuleSet rules)
    {
        string listed = place.Pattern.Length == 0 ? place.Owner : place.Owner.Length == 0 ? place.Pattern : $"{place.Owner}.{place.Pattern}";
        string from = place.Store > 0 && rules.Callables.Knowledge.Stores[place.Store] is EffectPack pack
            ? $"{pack.Identity.Name} {pack.Identity.Version}".Trim()
            : SetPlace(rules.Packs, entry.Origin.Id);
        return new FoundEffects(path, entry, listed, from);
    }

    /// <summary>Where the rule packs give a set; what a later one says takes the place of an earlier one.</summary>
    private static string SetPlace(IReadOnlyList<RulePack> packs, string set)
    {
        foreach (RulePack pack in packs.Reverse())
        {
            PackNode? sets = pack.Content.Pairs?.Find(p => p.Key.Text == "effects").Value;
            if (sets?.Items?.Find(s => s.Pairs?.Exists(p => p.Key.Text == "set" && p.Value.Text == set) is true) is { } found)
                return found.Place.ToString();
        }

        return "";
    }
}
