// What recovered code is for, and what it names that can be looked for elsewhere.
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>How well the evidence shows an intent.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IntentConfidence>))]
public enum IntentConfidence
{
    /// <summary>Plausible.</summary>
    Low,

    /// <summary>Likely.</summary>
    Medium,

    /// <summary>The text or the call says so.</summary>
    High,
}

/// <summary>What code, a command or a call that was recovered is for.</summary>
public sealed record IntentFact : Fact
{
    /// <summary>The intent, as a stable code such as <c>reverse-shell</c>.</summary>
    public required string Intent { get; init; }

    /// <summary>How well the evidence shows it.</summary>
    public required IntentConfidence Confidence { get; init; }

    /// <summary>The words that show it.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>The beginning of the text that holds them; empty where a call alone shows it.</summary>
    public string Text { get; init; } = "";

    /// <summary>How the text was recovered, outermost layer first.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    internal override long MemorySize => BareSize + (2L * Text.Length) + TextSize(Words) + TextSize(Layers);
}

/// <summary>Something in recovered code that can be looked for elsewhere: a host, an address, a path, a command.</summary>
public sealed record IndicatorFact : Fact
{
    /// <summary>What it is: <c>url</c>, <c>host</c>, <c>ip</c>, <c>path</c>, <c>command</c> or <c>hash</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The value as written.</summary>
    public required string Value { get; init; }

    internal override long MemorySize => BareSize + (2L * Value.Length);
}
