// What a format may do while it reads.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>What a host wants to know of an input. What is not wanted costs a reading nothing.</summary>
[Flags]
internal enum ReadingParts
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
internal abstract class ReadContext
{
    private HeldMemory? _held;
    private long _member = -1;

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

    /// <summary>How many members were told of; the walk begins anew for each format.</summary>
    internal long MemberCount { get; set; }

    /// <summary>Whether something of the artifact was not read.</summary>
    internal bool HasUnread { get; private set; }

    /// <summary>Gives the memory back that the reading held.</summary>
    internal void EndHolding() => _held?.Start(null);

    /// <summary>The facts of the whole input.</summary>
    protected FactLog Log { get; }

    /// <summary>What the reading of this artifact holds of memory until it ends.</summary>
    internal HeldMemory Held => _held ??= new HeldMemory(Budget);

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

    /// <summary>Tells the line of an offset; a format sets it that reads a text.</summary>
    internal Func<long, int>? Lines { get; set; }

    /// <summary>The line, in the file that a person opens, of an offset of the artifact; null where that is no text.</summary>
    internal int? LineAt(long offset) => Lines is null && Artifact.OuterLine is null ? null : OuterLine(Lines?.Invoke(offset) ?? 1);

    /// <summary>The line, in the file that a person opens, of a line of the artifact.</summary>
    internal int OuterLine(int line)
    {
        for (Artifact? at = Artifact; at?.OuterLine is { } outer; at = at.Parent)
        {
            line = outer(line);
        }

        return line;
    }

    /// <summary>Adds a fact. It is paid for, and kept all the same where nothing is left to pay it with.</summary>
    public void Add(Fact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        if (fact.Line is null && fact is not FormatFact && LineAt(fact.Offset) is { } line)
        {
            fact = fact with { Line = line };
        }

        if (fact.When is null && Artifact.When is { } when && fact is not FormatFact)
        {
            fact = fact with { When = when };
        }

        long held = Log.HeldBytes;
        Budget.NoteWork(WorkCosts.Fact);
        Log.Add(fact);
        held = Log.HeldBytes - held;
        Budget.NoteWork(held * WorkCosts.ByteOfFact);
        Budget.NoteHeld(held);
    }

    /// <summary>Says that something is odd; <paramref name="code"/> is stable, rules refer to it.</summary>
    public void Anomaly(string code, long offset, long length, string detail) =>
        Add(new AnomalyFact { Path = Artifact.Path, Offset = offset, Length = length, Code = code, Detail = detail });

    /// <summary>Says that something was not read.</summary>
    public void Unread(UnreadCause cause, long offset, long length, string detail)
    {
        HasUnread = true;
        Add(new UnreadFact { Path = Artifact.Path, Offset = offset, Length = length, Cause = cause, Detail = detail });
    }

    /// <summary>
    /// Says that the artifact refers to <paramref name="target"/>, as loaders read it: beside the artifact. Returns where that is; what nothing is
    /// known of lies inside.
    /// </summary>
    /// <param name="kind">What for, as a stable code; see <see cref="ReferenceFact.Kind"/>.</param>
    /// <param name="target">The target as written.</param>
    /// <param name="offset">Where the reference stands.</param>
    public ReferencePlace Refer(string kind, string target, long offset)
    {
        BundleReference reference = BundleName.Resolve(Artifact.In?.Name ?? "", target);
        ReferencePlace where = reference.Place;
        if (where == ReferencePlace.Inside && Artifact.In is { } place)
        {
            BundleOpening opening = place.Bundle.TryOpen(reference.Name);
            opening.Bytes?.Dispose();
            where = opening.Refusal switch
            {
                BundleRefusal.Missing => ReferencePlace.Missing,
                BundleRefusal.Outside => ReferencePlace.Outside,
                _ => where,
            };
        }

        Add(new ReferenceFact { Path = Artifact.Path, Offset = offset, Kind = kind, Target = target, Place = where, Resolved = reference.Name });
        return where;
    }

    /// <summary>Accounts for a range of the artifact.</summary>
    public void Cover(ByteRange range, CoverageKind kind) => Coverage.Mark(range, kind);

    /// <summary>
    /// Says how the artifact holds a member (<see cref="ReadingParts.Members"/>), before the member is submitted, and also where it is not.
    /// The name is that of the artifact that the member becomes, or would become.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="offset">Where its header, or else its packed bytes, lie in the artifact.</param>
    /// <param name="packed">The bytes that it takes there; -1 where it shares them with others or the artifact does not say.</param>
    /// <param name="size">The bytes that it is said to hold; -1 where the artifact does not say.</param>
    /// <param name="method">How it is packed: <c>stored</c>, <c>deflate</c>, <c>lzma2</c> ...; also <c>directory</c> or <c>symbolic-link</c>.</param>
    /// <param name="isEncrypted">Whether the artifact says that it is encrypted.</param>
    /// <param name="crc">The CRC-32 that the artifact gives, or null.</param>
    public void Member(string name, long offset, long packed, long size, string method, bool isEncrypted = false, uint? crc = null)
    {
        // Two readings of one member are one.
        MemberCount += MemberCount > 0 && offset == _member ? 0 : 1;
        _member = offset;
        if (Wants(ReadingParts.Members))
        {
            OnMember(new MemberFact { Path = Artifact.Path, Name = name, Offset = offset, Packed = packed, Size = size, Method = method, IsEncrypted = isEncrypted, Crc = crc });
        }
    }

    /// <summary>
    /// Says something that the artifact says of itself, where the host wants it (<see cref="ReadingParts.Metadata"/>); the last text of a key
    /// counts.
    /// </summary>
    public void Meta(string key, string value)
    {
        if (Wants(ReadingParts.Metadata))
        {
            OnMeta(key, value);
        }
    }

    /// <summary>
    /// Reads the tensors of the artifact, where the host wants them (<see cref="ReadingParts.Tensors"/>). Bytes that break, a limit that is
    /// spent and a defect become the group's failure and cost nothing else.
    /// </summary>
    /// <param name="kind">The id of the format, or of the kind of archive.</param>
    /// <param name="read">Fills the group.</param>
    public void ReadTensors(string kind, Action<TensorGroup> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (!Wants(ReadingParts.Tensors))
        {
            return;
        }

        TensorGroup group = new(kind);
        try
        {
            read(group);
        }
        catch (Exception e) when (e is MalformedException or ScanStopException { Reason: StopReason.Limit })
        {
            group.Failure = e;
        }
        catch (Exception e) when (e is not (ScanStopException or OutOfMemoryException))
        {
            group.Failure = e;
            Unread(UnreadCause.Fault, 0, 0, $"A reader failed: {e.GetType().Name}: {e.Message}");
        }

        OnTensors(group);
    }

    /// <summary>
    /// Says that tensors of what lies in the artifact are tensors of the artifact itself, if they can be read at all: a member that is read
    /// alone has none, because its elements are other members.
    /// </summary>
    public virtual void TakeTensorsOfMembers()
    {
    }

    /// <summary>
    /// Takes over bytes that the format made (inflated, unpacked, opened beside the artifact). They live until what is returned is disposed,
    /// at most until the artifact is read, and longer only where the host still refers to tensors in them, as a conversion does.
    /// </summary>
    public virtual IDisposable Own(ByteSource bytes) => bytes;

    /// <summary>
    /// Examines a child now, by the same road; returns when it is done. The child's bytes are the caller's, or owned by this context
    /// (<see cref="Own"/>). Faults of the child are facts, not exceptions; only a spent input-wide budget comes back as
    /// <see cref="ScanStopException"/>.
    /// </summary>
    public abstract void Submit(Artifact child);

    /// <summary>
    /// What one reader leaves for another one in the same walk to take up, by what both call it. A name without a value is asked for: whoever reads
    /// it on the way leaves it here, and whoever asked takes it or disposes it.
    /// </summary>
    internal virtual Dictionary<object, IDisposable?> Handed => field ??= [];

    /// <summary>The meter of reading tensors: where facts are wanted too, bytes are read for both, and each counts for itself.</summary>
    internal virtual ScanBudget TensorBudget => Budget;

    /// <summary>Gets each member.</summary>
    protected virtual void OnMember(MemberFact member)
    {
    }

    /// <summary>Gets each text that the artifact says of itself.</summary>
    protected virtual void OnMeta(string key, string value)
    {
    }

    /// <summary>Gets each group of tensors, whole or with its failure.</summary>
    protected virtual void OnTensors(TensorGroup group)
    {
    }
}
