// Recognises protocol-buffer formats by the shape of their outermost messages.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Signatures;

/// <summary>
/// Recognises protocol-buffer formats, which have no signature, by walking the outermost messages and checking numbers and wire types
/// against the schemas (onnx.proto, saved_model.proto, graph.proto, Model.proto of Core ML, framework.proto of Paddle, caffe.proto,
/// sentencepiece_model.proto, calculator.proto).
/// </summary>
internal static class ProtobufSignatures
{
    private static readonly Dictionary<int, int> ProgramMessage = Payloads(1, 2, 3, 4, 5);
    private static readonly Dictionary<int, int> BlockMessage = new() { [1] = 0, [2] = 0, [3] = 2, [4] = 2, [5] = 0 };
    private static readonly Dictionary<int, int> PieceMessage = new() { [1] = 2, [2] = 5, [3] = 0 };

    /// <summary>Model: a specification version, a description, and one model of the numbers from 200 on.</summary>
    public static ClaimStrength? CoreMl(ProbeView view) =>
        Outermost(view) is { } fields && fields.Number(1) is > 0 and < 100 && fields.Payload(2) is not null && !fields.Has(7)
        && fields.HasPayloadFrom(200) ? ClaimStrength.Certain : null;

    /// <summary>ProgramDesc: blocks that begin with their own and their parent's number.</summary>
    public static ClaimStrength? Paddle(ProbeView view) =>
        Outermost(view) is { } fields && fields.AreAmong(ProgramMessage) && fields.Payload(1) is ByteRange at
        && Inner(view, at) is var block && block.AreAmong(BlockMessage) && block.Number(1) == 0 && block.Number(2) is not null
        && (block.Has(3) || block.Has(4)) ? ClaimStrength.Certain : null;

    /// <summary>NetParameter: layers of the old kind (name 4, type 5) or the new (name 1, type 2).</summary>
    public static ClaimStrength? Caffe(ProbeView view)
    {
        if (Outermost(view) is not { } fields || (fields.Payload(1) is { } name && Text(view, name) is null))
        {
            return null;
        }

        bool old = fields.Payload(2) is ByteRange first && Inner(view, first) is var layer
            && Text(view, layer.Payload(4)) is { Length: > 0 } && layer.Number(5) is > 0 and < 100;
        bool recent = fields.Payload(100) is ByteRange second && Inner(view, second) is var other
            && Text(view, other.Payload(1)) is { Length: > 0 } && Text(view, other.Payload(2)) is { Length: > 0 };
        return old || recent ? ClaimStrength.Certain : null;
    }

    /// <summary>ModelProto of SentencePiece: pieces with a text and a score.</summary>
    public static ClaimStrength? SentencePiece(ProbeView view) =>
        Outermost(view)?.Payload(1) is ByteRange at && Inner(view, at) is { IsWhole: true } piece && piece.AreAmong(PieceMessage)
        && piece.Has(1) && piece.Has(2) ? ClaimStrength.Certain : null;

    /// <summary>CalculatorGraphConfig: nodes whose class ends in Calculator, Subgraph or the like.</summary>
    public static ClaimStrength? MediaPipe(ProbeView view) =>
        Outermost(view)?.Payload(1) is ByteRange at && Inner(view, at) is var node && IsCalculator(view, node) ? ClaimStrength.Likely : null;

    private static bool IsCalculator(ProbeView view, ProtobufFields node) =>
        Text(view, node.Payload(1)) is { } first && first.Contains("Calculator", StringComparison.Ordinal)
        || Text(view, node.Payload(2)) is { } second && second.Contains("Calculator", StringComparison.Ordinal);

    private static Dictionary<int, int> Payloads(params ReadOnlySpan<int> numbers)
    {
        Dictionary<int, int> wires = [];
        foreach (int number in numbers)
        {
            wires[number] = 2;
        }

        return wires;
    }

    private static ProtobufFields? Outermost(ProbeView view) => ProtobufFields.Of(view);

    private static ProtobufFields Inner(ProbeView view, ByteRange range) => ProtobufFields.Walk(view.Artifact.Bytes, range, view.Budget);

    private static string? Text(ProbeView view, ByteRange? range)
    {
        if (range is not { Length: > 0 and <= 1024 } at)
        {
            return null;
        }

        byte[] bytes = view.Artifact.Bytes.ReadUpTo(at.Offset, (int)at.Length);
        return bytes.AsSpan().IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 ? Encoding.ASCII.GetString(bytes) : null;
    }
}
