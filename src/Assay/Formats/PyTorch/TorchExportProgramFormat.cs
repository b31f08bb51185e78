// The graphs of torch.export as JSON.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.PyTorch;

/// <summary>
/// A program that torch.export serialised: nodes that call operators by name, and where its weights lie. A name such as <c>torch.ops.aten.add.Tensor</c> is found among the registered
/// operators; other dotted names are looked up in modules. Specification: <c>torch/_export/serde/schema.py</c>.
/// </summary>
internal sealed class TorchExportProgramFormat : IFormat
{
    /// <summary>The id, by which the archive says that a member is such a program.</summary>
    public const string FormatId = "pt2-program";

    private const int MaxDepth = 1000;
    private const int MostOperators = 10_000;
    private const string Operators = "torch.ops.";

    public string Id => FormatId;

    public string Name => "torch.export program";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && JsonKeys.Of(view) is { IsList: false } keys && keys.Outer("graph_module") && keys.Outer("opset_version") ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        Dictionary<string, (long At, long Count)> targets = new(StringComparer.Ordinal);
        JsonDocumentWalk.Read(claim.Range, context, MaxDepth, (json, path) =>
        {
            if (json.Type != JsonTokenType.String)
                return;

            string text = path[^1] is "target" or "path_name" ? json.LooseText() : "";
            if (path[^1] == "path_name" && text.Length > 0)
                context.Refer("pt2-weight", text, json.Offset);
            else if (text.Length is > 0 and < 512 && targets.Count < MostOperators)
                targets[text] = targets.TryGetValue(text, out (long At, long Count) known) ? (known.At, known.Count + 1) : (json.Offset, 1);
        });
        foreach ((string target, (long at, long count)) in targets)
            Target(target, at, count, context);
    }

    private static void Target(string target, long at, long count, ReadContext context)
    {
        if (target.StartsWith(Operators, StringComparison.Ordinal))
        {
            string[] steps = target[Operators.Length..].Split('.');
            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = at, Domain = steps[0], Name = steps.Length > 1 ? steps[1] : "", Count = count });
        }
        else if (target.LastIndexOf('.') is > 0 and var dot)
        {
            string full = target.StartsWith("_operator.", StringComparison.Ordinal) ? target[1..] : target;
            context.Add(new CallableFact
            {
                Path = context.Artifact.Path, Offset = at, Callee = full, Resolved = full, Module = full[..full.LastIndexOf('.')], Name = target[(dot + 1)..], Use = CallableUse.Argument,
                Carrier = "torch.export.load", Count = count,
            });
        }
    }
}
