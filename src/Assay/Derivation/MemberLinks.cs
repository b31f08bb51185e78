// Which classes of a pack have their members from another one, so that those need not stand there again.
using Assay.Effects;

namespace Assay.Derivation;

/// <summary>
/// Leaves out the members of a class that are those of another one: of the class that another name leads to, or of the base that most of them come from. What a class overrides stays, also where it
/// does nothing.
/// </summary>
internal sealed class MemberLinks
{
    private readonly Dictionary<string, EffectEntry> _kept;
    private readonly Func<string, (EffectEntry Entry, string Definition)?> _found;
    private readonly Dictionary<string, Dictionary<string, EffectEntry>> _members = new(StringComparer.Ordinal);

    private MemberLinks(Dictionary<string, EffectEntry> kept, Func<string, (EffectEntry Entry, string Definition)?> found)
    {
        _kept = kept;
        _found = found;
        foreach ((string path, EffectEntry entry) in kept)
        {
            if (path.LastIndexOf('.') is > 0 and int dot)
            {
                if (!_members.TryGetValue(path[..dot], out Dictionary<string, EffectEntry>? members))
                    _members.Add(path[..dot], members = new Dictionary<string, EffectEntry>(StringComparer.Ordinal));

                members.Add(path[(dot + 1)..], entry);
            }
        }
    }

    /// <summary>Leaves members out of what a pack keeps; gives back for each class whose members they are.</summary>
    /// <param name="kept">What the pack keeps, as it keeps it.</param>
    /// <param name="found">What was found of a path, as the pack would keep it, and the path of what it stands for where that is another one; null where nothing was found.</param>
    public static Dictionary<string, string> Take(Dictionary<string, EffectEntry> kept, Func<string, (EffectEntry Entry, string Definition)?> found)
    {
        MemberLinks links = new(kept, found);
        Dictionary<string, string> all = new(StringComparer.Ordinal);
        List<string> same = [];
        Dictionary<string, EffectEntry> own = new(StringComparer.Ordinal);
        foreach (string path in kept.Keys.Order(StringComparer.Ordinal))
        {
            if (links.Link(path, same, own) is { } link)
                all.Add(path, link);
        }

        foreach (string path in same)
            kept.Remove(path);

        foreach ((string path, EffectEntry entry) in own)
            kept[path] = entry;

        return all;
    }

    private string? Link(string path, List<string> same, Dictionary<string, EffectEntry> own)
    {
        if (_kept[path] is not { Kind: NameKind.Class, IsDerived: true } || !_members.TryGetValue(path, out Dictionary<string, EffectEntry>? mine) || Other(path, mine.Keys) is not { } other
            || !_members.TryGetValue(other, out Dictionary<string, EffectEntry>? theirs))
            return null;

        string[] equal = [.. mine.Where(m => theirs.TryGetValue(m.Key, out EffectEntry? entry) && entry.Equals(m.Value)).Select(m => $"{path}.{m.Key}")];

        // What the other one has and this one has not, because it does something else there that the pack does not keep.
        (string Path, EffectEntry Entry)[] differing =
        [
            .. theirs.Where(t => !mine.ContainsKey(t.Key)).Select(t => (Path: $"{path}.{t.Key}", Theirs: t.Value, Mine: _found($"{path}.{t.Key}"))).Where(t => t.Mine is { } found && !found.Entry.Equals(t.Theirs)).Select(t => (t.Path, t.Mine!.Value.Entry)),
        ];
        if (equal.Length <= differing.Length)
            return null;

        same.AddRange(equal);
        foreach ((string member, EffectEntry entry) in differing)
            own[member] = entry;

        return other;
    }

    private string? Other(string path, IEnumerable<string> members)
    {
        if (_found(path) is { Definition: { Length: > 0 } definition })
            return IsClass(definition, path) ? definition : null;

        return members.Select(m => _found($"{path}.{m}")?.Definition ?? "").Where(d => d.LastIndexOf('.') > 0).GroupBy(d => d[..d.LastIndexOf('.')], StringComparer.Ordinal)
            .Where(g => IsClass(g.Key, path)).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).FirstOrDefault()?.Key;
    }

    private bool IsClass(string other, string path) => other != path && _kept.TryGetValue(other, out EffectEntry? entry) && entry.Kind is NameKind.Class;
}
