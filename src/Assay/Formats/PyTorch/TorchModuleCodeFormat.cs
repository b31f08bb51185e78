// The Python modules that archives of PyTorch carry: handlers of TorchServe, sources of torch.package.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Python.Syntax;

namespace Assay.Formats.PyTorch;

/// <summary>
/// A Python module that the loader of an archive imports: its statements run when the model is loaded, its functions when it is used. What both call is told as code that the
/// file carries, and judged by what it does.
/// </summary>
internal sealed class TorchModuleCodeFormat : IFormat
{
    /// <summary>The id, by which the archive says that a member is such a module: by itself it looks like any text.</summary>
    public const string FormatId = "torch-module-code";

    private const string Importer = "ts.model_loader.import_module";
    private const string ModuleCode = "ts.model_loader.module_code";
    private const string FunctionCode = "ts.model_loader.function_code";
    private const int LongestSource = 16 << 20;

    public string Id => FormatId;

    public string Name => "Python module of an archive of PyTorch";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => null;

    public void Read(Claim claim, ReadContext context) =>
        TorchSource.Read(claim.Range, context, LongestSource, bytes => SourceText.Decode(bytes), tree => Tell(new TorchModuleUses(tree, context.Budget), tree, claim.Range, context));

    private static void Tell(TorchModuleUses uses, SyntaxTree tree, ByteRange range, ReadContext context)
    {
        if (tree.Errors is [var error, ..])
            context.Unread(UnreadCause.Malformed, range.Offset + error.Offset, 0, $"Line {tree.Text.Position(error.Offset).Line} of the source is no Python that is known.");

        bool isWhole = tree.Errors.Count == 0 && !uses.IsCut;
        CarriedCode functions = new() { Name = "functions", Uses = uses.InFunctions, Texts = uses.Texts, IsWhole = isWhole };
        CarriedCode module = new() { Name = "module", Uses = uses.AtLoad, Texts = uses.Texts, IsWhole = isWhole };
        context.Add(new CodeFact
        {
            Path = context.Artifact.Path, Offset = range.Offset, Length = range.Length, Language = "python", Summary = "a module that the loader of the archive imports",
            Names = [.. uses.AtLoad.Concat(uses.InFunctions).Select(u => u.Callee).Where(c => c.Length > 0 && c[0] != '.').Distinct().Order(StringComparer.Ordinal).Take(64)],
        });
        if (functions.Uses.Count > 0)
            context.Add(Called(FunctionCode, Parts(functions), range.Offset, context) with { Code = functions });

        if (module.Uses.Count > 0)
        {
            context.Add(Called(ModuleCode, Parts(module), range.Offset, context) with { Code = module });
            context.Add(Called(Importer, [new ValueShape(ShapeKind.Result, ModuleCode) { Items = Parts(module) }], range.Offset, context));
        }
    }

    /// <summary>The parts of a code object in the order of its constructor, by which one is told from another.</summary>
    private static IReadOnlyList<ValueShape> Parts(CarriedCode code)
    {
        ValueShape zero = new(ShapeKind.Int, "0");
        return [zero, zero, zero, zero, new ValueShape(ShapeKind.Str, code.Name), Tuple(code.Texts), Tuple(code.Uses.Select(u => u.Callee).Distinct()), Tuple([]), new ValueShape(ShapeKind.Str), new ValueShape(ShapeKind.Str, code.Name)];
    }

    private static ValueShape Tuple(IEnumerable<string> texts)
    {
        ValueShape[] items = [.. texts.Select(t => new ValueShape(ShapeKind.Str, t))];
        return new ValueShape(ShapeKind.Tuple) { Items = items, Count = items.Length };
    }

    private static CallableFact Called(string callee, IReadOnlyList<ValueShape> arguments, long at, ReadContext context)
    {
        int dot = callee.LastIndexOf('.');
        return new CallableFact
        {
            Path = context.Artifact.Path, Offset = at, Callee = callee, Resolved = callee, Module = callee[..dot], Name = callee[(dot + 1)..], Use = CallableUse.Called, Arguments = arguments,
        };
    }
}
