// Reads what callables do: sets of names with one reason and the same effects.
using Assay.Effects;

namespace Assay.Detection.Packs;

/// <summary>Reads one set of names with their effects.</summary>
internal static class EffectSetParser
{
    public static void Read(PackNode node, EffectListing listing)
    {
        Dictionary<string, PackNode> fields = node.AsMap("a set").ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        PackNode? Take(string name) => fields.Remove(name, out PackNode? value) ? value : null;
        PackNode Need(string name) => Take(name) ?? throw node.Error($"the set has no '{name}'.");

        EffectOrigin origin = new(Need("set").AsText("set"), Need("reason").AsText("reason"), Take("references")?.AsTexts("references") ?? []);
        PackNode? kind = Take("kind");
        IReadOnlyList<Effect> call = Take("call") is { } called ? Effects(called) : [];
        PackNode? made = Take("new");
        PackNode? weight = Take("imported");
        EffectEntry entry = new()
        {
            Kind = kind is null ? NameKind.Function : kind.AsChoice<NameKind>("kind"),
            Origin = origin,
            Call = call,
            New = made is null ? [] : made.Text is "same" ? call : Effects(made),
            Returns = Take("returns") is { } returns ? EffectText.ParseReturn(returns.AsText("returns")) ?? throw returns.Error($"'{returns.Text}' is nothing that a call returns.") : EffectReturn.Unknown,
            Imported = weight is not null
                ? weight.AsChoice<ReferenceWeight>("imported")
                : call.Any(e => EffectKinds.IsHarm(e.Kind)) ? ReferenceWeight.Suspicious : ReferenceWeight.None,
            MembersHarmless = Take("members") is { } members && (members.Text is "harmless" ? true : throw members.Error("'members' can only be 'harmless'.")),
        };
        bool replaces = Take("replaces") is { } replacing && replacing.AsFlag("replaces");
        PackNode? methods = Take("methods");
        PackNode? owners = methods is null ? null : Need("of-sets");
        PackNode? names = methods is null ? Need("names") : Take("names");
        foreach ((string name, PackNode value) in fields)
            throw value.Error($"'{name}' is not a field of a set.");

        ListedSet set = new(origin, node.Place, [.. call.Where(e => EffectKinds.IsHarm(e.Kind)).Select(e => EffectKinds.Capability(e.Kind)).Distinct()]);
        listing.Sets.Add(set);
        if (methods is not null)
            AddMethods(listing, methods, owners!, entry, set);

        if (names is not null && !Add(listing, names, entry, set, kind is null, replaces) && replaces)
            throw node.Error($"the set '{origin.Id}' replaces nothing: no earlier pack lists one of its names.");
    }

    /// <summary>Lists the methods that all classes of other sets have: what a library's classes have from their common base, which is native code.</summary>
    private static void AddMethods(EffectListing listing, PackNode methods, PackNode owners, EffectEntry entry, ListedSet set)
    {
        IReadOnlyList<string> named = methods.AsTexts("methods");
        foreach (string owner in owners.AsTexts("of-sets"))
        {
            foreach (string type in (listing.NamesOf(owner) ?? throw owners.Error($"no set before this one is called '{owner}'.")).ToArray())
            {
                foreach (string method in named)
                    listing.Add("", $"{type}.{method}", entry, set);
            }
        }
    }

    /// <summary>Lists names; true where one stood in a set that this one replaces.</summary>
    private static bool Add(EffectListing listing, PackNode names, EffectEntry entry, ListedSet set, bool byForm, bool replaces)
    {
        bool replaced = false;
        foreach ((string module, PackNode list) in names.AsMap("names"))
        {
            foreach (string name in list.AsTexts("names"))
            {
                // The form of a name tells classes from functions where the set does not; a pattern leaves that to the name that is looked up.
                EffectEntry named = byForm && !name.Contains('*', StringComparison.Ordinal) && NameConvention.IsClass(name) ? entry with { Kind = NameKind.Class } : entry;
                if (listing.Add(module, name, named, set) is not { } known || ReferenceEquals(known, set))
                    continue;

                replaced = replaces && known.Place.File != set.Place.File
                    ? true
                    : throw list.Error($"'{module}.{name}' is also in the set '{known.Origin.Id}' of {known.Place}; 'replaces: yes' in a set of a later pack takes its place.");
            }
        }

        return replaced;
    }

    private static List<Effect> Effects(PackNode node)
    {
        List<Effect> effects = [];
        foreach (string text in node.AsTexts("effects"))
        {
            if (text is not "none")
                effects.Add(EffectText.Parse(text) ?? throw node.Error($"'{text}' is no effect: {string.Join(", ", EffectKinds.Names)}, then what it comes from."));
        }

        return effects;
    }
}
