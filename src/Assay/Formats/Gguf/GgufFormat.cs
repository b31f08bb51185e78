// Reads GGUF: keys and values, the tensors' places, and the templates that programs run.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Gguf;

/// <summary>
/// GGUF, versions 1 to 3 in either byte order: a magic, counts, keys with typed values, tensors with type, shape and offset, and their bytes from an aligned place on.
/// Specification: <c>docs/gguf.md</c> and <c>src/gguf.cpp</c> of ggml. Nothing of it is code but chat templates, which the programs that load it render; readers in C
/// trust counts, types and offsets, so what they would stumble over is an anomaly. Keys are C strings there: a null character hides the rest of one.
/// </summary>
internal sealed class GgufFormat : IFormat
{
    public string Id => "gguf";

    public string Name => "GGUF";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".gguf"];

    public Claim? Probe(ProbeView view)
    {
        if (!view.StartsWith("GGUF"u8) || view.Head.Length < 8)
        {
            return null;
        }

        ReadOnlySpan<byte> version = view.Head.Span.Slice(4, 4);
        bool small = (version[1] | version[2] | version[3]) == 0 || (version[0] | version[1] | version[2]) == 0;
        return small || view.IsWhole ? new Claim(view.Range, small ? ClaimStrength.Certain : ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        GgufReader reader = new(claim.Range, context);
        reader.Read();
        context.ReadTensors(Id, reader.Fill);
    }
}
