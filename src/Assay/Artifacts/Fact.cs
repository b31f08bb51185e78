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
[JsonDerivedType(typeof(IntentFact), "intent")]
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

    /// <summary>The loaders that accept these bytes.</summary>
    public IReadOnlyList<LoaderUse> Loaders { get; init; } = [];
}

/// <summary>
/// A loader that would read the bytes: its name as users call it (<c>torch.load</c>), the versions meant (empty for all), and
/// what its safe setting does (<c>weights_only=True refuses</c>; empty when it has none).
/// </summary>
public sealed record LoaderUse(string Loader, string Versions = "", string SafeSetting = "")
{
    /// <summary>What reads the bytes inside it, as <see cref="PickleUse.Dialects"/> names them; empty where it does not matter.</summary>
    public IReadOnlyList<string> Dialects { get; init; } = [];

    /// <summary>The encodings that it can be asked for, as <see cref="PickleUse.Encodings"/> names them; empty for all.</summary>
    public IReadOnlyList<string> Encodings { get; init; } = [];

    /// <summary>The restricted unpickler that its safe setting uses, as <see cref="PickleUse.AllowedBy"/> names it.</summary>
    public string SafeDialect { get; init; } = "";
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

    /// <summary>The text, cut at the limit.</summary>
    public required string Text { get; init; }

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
[JsonConverter(typeof(JsonStringEnumConverter<UnreadCause>))]
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
