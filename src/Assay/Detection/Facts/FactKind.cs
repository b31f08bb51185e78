// A kind of fact, as rules ask it.
namespace Assay.Detection.Facts;

/// <summary>A kind of fact under the name by which rules ask for it, with its fields; the first field is the one that a rule means by a bare value.</summary>
internal sealed class FactKind(string name, IReadOnlyList<FactField> fields)
{
    private readonly Dictionary<string, FactField> _byName = fields.ToDictionary(f => f.Name, StringComparer.Ordinal);

    public string Name { get; } = name;

    public IReadOnlyList<FactField> Fields { get; } = fields;

    /// <summary>The field that a bare value is about.</summary>
    public FactField Main => Fields[0];

    public FactField? Find(string field) => _byName.GetValueOrDefault(field);
}

/// <summary>The names that rules use for the members of an enumeration: lower case, with hyphens.</summary>
internal static class EnumNames<T>
    where T : struct, Enum
{
    /// <summary>All names, in the order of the members.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetNames<T>().Select(Kebab)];

    private static readonly Dictionary<T, string> s_names = Enum.GetValues<T>().Zip(All).ToDictionary(p => p.First, p => p.Second);

    public static string Of(T value) => s_names[value];

    /// <summary>The member of that name, or null.</summary>
    public static T? Find(string name)
    {
        foreach ((T value, string known) in s_names)
        {
            if (known == name)
            {
                return value;
            }
        }

        return null;
    }

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
