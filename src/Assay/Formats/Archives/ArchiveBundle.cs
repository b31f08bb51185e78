// The members of an archive as a bundle: what lies in a member finds the other members by name.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Tar;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>
/// The members of an archive as a bundle, found when they are first asked for. What is opened lives as long as the archive is read. A name that
/// loaders take differently is refused.
/// </summary>
internal abstract class ArchiveBundle(ReadContext context) : IBundle
{
    private readonly Lock _gate = new();

    /// <summary>The context of the archive.</summary>
    protected ReadContext Context { get; } = context;

    public string Path => Context.Artifact.Path;

    public IEnumerable<BundleEntry> List(CancellationToken cancellation = default)
    {
        SortedDictionary<string, long?> names = new(StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (string name in Names().Where(n => BundleName.IsPlain(n)))
            {
                names.TryAdd(name, SizeOf(name));
            }
        }

        return names.Select(n => new BundleEntry(n.Key, n.Value));
    }

    public BundleOpening TryOpen(string name)
    {
        if (!BundleName.IsPlain(name))
        {
            return BundleOpening.Refuse(BundleRefusal.Missing, "No member can have that name.");
        }

        lock (_gate)
        {
            try
            {
                return Open(name);
            }
            catch (MalformedException e)
            {
                return BundleOpening.Refuse(BundleRefusal.Unreadable, e.Message);
            }
            catch (ScanStopException e)
            {
                return BundleOpening.Refuse(e.Reason == StopReason.Limit ? BundleRefusal.Limit : BundleRefusal.Unreadable, e.Message);
            }
        }
    }

    /// <summary>The names of the members, in any order.</summary>
    protected abstract IEnumerable<string> Names();

    /// <summary>How many bytes a member is said to have; null where that is not known before it is opened.</summary>
    protected virtual long? SizeOf(string name) => null;

    /// <summary>Opens a member.</summary>
    protected abstract BundleOpening Open(string name);
}

/// <summary>The members of a zip, as those loaders see them that go by the directory.</summary>
internal sealed class ZipBundle(ZipDirectory directory, ReadContext context) : ArchiveBundle(context)
{
    private ZipContent? _content;

    private ZipContent Content => _content ??= ZipContent.Of(directory, new TensorSource(Context.Artifact.Bytes, Context, new TensorGroup("zip")), isTorch: false);

    protected override IEnumerable<string> Names() => directory.Views.Count == 1 ? Content.Names : [];

    protected override long? SizeOf(string name) => Content.SizeOf(name);

    protected override BundleOpening Open(string name)
    {
        if (!Content.Has(name))
        {
            return BundleOpening.Refuse(BundleRefusal.Missing, "The archive has no such member.");
        }

        return Content.Open(name, out string? problem) is { } member
            ? BundleOpening.Of(member.Source.Slice(member.Range))
            : BundleOpening.Refuse(BundleRefusal.Ambiguous, problem!);
    }
}

/// <summary>The members of a tar.</summary>
internal sealed class TarBundle(ByteRange range, ReadContext context) : ArchiveBundle(context)
{
    private Dictionary<string, TarEntry?>? _entries;

    /// <summary>The members by name; null where two have one, or it is no plain file.</summary>
    private Dictionary<string, TarEntry?> Entries
    {
        get
        {
            if (_entries is null)
            {
                _entries = new(StringComparer.Ordinal);
                TarReader reader = new(Context.Artifact.Bytes, range, Context.Budget);
                while (reader.Next() is { } entry)
                {
                    string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                    bool plain = entry is { Kind: TarKind.File, Extents: null } && entry.Data.Length == entry.Size;
                    _entries[name] = plain && !_entries.ContainsKey(name) ? entry : null;
                }
            }

            return _entries;
        }
    }

    protected override IEnumerable<string> Names() => Entries.Where(e => e.Value?.Kind != TarKind.Directory).Select(e => e.Key);

    protected override BundleOpening Open(string name) => !Entries.TryGetValue(name, out TarEntry? entry)
        ? BundleOpening.Refuse(BundleRefusal.Missing, "The archive has no such member.")
        : entry is null ? BundleOpening.Refuse(BundleRefusal.Ambiguous, "Several members have that name, or it is no plain file.")
        : BundleOpening.Of(Context.Artifact.Bytes.Slice(entry.Data));
}
