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
    private const int TextProbe = 4096;

    /// <summary>How many artifacts were read.</summary>
    public int Artifacts { get; private set; }

    /// <summary>Called with each artifact before it is read; null for none.</summary>
    public Action<Artifact>? OnArtifact { get; set; }

    /// <summary>Told of each artifact and member, or null.</summary>
    public IArtifactVisitor? Visitor { get; init; }

    /// <summary>What a scan of one artifact came to.</summary>
    internal readonly record struct Outcome(CoverageMap Coverage, bool Claimed, bool MostlyBinary);

    /// <summary>Reads an artifact. Only a spent input-wide budget and cancellation come out as <see cref="ScanStopException"/>.</summary>
    public Outcome Scan(Artifact artifact, bool mustClaim)
    {
        Context context = new(this, artifact);
        List<string> formats = [];
        bool binary = false;
        try
        {
            budget.SpendArtifact();
            Artifacts++;
            OnArtifact?.Invoke(artifact);
            Visitor?.Enter(artifact);
            if (artifact.Depth > budget.Limits.Depth)
            {
                context.Unread(UnreadCause.Limit, 0, artifact.Bytes.Length, $"The limit depth={budget.Limits.Depth} is spent.");
                return new Outcome(context.Coverage, true, false);
            }

            ReadClaims(artifact, context, new ByteRange(0, artifact.Bytes.Length), isGap: false, formats);
            ReadGaps(artifact, context, formats);
            if (artifact.ReadAs is null && FormatCatalog.HidesPickle(artifact.Extension, formats))
            {
                context.Anomaly("name-content-mismatch", 0, 0, $"The name ends in {artifact.Extension} and the bytes are a pickle.");
            }

            if (formats.Count == 0)
            {
                binary = IsMostlyBinary(artifact.Bytes);
                ReportUnclaimed(artifact, context, mustClaim, binary);
            }

            Visitor?.Leave(artifact, formats);
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

    private void ReadClaims(Artifact artifact, Context context, ByteRange range, bool isGap, List<string> formats)
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

                if (Probe(format, view, context) is { } claim)
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
            context.Members = 0;
            Read(format, claim, context);
            if (context.Members > 0)
            {
                log.AmendMembers(at, artifact.Path, format.Id, context.Members);
            }
        }
    }

    /// <summary>What no claim covered may be something of its own: an archive behind a pickle, a pickle behind junk.</summary>
    private void ReadGaps(Artifact artifact, Context context, List<string> formats)
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

    private static void ReportUnclaimed(Artifact artifact, Context context, bool mustClaim, bool binary)
    {
        long length = artifact.Bytes.Length;
        if (artifact.MayBeOpaque)
        {
            context.Cover(new ByteRange(0, length), CoverageKind.Data);
        }
        else if (mustClaim || binary || FormatCatalog.PromisesModel(artifact.Extension))
        {
            context.Unread(UnreadCause.Unrecognised, 0, length, length == 0 ? "The file is empty." : "No format claims these bytes.");
        }
    }

    private static bool IsMostlyBinary(ByteSource bytes)
    {
        byte[] head = bytes.ReadUpTo(0, TextProbe);
        int odd = 0;
        foreach (byte b in head)
        {
            odd += b is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B) || b == 0x7F ? 1 : 0;
        }

        bool text = System.Text.Unicode.Utf8.IsValid(head) || System.Text.Unicode.Utf8.IsValid(head.AsSpan(0, Math.Max(0, head.Length - 3)));
        return head.Length > 0 && (text ? odd * 10 > head.Length : odd * 20 > head.Length || odd > 0);
    }

    private static Claim? Probe(IFormat format, ProbeView view, Context context)
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

    private void Read(IFormat format, Claim claim, Context context)
    {
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
    private static bool Fenced(Exception exception, Context context, long offset)
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

    private sealed class Context(ArtifactScanner scanner, Artifact artifact)
        : ReadContext(artifact, scanner.Log, scanner.Budget, scanner.ScratchSpace)
    {
        /// <summary>Gaps that were probed already.</summary>
        public HashSet<ByteRange> Probed { get; } = [];

        private long _member = -1;

        /// <summary>How many members the format that reads now has told; two readings of one are one.</summary>
        public long Members { get; set; }

        public override void Member(StoredMember member)
        {
            Members += Members > 0 && member.Offset == _member ? 0 : 1;
            _member = member.Offset;
            scanner.Visitor?.Member(Artifact, member);
        }

        public override void Submit(Artifact child)
        {
            // Entries that overlap name the same bytes again and again, at every depth: once read, they have nothing new to say.
            if (child.ReadAs is null && child.Bytes is SliceSource slice && !scanner._seen.Add(slice.Identity))
            {
                return;
            }

            scanner.Scan(child, mustClaim: false);
        }
    }

    private FactLog Log => log;

    private ScanBudget Budget => budget;

    private Scratch ScratchSpace => scratch;
}
