// Which values of a configuration loaders act on, by their keys.
using System.Collections.Frozen;
using Assay.Bytes;

namespace Assay.Formats.Configuration;

/// <summary>What a value is to a loader.</summary>
internal enum ValueRole
{
    /// <summary>Nothing that a loader acts on.</summary>
    None,
    Code,
    Switch,
    Place,
    Command,
    Pattern,
}

/// <summary>Which values of a configuration loaders act on, by their keys.</summary>
internal static class ConfigurationKeys
{
    private static readonly Lazy<FrozenDictionary<string, ValueRole>> s_roles = new(Load);

    /// <summary>What the value of a key is.</summary>
    public static ValueRole Of(string key) => s_roles.Value.GetValueOrDefault(key);

    private static FrozenDictionary<string, ValueRole> Load()
    {
        Dictionary<string, ValueRole> roles = new(StringComparer.Ordinal);
        foreach (string[] row in EmbeddedTable.Rows("formats/configuration.tsv"))
        {
            ValueRole role = Enum.Parse<ValueRole>(row[0], ignoreCase: true);
            foreach (string key in row[1].Split(' '))
            {
                roles[key] = role;
            }
        }

        return roles.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
