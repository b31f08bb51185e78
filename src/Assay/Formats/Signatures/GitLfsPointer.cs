// Recognises what Git leaves in a file's place when its content was not fetched.
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>
/// A Git LFS pointer: a small text that stands in a file's place and says which content belongs there. The content is not here, so
/// the file is unread. Specification: git-lfs, <c>docs/spec.md</c>.
/// </summary>
internal sealed class GitLfsPointer : IFormat
{
    // The specification limits pointers to 1,024 bytes.
    private const int MaxLength = 1024;

    /// <inheritdoc/>
    public string Id => "git-lfs-pointer";

    /// <inheritdoc/>
    public string Name => "Git LFS pointer";

    /// <inheritdoc/>
    public FormatSupport Support => FormatSupport.Full;

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [];

    /// <inheritdoc/>
    public Claim? Probe(ProbeView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        bool fits = view.IsWhole && view.Range.Length <= MaxLength
            && (view.StartsWith("version https://git-lfs.github.com/spec/v1"u8) || view.StartsWith("version https://hawser.github.com/spec/v1"u8));
        return fits ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    /// <inheritdoc/>
    public void Read(Claim claim, ReadContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Cover(claim.Range, CoverageKind.Parsed);
        context.Unread(UnreadCause.Missing, claim.Range.Offset, claim.Range.Length, "The content is not here, only a Git LFS pointer to it.");
    }
}
