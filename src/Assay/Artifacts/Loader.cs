// What a loader opens: the formats it comes through, and what reads the pickles inside.
namespace Assay.Artifacts;

/// <summary>
/// A program or function with which people load models, and what it opens by itself. The table of all of them is <see cref="Loaders"/>; a test
/// loads files of every kind with the real ones and holds the table to it.
/// </summary>
public sealed record Loader(string Id)
{
    /// <summary>The Python package that it belongs to; empty where Python itself has it, or where it is no package.</summary>
    public string Library { get; init; } = "";

    /// <summary>What its safe setting does, and since when it is the default; empty where it has none.</summary>
    public string SafeSetting { get; init; } = "";

    /// <summary>The restricted unpickler that the safe setting uses, as <see cref="PickleUse.AllowedBy"/> names it; empty where it refuses or does not unpickle.</summary>
    public string SafeDialect { get; init; } = "";

    /// <summary>The same loader with its safe setting, as test loads call it; empty where that one runs nothing.</summary>
    public string SafeId { get; init; } = "";

    /// <summary>The unpicklers that it reads pickles with, as <see cref="PickleUse.Dialects"/> names them; empty where it unpickles nothing.</summary>
    public IReadOnlyList<string> Dialects { get; init; } = [];

    /// <summary>The encodings that it can be asked for, as <see cref="PickleUse.Encodings"/> names them; empty for all.</summary>
    public IReadOnlyList<string> Encodings { get; init; } = [];

    /// <summary>Whether it is handed an open file and called again for the next pickle in it.</summary>
    public bool ReadsOn { get; init; }

    /// <summary>The ways from the bytes that it is handed to those that it reads.</summary>
    internal IReadOnlyList<LoaderRoute> Routes { get; init; } = [];
}

/// <summary>One way of a loader: the layers from the bytes that it is handed to those that it reads, outermost first.</summary>
internal sealed record LoaderRoute(params IReadOnlyList<LoaderLayer> Layers)
{
    /// <summary>The versions that go this way; empty for all.</summary>
    public string Versions { get; init; } = "";

    /// <summary>What the safe setting does on this way, where it is not what it does elsewhere.</summary>
    public string? SafeSetting { get; init; }
}

/// <summary>One layer of a route: a format, and which of the things that lie in it the loader goes on with.</summary>
/// <param name="Format">The id of the format.</param>
/// <param name="Member">The name of the member: plain, with a star at its start for names that end so, or empty for any.</param>
internal sealed record LoaderLayer(string Format, string Member = "")
{
    /// <summary>What the bytes must begin with, in hexadecimal, where the loader goes by the first bytes; any of them will do.</summary>
    public IReadOnlyList<string> Heads { get; init; } = [];

    /// <summary>Whether the loader takes an archive of one member only.</summary>
    public bool Alone { get; init; }

    /// <summary>Whether the loader goes on with <see cref="FormatFact.Main"/>, the member that its reader looks for.</summary>
    public bool Main { get; init; }

    /// <summary>Whether the loader resolves the persistent ids of the pickles that it reads here; elsewhere it raises at one.</summary>
    public bool ResolvesIds { get; init; }

    /// <summary>How many pickles, one after the other, it reads in a format that is a stretch of them; 1 elsewhere.</summary>
    public int Streams { get; init; } = 1;

    public static implicit operator LoaderLayer(string format) => new(format);

    /// <summary>Whether the loader goes on with the child of this name.</summary>
    public bool GoesOnWith(string child, FormatFact layer) =>
        Main ? layer.Main.Length > 0 && IsReadingOf(child, layer.Main)
        : Member.Length == 0 || (Member[0] == '*' ? child.EndsWith(Member[1..], StringComparison.Ordinal) : child == Member);

    /// <summary>
    /// Whether the child is the member: a reader may ask without regard to case, and of several with one name it is not told which one it
    /// gets. What only the local header says of a member, such readers do not see.
    /// </summary>
    private static bool IsReadingOf(string child, string member) =>
        child.StartsWith(member, StringComparison.OrdinalIgnoreCase)
        && (child.Length == member.Length || (child[member.Length] == '@' && !child.EndsWith("@local", StringComparison.Ordinal)));
}

/// <summary>
/// A loader that comes to what a finding tells: its name as users call it (<c>torch.load</c>), the versions meant (empty for all), and what
/// its safe setting does (<c>weights_only=True refuses</c>; empty where it has none, or where it does not refuse this).
/// </summary>
public sealed record LoaderUse(string Loader, string Versions = "", string SafeSetting = "")
{
    /// <summary>
    /// What the loader must be handed, as the path of an artifact: empty for the input itself, else something in it that somebody unpacks first.
    /// </summary>
    public string Of { get; init; } = "";

    /// <summary>The offset at which it must start: 0, or where an open file stands that is read on.</summary>
    public long From { get; init; }
}
