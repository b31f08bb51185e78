// What a format may do while it reads.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>What a format may do while it reads one artifact: spend, tell, cover, submit.</summary>
public abstract class ScanContext
{
    /// <summary>Creates the context of one artifact.</summary>
    protected ScanContext(Artifact artifact, FactLog log, ScanBudget budget, Scratch scratch)
    {
        Artifact = artifact;
        Log = log;
        Budget = budget;
        Scratch = scratch;
        Coverage = new CoverageMap(artifact.Bytes.Length);
    }

    /// <summary>The artifact being read.</summary>
    public Artifact Artifact { get; }

    /// <summary>The meter.</summary>
    public ScanBudget Budget { get; }

    /// <summary>The limits in force.</summary>
    public ScanLimits Limits => Budget.Limits;

    /// <summary>Where inflated bytes may spill.</summary>
    public Scratch Scratch { get; }

    /// <summary>Which bytes of the artifact are accounted for.</summary>
    public CoverageMap Coverage { get; }

    /// <summary>The facts of the whole input.</summary>
    protected FactLog Log { get; }

    /// <summary>Adds a fact.</summary>
    public void Add(Fact fact) => Log.Add(fact);

    /// <summary>Says that something is odd; <paramref name="code"/> is stable, rules refer to it.</summary>
    public void Anomaly(string code, long offset, long length, string detail) =>
        Add(new AnomalyFact { Path = Artifact.Path, Offset = offset, Length = length, Code = code, Detail = detail });

    /// <summary>Says that something was not read.</summary>
    public void Unread(UnreadCause cause, long offset, long length, string detail) =>
        Add(new UnreadFact { Path = Artifact.Path, Offset = offset, Length = length, Cause = cause, Detail = detail });

    /// <summary>Accounts for a range of the artifact.</summary>
    public void Cover(ByteRange range, CoverageKind kind) => Coverage.Mark(range, kind);

    /// <summary>
    /// Says how the artifact holds a member, before the member is submitted, and also where it is not. Nobody judges by it, and most scans
    /// do not listen.
    /// </summary>
    public virtual void Hold(StoredMember member)
    {
    }

    /// <summary>
    /// Examines a child now, by the same road; returns when it is done. The caller owns the child's bytes and may free them
    /// afterwards. Faults of the child are facts, not exceptions; only a spent input-wide budget comes back as
    /// <see cref="ScanStopException"/>.
    /// </summary>
    public abstract void Submit(Artifact child);
}
