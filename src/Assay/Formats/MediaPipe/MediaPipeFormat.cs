// Reads graphs of MediaPipe, in bytes and in text: which calculators they use, and what those are given.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.MediaPipe;

/// <summary>
/// MediaPipe's graphs (<c>.binarypb</c>, <c>.pbtxt</c>): a CalculatorGraphConfig. Specification: <c>calculator.proto</c>. Nothing of it is run; calculators are
/// classes of the app, found by name, and some open files.
/// </summary>
internal sealed class MediaPipeFormat : IFormat
{
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => ProtobufSchema.Load("formats/mediapipe.tsv"));
    private const int MostKinds = 4_096;

    private static ProtobufType Root => s_schema.Value["CalculatorGraphConfig"];

    public string Id => "mediapipe";

    public string Name => "MediaPipe graph";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".binarypb"];

    public Claim? Probe(ProbeView view)
    {
        if (ProtobufFields.Of(view) is { } graph && graph.Inner(view, 1) is { } node && (IsCalculator(node.Text(view, 1)) || IsCalculator(node.Text(view, 2))))
        {
            return new Claim(view.Range, ClaimStrength.Likely);
        }

        return ProtobufTextKeys.Of(view) is { } keys && keys.Outer("node") && keys.Inner("calculator") ? new Claim(view.Range, ClaimStrength.Likely) { Parsed = keys } : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufText? text = claim.Parsed is ProtobufTextKeys ? ProtobufText.Read(context.Artifact.Bytes, claim.Range, Root, context.Budget, context.Held) : null;
        ProtobufWire wire = new(text?.Bytes ?? context.Artifact.Bytes, context.Budget);
        Dictionary<string, (OperatorFact Fact, long Count)> calculators = new(StringComparer.Ordinal);
        ProtobufWalk walk = new(wire, context, text is null)
        {
            At = offset => text?.At(offset) ?? offset,
            OnBytes = field => ProtobufPayloads.ExamineNumbers(context, wire, field.Payload, field.Name),
        };
        if (text is not null)
        {
            context.Cover(new ByteRange(claim.Range.Offset, (text.Broken is null ? claim.Range.End : text.End) - claim.Range.Offset), CoverageKind.Parsed);
        }

        try
        {
            walk.Walk(Root, text is null ? claim.Range : new ByteRange(0, wire.Bytes.Length), message =>
            {
                if (message.Type.Name == "Node" && message.Text("calculator", 512) is { Length: > 0 } name)
                {
                    if (calculators.TryGetValue(name, out (OperatorFact Fact, long Count) known))
                    {
                        calculators[name] = (known.Fact, known.Count + 1);
                    }
                    else if (calculators.Count < MostKinds)
                    {
                        calculators.Add(name, (new OperatorFact { Path = context.Artifact.Path, Offset = message.Range.Offset, Name = name }, 1));
                    }
                }
            });
        }
        finally
        {
            foreach ((OperatorFact fact, long count) in calculators.Values)
            {
                context.Add(fact with { Count = count });
            }
        }

        if (text?.Broken is { } broken)
        {
            throw broken;
        }
    }

    private static bool IsCalculator(string? name) => name?.Contains("Calculator", StringComparison.Ordinal) == true;
}
