// The source files in which torch.jit.save keeps code.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Graphs;
using Assay.Python.Syntax;

namespace Assay.Formats.PyTorch;

/// <summary>
/// A source file of TorchScript: <c>code/**.py</c> in what <c>torch.jit.save</c> writes. Its grammar is a part of Python's; <c>torch.jit.load</c> compiles all
/// of it, and runs <c>__setstate__</c> of each class that the model holds. Specification: <c>torch/csrc/jit/serialization/python_print.cpp</c> and
/// <c>import_source.cpp</c>.
/// </summary>
internal sealed class TorchScriptCodeFormat : IFormat
{
    /// <summary>The id, by which the archive says that a member is such a file: by itself it looks like any Python.</summary>
    public const string FormatId = "torchscript-code";

    private const int LongestSource = 64 << 20;
    private const int MostNames = 64;

    public string Id => FormatId;

    public string Name => "TorchScript source";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => null;

    public void Read(Claim claim, ReadContext context) =>
        // TorchScript knows no declarations of encodings.
        TorchSource.Read(claim.Range, context, LongestSource, bytes => SourceText.OfString(Encoding.UTF8.GetString(bytes)), tree => Tell(tree, claim.Range.Offset, context));

    private static void Tell(SyntaxTree tree, long start, ReadContext context)
    {
        TorchScriptUses uses = TorchScriptUses.Of(tree, context.Budget);
        if (tree.Errors is [var error, ..])
        {
            context.Unread(UnreadCause.Malformed, start + error.Offset, 0, $"Line {tree.Text.Position(error.Offset).Line} of the source is no TorchScript that is known.");
        }

        if (uses.IsCut)
        {
            context.Unread(UnreadCause.Limit, start, 0, $"The source uses more than {TorchScriptUses.MostUses} operators in different ways.");
        }

        context.Add(new CodeFact
        {
            Path = context.Artifact.Path,
            Offset = start,
            Length = tree.Text.End,
            Language = "torchscript",
            Summary = $"{Count(uses.Classes, "class", "classes")} and {Count(uses.Functions, "function", "functions")}, {(uses.RunsAtLoad ? "some of which run when the model is loaded" : "none of which runs before the model is used")}",
            Names = [.. uses.All.Select(u => u.FullName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostNames)],
            Phase = uses.RunsAtLoad ? "load" : "infer",
        });
        foreach (TorchScriptUse use in uses.All)
        {
            context.Add(use.Fact(context.Artifact.Path, start));
        }

        for (int number = 1; number < tree.Count; number++)
        {
            if (tree[number] is { Kind: SyntaxKind.FunctionDef } function && function.Name(SyntaxField.Name)?.StartsWith("forward", StringComparison.Ordinal) is true)
            {
                FlowFindings.Tell(graph => TorchScriptFlow.Of(function, graph), "graph.trigger", context, offset => start + offset);
            }
        }
    }

    private static string Count(int number, string one, string many) => $"{number} {(number == 1 ? one : many)}";
}
