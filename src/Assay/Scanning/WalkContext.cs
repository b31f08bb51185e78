// What formats may do while a walk reads an artifact.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Scanning;

/// <summary>The context of one artifact in a walk.</summary>
internal sealed class WalkContext(ArtifactScanner scanner, Artifact artifact, bool hasTensors)
    : ReadContext(artifact, scanner.Log, scanner.Budget, scanner.Scratch), IDisposable
{
    private HashSet<ByteSource>? _owned;
    private Claim? _claim;
    private bool _taken;

    /// <summary>Gaps that were probed already.</summary>
    public HashSet<ByteRange> Probed => field ??= [];

    internal override Dictionary<object, IDisposable?> Handed => scanner.Handed;

    internal override ScanBudget TensorBudget => scanner.TensorBudget;

    /// <summary>A claim is read now. What its format takes, another's members still have.</summary>
    public void Begin(Claim claim)
    {
        _claim = claim;
        _taken = false;
        MemberCount = 0;
    }

    public override bool Wants(ReadingParts parts) =>
        (scanner.Sink.Wants & parts) == parts && (hasTensors || (parts & ReadingParts.Tensors) == 0);

    public override void TakeTensorsOfMembers() => _taken = true;

    public override IDisposable Own(ByteSource bytes)
    {
        if (scanner.Sink.Keep(bytes))
        {
            return Kept.Instance;
        }

        (_owned ??= new(ReferenceEqualityComparer.Instance)).Add(bytes);
        return new Owned(this, bytes);
    }

    public void Dispose()
    {
        foreach (ByteSource one in _owned ?? [])
        {
            one.Dispose();
        }

        _owned = null;
        EndHolding();
    }

    protected override void OnMember(MemberFact member) => scanner.Sink.Member(Artifact, member);

    protected override void OnMeta(string key, string value) => scanner.Sink.Meta(Artifact, key, value);

    protected override void OnTensors(TensorGroup group) => scanner.Sink.Tensors(Artifact, _claim!, group);

    public override void Submit(Artifact child)
    {
        // Entries that overlap name the same bytes again and again, at every depth: once read, they have nothing new to say.
        if (child.ReadAs is not null || child.Bytes is not SliceSource slice || scanner.IsNew(slice.Identity))
        {
            scanner.Scan(child, mustClaim: false, hasTensors && !_taken);
        }
    }

    private sealed class Owned(WalkContext context, ByteSource bytes) : IDisposable
    {
        public void Dispose()
        {
            if (context._owned?.Remove(bytes) == true)
            {
                bytes.Dispose();
            }
        }
    }

    private sealed class Kept : IDisposable
    {
        public static Kept Instance { get; } = new();

        public void Dispose()
        {
        }
    }
}
