// The names that rules use for the members of an enumeration.
namespace Assay.Detection.Facts;

/// <summary>The names that rules use for the members of an enumeration: lower case, with hyphens.</summary>
internal static class EnumNames<T>
    where T : struct, Enum
{
    private static readonly T[] s_values = Enum.GetValues<T>();
    private static readonly string[] s_names = Array.ConvertAll(Enum.GetNames<T>(), Kebab);

    /// <summary>All names, in the order of the members.</summary>
    public static IReadOnlyList<string> All => s_names;

    /// <summary>The name of a member.</summary>
    public static string Of(T value) => s_names[Array.IndexOf(s_values, value)];

    /// <summary>The member of that name, or null.</summary>
    public static T? Find(string name) => Array.IndexOf(s_names, name) is >= 0 and int at ? s_values[at] : null;

    // A loop and no query: every start makes the names of all enumerations that rules ask.
    private static string Kebab(string name)
    {
        Span<char> kebab = stackalloc char[2 * name.Length];
        int length = 0;
        foreach (char c in name)
        {
            if (char.IsUpper(c) && length > 0)
                kebab[length++] = '-';

            kebab[length++] = char.ToLowerInvariant(c);
        }

        return new string(kebab[..length]);
    }
}
