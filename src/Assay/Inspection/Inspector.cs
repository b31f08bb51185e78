// Shows what a file is and holds: members, metadata and tensors, by the road that a scan takes, and without a judgement.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Scanning;

namespace Assay.Inspection;

/// <summary>What an inspection works with.</summary>
public sealed record InspectionOptions
{
    /// <summary>What reading tensors needs; its limits, scratch space and clock are also those of the walk.</summary>
    public WeightsOptions Weights { get; init; } = new();

    /// <summary>Whether to read all elements and say what they are like.</summary>
    public bool Statistics { get; init; }
}

/// <summary>Shows what a file is and holds.</summary>
public static class Inspector
{
    /// <summary>
    /// Inspects the file called <paramref name="path"/>. What cannot be read is said in the tree, and what lies around it is there all the same.
    /// </summary>
    /// <exception cref="ScanStopException">The host cancelled, or the file cannot be opened.</exception>
    public static InspectedArtifact Inspect(string path, Func<ByteSource> open, InspectionOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(options);
        WeightsOptions weights = options.Weights;
        InspectingVisitor visitor = new(path, options, cancellation);
        IReadOnlyList<Fact> facts = ArtifactSurvey.Walk(new ScanInput { Path = path, Open = open, Named = true }, weights.Limits, weights.Scratch, weights.Time, visitor, cancellation);
        if (cancellation.IsCancellationRequested)
        {
            throw new ScanStopException(StopReason.Cancelled, "The inspection was cancelled.");
        }

        Attach(visitor.Root, facts);
        return visitor.Root;
    }

    /// <summary>Gives each artifact its facts, and what lies in it to its container.</summary>
    private static void Attach(InspectedArtifact root, IReadOnlyList<Fact> facts)
    {
        Dictionary<string, InspectedArtifact> byPath = new(StringComparer.Ordinal);
        Dictionary<InspectedArtifact, InspectedArtifact> around = [];
        List<InspectedArtifact> all = [root];
        for (int i = 0; i < all.Count; i++)
        {
            byPath.TryAdd(all[i].Path, all[i]);
            all.AddRange(all[i].Members);
            foreach (InspectedArtifact member in all[i].Members)
            {
                around.Add(member, all[i]);
            }
        }

        foreach (Fact fact in facts)
        {
            InspectedArtifact at = byPath.GetValueOrDefault(fact.Path, root);
            switch (fact)
            {
                case FormatFact format:
                    at.Add(new InspectedFormat(format.Format, new ByteRange(format.Offset, format.Length)));
                    break;
                case UnreadFact unread when !IsReadHere(at, around.GetValueOrDefault(at), unread):
                    at.Add(unread);
                    break;
                default:
                    break;
            }
        }

        // Members stand behind what they lie in, so that going back comes by them first.
        foreach (InspectedArtifact one in Enumerable.Reverse(all))
        {
            one.SettleHints(one.Formats.Any(f => f.Id.StartsWith("torch", StringComparison.Ordinal)));
            one.IsComplete = one.Unread.Count == 0 && one.Tensors is not ({ Failure: not null } or { Problems.Count: > 0 }) && one.Members.All(m => m.IsComplete);
        }
    }

    /// <summary>
    /// Whether something that a scan leaves unread was read here: tensors of formats whose code it does not follow, and the storages of a
    /// package, which are bare numbers.
    /// </summary>
    private static bool IsReadHere(InspectedArtifact at, InspectedArtifact? around, UnreadFact unread) => unread.Cause switch
    {
        UnreadCause.NotSupported => at.Tensors is { Failure: null, Kind: "safetensors" } || (at.Tensors is { Failure: null, Kind: "pytorch-zip" or "pytorch-package" } && unread.Length == 0),
        UnreadCause.Unrecognised => around?.Tensors is { Failure: null, Kind: "pytorch-package" } && at.Name.EndsWith(".storage", StringComparison.Ordinal),
        _ => false,
    };
}
