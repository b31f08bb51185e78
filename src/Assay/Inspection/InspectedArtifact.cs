// What one artifact of a file is and holds, as data that outlives its bytes.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Inspection;

/// <summary>A format that claimed bytes of an artifact.</summary>
/// <param name="Id">The id, as <c>assay formats</c> lists it.</param>
/// <param name="Range">What it claimed; empty for a kind that is recognised by its members.</param>
public sealed record InspectedFormat(string Id, ByteRange Range);

/// <summary>An operator or layer that a graph uses.</summary>
/// <param name="Domain">The set of operators that defines it; empty for the format's own.</param>
/// <param name="Name">The name.</param>
/// <param name="Count">How often the graph uses it.</param>
public sealed record InspectedOperator(string Domain, string Name, long Count);

/// <summary>Code that lies in an artifact, or that it is.</summary>
/// <param name="Language">The language.</param>
/// <param name="Summary">What it is, in a few words.</param>
/// <param name="Names">What it uses, as far as it says so.</param>
public sealed record InspectedCode(string Language, string Summary, IReadOnlyList<string> Names);

/// <summary>A file or place that an artifact refers to.</summary>
/// <param name="Kind">What for, as a stable code.</param>
/// <param name="Target">The target as written.</param>
/// <param name="Place">Where that is.</param>
public sealed record InspectedReference(string Kind, string Target, ReferencePlace Place);

/// <summary>What one artifact is and holds: the file itself, a member of an archive, the content of a compressed stream, a payload.</summary>
public sealed class InspectedArtifact
{
    private readonly List<InspectedFormat> _formats = [];
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private const int MostListed = 10_000;
    private readonly List<UnreadFact> _unread = [];
    private readonly Dictionary<(string Domain, string Name), long> _operators = [];
    private readonly List<InspectedCode> _code = [];
    private readonly List<InspectedReference> _references = [];
    private readonly HashSet<(string, string)> _referred = [];
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

    /// <summary>The operators and layers of its graphs, each kind once, by domain and name.</summary>
    public IEnumerable<InspectedOperator> Operators => _operators.OrderBy(o => o.Key.Domain, StringComparer.Ordinal).ThenBy(o => o.Key.Name, StringComparer.Ordinal).Select(o => new InspectedOperator(o.Key.Domain, o.Key.Name, o.Value));

    /// <summary>The code that lies in it.</summary>
    public IReadOnlyList<InspectedCode> Code => _code;

    /// <summary>What it refers to.</summary>
    public IReadOnlyList<InspectedReference> References => _references;

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

    internal void Add(OperatorFact used)
    {
        if (_operators.Count < MostListed || _operators.ContainsKey((used.Domain, used.Name)))
        {
            _operators[(used.Domain, used.Name)] = _operators.GetValueOrDefault((used.Domain, used.Name)) + used.Count;
        }
    }

    internal void Add(CodeFact code)
    {
        if (_code.Count < MostListed)
        {
            _code.Add(new InspectedCode(code.Language, code.Summary, code.Names));
        }
    }

    internal void Add(ReferenceFact reference)
    {
        if (_references.Count < MostListed && _referred.Add((reference.Kind, reference.Target)))
        {
            _references.Add(new InspectedReference(reference.Kind, reference.Target, reference.Place));
        }
    }

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
