// Reads models of SentencePiece: pieces of words with their scores, and how they were made.
using System.Globalization;
using Assay.Artifacts;
using Assay.Formats.Protobuf;

namespace Assay.Formats.SentencePiece;

/// <summary>
/// SentencePiece: a ModelProto with the pieces of a vocabulary. Specification: <c>sentencepiece_model.proto</c>. Nothing of it is run or opened; the paths in
/// it are those of the texts that it was made from.
/// </summary>
internal sealed class SentencePieceFormat : IFormat
{
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => ProtobufSchema.Load("formats/sentencepiece.tsv"));

    public string Id => "sentencepiece";

    public string Name => "SentencePiece";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        ProtobufFields.Of(view) is { } model && model.Fit(s_schema.Value["ModelProto"]) && model.Inner(view, 1) is { IsWhole: true } piece
        && piece.AreAll(s_schema.Value["ModelProto.SentencePiece"]) && piece.Has(1) && (piece.Has(2) || piece.Has(3)) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufWire wire = new(context.Artifact.Bytes, context.Budget);
        long pieces = 0;
        ProtobufWalk walk = new(wire, context) { OnBytes = field => ProtobufPayloads.ExamineNumbers(context, wire, field.Payload, field.Name) };
        walk.Walk(s_schema.Value["ModelProto"], claim.Range, message => pieces += message.Type.Name == "ModelProto.SentencePiece" ? 1 : 0);
        context.Meta("pieces", pieces.ToString(CultureInfo.InvariantCulture));
    }
}
