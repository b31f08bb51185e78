// A walk through one input for the sake of what it holds, without rules and without a verdict.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Scanning;

/// <summary>A scan's walk through one input, without rules and without a verdict: what inspections and conversions are made from.</summary>
internal static class ArtifactSurvey
{
    /// <summary>
    /// Walks through <paramref name="bytes"/>, which stay the caller's, and returns the facts. What ends the walk early is one of them.
    /// </summary>
    public static IReadOnlyList<Fact> Walk(string path, ByteSource bytes, ReadingOptions options, ReadingSink sink, CancellationToken cancellation)
    {
        FactLog log = new(options.Limits);
        try
        {
            ScanBudget budget = new(options.Limits, options.Time, cancellation);
            budget.Admit(bytes.Length);
            ArtifactScanner scanner = new(log, budget, options.Scratch, options.Formats) { Sink = sink };
            scanner.Scan(new Artifact(path, bytes) { In = options.In }, mustClaim: true);
            if (!bytes.IsUnchanged())
            {
                log.Add(new UnreadFact { Path = path, Cause = UnreadCause.Changed, Detail = "The file changed while it was read." });
            }
        }
        catch (ScanStopException e)
        {
            log.Add(new UnreadFact { Path = path, Offset = e.Offset, Detail = e.Message, Cause = ArtifactScanner.CauseOf(e) });
        }
        catch (OutOfMemoryException)
        {
            log.Add(new UnreadFact { Path = path, Detail = "The memory of this process is spent.", Cause = UnreadCause.Limit });
        }

        return log.Facts;
    }
}
