// A rule and the place where it holds, with the evidence.
using System.Text.Json.Serialization;
using Assay.Artifacts;

namespace Assay.Detection;

/// <summary>How much harm a finding can mean.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
public enum Severity
{
    /// <summary>Worth knowing.</summary>
    [JsonStringEnumMemberName("info")]
    Info,

    /// <summary>Unusual, of little consequence by itself.</summary>
    [JsonStringEnumMemberName("low")]
    Low,

    /// <summary>Cannot be shown to be harmless: the verdict is suspicious.</summary>
    [JsonStringEnumMemberName("medium")]
    Medium,

    /// <summary>A loader would do something that models do not need: the verdict is malicious.</summary>
    [JsonStringEnumMemberName("high")]
    High,

    /// <summary>A loader would run code, commands or worse of the file's choosing: the verdict is malicious.</summary>
    [JsonStringEnumMemberName("critical")]
    Critical,
}

/// <summary>How sure a rule is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Confidence>))]
public enum Confidence
{
    /// <summary>Plausible; the verdict is suspicious at most.</summary>
    [JsonStringEnumMemberName("low")]
    Low,

    /// <summary>Likely.</summary>
    [JsonStringEnumMemberName("medium")]
    Medium,

    /// <summary>Shown by the bytes.</summary>
    [JsonStringEnumMemberName("high")]
    High,
}

/// <summary>A piece of evidence: what kind (<c>callable</c>, <c>argument</c>, <c>opcode</c>, ...), its text, and where.</summary>
public sealed record Evidence(string Kind, string Text, long? Offset = null);

/// <summary>What a finding is about.</summary>
/// <param name="Kind">The kind of fact that it stands on, as rules name it: <c>judgement</c>, <c>anomaly</c>, <c>reference</c> ...</param>
/// <param name="Name">What it is about: the canonical name of a callable, the code of an anomaly, the target of a reference ...</param>
public sealed record FindingSubject(string Kind, string Name)
{
    /// <summary>What a callable can do, where the rules list it; empty otherwise.</summary>
    public string Capability { get; init; } = "";

    /// <summary>What a callable gets.</summary>
    public IReadOnlyList<ValueShape> Arguments { get; init; } = [];
}

/// <summary>A rule and the place where it holds.</summary>
public sealed record Finding
{
    /// <summary>The rule.</summary>
    public required Rule Rule { get; init; }

    /// <summary>How much harm this instance can mean; usually the rule's.</summary>
    public required Severity Severity { get; init; }

    /// <summary>How sure this instance is; usually the rule's.</summary>
    public required Confidence Confidence { get; init; }

    /// <summary>One sentence about this instance. Holds text from the file; reports escape it.</summary>
    public required string Message { get; init; }

    /// <summary>The artifact.</summary>
    public required string Path { get; init; }

    /// <summary>The offset in it.</summary>
    public long Offset { get; init; }

    /// <summary>The number of bytes; 0 when it is not a stretch.</summary>
    public long Length { get; init; }

    /// <summary>The line of the file, from 1, where it is a text; null elsewhere.</summary>
    public int? Line { get; init; }

    /// <summary>What it is about.</summary>
    public required FindingSubject Subject { get; init; }

    /// <summary>The evidence.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    /// <summary>The loaders in which it would happen.</summary>
    public IReadOnlyList<LoaderUse> Loaders { get; init; } = [];

    /// <summary>
    /// When it would happen: <c>extract</c>, <c>load</c>, <c>init</c>, <c>infer</c>, <c>use</c>; of code also <c>import</c>, <c>install</c>, <c>cell</c> (somebody runs the notebook), <c>call</c> (somebody calls the function).
    /// </summary>
    public string Phase { get; init; } = "load";

    /// <summary>Whether a loader gets there: <c>yes</c>, <c>no</c>, or <c>unknown</c>.</summary>
    public string Reached { get; init; } = "yes";

    /// <summary>
    /// Finds the finding again in the next version of a file: made of the rule and the place, the same under any file name. It says nothing about what
    /// the file does there, so nothing that a person decides may rest on it.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>
    /// The same only for the same content at the same place: made of the <see cref="Key"/> and of what the finding stands on (callable,
    /// arguments, carried code, ...). What a person decides about a finding binds to it.
    /// </summary>
    public required string ContentKey { get; init; }

    /// <summary>
    /// Whether the content was not kept in full and the input has no digest that could stand for it, so that two contents may have this content
    /// key. Nothing can be bound to it then.
    /// </summary>
    public bool IsContentPartial { get; init; }
}
