// A format that does in Probe and Read what a test tells it to.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tests.Scanning;

/// <summary>A format that claims everything and does what a test tells it to.</summary>
internal sealed class StagedFormat(Action<Artifact, ReadContext> read) : IFormat
{
    public string Id { get; init; } = "staged";

    public string Name => "Staged";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions => [];

    public Func<ProbeView, Claim?> Claims { get; init; } = view => new Claim(view.Range, ClaimStrength.Likely);

    public Claim? Probe(ProbeView view) => Claims(view);

    public void Read(Claim claim, ReadContext context) => read(context.Artifact, context);
}
