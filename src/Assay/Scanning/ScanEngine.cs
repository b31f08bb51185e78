// Scans inputs and assembles the report.
using Assay.Artifacts;

namespace Assay.Scanning;

/// <summary>Scans inputs and assembles the report. Inputs do not influence each other.</summary>
public sealed class ScanEngine(ScanOptions options)
{
    /// <summary>The options in force.</summary>
    public ScanOptions Options { get; } = options;

    /// <summary>Scans all inputs, side by side as the options say; the report is ordered by path.</summary>
    public ScanReport Scan(IEnumerable<ScanInput> inputs, IProgress<ScanProgress>? progress = null, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <summary>
    /// Walks into an input up to the artifact whose path is <paramref name="memberPath"/> (<c>model.pt!/archive/data.pkl</c>) and
    /// hands it to <paramref name="use"/>. Returns false when there is no such artifact.
    /// </summary>
    public bool Visit(ScanInput input, string memberPath, Action<Artifact> use, CancellationToken cancellation = default) =>
        throw new NotImplementedException();
}
