// Accounts for files of data that have no structure of their own, because a model beside them says what they hold.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.NamedData;

/// <summary>
/// The external data of an ONNX model, the shards of TensorFlow.js under any name, the weights of a Core ML package: bytes without a structure. They are no format, so they are asked last, and only what the model beside
/// them names is accounted for: what lies between or behind stays unread.
/// </summary>
internal sealed class NamedDataFormat : IFormat
{
    /// <summary>Opening a file beside the data.</summary>
    private const long OpeningWork = 20_000;

    public string Id => "model-data";

    public string Name => "Data of a model beside it";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public bool IsLastResort => true;

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Range.IsEmpty || view.Artifact.In is not { } place)
        {
            return null;
        }

        IBundle all = (place.Bundle as IWatchedBundle)?.Asked(BundleIndex.Holders) ?? place.Bundle;
        List<ByteRange> ranges = [];
        foreach (string name in HolderIndex.Of(all).Above(place.Name))
        {
            view.Budget.SpendWork(OpeningWork, view.Range.Offset);
            using ByteSource? bytes = place.Bundle.TryOpen(name).Bytes;
            if (bytes is not null)
            {
                try
                {
                    ranges.AddRange(DataHolder.Of(name)!(new DataQuestion(name, bytes, place.Name, view.Range.Length, view.Budget)));
                }
                catch (MalformedException)
                {
                    // What is wrong with the model is said where it is read.
                }
            }
        }

        return ranges.Count > 0 ? new Claim(view.Range, ClaimStrength.Likely) { Parsed = ranges } : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        foreach (ByteRange range in claim.Parsed as List<ByteRange> ?? [])
        {
            context.Cover(range, CoverageKind.Data);
        }
    }
}
