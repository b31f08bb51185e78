// Shows what a file is and holds: members, metadata and tensors, by the road that a scan takes, and without a judgement.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Scanning;

namespace Assay.Inspection;

/// <summary>What an inspection works with.</summary>
public sealed record InspectionOptions
{
    /// <summary>What reading needs.</summary>
    public ReadingOptions Reading { get; init; } = new();

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
        InspectionSink sink = new(path, options, cancellation);
        using ByteSource bytes = open();
        IReadOnlyList<Fact> facts = ArtifactSurvey.Walk(path, bytes, options.Reading, sink, cancellation);
        if (cancellation.IsCancellationRequested)
        {
            throw new ScanStopException(StopReason.Cancelled, "The inspection was cancelled.");
        }

        Attach(sink.Root, facts);
        return sink.Root;
    }

    /// <summary>Gives each artifact its facts.</summary>
    private static void Attach(InspectedArtifact root, IReadOnlyList<Fact> facts)
    {
        Dictionary<string, InspectedArtifact> byPath = new(StringComparer.Ordinal);
        List<InspectedArtifact> all = [root];
        for (int i = 0; i < all.Count; i++)
        {
            byPath.TryAdd(all[i].Path, all[i]);
            all.AddRange(all[i].Members);
        }

        foreach (Fact fact in facts)
        {
            InspectedArtifact at = byPath.GetValueOrDefault(fact.Path, root);
            switch (fact)
            {
                case FormatFact format:
                    at.Add(new InspectedFormat(format.Format, new ByteRange(format.Offset, format.Length)));
                    break;
                case OperatorFact used:
                    at.Add(used);
                    break;
                case CodeFact code:
                    at.Add(code);
                    break;
                case ReferenceFact reference:
                    at.Add(reference);
                    break;
                case UnreadFact unread:
                    at.Add(unread);
                    break;
                default:
                    break;
            }
        }

        // Members stand behind what they lie in, so that going back comes by them first.
        foreach (InspectedArtifact one in Enumerable.Reverse(all))
        {
            one.IsComplete = one.Unread.Count == 0 && one.Tensors is not ({ Failure: not null } or { Problems.Count: > 0 }) && one.Members.All(m => m.IsComplete);
        }
    }
}
