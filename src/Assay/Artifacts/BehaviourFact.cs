// What a load was seen doing in the sandbox.
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>Who says that something happened.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BehaviourSource>))]
public enum BehaviourSource
{
    /// <summary>The kernel: a system call. It happened; its arguments are as they were when they were looked at.</summary>
    [JsonStringEnumMemberName("syscall")]
    Syscall,

    /// <summary>Python, inside the loading process: the load may have silenced or forged it, so it can only add.</summary>
    [JsonStringEnumMemberName("python")]
    Python,

    /// <summary>The sandbox itself: how the load ended, what was missing, which limit was hit.</summary>
    [JsonStringEnumMemberName("sandbox")]
    Sandbox,
}

/// <summary>Something that a load did. Equal things that follow each other are one fact with a count.</summary>
public sealed record BehaviourFact : Fact
{
    /// <summary>The kind of the fact that says with which loader the input was loaded, and how that ended; each load that began gives one.</summary>
    public const string LoadEnding = "load-ending";

    /// <summary>What happened, as a stable code such as <c>process-start</c>; rules refer to it.</summary>
    public required string Kind { get; init; }

    /// <summary>Who says so.</summary>
    public required BehaviourSource Source { get; init; }

    /// <summary>The system call or the event of Python.</summary>
    public string Action { get; init; } = "";

    /// <summary>What it was done to or with: a path, an address, a command; text of the model's choosing.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The arguments as far as they could be decoded; text of the model's choosing.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>When: <c>load</c>, or <c>use</c> for what came after the loader returned.</summary>
    public string Phase { get; init; } = "load";

    /// <summary>The loader that ran.</summary>
    public string Loader { get; init; } = "";

    /// <summary>The process, numbered in order of appearance: 1 is the one that loads.</summary>
    public int Process { get; init; } = 1;

    /// <summary>The process that started it; 0 for the first one and where it is not known.</summary>
    public int Parent { get; init; }

    /// <summary>Whether the box refused it.</summary>
    public bool Refused { get; init; }

    /// <summary>How often.</summary>
    public long Count { get; init; } = 1;

    /// <summary>How many loads with this loader were compared.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>In how many of them it was seen.</summary>
    public int SeenIn { get; init; } = 1;

    internal override long MemorySize => BareSize + (2L * Subject.Length) + TextSize(Arguments);
}
