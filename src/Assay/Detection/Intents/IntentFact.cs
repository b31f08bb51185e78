// What recovered code is for: derived from texts and callables by the words of the packs, and asked by rules like a fact.
using Assay.Artifacts;

namespace Assay.Detection.Intents;

/// <summary>How well the evidence shows an intent.</summary>
internal enum IntentConfidence
{
    /// <summary>Plausible.</summary>
    Low,

    /// <summary>Likely.</summary>
    Medium,

    /// <summary>The text or the call says so.</summary>
    High,
}

/// <summary>What code, a command or a call that was recovered is for.</summary>
internal sealed record IntentFact : Fact
{
    /// <summary>The intent, as a stable code such as <c>reverse-shell</c>.</summary>
    public required string Intent { get; init; }

    /// <summary>How well the evidence shows it.</summary>
    public required IntentConfidence Confidence { get; init; }

    /// <summary>The words that show it.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>The beginning of the text that holds them; empty where a call alone shows it.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether the text is longer than what stands here.</summary>
    public bool IsCut { get; init; }

    /// <summary>How the text was recovered, outermost layer first.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];
}
