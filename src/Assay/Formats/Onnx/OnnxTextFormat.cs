// Reads ONNX models in the text form of protocol buffers.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>A model as <c>onnx.save(format="textproto")</c> writes it. What it stands for is read as the model that a loader makes of it.</summary>
internal sealed class OnnxTextFormat : IFormat
{
    public string Id => "onnx-text";

    public string Name => "ONNX (text)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".onnxtxt"];

    public Claim? Probe(ProbeView view) =>
        ProtobufTextKeys.Of(view) is { } keys && keys.Outer("graph") && (keys.Outer("ir_version") || keys.Outer("opset_import")) ? new Claim(view.Range, ClaimStrength.Likely) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufText text = ProtobufText.Read(context.Artifact.Bytes, claim.Range, OnnxFormat.Schema["ModelProto"], context.Budget, context.Held);
        context.Cover(new ByteRange(claim.Range.Offset, (text.Broken is null ? claim.Range.End : text.End) - claim.Range.Offset), CoverageKind.Parsed);
        context.Submit(new Artifact("model.onnx", text.Bytes, context.Artifact));
        if (text.Broken is { } broken)
        {
            throw broken;
        }
    }
}
