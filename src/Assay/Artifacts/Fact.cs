// What is there and where, never whether it is bad.
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>
/// Something that a reader saw. A fact says what and where, never whether it is bad. Facts serialise, so an old scan can be
/// judged again by new rules without the bytes.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(FormatFact), "format")]
[JsonDerivedType(typeof(CallableFact), "callable")]
[JsonDerivedType(typeof(AnomalyFact), "anomaly")]
[JsonDerivedType(typeof(TextFact), "text")]
[JsonDerivedType(typeof(UnreadFact), "unread")]
[JsonDerivedType(typeof(IndicatorFact), "indicator")]
[JsonDerivedType(typeof(BehaviourFact), "behaviour")]
[JsonDerivedType(typeof(MemberFact), "member")]
[JsonDerivedType(typeof(TensorFact), "tensor")]
[JsonDerivedType(typeof(EntryFact), "entry")]
[JsonDerivedType(typeof(ReferenceFact), "reference")]
[JsonDerivedType(typeof(OperatorFact), "operator")]
[JsonDerivedType(typeof(CodeFact), "code")]
public abstract record Fact
{
    /// <summary>The artifact, as <see cref="Artifact.Path"/> prints it.</summary>
    public required string Path { get; init; }

    /// <summary>The offset of the first byte that shows it.</summary>
    public long Offset { get; init; }

    /// <summary>The number of bytes that show it; 0 when it is not a stretch.</summary>
    public long Length { get; init; }

    /// <summary>The line of the file that shows it, from 1, where the file is a text; null elsewhere.</summary>
    public int? Line { get; init; }

    /// <summary>When what it tells of happens, where that is known of this very place: <c>import</c>, <c>load</c>, <c>infer</c>, <c>install</c>, <c>cell</c>, <c>call</c>; null where the kind of thing says it.</summary>
    public string? When { get; init; }

    /// <summary>About how many bytes of memory it takes.</summary>
    internal virtual long MemorySize => BareSize;

    /// <summary>About what a fact takes without its texts.</summary>
    private protected const long BareSize = 256;

    /// <summary>About what a text takes.</summary>
    private protected static long TextSize(string text) => 32 + (2L * text.Length);

    /// <summary>About what texts take.</summary>
    private protected static long TextSize(IReadOnlyList<string> texts)
    {
        long size = 0;
        foreach (string text in texts)
        {
            size += TextSize(text);
        }

        return size;
    }
}

/// <summary>The artifact, or a part of it, was read as a format.</summary>
public sealed record FormatFact : Fact
{
    /// <summary>The id of the format.</summary>
    public required string Format { get; init; }

    /// <summary>How sure the format was before it read.</summary>
    public ClaimStrength Strength { get; init; }

    /// <summary>The first bytes of the range, up to <see cref="HeadLength"/> of them, in lower-case hexadecimal: many loaders go by them.</summary>
    public string Head { get; init; } = "";

    /// <summary>The path of the artifact that holds this one; null for an input.</summary>
    public string? Container { get; init; }

    /// <summary>
    /// Whether what holds the artifact hands it to a loader itself (a pickle that calls <c>pickle.loads</c>): who loads that one loads this one.
    /// </summary>
    public bool IsLoaded { get; init; }

    /// <summary>How many members the range holds, where it is an archive; 0 elsewhere.</summary>
    public long Members { get; init; }

    /// <summary>The member that loaders of such files look for, where its name differs from file to file; empty where there is none.</summary>
    public string Main { get; init; } = "";

    /// <summary>How many bytes <see cref="Head"/> tells.</summary>
    internal const int HeadLength = 8;
}

/// <summary>Something odd that could still be read.</summary>
public sealed record AnomalyFact : Fact
{
    /// <summary>What is odd, as a stable code such as <c>zip.duplicate-name</c>; rules refer to it.</summary>
    public required string Code { get; init; }

    /// <summary>One plain sentence with the particulars.</summary>
    public string Detail { get; init; } = "";

    /// <summary>How often it was seen.</summary>
    public long Count { get; init; } = 1;

    internal override long MemorySize => BareSize + (2L * Detail.Length);
}

/// <summary>A text that was recovered and that a rule may want to judge (a decoded payload, a source file).</summary>
public sealed record TextFact : Fact
{
    /// <summary>What the text is, as a stable code such as <c>python-source</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The language of the text, as <see cref="CodeFact.Language"/> names it; empty where it is none or not known.</summary>
    public string Language { get; init; } = "";

    /// <summary>The text, or its beginning.</summary>
    public required string Text { get; init; }

    /// <summary>Whether the text is longer than what stands here.</summary>
    public bool IsCut { get; init; }

    /// <summary>How it was recovered, outermost layer first (<c>base64</c>, <c>zlib</c>).</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    internal override long MemorySize => BareSize + (2L * Text.Length) + TextSize(Layers);
}

/// <summary>Something was not read.</summary>
public sealed record UnreadFact : Fact
{
    /// <summary>Why.</summary>
    public required UnreadCause Cause { get; init; }

    /// <summary>One plain sentence with the particulars.</summary>
    public string Detail { get; init; } = "";
}

/// <summary>Why something was not read.</summary>
[JsonConverter(typeof(EnumNameConverter<UnreadCause>))]
public enum UnreadCause
{
    /// <summary>The bytes break their format; what came before the break was read.</summary>
    Malformed,

    /// <summary>The bytes end before their format does.</summary>
    Truncated,

    /// <summary>A limit is spent; the detail names it.</summary>
    Limit,

    /// <summary>The format is recognised and not yet supported.</summary>
    NotSupported,

    /// <summary>No format claims the bytes.</summary>
    Unrecognised,

    /// <summary>The bytes are encrypted.</summary>
    Encrypted,

    /// <summary>The bytes changed or vanished while they were read.</summary>
    Changed,

    /// <summary>The system refused to read them, or they are no regular file.</summary>
    Unreadable,

    /// <summary>Something that the bytes refer to is not there.</summary>
    Missing,

    /// <summary>The scan was cancelled.</summary>
    Cancelled,

    /// <summary>A test load was asked for, and no loader came to an end with it.</summary>
    NotDetonated,

    /// <summary>A defect of ours; please report it.</summary>
    Fault,
}
