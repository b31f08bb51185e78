// What one artifact of a file is and holds, as data that outlives its bytes.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Inspection;

/// <summary>A format that claimed bytes of an artifact.</summary>
/// <param name="Id">The id, as <c>assay formats</c> lists it.</param>
/// <param name="Range">What it claimed; empty for a kind that is recognised by its members.</param>
public sealed record InspectedFormat(string Id, ByteRange Range);

/// <summary>What one artifact is and holds: the file itself, a member of an archive, the content of a compressed stream, a payload.</summary>
public sealed class InspectedArtifact
{
    private readonly List<InspectedFormat> _formats = [];
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<UnreadFact> _unread = [];
    private readonly List<InspectedArtifact> _members = [];
    private Dictionary<string, InspectedArtifact>? _awaited;

    internal InspectedArtifact(string name, string path)
    {
        Name = name;
        Path = path;
    }

    /// <summary>The name in what it lies in; for the file itself, its path as given.</summary>
    public string Name { get; }

    /// <summary>The name behind the names of what it lies in.</summary>
    public string Path { get; }

    /// <summary>The number of its bytes, unpacked; null where they were not read.</summary>
    public long? Size { get; internal set; }

    /// <summary>How its container holds it; null for the file itself and for what no container lists.</summary>
    public MemberFact? Stored { get; internal set; }

    /// <summary>Whether its bytes were read on their own; they are not where they are those of another member.</summary>
    public bool WasRead => Size is not null;

    /// <summary>The formats that its bytes have.</summary>
    public IReadOnlyList<InspectedFormat> Formats => _formats;

    /// <summary>What its format says of itself: versions, byte order, header, protocol.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>What of it was not read.</summary>
    public IReadOnlyList<UnreadFact> Unread => _unread;

    /// <summary>Its tensors; null where it is of no kind that has some.</summary>
    public TensorListing? Tensors { get; internal set; }

    /// <summary>What lies in it.</summary>
    public IReadOnlyList<InspectedArtifact> Members => _members;

    /// <summary>Whether everything in it could be read.</summary>
    public bool IsComplete { get; internal set; } = true;

    internal void Add(InspectedFormat format)
    {
        if (!_formats.Contains(format))
        {
            _formats.Add(format);
        }
    }

    /// <summary>This artifact or the one in it whose path is <paramref name="path"/>, or null.</summary>
    public InspectedArtifact? Find(string path)
    {
        Stack<InspectedArtifact> open = new([this]);
        while (open.TryPop(out InspectedArtifact? one))
        {
            if (one.Path == path)
            {
                return one;
            }

            foreach (InspectedArtifact member in one.Members.Where(m => path.StartsWith(m.Path, StringComparison.Ordinal)))
            {
                open.Push(member);
            }
        }

        return null;
    }

    internal void Add(UnreadFact unread) => _unread.Add(unread);

    internal void Tell(string key, string value) => _metadata[key] = value;

    internal void Await(MemberFact member)
    {
        InspectedArtifact node = new(member.Name, $"{Path}!/{member.Name}") { Stored = member };
        _members.Add(node);
        (_awaited ??= new(StringComparer.Ordinal))[member.Name] = node;
    }

    /// <summary>The member of that name which its container told of, or a new one.</summary>
    internal InspectedArtifact Take(string name)
    {
        if (_awaited is not null && _awaited.Remove(name, out InspectedArtifact? known))
        {
            return known;
        }

        InspectedArtifact node = new(name, $"{Path}!/{name}");
        _members.Add(node);
        return node;
    }
}
