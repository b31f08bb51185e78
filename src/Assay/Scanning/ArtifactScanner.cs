// Sends one artifact through every format that claims it: the fence where faults are caught.
using System.Buffers;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;

namespace Assay.Scanning;

/// <summary>
/// Reads one input and everything in it. A broken or outsized artifact becomes an unread; facts logged before the fall stay, and so does
/// everything beside it.
/// </summary>
internal sealed class ArtifactScanner(FactLog log, ScanBudget budget, Scratch scratch, IReadOnlyList<IFormat> catalogue)
{
    private const int MaxGaps = 64;
    // An array: every probe of every small file walks through it.
    private readonly IFormat[] _formats = catalogue as IFormat[] ?? [.. catalogue];
    private readonly HashSet<(ByteSource Whole, ByteRange Part)> _seen = [];
    private ReadingSink? _sink;
    private ScanBudget? _tensorBudget;

    /// <summary>How many artifacts were read.</summary>
    public int Artifacts { get; private set; }

    /// <summary>Called with each artifact before it is read; null for none.</summary>
    public Action<Artifact>? OnArtifact { get; set; }

    /// <summary>Takes what is read; facts also go into the log. A scan wants facts only, unless it says otherwise.</summary>
    public ReadingSink Sink
    {
        get => _sink ??= new FactSink(log, ReadingParts.Facts);
        init => _sink = value;
    }

    /// <summary>
    /// Where facts and tensors are wanted, a pickle is run once for both, and what tensors need beyond that has the limits of one scan.
    /// </summary>
    public ScanBudget TensorBudget =>
        _tensorBudget ??= Sink.Wants.HasFlag(ReadingParts.Facts | ReadingParts.Tensors) ? budget.Fork(budget.Limits.Opcodes) : budget;

    /// <summary>What readers leave for others to take up.</summary>
    public Dictionary<object, IDisposable?> Handed { get; } = [];

    /// <summary>The facts of the whole input.</summary>
    public FactLog Log => log;

    /// <summary>The meter.</summary>
    public ScanBudget Budget => budget;

    /// <summary>Where inflated bytes may spill.</summary>
    public Scratch Scratch => scratch;

    /// <summary>Whether bytes were not read yet under this identity; from now on they were.</summary>
    public bool IsNew((ByteSource Whole, ByteRange Part) identity) => _seen.Add(identity);

    /// <summary>What a scan of one artifact came to.</summary>
    internal readonly record struct Outcome(CoverageMap Coverage, bool Claimed, bool MostlyBinary);

    /// <summary>Reads an artifact. Only a spent input-wide budget and cancellation come out as <see cref="ScanStopException"/>.</summary>
    public Outcome Scan(Artifact artifact, bool mustClaim) => Scan(artifact, mustClaim, hasTensors: true);

    /// <summary>Reads an artifact, with the tensors of what lies in it or without.</summary>
    public Outcome Scan(Artifact artifact, bool mustClaim, bool hasTensors)
    {
        using WalkContext context = new(this, artifact, hasTensors);
        List<string> formats = [];
        bool binary = false;
        try
        {
            artifact.Bytes = MeteredSource.Of(artifact.Bytes, budget);
            budget.SpendArtifact();
            budget.SpendWork(WorkCosts.Artifact);
            Artifacts++;
            OnArtifact?.Invoke(artifact);
            Sink.Enter(artifact);
            if (artifact.Depth > budget.Limits.Depth)
            {
                context.Unread(UnreadCause.Limit, 0, artifact.Bytes.Length, $"The limit depth={budget.Limits.Depth} is spent.");
                return new Outcome(context.Coverage, true, false);
            }

            ReadClaims(artifact, context, new ByteRange(0, artifact.Bytes.Length), isGap: false, formats);
            if (Sink.Wants.HasFlag(ReadingParts.Facts))
            {
                ReadGaps(artifact, context, formats);
                if (formats.Count == 0 && artifact is { ReadAs: null, MayBeOpaque: false })
                {
                    ReadClaims(artifact, context, new ByteRange(0, artifact.Bytes.Length), isGap: false, formats, isLastResort: true);
                }

                if (formats.Count > 0)
                {
                    UnclaimedBytes.Settle(context, isPicture: formats is [Formats.Media.MediaFormat.FormatId]);
                }
            }

            if (artifact.ReadAs is null && FormatCatalog.HidesPickle(artifact.Extension, formats))
            {
                context.Anomaly("name-content-mismatch", 0, 0, $"The name ends in {artifact.Extension} and the bytes are a pickle.");
            }

            if (Formats.Texts.NameLook.Of(artifact.Name.AsSpan(artifact.Name.LastIndexOfAny(['/', '\\']) + 1)) is var (odd, detail))
            {
                context.Anomaly(odd, 0, 0, detail);
            }

            if (formats.Count == 0)
            {
                binary = UnclaimedBytes.IsMostlyBinary(artifact.Bytes);
                UnclaimedBytes.Report(context, mustClaim, binary);
            }

            Sink.Leave(artifact, formats);
        }
        catch (ScanStopException stop) when (stop.Reason != StopReason.Limit || artifact.Parent is null)
        {
            // The input is gone, or the host wants to stop: what lies around this artifact is gone as well.
            context.Unread(CauseOf(stop), stop.Offset, 0, stop.Message);
            if (artifact.Parent is not null)
            {
                throw;
            }
        }

        return new Outcome(context.Coverage, formats.Count > 0, binary);
    }

    private void ReadClaims(Artifact artifact, WalkContext context, ByteRange range, bool isGap, List<string> formats, bool isLastResort = false)
    {
        List<(IFormat Format, Claim Claim)>? claims = null;
        byte[] head = ArrayPool<byte>.Shared.Rent(ProbeView.HeadLength);
        try
        {
            ProbeView view = new(artifact, range, budget, isGap, head);
            foreach (IFormat format in _formats)
            {
                if (artifact.ReadAs is { } forced && !isGap)
                {
                    if (format.Id == forced)
                    {
                        claims = [(format, new Claim(range, ClaimStrength.Certain))];
                    }

                    continue;
                }

                if (format.IsLastResort == isLastResort && Probe(format, view, context) is { } claim)
                {
                    (claims ??= []).Add((format, claim));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(head);
        }

        foreach ((IFormat format, Claim claim) in claims ?? [])
        {
            if (formats.Count < MaxGaps && !formats.Contains(format.Id))
            {
                formats.Add(format.Id);
            }

            int at = log.Facts.Count;
            context.Recognise(format.Id, claim.Range, claim.Strength);
            Read(format, claim, context);
            if (context.MemberCount > 0)
            {
                log.AmendMembers(at, artifact.Path, format.Id, context.MemberCount);
            }
        }
    }

    /// <summary>What no claim covered may be something of its own: an archive behind a pickle, a pickle behind junk.</summary>
    private void ReadGaps(Artifact artifact, WalkContext context, List<string> formats)
    {
        for (int round = 0; round < 4; round++)
        {
            IReadOnlyList<ByteRange> gaps = context.Coverage.Gaps();
            int tried = 0;
            foreach (ByteRange gap in gaps)
            {
                if (gap.Length < 4 || !context.Probed.Add(gap) || tried++ >= MaxGaps)
                {
                    continue;
                }

                ReadClaims(artifact, context, gap, isGap: true, formats);
            }

            if (tried == 0)
            {
                break;
            }
        }
    }

    private static Claim? Probe(IFormat format, ProbeView view, WalkContext context)
    {
        try
        {
            return format.Probe(view);
        }
        catch (Exception e) when (Fenced(e, context, view.Range.Offset))
        {
            return null;
        }
    }

    private void Read(IFormat format, Claim claim, WalkContext context)
    {
        context.Begin(claim);
        try
        {
            format.Read(claim, context);
        }
        catch (Exception e) when (Fenced(e, context, claim.Range.Offset))
        {
            // The fence has logged it; time and cancellation bind the whole input.
            budget.Poll();
        }
    }

    /// <summary>Whether an exception concerns one reader's view of one artifact only; then it is logged as an unread.</summary>
    private static bool Fenced(Exception exception, WalkContext context, long offset)
    {
        switch (exception)
        {
            case MalformedException e:
                context.Unread(UnreadCause.Malformed, e.Offset, 0, e.Message);
                return true;
            case ScanStopException { Reason: StopReason.Limit } e:
                context.Unread(UnreadCause.Limit, e.Offset, 0, e.Message);
                return true;
            case ScanStopException or OutOfMemoryException:
                return false;
            default:
                // A defect of ours: it costs this reader's view of this artifact and nothing else.
                context.Unread(UnreadCause.Fault, offset, 0, $"A reader failed: {exception.GetType().Name}: {exception.Message}");
                return true;
        }
    }

    /// <summary>The cause that reports give for a stop.</summary>
    internal static UnreadCause CauseOf(ScanStopException stop) => stop.Reason switch
    {
        StopReason.Limit => UnreadCause.Limit,
        StopReason.Cancelled => UnreadCause.Cancelled,
        StopReason.Changed => UnreadCause.Changed,
        _ => UnreadCause.Unreadable,
    };
}
