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
    private const int MostEntries = 20_000;
    private const int MostHolders = 64;

    /// <summary>Looking at one entry of a folder.</summary>
    private const long EntryWork = 1_000;

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

        List<ByteRange> ranges = [];
        int entries = 0;
        int holders = 0;
        foreach (BundleEntry entry in place.Bundle.List())
        {
            view.Budget.SpendWork(EntryWork, view.Range.Offset);
            if (++entries > MostEntries || holders >= MostHolders)
            {
                break;
            }

            if (entry.Name == place.Name || entry.Refusal != BundleRefusal.None || !IsAbove(entry.Name, place.Name) || DataHolder.Of(entry.Name) is not { } holder)
            {
                continue;
            }

            holders++;
            using ByteSource? bytes = place.Bundle.TryOpen(entry.Name).Bytes;
            if (bytes is not null)
            {
                try
                {
                    ranges.AddRange(holder(new DataQuestion(entry.Name, bytes, place.Name, view.Range.Length, view.Budget)));
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

    /// <summary>Whether a file lies in the folder of the data or in one around it: models name data by a path below them.</summary>
    private static bool IsAbove(string holder, string data)
    {
        int slash = holder.LastIndexOf('/');
        return data.AsSpan().StartsWith(holder.AsSpan(0, slash + 1), StringComparison.Ordinal);
    }
}
