// What a scan says about one input.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;

namespace Assay.Scanning;

/// <summary>What was found in one input.</summary>
public sealed record TargetReport
{
    /// <summary>The path as given or walked.</summary>
    public required string Path { get; init; }

    /// <summary>The size in bytes, or null when it could not be opened.</summary>
    public long? Size { get; init; }

    /// <summary>The SHA-256 in lower-case hex, or null above the size limit.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The ids of the formats that the input itself was read as.</summary>
    public IReadOnlyList<string> Formats { get; init; } = [];

    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The findings, worst first, then by path and offset.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Findings that the user's policy waived; they stay in the report.</summary>
    public IReadOnlyList<WaivedFinding> Waived { get; init; } = [];

    /// <summary>What was not read.</summary>
    public IReadOnlyList<UnreadFact> Unread { get; init; } = [];

    /// <summary>What was not read, and the user's policy accepts that; it stays in the report.</summary>
    public IReadOnlyList<WaivedUnread> WaivedUnread { get; init; } = [];

    /// <summary>What the input was judged to be.</summary>
    public Judgement Judgement => new() { Verdict = Verdict, Findings = Findings, Waived = Waived, Unread = Unread, WaivedUnread = WaivedUnread };

    /// <summary>Bytes of the input that were parsed, stepped over as data, and not accounted for; they add up to the size.</summary>
    public (long Parsed, long Data, long Unknown) Bytes { get; init; }

    /// <summary>Artifacts read: the input itself and everything in it.</summary>
    public int Artifacts { get; init; }

    /// <summary>Whether test loads were asked for.</summary>
    public bool IsTestLoaded { get; init; }

    /// <summary>What test loads were seen doing and how they ended, loader by loader in order of time; empty when none was asked for or none began.</summary>
    public IReadOnlyList<BehaviourFact> Events { get; init; } = [];

    /// <summary>The pickle with the worst finding, or else the first one, by the path of its artifact; null where there is none.</summary>
    internal string? Pickle { get; init; }

    /// <summary>What was read, where the options keep it: another judgement needs nothing else.</summary>
    public FactSet? Read { get; init; }

    /// <summary>The facts that the findings rest on, where the options keep them.</summary>
    public IReadOnlyList<Fact> Facts => Read?.Facts ?? [];

    /// <summary>The report of an input: what was read of it, and what it was judged to be.</summary>
    public static TargetReport Of(FactSet facts, Judgement judgement, bool keepFacts = false)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(judgement);
        return new TargetReport
        {
            Path = facts.Path,
            Size = facts.Size,
            Sha256 = facts.Sha256,
            Formats = FormatsOf(facts),
            Verdict = judgement.Verdict,
            Findings = judgement.Findings,
            Waived = judgement.Waived,
            Unread = judgement.Unread,
            WaivedUnread = judgement.WaivedUnread,
            Bytes = (facts.Coverage.Parsed, facts.Coverage.Data, facts.Coverage.Unknown),
            Artifacts = facts.Artifacts,
            IsTestLoaded = facts.Readers.ContainsKey(FactSet.SandboxReader),
            Events = [.. facts.Facts.OfType<BehaviourFact>()],
            Pickle = PickleOf(facts, judgement),
            Read = keepFacts ? facts : null,
        };
    }

    private static string? PickleOf(FactSet facts, Judgement judgement)
    {
        HashSet<string> pickles = [.. facts.Facts.OfType<FormatFact>().Where(f => f.Format == "pickle").Select(f => f.Path)];
        return judgement.Findings.FirstOrDefault(f => pickles.Contains(f.Path))?.Path ?? pickles.Order(StringComparer.Ordinal).FirstOrDefault();
    }

    private static List<string> FormatsOf(FactSet facts)
    {
        List<string> formats = [];
        foreach (Fact fact in facts.Facts)
        {
            if (fact is FormatFact format && format.Path == facts.Path && !formats.Contains(format.Format))
            {
                formats.Add(format.Format);
            }
        }

        return formats;
    }
}
