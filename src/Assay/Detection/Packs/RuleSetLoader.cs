// Reads rule packs into the rules in force.
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Detection.Packs;

/// <summary>Reads packs in order of their names; one clear error with file and line stops the reading.</summary>
internal static class RuleSetLoader
{
    private const string Prefix = "rules/";

    /// <summary>The packs that are embedded in the library, by name.</summary>
    public static IEnumerable<(string Name, string Text)> EmbeddedPacks()
    {
        Assembly assembly = typeof(RuleSetLoader).Assembly;
        foreach (string resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (!resource.StartsWith(Prefix, StringComparison.Ordinal))
                continue;

            using StreamReader reader = new(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            yield return (resource.Replace('\\', '/'), reader.ReadToEnd());
        }
    }

    public static RuleSet LoadEmbedded() => Load([.. EmbeddedPacks()]);

    /// <summary>Reads packs; later ones replace the rules and callables of earlier ones.</summary>
    public static RuleSet Load(IReadOnlyList<(string Name, string Text)> packs)
    {
        Dictionary<string, RuleEntry> rules = new(StringComparer.Ordinal);
        CallableTable callables = new();
        string version = "0";
        foreach ((string name, string text) in packs)
        {
            HashSet<string> here = new(StringComparer.Ordinal);
            foreach ((string key, PackNode value) in PackNode.Parse(name, text).AsMap("a pack"))
            {
                switch (key)
                {
                    case "version":
                        version = value.AsText("version");
                        break;
                    case "rules":
                        foreach (PackNode node in value.AsList("rules"))
                        {
                            RuleEntry entry = RuleParser.Read(node);
                            if (!here.Add(entry.Rule.Id))
                                throw node.Error($"the rule '{entry.Rule.Id}' comes twice.");

                            rules[entry.Rule.Id] = entry;
                        }

                        break;
                    default:
                        if (!CallableParser.TryRead(key, value, callables))
                            throw value.Error($"'{key}' is not a part of a pack.");

                        break;
                }
            }
        }

        RuleEntry[] entries = [.. rules.Values.OrderBy(r => r.Rule.Id, StringComparer.Ordinal)];
        return new RuleSet
        {
            Version = version,
            Digest = Digest(packs),
            Rules = [.. entries.Select(e => e.Rule)],
            Entries = entries,
            Callables = callables,
        };
    }

    private static string Digest(IReadOnlyList<(string Name, string Text)> packs)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, string text) in packs)
        {
            // The lengths keep two splits of the same characters apart. The folder of a user's pack is not part of it.
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            byte[] title = Encoding.UTF8.GetBytes(name[(name.LastIndexOfAny(['/', '\\']) + 1)..]);
            hash.AppendData(BitConverter.GetBytes(title.Length));
            hash.AppendData(title);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
