// Builds a pack: analyses distributions, and unites what their versions do.
using Assay.Code;
using Assay.Code.Entries;
using Assay.Detection;
using Assay.Effects;
using Assay.Effects.Packs;
using Assay.Python.Syntax;

namespace Assay.EffectBuilder;

/// <summary>A pack and on what it rests.</summary>
/// <param name="Bytes">The pack.</param>
/// <param name="Digest">The digest of what it holds.</param>
/// <param name="Entries">The names.</param>
internal sealed record BuiltPack(byte[] Bytes, string Digest, IReadOnlyList<DerivedEntry> Entries)
{
    /// <summary>Writes the file beside the pack.</summary>
    public void WriteEvidence(TextWriter writer) => PackEvidence.Write(writer, Digest, Entries.SelectMany(e => e.Evidence));
}

/// <summary>Builds packs.</summary>
internal static class PackBuild
{
    /// <summary>Builds a pack.</summary>
    public static BuiltPack Run(BuildOptions options, TextWriter log)
    {
        Distribution[] all = [.. options.Sources.Select(Distribution.Read).OrderBy(d => d.Name, StringComparer.Ordinal).ThenBy(d => d.Version, StringComparer.Ordinal)];
        SortedDictionary<string, DerivedEntry> entries = new(StringComparer.Ordinal);
        Dictionary<string, EffectOrigin> origins = all.GroupBy(d => d.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, OriginOf, StringComparer.Ordinal);

        // One version of each distribution at a time; what the others import of it is the version of that round.
        Distribution[][] byName = [.. all.GroupBy(d => d.Name, StringComparer.Ordinal).Select(g => g.ToArray())];
        for (int round = 0; round < byName.Max(v => v.Length); round++)
        {
            Distribution[] shown = [.. byName.Select(v => v[Math.Min(round, v.Length - 1)])];
            Dictionary<string, SourceModule> modules = new(StringComparer.Ordinal);
            Dictionary<string, EffectOrigin> owners = new(StringComparer.Ordinal);
            foreach (Distribution distribution in shown)
            {
                foreach (SourceModule module in distribution.Modules)
                {
                    modules.TryAdd(module.Name, module);
                    owners.TryAdd(module.Name, origins[distribution.Name]);
                }
            }

            SourceModule[] targets = [.. byName.Where(v => v.Length > round).SelectMany(v => v[round].Modules).DistinctBy(m => m.Name)];
            DerivedEffects found = EffectAnalysis.Of(targets, RuleSet.Default.Callables.Knowledge, m => owners[m], name => modules.GetValueOrDefault(name) ?? Find(options.Libraries, name));
            log.WriteLine($"round {round + 1}: {targets.Length} modules of {found.Modules}, {found.Entries.Count} names, {found.Units} bodies, {found.Evaluations} evaluations");
            foreach (DerivedEntry entry in found.Entries)
                entries[entry.Path] = entries.TryGetValue(entry.Path, out DerivedEntry? before) ? before.Or(entry) : entry;
        }

        EffectTable table = new();
        foreach (DerivedEntry entry in entries.Values)
            table.Add("", entry.Path, entry.Entry);

        string[] sources = [.. all.Select(d => $"{d.Name} {d.Version} sha256:{d.Digest}"), $"analysis {EffectAnalysis.Version}"];
        byte[] pack = EffectPackWriter.Write(table, new PackProvenance(options.Name, options.Version, sources));
        log.WriteLine($"{entries.Count} names, {pack.Length} bytes");
        return new BuiltPack(pack, Convert.ToHexStringLower(pack.AsSpan(PackLayout.DigestAt, 32)), [.. entries.Values]);
    }

    private static EffectOrigin OriginOf(IGrouping<string, Distribution> versions) =>
        new($"analysed-{versions.Key}", $"By analysis of the source of {versions.Key} {string.Join(", ", versions.Select(d => d.Version))}.".Replace(" .", ".", StringComparison.Ordinal), []);

    private static SourceModule? Find(IReadOnlyList<string> libraries, string name)
    {
        foreach (string library in libraries)
        {
            string path = Path.Combine(library, name.Replace('.', Path.DirectorySeparatorChar));
            string package = Path.Combine(path, "__init__.py");
            if (File.Exists(package))
                return new SourceModule(name, name.Replace('.', '/') + "/__init__.py", true, SourceText.Decode(File.ReadAllBytes(package)));

            if (File.Exists(path + ".py"))
                return new SourceModule(name, name.Replace('.', '/') + ".py", false, SourceText.Decode(File.ReadAllBytes(path + ".py")));
        }

        return null;
    }
}
