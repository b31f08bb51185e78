// Reads loose objects of Git, once they are unpacked: a word, a length, and the content.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Media;

/// <summary>
/// A loose object of Git behind its compression: <c>blob</c>, <c>tree</c>, <c>commit</c> or <c>tag</c>, its length, a zero, the content. A blob is a file as it was in some version, and examined as one.
/// Specification: "Git Objects" in Pro Git, <c>gitformat-loose</c>.
/// </summary>
internal sealed class GitObjectFormat : IFormat
{
    private const int LongestHead = 32;

    public string Id => "git-object";

    public string Name => "Object of Git";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.Artifact.IsContent && Content(view.Head.Span) > 0 ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        byte[] head = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, LongestHead);
        int content = Content(head);
        context.Cover(new ByteRange(claim.Range.Offset, content), CoverageKind.Parsed);
        ByteRange rest = new(claim.Range.Offset + content, claim.Range.Length - content);
        context.Cover(rest, CoverageKind.Data);
        if (head.AsSpan().StartsWith("blob "u8) && rest.Length > 0)
        {
            context.Submit(new Artifact("blob", context.Artifact.Bytes.Slice(rest), context.Artifact) { MayBeOpaque = true });
        }
    }

    /// <summary>Where the content begins; 0 where bytes are no object.</summary>
    private static int Content(ReadOnlySpan<byte> head)
    {
        int word = head.StartsWith("blob "u8) || head.StartsWith("tree "u8) ? 5 : head.StartsWith("commit "u8) ? 7 : head.StartsWith("tag "u8) ? 4 : 0;
        int zero = word == 0 ? -1 : head[..Math.Min(head.Length, LongestHead)].IndexOf((byte)0);
        return zero > word && head[word..zero].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 ? zero + 1 : 0;
    }
}
