// Reads rule packs into the rules in force.
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Detection.Packs;

/// <summary>Reads packs in order of their names.</summary>
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

    /// <summary>The rules that come with Assay.</summary>
    public static RuleSet LoadEmbedded() => Load([.. EmbeddedPacks()], [], Throw);

    /// <summary>The rules that come with Assay and further packs; the first error is thrown.</summary>
    public static RuleSet Load(IReadOnlyList<(string Name, string Text)> packs) => Load([.. EmbeddedPacks()], packs, Throw);

    /// <summary>
    /// Reads packs in their order and hands what is wrong with them to <paramref name="onError"/>. Tests hold what the first ones wait for against what is
    /// given, so that a start does not have to; of the <paramref name="further"/> ones it is found out here.
    /// </summary>
    public static RuleSet Load(IReadOnlyList<(string Name, string Text)> first, IReadOnlyList<(string Name, string Text)> further, Action<RulePackException> onError)
    {
        IReadOnlyList<(string Name, string Text)> packs = [.. first, .. further];
        PackReader reader = new(onError);
        foreach ((string name, string text) in packs)
        {
            try
            {
                reader.Read(PackNode.Parse(name, text));
            }
            catch (RulePackException e)
            {
                onError(e);
            }
        }

        if (further.Count > 0)
        {
            reader.CheckAwaited(further.Select(p => p.Name).ToHashSet(StringComparer.Ordinal));
        }

        return new RuleSet(reader.Rules, reader.Callables, reader.Intents) { Version = reader.Version, Digest = Digest(packs) };
    }

    private static void Throw(RulePackException error) => throw error;

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
