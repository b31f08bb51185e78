// Accounts for the weights of an ncnn net, which only the description beside them explains.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Ncnn;

/// <summary>
/// The weights of a net (<c>.bin</c>): what its layers read one after the other, without any structure of their own. They are recognised by the description of the same name beside them.
/// </summary>
internal sealed class NcnnWeightsFormat : IFormat
{
    public string Id => "ncnn-weights";

    public string Name => "ncnn weights";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Artifact.Extension != ".bin" || view.Artifact.In is not { } place)
        {
            return null;
        }

        using ByteSource? net = place.TryOpenWith(".param").Bytes;
        return net is not null && net.ReadUpTo(0, 8).AsSpan().StartsWith("7767517"u8) ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context) => context.Cover(claim.Range, CoverageKind.Data);
}
