// A bundle that notes what a reading asked of it.
using System.Security.Cryptography;
using System.Text;
using Assay.Artifacts;
using Assay.Formats.NamedData;
using Assay.Formats.PythonSources;
using Assay.Hosting.Folders;

namespace Assay.Store.Readings;

/// <summary>
/// What a reading found beside its file, name by name: the reading holds as long as the same questions get the same answers. What was not asked does not matter, so a file more in the
/// folder costs nothing.
/// </summary>
internal sealed class Beside
{
    private readonly Dictionary<string, string> _opened = new(StringComparer.Ordinal);

    /// <summary>Whether the whole bundle was listed.</summary>
    public bool IsListed { get; set; }

    /// <summary>Whether it was asked which models could name the file.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether it was asked if another file names the module.</summary>
    public bool IsMentioned { get; set; }

    /// <summary>Whether something was asked that cannot be asked again.</summary>
    public bool IsLost { get; set; }

    /// <summary>The names that were opened, with the stamp of what was there, or why nothing was.</summary>
    public IReadOnlyDictionary<string, string> Opened => _opened;

    /// <summary>Notes an opening; of the same name the first counts, and two that differ are lost.</summary>
    public void Note(string name, string answer)
    {
        if (!_opened.TryAdd(name, answer) && _opened[name] != answer)
        {
            IsLost = true;
        }
    }
}

/// <summary>A folder, or what a server lists, as a bundle that notes what a reading on the same thread asks.</summary>
internal sealed class TracedBundle(IBundle inner) : IWatchedBundle
{
    [ThreadStatic]
    private static Beside? t_beside;

    private readonly Lazy<string> _listing = new(() => ListingOf(inner));
    private readonly Untraced _untraced = new(inner);

    /// <summary>The same bundle where nothing is noted: what is made once for all of its files is no question of one reading.</summary>
    private sealed class Untraced(IBundle bundle) : IBundle
    {
        public string Path => bundle.Path;

        public IEnumerable<BundleEntry> List(CancellationToken cancellation = default) => (bundle as IListedBundle)?.Entries ?? bundle.List(cancellation);

        public BundleOpening TryOpen(string name) => bundle.TryOpen(name);
    }

    /// <inheritdoc/>
    public string Path => inner.Path;

    /// <summary>The bundle where it lies on a server; null for a folder.</summary>
    public IListedBundle? Far => inner as IListedBundle;

    /// <summary>The digest of all names with what they are.</summary>
    public string Listing => _listing.Value;

    /// <summary>Begins to note what this thread asks.</summary>
    public static void Begin(Beside? beside) => t_beside = beside;

    /// <inheritdoc/>
    public IEnumerable<BundleEntry> List(CancellationToken cancellation = default)
    {
        if (t_beside is { } beside)
        {
            beside.IsListed = true;
        }

        return Far?.Entries ?? inner.List(cancellation);
    }

    /// <inheritdoc/>
    public BundleOpening TryOpen(string name)
    {
        Beside? beside = t_beside;
        string before = beside is null ? "" : StampOf(name);
        BundleOpening opening = inner.TryOpen(name);
        beside?.Note(name, opening.Bytes is null ? $"!{opening.Refusal}:{opening.Detail}" : before);
        return opening;
    }

    /// <inheritdoc/>
    public IBundle Asked(BundleIndex index)
    {
        if (t_beside is { } beside)
        {
            beside.IsHeld |= index is BundleIndex.Holders;
            beside.IsMentioned |= index is BundleIndex.Mentions;
        }

        return _untraced;
    }

    /// <summary>The models that could name a file, as one text.</summary>
    public string HoldersOf(string name) => string.Join('\n', HolderIndex.Of(_untraced).Above(name));

    /// <summary>Whether another file names a module, as a text.</summary>
    public string MentionOf(string name) => ModuleMentions.Of(_untraced, null).Names(name) ? "yes" : "no";

    /// <summary>The path of a name.</summary>
    public string? PathOf(string name) => (inner as FolderBundle)?.PathOf(name);

    /// <summary>Opens without noting it.</summary>
    public BundleOpening Open(string name) => inner.TryOpen(name);

    private string StampOf(string name) =>
        PathOf(name) is { } path ? (Scans.FileStamp.Of(path) ?? (Linked(path) is { } real ? Scans.FileStamp.Of(real) : null))?.Text ?? ""
        : Far?.Listed(name) is { } listed ? listed.Identity : "";

    /// <summary>Where a link leads in the end; null for what is none.</summary>
    private static string? Linked(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string ListingOf(IBundle bundle)
    {
        StringBuilder all = new();
        foreach (BundleEntry entry in (bundle as IListedBundle)?.Entries ?? bundle.List())
        {
            all.Append(entry.Name).Append('\0').Append(entry.Size).Append('\0').Append(entry.Refusal).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())));
    }
}
