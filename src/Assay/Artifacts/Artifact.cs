// Something to examine: a file, a member of an archive, a nested payload.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>
/// A name and its bytes. Members print behind their container: <c>model.pt!/archive/data.pkl</c>. An offset always counts
/// bytes of what the path names, after inflation.
/// </summary>
public sealed class Artifact
{
    private readonly BundlePlace? _in;
    private string? _extension;

    /// <summary>Creates an artifact.</summary>
    /// <param name="name">The name as given, walked or stored; it may hold any character, and reports escape it.</param>
    /// <param name="bytes">The bytes; the artifact does not own them.</param>
    /// <param name="parent">What it lies in, or null for an input.</param>
    /// <param name="readAs">The id of a format that must read the bytes whatever they look like, or null.</param>
    public Artifact(string name, ByteSource bytes, Artifact? parent = null, string? readAs = null)
    {
        Name = name;
        Bytes = bytes;
        Parent = parent;
        ReadAs = readAs;
        Depth = parent is null ? 0 : parent.Depth + 1;
        Path = parent is null ? name : $"{parent.Path}!/{name}";
    }

    /// <summary>The name as given, walked or stored.</summary>
    public string Name { get; }

    /// <summary>The bytes.</summary>
    public ByteSource Bytes { get; internal set; }

    /// <summary>What it lies in, or null for an input.</summary>
    public Artifact? Parent { get; }

    /// <summary>The id of a format that must read the bytes whatever they look like, or null.</summary>
    public string? ReadAs { get; }

    /// <summary>
    /// Whether bytes that no format claims are what belongs here (a tensor's storage in a checkpoint): they are then data, and not
    /// an unread.
    /// </summary>
    public bool MayBeOpaque { get; init; }

    /// <summary>Whether what it lies in hands it to a loader itself, so that who loads that one loads this one.</summary>
    public bool IsLoaded { get; init; }

    /// <summary>
    /// Whether it is all that its parent holds, in another form, as the content of a compressed stream is: it then lies where the parent lies.
    /// </summary>
    public bool IsContent { get; init; }

    /// <summary>When code that it is runs, where what it lies in says so (source that a function hands to <c>exec</c>); null elsewhere.</summary>
    internal string? When { get; init; }

    /// <summary>Leads from a line of it to the line of what it lies in, where that is a text and it stands in the text's lines; null elsewhere.</summary>
    internal Func<int, int>? OuterLine { get; init; }

    /// <summary>Why its bytes may not be those that were packed (a stream that broke, a wrong checksum), in one sentence; null where they are.</summary>
    public string? Damage { get; init; }

    /// <summary>A name that says what the bytes may be where <see cref="Name"/> does not, or null: that of the compressed file around them.</summary>
    public string? Hint { get; init; }

    /// <summary>The bundle that it is a file of, through which what it refers to is found; null where there is none. Content lies where its parent does.</summary>
    public BundlePlace? In
    {
        get => _in ?? (IsContent ? Parent?.In : null);
        init => _in = value;
    }

    /// <summary>How many artifacts it lies in.</summary>
    public int Depth { get; }

    /// <summary>The name behind the names of what it lies in.</summary>
    public string Path { get; }

    /// <summary>The extension of the hint, else of the name, lower case, with its dot; empty when there is none. A hint, never a proof.</summary>
    public string Extension => _extension ??= ExtensionOf(Hint ?? Name);

    private static string ExtensionOf(string name)
    {
        int slash = name.LastIndexOfAny(['/', '\\']);
        int dot = name.LastIndexOf('.');
        return dot > slash && dot < name.Length - 1 ? name[dot..].ToLowerInvariant() : "";
    }
}
