// Builds the tree of what a walk comes by, and reads tensors and metadata while their bytes are there.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Formats.Joblib;
using Assay.Scanning;
using Assay.Tensors;

namespace Assay.Inspection;

/// <summary>
/// Builds the tree of artifacts. Tensors are read where they stand: those of a PyTorch archive with the archive, because their bytes lie in
/// other members, all others with the member. Their number and the length of their names are bounded for the whole file.
/// </summary>
internal sealed class InspectingVisitor : IArtifactVisitor
{
    private const long MostTensors = 1_000_000;
    private const long MostNames = 256L << 20;
    private readonly InspectionOptions _options;
    private readonly WeightsOptions _inner;
    private readonly ScanBudget _budget;
    private readonly CancellationToken _cancellation;
    private readonly Stack<(Artifact Artifact, InspectedArtifact Node, bool Whole)> _open = new();
    private long _tensors;
    private long _names;

    public InspectingVisitor(string path, InspectionOptions options, CancellationToken cancellation)
    {
        _options = options;

        // Files beside the file are not beside a member of it.
        _inner = options.Weights with { Companion = null };
        _cancellation = cancellation;
        _budget = new ScanBudget(options.Weights.Limits, options.Weights.Time, cancellation);
        Root = new InspectedArtifact(path, path);
    }

    public InspectedArtifact Root { get; }

    public void Enter(Artifact artifact)
    {
        // A walk that broke off inside an artifact does not say that it left.
        while (_open.TryPeek(out var top) && !ReferenceEquals(top.Artifact, artifact.Parent))
        {
            _open.Pop();
        }

        bool inside = _open.TryPeek(out var parent) && parent.Whole;
        InspectedArtifact node = artifact.Parent is null ? Root : parent.Node.Take(artifact.Name);
        node.Size = artifact.Bytes.Length;
        if (!inside && ArtifactMetadata.MayBeArchive(artifact.Bytes))
        {
            node.Tensors = Read(artifact, isArchive: true);
        }

        _open.Push((artifact, node, inside || node.Tensors is { Failure: null }));
    }

    public void Member(Artifact container, StoredMember member)
    {
        if (_open.TryPeek(out var top) && ReferenceEquals(top.Artifact, container))
        {
            top.Node.Await(member);
        }
    }

    public void Leave(Artifact artifact, IReadOnlyList<string> formats)
    {
        while (_open.TryPop(out var top))
        {
            if (!ReferenceEquals(top.Artifact, artifact))
            {
                continue;
            }

            if (!top.Whole && formats.Any(f => f is "pickle" or "npy" or "safetensors"))
            {
                top.Node.Tensors ??= Read(artifact, isArchive: false);
            }

            InspectedArtifact? above = _open.TryPeek(out var parent) ? parent.Node : null;
            ArtifactMetadata.Tell(artifact, formats, top.Node, above);
            if (top.Node.Tensors is { Problems.Count: > 0 } && (above?.Tensors is { Failure: not null } || IsOfZipBehindTar(artifact, top.Node)))
            {
                // Its storages are members of an archive that could not be read, which is said there, or of one that is a member itself.
                top.Node.Tensors = null;
            }

            return;
        }
    }

    /// <summary>A tar whose last member is a stored zip ends like a zip, and its walk comes by the zip's members twice.</summary>
    private static bool IsOfZipBehindTar(Artifact artifact, InspectedArtifact node) =>
        node.Stored?.Crc is not null && artifact.Parent is { } parent && ArtifactMetadata.IsTar(parent.Bytes);

    /// <summary>Whether what is read is the file itself, or what joblib's own compression of it holds: joblib looks beside it in both cases.</summary>
    private static bool IsTheFile(Artifact artifact) =>
        artifact.Parent is not { } parent || (parent.Parent is null && ZFileFormat.TryHeader(parent.Bytes, 0, out _, out _));

    private TensorListing? Read(Artifact artifact, bool isArchive)
    {
        try
        {
            using TensorMap? map = WeightsReader.TryReadOwn(artifact.Bytes, IsTheFile(artifact) ? _options.Weights : _inner, _budget, isArchive);
            return map is null ? null : Listing(map);
        }
        catch (MalformedException e)
        {
            return new TensorListing { Failure = (e.Offset, e.Message) };
        }
        catch (ScanStopException e) when (e.Reason == StopReason.Limit)
        {
            return new TensorListing { Failure = (e.Offset, e.Message) };
        }
        catch (Exception e) when (e is not (ScanStopException or OutOfMemoryException or OperationCanceledException))
        {
            // A defect of ours costs the tensors of this artifact, and not the tree.
            return new TensorListing { Failure = (0, $"A reader failed: {e.GetType().Name}: {e.Message}") };
        }
    }

    private TensorListing Listing(TensorMap map)
    {
        Dictionary<StoredTensor, StoredTensor> ties = map.Ties(new HashSet<string>());
        List<InspectedTensor> tensors = [];
        (long Offset, string What)? failure = null;
        foreach (StoredTensor tensor in map.Tensors)
        {
            _names += tensor.Name.Length;
            if (++_tensors > MostTensors || _names > MostNames)
            {
                failure = (0, string.Create(CultureInfo.InvariantCulture, $"The file names more tensors than are listed; {map.Tensors.Count - tensors.Count} of these are not."));
                break;
            }

            TensorStatistics? statistics = _options.Statistics && tensor.Packing is null ? TensorStatistics.Of(tensor.Storage, tensor.View, _cancellation) : null;
            tensors.Add(new InspectedTensor(
                tensor.Name, tensor.View, tensor.Storage.Key, tensor.Storage.Range.Offset, tensor.Storage.Range.Length, tensor.Storage.BigEndian,
                ties.GetValueOrDefault(tensor)?.Name, statistics) { Packing = tensor.Packing });
        }

        return new TensorListing
        {
            Kind = map.Format,
            StreamArrays = map.StreamArrays,
            Companions = [.. map.Companions],
            Tensors = tensors,
            Bytes = map.Tensors.Where(t => !ties.ContainsKey(t)).Sum(t => t.View.Bytes),
            Problems = [.. map.Problems],
            Beside = [.. map.NotCarried],
            Failure = failure,
            Texts = map.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal).ToArray(),
        };
    }
}
