// The members of a zip of weights, by the names that its loader asks for; what loaders would read differently is refused.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>
/// The members of a zip of weights. A name that two members have, or a member of which its two headers tell different things, is
/// refused when it is asked for: loaders differ in which they take.
/// </summary>
internal sealed class ZipContent
{
    private readonly TensorSource _source;
    private readonly Dictionary<string, ZipEntry> _entries;
    private readonly HashSet<string> _twice;
    private readonly bool _isTorch;
    private readonly Dictionary<ZipEntry, (ByteSource Source, ByteRange Range)> _open = [];

    private ZipContent(TensorSource source, ZipDirectory directory, bool isTorch)
    {
        _source = source;
        _isTorch = isTorch;
        StringComparer comparer = isTorch ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        _entries = new Dictionary<string, ZipEntry>(comparer);
        _twice = new HashSet<string>(comparer);
        FirstName = directory.FirstName;
        foreach (ZipEntry entry in directory.Entries.Where(e => e.Central is not null))
        {
            if (!_entries.TryAdd(entry.Name, entry))
            {
                _twice.Add(entry.Name);
            }
        }
    }

    /// <summary>The name of the first record.</summary>
    public string FirstName { get; }

    /// <summary>The folder of the first record, with its slash: where PyTorch looks for everything.</summary>
    public string Folder => FirstName[..(FirstName.IndexOf('/', StringComparison.Ordinal) + 1)];

    /// <summary>The names of all members, in the order of their bytes.</summary>
    public IEnumerable<string> Names => _entries.Keys;

    /// <summary>
    /// Reads the tensors of a zip that the artifact is from its first byte on: loaders look there. The members on their own have none.
    /// </summary>
    public static void ReadTensors(ReadContext context, ZipDirectory directory, string kind, bool isTorch, Action<TensorSource, ZipContent> read)
    {
        ByteSource bytes = context.Artifact.Bytes;
        if (!bytes.ReadUpTo(0, 2).AsSpan().SequenceEqual("PK"u8))
        {
            return;
        }

        context.ReadTensors(kind, group =>
        {
            TensorSource source = new(bytes, context, group);
            read(source, Of(directory, source, isTorch));
        });
    }

    /// <summary>Reads the zip that <paramref name="source"/> is; PyTorch's reader does not look at the case of names, others do.</summary>
    /// <exception cref="MalformedException">There is no directory, or more than one.</exception>
    public static ZipContent Read(TensorSource source, bool isTorch) =>
        Of(ZipDirectory.Read(source.Bytes, new ByteRange(0, source.Bytes.Length), source.Budget), source, isTorch);

    /// <summary>The members of a zip whose directory was read.</summary>
    /// <exception cref="MalformedException">There is no directory, or more than one.</exception>
    public static ZipContent Of(ZipDirectory directory, TensorSource source, bool isTorch)
    {
        if (directory.Stop is { } stop)
        {
            throw stop;
        }

        if (directory.Views.Count != 1)
        {
            throw new MalformedException(0, directory.Views.Count == 0 ? "The zip has no directory." : "The zip has several directories, and loaders differ in which they use.");
        }

        return new ZipContent(source, directory, isTorch);
    }

    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>How many bytes a member is said to unpack to; null where there is none of that name.</summary>
    public long? SizeOf(string name) => _entries.GetValueOrDefault(name)?.Central?.Size;

    /// <summary>The content of a member, or null with the reason as half a sentence.</summary>
    public (ByteSource Source, ByteRange Range)? Open(string name, out string? problem)
    {
        problem = null;
        if (!_entries.TryGetValue(name, out ZipEntry? entry))
        {
            problem = $"there is no member {name}";
            return null;
        }

        if (_open.TryGetValue(entry, out (ByteSource Source, ByteRange Range) known))
        {
            return known;
        }

        problem = _twice.Contains(name) ? $"several members are called {name}, and loaders differ in which they take" : Disagreement(entry);
        if (problem is not null)
        {
            return null;
        }

        ZipHeader header = entry.Central!;
        ByteRange data = new ByteRange(entry.DataOffset, header.Packed).ClampTo(_source.Bytes.Length);
        if (data.Length < header.Packed)
        {
            problem = $"the member {name} reaches beyond the end of the file";
            return null;
        }

        (ByteSource Source, ByteRange Range) opened = (_source.Bytes, data);
        if (header.Method != 0)
        {
            if (ZipMethods.Codec(header.Method) is not { } kind)
            {
                problem = $"the member {name} is compressed by method {header.Method}, which is not supported";
                return null;
            }

            ByteSource inflated = MemberPickles.Unpacked(_source.Context, entry) ?? _source.Unpack(kind, data, $"The member {name}");
            opened = (inflated, new ByteRange(0, inflated.Length));
        }

        if (opened.Range.Length != header.Size)
        {
            problem = $"the member {name} has {opened.Range.Length} bytes and is said to have {header.Size}";
            return null;
        }

        _open.Add(entry, opened);

        // PyTorch can be told to compute no checksums and writes 0 then; its reader never looks at them.
        if (header.Crc != 0 || !_isTorch)
        {
            _source.Tensors.Checksums.Add(new MemberChecksum(name, opened.Source, opened.Range, header.Crc));
        }

        return opened;
    }

    /// <summary>The start of a small member as text; empty when it is not there.</summary>
    public string Text(string name) =>
        Open(name, out _) is { } open ? System.Text.Encoding.UTF8.GetString(open.Source.ReadUpTo(open.Range.Offset, (int)Math.Min(64, open.Range.Length))) : "";

    private static string? Disagreement(ZipEntry entry)
    {
        ZipHeader central = entry.Central!;
        if (entry.Local is not { } local)
        {
            return $"there is no local header where the member {entry.Name} should start";
        }

        if (((central.Flags | local.Flags) & ZipHeader.Refusing) != 0)
        {
            return $"the member {entry.Name} is encrypted or a patch";
        }

        bool same = local.Method == central.Method && local.Name == central.Name
            && (local.Packed < 0 || (local.Packed == central.Packed && local.Size == central.Size));
        return same ? null : $"the two headers of the member {entry.Name} disagree";
    }
}
