// What a file format must be able to do.
using System.Text.Json.Serialization;
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>How sure a format is that the bytes are its own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClaimStrength>))]
public enum ClaimStrength
{
    /// <summary>A loader would accept the bytes, and so might many other texts.</summary>
    Weak,

    /// <summary>The structure fits as far as the probe looked.</summary>
    Likely,

    /// <summary>A signature that nothing else has.</summary>
    Certain,
}

/// <summary>How far a format is supported.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FormatSupport>))]
public enum FormatSupport
{
    /// <summary>Everything that a loader would run is read.</summary>
    Full,

    /// <summary>The format is recognised and reported as not yet supported.</summary>
    Recognised,
}

/// <summary>A format's claim to a range of an artifact.</summary>
public readonly record struct Claim(ByteRange Range, ClaimStrength Strength);

/// <summary>What a format gets to look at before it claims.</summary>
public sealed class ProbeInput
{
    /// <summary>How many bytes of the range <see cref="Head"/> holds at most.</summary>
    public const int HeadLength = 4096;

    /// <summary>Creates the input for a range of an artifact.</summary>
    public ProbeInput(Artifact artifact, ByteRange range, ScanBudget budget, bool isGap = false)
        : this(artifact, range, budget, isGap, new byte[(int)Math.Min(HeadLength, Math.Max(0, range.Length))])
    {
    }

    /// <summary>Creates the input with a buffer for its first bytes, which is the input's until all formats have probed.</summary>
    internal ProbeInput(Artifact artifact, ByteRange range, ScanBudget budget, bool isGap, byte[] buffer)
    {
        IsGap = isGap;
        Artifact = artifact;
        Range = range;
        IsWhole = range.Offset == 0 && range.Length == artifact.Bytes.Length;
        Budget = budget;
        int length = (int)Math.Min(Math.Min(HeadLength, buffer.Length), Math.Max(0, range.Length));
        Head = buffer.AsMemory(0, artifact.Bytes.ReadAt(range.Offset, buffer.AsSpan(0, length)));
    }

    /// <summary>The artifact.</summary>
    public Artifact Artifact { get; }

    /// <summary>The range in question: the whole artifact, or a gap that no claim covered. Claims lie inside it.</summary>
    public ByteRange Range { get; }

    /// <summary>The first bytes of the range.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    /// <summary>The meter.</summary>
    public ScanBudget Budget { get; }

    /// <summary>Whether nobody claimed the range: a format may then search in it, and claim from where it finds itself.</summary>
    public bool IsGap { get; }

    /// <summary>Whether the range is the whole artifact.</summary>
    public bool IsWhole { get; }

    /// <summary>Whether the range begins with <paramref name="signature"/>.</summary>
    public bool StartsWith(ReadOnlySpan<byte> signature) => Head.Span.StartsWith(signature);
}

/// <summary>What is reported of a format: a file format of its own, or a kind of model file that has the form of another.</summary>
public interface IFormatKind
{
    /// <summary>The stable id, such as <c>torch-zip</c>.</summary>
    string Id { get; }

    /// <summary>The name that the field uses, such as <c>PyTorch (zip)</c>.</summary>
    string Name { get; }

    /// <summary>How far it is supported.</summary>
    FormatSupport Support { get; }

    /// <summary>The extensions that promise this format, lower case with dot.</summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>The loaders that accept such bytes; none where a format only holds others.</summary>
    IReadOnlyList<LoaderUse> Loaders => [];
}

/// <summary>A file format: it claims bytes by content and reads them into facts. A container is a format that submits.</summary>
public interface IFormat : IFormatKind
{
    /// <summary>The kinds of model files that have this form and are told by what they hold; reported beside the format itself.</summary>
    IReadOnlyList<IFormatKind> Kinds => [];

    /// <summary>The claim to the range, or null. A probe reads little and never throws on bytes.</summary>
    Claim? Probe(ProbeInput input);

    /// <summary>
    /// Reads what was claimed: adds facts, marks what it covered, submits children. The engine has added the format's own fact. May throw
    /// <see cref="MalformedException"/> and <see cref="ScanStopException"/>: what was added before stays.
    /// </summary>
    void Read(Artifact artifact, Claim claim, ScanContext context);
}
