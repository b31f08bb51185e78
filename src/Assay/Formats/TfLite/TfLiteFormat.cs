// Reads TensorFlow Lite: a FlatBuffer of subgraphs, operators, tensors and buffers, and what may follow it.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.FlatBuffers;

namespace Assay.Formats.TfLite;

/// <summary>
/// TensorFlow Lite (LiteRT), schema version 3: a FlatBuffer with the identifier <c>TFL3</c>. In models beyond 2 GB the bytes of buffers and options follow it, by their place in the file. A zip with
/// labels and vocabularies may follow as well; it is read as one. A custom operator is native code that the application registers; operators called <c>Flex...</c> are those of TensorFlow. Specification:
/// <c>tensorflow/compiler/mlir/lite/schema/schema.fbs</c>.
/// </summary>
internal sealed class TfLiteFormat : IFormat
{
    private static readonly Lazy<FlatSchema> s_schema = new(() => FlatSchema.Load("tflite-schema.tsv"));

    public string Id => "tflite";

    public string Name => "TensorFlow Lite";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".tflite", ".lite"];

    public Claim? Probe(ProbeView view) => FlatProbe.Claim(view, "TFL3"u8);

    public void Read(Claim claim, ReadContext context)
    {
        FlatBuffer buffer = new(context.Artifact.Bytes, claim.Range, context.Budget);
        FlatWalk walk = new(buffer, s_schema.Value, context.Budget);
        TfLiteModel model = new(buffer, claim.Range, context);
        try
        {
            long root = buffer.Follow(0);
            walk.Run("Model", root);
            model.Read(buffer.Table(root));
        }
        catch (MalformedException e)
        {
            context.Anomaly("flatbuffer.broken", e.Offset, 0, e.Message);
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - Math.Min(claim.Range.End, e.Offset), e.Message);
        }
        finally
        {
            walk.Cover(context);
            model.Tell();
        }

        FlatProbe.TellNew(walk, context);
        context.Meta("flatbuffer", walk.End.ToString(CultureInfo.InvariantCulture));
        context.ReadTensors(Id, model.Fill);
    }
}
