// Recognises language models of KenLM, which decoders of speech bring along.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.KenLm;

/// <summary>
/// KenLM's binary form: a text of 88 bytes at most that says what it is, numbers by which a reader checks that its machine is alike, and tables that are mapped into memory as they lie. Nothing of it is run, and it leads
/// nowhere. Specification: <c>lm/binary_format.cc</c>.
/// </summary>
internal sealed class KenLmFormat : IFormat
{
    public string Id => "kenlm";

    public string Name => "KenLM";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.StartsWith("mmap lm http://kheafield.com/code"u8) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context) => context.Cover(claim.Range, CoverageKind.Data);
}
