// Reads the parts of a pack that say what callables do.
namespace Assay.Detection.Packs;

/// <summary>Reads groups of callables, dangerous attributes, hooks and the words of carried code.</summary>
internal static class CallableParser
{
    public static bool TryRead(string key, PackNode value, CallableTable table)
    {
        switch (key)
        {
            case "dangerous-attributes":
                table.DangerousAttributes.UnionWith(value.AsTexts(key));
                return true;
            case "hooks":
                table.Hooks.UnionWith(value.AsTexts(key));
                return true;
            case "code-words":
                foreach ((string grade, PackNode words) in value.AsMap(key))
                {
                    if (grade is not ("harmful" or "suspicious"))
                        throw words.Error($"'{grade}' is no grade: harmful, suspicious.");

                    table.CodeWords.AddRange(words.AsTexts(grade).Select(w => (grade, w.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
                }

                return true;
            case "command-texts":
                table.CommandTexts.AddRange(value.AsTexts(key));
                return true;
            default:
                return false;
        }
    }

    public static void ReadGroup(PackNode node, CallableTable table)
    {
        Dictionary<string, PackNode> fields = node.AsMap("a group").ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        string? Take(string name) => fields.Remove(name, out PackNode? value) ? value.AsText(name) : null;
        string Need(string name) => Take(name) ?? throw node.Error($"the group has no '{name}'.");

        string id = Need("group");
        string kind = Need("is");
        CallableKind known = kind switch
        {
            "benign" => CallableKind.Benign,
            "trampoline" => CallableKind.Trampoline,
            "code-carrier" => CallableKind.CodeCarrier,
            _ => CallableKind.Harmful,
        };
        if (!fields.Remove("names", out PackNode? names))
            throw node.Error("the group has no 'names'.");

        CallableGroup group = new()
        {
            Id = id,
            Kind = known,
            Capability = known is CallableKind.Harmful ? kind : Take("capability") ?? "",
            Reason = Need("reason"),
            Check = Take("check") is { } check ? RuleParser.Choose<ArgumentCheck>(node, "check", check) : ArgumentCheck.Any,
            Folding = Take("folds") is { } folds ? RuleParser.Choose<Folding>(node, "folding", folds) : Folding.None,
            Imported = Take("imported") is { } weight
                ? RuleParser.Choose<ImportWeight>(node, "weight of an import", weight)
                : known is CallableKind.Harmful ? ImportWeight.Suspicious : ImportWeight.None,
            NewActs = Take("new") is { } acts && (acts is "acts" ? true : throw node.Error("'new' can only be 'acts'.")),
            ResultCarriesCode = Take("result") is { } result && (result is "carries-code" ? true : throw node.Error("'result' can only be 'carries-code'.")),
            References = fields.Remove("references", out PackNode? references) ? references.AsTexts("references") : [],
            Replaces = fields.Remove("replaces", out PackNode? replaces) && FieldTestParser.YesOrNo(replaces, "replaces"),
            Place = node.Place,
        };
        foreach ((string name, PackNode value) in fields)
            throw value.Error($"'{name}' is not a field of a group.");

        table.Groups.Add(group);
        bool replaced = false;
        foreach ((string module, PackNode list) in names.AsMap("names"))
        {
            foreach (string name in list.AsTexts("names"))
            {
                if (name.Length > 1 && name.StartsWith('$') && name is not ("$class" or "$support"))
                    throw list.Error($"'{name}' is no pattern: $class, $support.");

                replaced |= Add(table, module, name, group, list);
            }
        }

        if (group.Replaces && !replaced)
            throw node.Error($"the group '{id}' replaces nothing: no earlier pack lists one of its names.");
    }

    /// <summary>Lists a name; true where it stood in a group that this one replaces.</summary>
    private static bool Add(CallableTable table, string module, string name, CallableGroup group, PackNode node)
    {
        if (table.Add(module, name, group) is not { } known || ReferenceEquals(known, group))
            return false;

        return group.Replaces && known.Place.File != group.Place.File
            ? true
            : throw node.Error($"'{module}.{name}' is also in the group '{known.Id}' of {known.Place}; 'replaces: yes' in a group of a later pack takes its place.");
    }
}
