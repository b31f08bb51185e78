// A scan's walk without its judgement, for those who want to know what a file holds.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;

namespace Assay.Scanning;

/// <summary>A scan's walk through one input, without rules and without a verdict.</summary>
public static class ArtifactSurvey
{
    /// <summary>
    /// Walks through <paramref name="input"/>, telling <paramref name="visitor"/> of each artifact, and returns the facts. What ends the walk
    /// early is one of them.
    /// </summary>
    public static IReadOnlyList<Fact> Walk(
        ScanInput input, ScanLimits limits, Scratch scratch, TimeProvider time, IArtifactVisitor visitor, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        FactLog log = new(limits);
        using ByteSource bytes = input.Open!();
        try
        {
            ArtifactScanner scanner = new(log, new ScanBudget(limits, time, cancellation), scratch, FormatCatalog.All) { Visitor = visitor };
            scanner.Scan(new Artifact(input.Path, bytes), mustClaim: true);
            if (!bytes.IsUnchanged())
            {
                log.Add(new UnreadFact { Path = input.Path, Cause = UnreadCause.Changed, Detail = "The file changed while it was read." });
            }
        }
        catch (ScanStopException e)
        {
            log.Add(new UnreadFact { Path = input.Path, Offset = e.Offset, Detail = e.Message, Cause = ArtifactScanner.CauseOf(e) });
        }
        catch (OutOfMemoryException)
        {
            log.Add(new UnreadFact { Path = input.Path, Detail = "The memory of this process is spent.", Cause = UnreadCause.Limit });
        }

        return log.Facts;
    }
}
