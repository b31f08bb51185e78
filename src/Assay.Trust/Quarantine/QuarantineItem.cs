// What is written down of a file in quarantine.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Trust.Quarantine;

/// <summary>What is known of a file in quarantine: all that it takes to give it back, and why it is there.</summary>
public sealed record QuarantineItem
{
    /// <summary>The version of this form.</summary>
    public const string CurrentSchema = "assay.quarantine/1";

    /// <summary>The version of the form that it was written in.</summary>
    public string Schema { get; init; } = CurrentSchema;

    /// <summary>What it is called in quarantine.</summary>
    public required string Id { get; init; }

    /// <summary>Where it lay: each name that the file had, as a path without links.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Symbolic links that led to it and were taken away with it.</summary>
    public IReadOnlyList<QuarantineLink> Links { get; init; } = [];

    /// <summary>Its size.</summary>
    public required long Size { get; init; }

    /// <summary>Its SHA-256 in lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Its permissions, as a number.</summary>
    public int Mode { get; init; }

    /// <summary>The number of its owner.</summary>
    public uint User { get; init; }

    /// <summary>The number of its group.</summary>
    public uint Group { get; init; }

    /// <summary>When it was last read, in nanoseconds since 1970.</summary>
    public long Accessed { get; init; }

    /// <summary>When it was last written, in nanoseconds since 1970.</summary>
    public long Modified { get; init; }

    /// <summary>Its extended attributes, among them its access control list, in base64.</summary>
    public IReadOnlyDictionary<string, byte[]> Attributes { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Where nothing was ever written into it: these bytes are not in quarantine, and are holes again when it comes back.</summary>
    public IReadOnlyList<QuarantineHole> Holes { get; init; } = [];

    /// <summary>The device on which it lay.</summary>
    public ulong Device { get; init; }

    /// <summary>Its number there; with the device it tells the file from another of its name.</summary>
    public ulong Inode { get; init; }

    /// <summary>What the scan came to.</summary>
    public string Verdict { get; init; } = "";

    /// <summary>What the scan found, the worst first.</summary>
    public IReadOnlyList<QuarantineFinding> Findings { get; init; } = [];

    /// <summary>Who put it here.</summary>
    public string By { get; init; } = "";

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>Why a file is put into quarantine.</summary>
public sealed record QuarantineReason
{
    /// <summary>Who puts it there.</summary>
    public string By { get; init; } = "";

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What the scan came to.</summary>
    public string Verdict { get; init; } = "";

    /// <summary>What the scan found, the worst first.</summary>
    public IReadOnlyList<QuarantineFinding> Findings { get; init; } = [];
}

/// <summary>A symbolic link: where it lay and what it said.</summary>
public sealed record QuarantineLink(string Path, string Target);

/// <summary>A range of a file in which nothing was ever written.</summary>
public sealed record QuarantineHole(long From, long To);

/// <summary>What was found in a file.</summary>
public sealed record QuarantineFinding(string Rule, string Severity, string Message, string ContentKey);

/// <summary>Reads and writes what is known of files in quarantine, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(QuarantineItem))]
internal sealed partial class QuarantineJson : JsonSerializerContext;
