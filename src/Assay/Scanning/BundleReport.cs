// What a scan says about a bundle as a whole.
using Assay.Artifacts;
using Assay.Policies;

namespace Assay.Scanning;

/// <summary>What was found in a bundle as a whole: beside the reports of its files, not instead of them.</summary>
public sealed record BundleReport
{
    /// <summary>What reports call the bundle.</summary>
    public required string Path { get; init; }

    /// <summary>How many of its files were examined.</summary>
    public int Files { get; init; }

    /// <summary>
    /// The worst verdict of a file, or that of what the files are together; the findings are those that no file gives by itself.
    /// </summary>
    public required Judgement Judgement { get; init; }

    /// <summary>The facts of its files that rules over bundles ask for.</summary>
    public required FactSet Facts { get; init; }
}
