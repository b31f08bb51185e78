// What a format may do while it reads.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>What a host wants to know of an input. What nobody wants costs a reading nothing.</summary>
[Flags]
public enum ReadingParts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>What a loader would run or open, and what is odd: what a scan judges.</summary>
    Facts = 1,

    /// <summary>How containers hold their members.</summary>
    Members = 2,

    /// <summary>The tensors, with the places of their elements.</summary>
    Tensors = 4,

    /// <summary>What formats say of themselves: versions, byte order, headers, texts.</summary>
    Metadata = 8,
}

/// <summary>
/// What a format may do while it reads one artifact: spend, say what it sees, cover, submit. A format reads once; scans, inspections and
/// conversions take from it what they want.
/// </summary>
public abstract class ReadContext
{
    /// <summary>Creates the context of one artifact.</summary>
    protected ReadContext(Artifact artifact, FactLog log, ScanBudget budget, Scratch scratch)
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

    /// <summary>Whether the host wants all of <paramref name="parts"/>; a format skips the work that only serves others.</summary>
    public virtual bool Wants(ReadingParts parts) => (parts & ~ReadingParts.Facts) == 0;

    /// <summary>Tells that the artifact is also of a kind that has the form of the format that reads it.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="main">The member that loaders of this kind look for; empty where they ask for fixed names.</param>
    public void Recognise(IFormatKind kind, string main = "")
    {
        ArgumentNullException.ThrowIfNull(kind);
        Recognise(kind.Id, new ByteRange(0, Artifact.Bytes.Length), ClaimStrength.Certain, main);
    }

    /// <summary>Tells that a range of the artifact was read as a format.</summary>
    /// <param name="format">The id of the format.</param>
    /// <param name="range">The range.</param>
    /// <param name="strength">How sure the format was before it read.</param>
    /// <param name="main">The member that loaders look for; empty where they ask for fixed names.</param>
    public void Recognise(string format, ByteRange range, ClaimStrength strength, string main = "") => Add(new FormatFact
    {
        Path = Artifact.Path,
        Offset = range.Offset,
        Length = range.Length,
        Format = format,
        Strength = strength,
        Head = Convert.ToHexStringLower(Artifact.Bytes.ReadUpTo(range.Offset, (int)Math.Min(FormatFact.HeadLength, range.Length))),
        Container = Artifact.Parent?.Path,
        IsLoaded = Artifact.IsLoaded,
        Main = main,
    });

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
    /// Says how the artifact holds a member (<see cref="ReadingParts.Members"/>), before the member is submitted, and also where it is not.
    /// </summary>
    public virtual void Member(StoredMember member)
    {
    }

    /// <summary>Says something that the format says of itself (<see cref="ReadingParts.Metadata"/>); a key counts once.</summary>
    public virtual void Meta(string key, string value)
    {
    }

    /// <summary>
    /// Takes over bytes that the format made (inflated, unpacked, opened beside the artifact). They live until what is returned is disposed,
    /// and longer where the host still refers to what lies in them, as a conversion does.
    /// </summary>
    public virtual IDisposable Own(ByteSource bytes) => bytes;

    /// <summary>
    /// Examines a child now, by the same road; returns when it is done. The child's bytes are the caller's, or owned by this context
    /// (<see cref="Own"/>). Faults of the child are facts, not exceptions; only a spent input-wide budget comes back as
    /// <see cref="ScanStopException"/>.
    /// </summary>
    public abstract void Submit(Artifact child);
}
