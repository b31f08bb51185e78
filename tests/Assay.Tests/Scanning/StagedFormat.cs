// A format that does in Probe and Read what a test tells it to.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tests.Scanning;

/// <summary>A format that claims everything and does what a test tells it to.</summary>
internal sealed class StagedFormat(Action<Artifact, ScanContext> read) : IFormat
{
    public string Id { get; init; } = "staged";

    public string Name => "Staged";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions => [];

    public Func<ProbeInput, Claim?> Claims { get; init; } = input => new Claim(input.Range, ClaimStrength.Likely);

    public Claim? Probe(ProbeInput input) => Claims(input);

    public void Read(Artifact artifact, Claim claim, ScanContext context) => read(artifact, context);
}
