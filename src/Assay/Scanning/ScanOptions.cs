// What a scan works with.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Detection.Facts;
using Assay.Formats;
using Assay.Policies;

namespace Assay.Scanning;

/// <summary>What a scan works with; the same for all its inputs.</summary>
public sealed record ScanOptions
{
    /// <summary>The limits, per input.</summary>
    public ScanLimits Limits { get; init; } = new();

    /// <summary>The memory that scans share: hand the same to all scanners of a process. Where it is null, each scanner has its own, of the size that the limits say.</summary>
    public SharedMemory? Memory { get; init; }

    /// <summary>The rules.</summary>
    public required RuleSet Rules { get; init; }

    /// <summary>The user's policy.</summary>
    public Policy Policy { get; init; } = Policy.None;

    /// <summary>Where inflated bytes spill.</summary>
    public Scratch Scratch { get; init; } = new MemoryScratch();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Inputs scanned side by side.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Loads inputs for real after they were read, or null: most scans load nothing.</summary>
    public ITestLoad? TestLoad { get; init; }

    /// <summary>Whether reports carry what was read, for those who want to judge it again.</summary>
    public bool KeepFacts { get; init; }

    /// <summary>Digest inputs of any size; otherwise only up to <see cref="DigestLimit"/>.</summary>
    public bool DigestAll { get; init; }

    /// <summary>Inputs up to this many bytes, 64 MiB unless set, are digested without being asked.</summary>
    public long DigestLimit { get; init; } = 64L << 20;

    /// <summary>The formats that are asked; tests hand in ones that fail.</summary>
    internal IReadOnlyList<IFormat> Formats { get; init; } = FormatCatalog.All;

    /// <summary>Gets the meter of each input when the input is done, for measurements of what inputs cost.</summary>
    internal Action<ScanBudget>? OnSpent { get; init; }

    /// <summary>What is read for the rules: members and tensors only where one of them asks for those, because a file may have a million.</summary>
    internal ReadingParts Wants => ReadingParts.Facts
        | (Rules.Index.Asks(FactKinds.Member) ? ReadingParts.Members : 0)
        | (Rules.Index.Asks(FactKinds.Tensor) ? ReadingParts.Tensors : 0);
}

/// <summary>How far a scan has come.</summary>
/// <param name="Done">Inputs examined.</param>
/// <param name="Path">The input that was just finished.</param>
/// <param name="Verdict">Its verdict, or null when it was ignored.</param>
public readonly record struct ScanProgress(int Done, string Path, Verdict? Verdict);
