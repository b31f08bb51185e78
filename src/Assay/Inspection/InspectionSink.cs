// Builds the tree of what a walk comes by, while the bytes are there.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Scanning;
using Assay.Tensors;

namespace Assay.Inspection;

/// <summary>
/// Builds the tree of artifacts, with what each says of itself and its tensors. The number of tensors and the length of their names are bounded
/// for the whole file.
/// </summary>
internal sealed class InspectionSink(string path, InspectionOptions options, CancellationToken cancellation) : ReadingSink
{
    private const long MostTensors = 1_000_000;
    private const long MostNames = 256L << 20;
    private readonly Stack<(Artifact Artifact, InspectedArtifact Node, ClaimStrength Strength)> _open = new();
    private long _tensors;
    private long _names;

    public override ReadingParts Wants => ReadingParts.Facts | ReadingParts.Members | ReadingParts.Metadata | ReadingParts.Tensors;

    public InspectedArtifact Root { get; } = new(path, path);

    public override void Enter(Artifact artifact)
    {
        // A walk that broke off inside an artifact does not say that it left.
        while (_open.TryPeek(out var top) && !ReferenceEquals(top.Artifact, artifact.Parent))
        {
            _open.Pop();
        }

        InspectedArtifact node = artifact.Parent is null ? Root : _open.Peek().Node.Take(artifact.Name);
        node.Size = artifact.Bytes.Length;
        _open.Push((artifact, node, ClaimStrength.Weak));
    }

    public override void Member(Artifact container, MemberFact member)
    {
        if (NodeOf(container) is { } node)
        {
            node.Await(member);
        }
    }

    public override void Meta(Artifact artifact, string key, string value)
    {
        if (NodeOf(artifact) is { } node)
        {
            node.Tell(key, value);
        }
    }

    /// <summary>
    /// Of several formats that take the same bytes for their own, the surest is listed, and of those the first that can read them.
    /// </summary>
    public override void Tensors(Artifact artifact, Claim claim, TensorGroup group)
    {
        if (NodeOf(artifact) is not { } node || group.Elsewhere.Count > 0)
        {
            return;
        }

        ClaimStrength listed = _open.Peek().Strength;
        if (node.Tensors is null || claim.Strength > listed || (claim.Strength == listed && node.Tensors.Failure is not null && group.Failure is null))
        {
            node.Tensors = Listing(group);
            _open.Pop();
            _open.Push((artifact, node, claim.Strength));
        }
    }

    public override void Leave(Artifact artifact, IReadOnlyList<string> formats)
    {
        while (_open.TryPop(out var top) && !ReferenceEquals(top.Artifact, artifact))
        {
        }
    }

    private InspectedArtifact? NodeOf(Artifact artifact) =>
        _open.TryPeek(out var top) && ReferenceEquals(top.Artifact, artifact) ? top.Node : null;

    private TensorListing Listing(TensorGroup group)
    {
        if (group.Failure is { } failed)
        {
            return new TensorListing { Failure = failed switch
            {
                MalformedException e => (e.Offset, e.Message),
                ScanStopException e => (e.Offset, e.Message),
                _ => (0, $"A reader failed: {failed.GetType().Name}: {failed.Message}"),
            } };
        }

        Dictionary<StoredTensor, StoredTensor> ties = TensorGroup.Ties(group.Tensors, new HashSet<string>());
        List<InspectedTensor> tensors = [];
        (long Offset, string What)? failure = null;
        foreach (StoredTensor tensor in group.Tensors)
        {
            _names += tensor.Name.Length;
            if (++_tensors > MostTensors || _names > MostNames)
            {
                failure = (0, string.Create(CultureInfo.InvariantCulture, $"The file names more tensors than are listed; {group.Tensors.Count - tensors.Count} of these are not."));
                break;
            }

            TensorStatistics? statistics = options.Statistics && tensor.Packing is null ? TensorStatistics.Of(tensor.Storage, tensor.View, cancellation) : null;
            tensors.Add(new InspectedTensor(
                tensor.Name, tensor.View, tensor.Storage.Key, tensor.Storage.Range.Offset, tensor.Storage.Range.Length, tensor.Storage.BigEndian,
                ties.GetValueOrDefault(tensor)?.Name, statistics) { Packing = tensor.Packing, IsUnsaved = tensor.IsUnsaved });
        }

        return new TensorListing
        {
            Kind = group.Kind,
            Tensors = tensors,
            Bytes = group.Tensors.Where(t => !ties.ContainsKey(t)).Sum(t => t.View.Bytes),
            Problems = [.. group.Problems],
            Beside = [.. group.NotCarried],
            Failure = failure,
        };
    }
}
