// Builds effect packs: analyses distributions, and puts together what several analyses found.
using Assay.Code;
using Assay.Code.Entries;
using Assay.Detection;
using Assay.Detection.Capacity;
using Assay.Effects;
using Assay.Effects.Packs;
using Assay.Python.Names;
using Assay.Python.Syntax;

namespace Assay.Derivation;

/// <summary>Builds effect packs from the source of Python distributions.</summary>
public sealed class EffectPackBuild
{
    private readonly EffectKnowledge _knowledge;
    private readonly CapacityWords _words;
    private readonly Func<string, byte[]?> _library;
    private readonly Dictionary<string, EffectOrigin> _origins = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (EffectEntry Entry, string Definition)> _entries = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _sources = new(StringComparer.Ordinal);
    private readonly List<EffectEvidence> _evidence = [];

    /// <summary>Starts a build.</summary>
    /// <param name="rules">What is known by hand and from packs goes before what is found; of packs only where the source of a name is not at hand.</param>
    /// <param name="onlyGiven">Whether packs that are part of the program count for nothing.</param>
    /// <param name="library">Finds Python files of what the distributions import by their paths, such as <c>email/message.py</c>; null where there is none.</param>
    public EffectPackBuild(RuleSet rules, bool onlyGiven, Func<string, byte[]?> library)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(library);
        _knowledge = onlyGiven ? new EffectKnowledge([.. rules.Callables.Knowledge.Stores.Where(s => s is not EffectPack { IsShipped: true })]) : rules.Callables.Knowledge;
        _words = rules.Callables.Capacity;
        _library = library;
    }

    /// <summary>How many names there are.</summary>
    public int Names => _entries.Count;

    /// <summary>
    /// Analyses distributions, which may import each other. Of several versions of one distribution the union is taken: one version of each at a time,
    /// and what the others import of it is the version of that round.
    /// </summary>
    /// <param name="distributions">The distributions.</param>
    /// <param name="log">Gets a line for each round.</param>
    /// <param name="cancellation">Ends the analysis.</param>
    /// <exception cref="OperationCanceledException">The analysis was ended.</exception>
    public void Add(IReadOnlyList<PythonDistribution> distributions, Action<string> log, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(distributions);
        ArgumentNullException.ThrowIfNull(log);
        PythonDistribution[][] byName =
        [
            .. distributions.OrderBy(d => d.Name, StringComparer.Ordinal).ThenBy(d => d.Version, StringComparer.Ordinal).GroupBy(d => d.Name, StringComparer.Ordinal).Select(g => g.ToArray()),
        ];
        foreach (PythonDistribution one in distributions)
            _sources.Add($"{one.Name} {one.Version} sha256:{one.Digest} analysis {EffectAnalysis.Version}");

        for (int round = 0; byName.Length > 0 && round < byName.Max(v => v.Length); round++)
        {
            Dictionary<string, SourceModule> modules = new(StringComparer.Ordinal);
            Dictionary<string, EffectOrigin> owners = new(StringComparer.Ordinal);
            foreach (PythonDistribution distribution in byName.Select(v => v[Math.Min(round, v.Length - 1)]))
            {
                foreach (SourceModule module in distribution.Modules)
                {
                    modules.TryAdd(module.Name, module);
                    owners.TryAdd(module.Name, OriginOf($"analysed-{distribution.Name}"));
                }
            }

            SourceModule[] targets = [.. byName.Where(v => v.Length > round).SelectMany(v => v[round].Modules).DistinctBy(m => m.Name)];
            DerivedEffects found = EffectAnalysis.Of(targets, _knowledge, m => owners[m], name => modules.GetValueOrDefault(name) ?? Find(name), cancellation: cancellation);
            log($"{targets.Length} modules of {found.Modules}, {found.Entries.Count} names, {found.Units} bodies, {found.Evaluations} evaluations");
            foreach (DerivedEntry entry in found.Entries)
            {
                bool isOwn = _origins.ContainsKey(entry.Entry.Origin.Id);
                Put(entry.Path, isOwn ? entry.Entry with { IsDerived = true } : entry.Entry, entry.Definition);
                _evidence.AddRange(entry.Evidence);
            }
        }
    }

    /// <summary>Adds what another build found.</summary>
    /// <exception cref="EffectPackException">It is no listing.</exception>
    public void AddListing(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        PackListing listing = PackListing.Read(reader, OriginOf);
        _sources.UnionWith(listing.Sources);
        foreach (ListedName name in listing.Names)
        {
            // What was known by hand then is what is known of it now, or nothing.
            if ((name.Entry ?? _knowledge.Find(name.Definition).Entry) is { } entry)
                Put(name.Path, entry, name.Definition);
        }
    }

    /// <summary>The pack.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="brief">Whether effects are made coarser where that saves room, and names are left out that lead to the same thing by a long way round.</param>
    public byte[] Pack(string name, string version, bool brief)
    {
        EffectTable table = new();
        BriefEffects shorter = new(_words);
        Dictionary<string, EffectEntry> kept = new(StringComparer.Ordinal);
        SortedDictionary<string, (EffectEntry Entry, string Definition)> entries = brief ? ByOneName() : _entries;
        foreach ((string path, (EffectEntry entry, string definition)) in entries)
        {
            if (!brief)
                kept.Add(path, entry);
            else if (shorter.Keeps(path, entry, definition))
                kept.Add(path, BriefEffects.Of(entry, definition));
        }

        Dictionary<string, string> links = brief
            ? MemberLinks.Take(kept, p => entries.TryGetValue(p, out (EffectEntry Entry, string Definition) found) ? (BriefEffects.Of(found.Entry, found.Definition), found.Definition) : null)
            : [];
        foreach ((string path, EffectEntry entry) in kept)
            table.Add("", path, entry);

        return EffectPackWriter.Write(table, new PackProvenance(name, version, [.. _sources]), links);
    }

    /// <summary>Writes all that was found as text, for a build that puts it together with what others found.</summary>
    public void WriteListing(TextWriter writer) => new PackListing(
        [.. _sources],
        [.. _entries.Select(e => new ListedName(e.Key, e.Value.Definition, e.Value.Entry.IsDerived ? e.Value.Entry : null))]).Write(writer);

    /// <summary>Writes the file beside a pack that says on what its effects rest.</summary>
    /// <param name="writer">Gets the text.</param>
    /// <param name="pack">The pack.</param>
    public void WriteEvidence(TextWriter writer, ReadOnlySpan<byte> pack) => PackEvidence.Write(writer, Convert.ToHexStringLower(pack.Slice(PackLayout.DigestAt, 32)), _evidence);

    /// <summary>What was found, under the one name that each thing is looked up by: versions of a distribution differ in the folders that they are installed into.</summary>
    private SortedDictionary<string, (EffectEntry Entry, string Definition)> ByOneName()
    {
        SortedDictionary<string, (EffectEntry Entry, string Definition)> named = new(StringComparer.Ordinal);
        foreach ((string path, (EffectEntry entry, string definition)) in _entries)
        {
            (string one, string of) = (CanonicalName.Twin(path), CanonicalName.Twin(definition));
            Put(named, one, entry, one == of ? "" : of);
        }

        return named;
    }

    private void Put(string path, EffectEntry entry, string definition) => Put(_entries, path, entry, definition);

    private static void Put(SortedDictionary<string, (EffectEntry Entry, string Definition)> entries, string path, EffectEntry entry, string definition)
    {
        if (!entries.TryGetValue(path, out (EffectEntry Entry, string Definition) before))
            entries.Add(path, (entry, definition));
        else if (before.Entry.IsDerived || !entry.IsDerived)
            entries[path] = (EntryUnion.Of(before.Entry, entry) with { IsDerived = before.Entry.IsDerived && entry.IsDerived }, before.Definition == definition ? definition : "");
    }

    private EffectOrigin OriginOf(string id)
    {
        if (!_origins.TryGetValue(id, out EffectOrigin? origin))
            _origins.Add(id, origin = new EffectOrigin(id, $"By analysis of the source of {id["analysed-".Length..]}.", []));

        return origin;
    }

    private SourceModule? Find(string name)
    {
        string path = name.Replace('.', '/');
        if (_library($"{path}/__init__.py") is { } package)
            return new SourceModule(name, $"{path}/__init__.py", true, SourceText.Decode(package));

        return _library($"{path}.py") is { } module ? new SourceModule(name, $"{path}.py", false, SourceText.Decode(module)) : null;
    }
}
