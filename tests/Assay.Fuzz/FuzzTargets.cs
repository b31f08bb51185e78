// Every target of the fuzzer.
using Assay.Codecs;

namespace Assay.Fuzz;

/// <summary>Every target, in the order in which <c>mutate all</c> runs them. A new reader gets a line here.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("pickle-machine", PickleTargets.Machine, PickleSeeds.All) { IsPickle = true },
        new("pickle-listing", PickleTargets.Listing, PickleSeeds.All) { IsPickle = true },
        new("decompiler", PickleTargets.Decompiler, PickleSeeds.All) { IsPickle = true },
        new("pickle-scan", ScanTargets.Scan, PickleSeeds.All) { IsPickle = true },
        new("torch-legacy", ScanTargets.Scan, ScanSeeds.TorchLegacy) { IsPickle = true },
        new("joblib", ScanTargets.Scan, ScanSeeds.Joblib) { IsPickle = true },
        new("joblib-zfile", ScanTargets.Scan, ScanSeeds.ZFile),
        new("npy-header", LiteralTargets.NpyHeader, ScanSeeds.NpyHeaders),
        new("npy", ScanTargets.Scan, ScanSeeds.Npy),
        new("py-literal", LiteralTargets.PyLiteral, LiteralTargets.Literals),
        new("python", SyntaxTargets.Tree, SyntaxTargets.Sources),
        new("source", SourceTargets.Source, SourceTargets.Sources),
        new("zip", ContainerTargets.Zip, ContainerSeeds.Zips),
        new("tar", ContainerTargets.Tar, ContainerSeeds.Tars),
        new("sevenzip", ContainerTargets.SevenZip, PackedSeeds.SevenZips),
        new("sevenzip-scan", ScanTargets.Scan, PackedSeeds.SevenZips),
        new("rar", ContainerTargets.Rar, PackedSeeds.Rars),
        new("rar-scan", ScanTargets.Scan, PackedSeeds.Rars),
        new("archives", ScanTargets.Scan, ContainerSeeds.Archives),
        new("weights", WeightTargets.Convert, WeightTargets.Seeds) { IsPickle = true },
        .. Enum.GetValues<CodecKind>().Select(kind =>
            new FuzzTarget("codec-" + kind.ToString().ToLowerInvariant(), input => CodecTargets.Inflate(kind, input), () => CodecSeeds.Of(kind))),
        new("graphs", ScanTargets.Scan, GraphSeeds.All),
        new("classic", ScanTargets.Scan, ClassicSeeds.All),
        new("hdf5", ScanTargets.Scan, ModelSeeds.Hdf5),
        new("flatbuffers", ScanTargets.Scan, ModelSeeds.FlatBuffers),
        new("gguf", ScanTargets.Scan, ModelSeeds.Gguf),
        new("safetensors", ScanTargets.Scan, ModelSeeds.Safetensors),
        new("programs", ScanTargets.Scan, ModelSeeds.Programs),
        new("values", ScanTargets.Scan, ModelSeeds.Values),
        new("json", ScanTargets.Named("config.json"), TextSeeds.Json),
        new("yaml", ScanTargets.Named("config.yaml"), TextSeeds.Yaml),
        new("xml", ScanTargets.Named("model.xml"), TextSeeds.Xml),
        new("jinja", ScanTargets.Named("chat_template.jinja"), TextSeeds.Jinja),
        new("modules", ScanTargets.Named("modeling.py"), TextSeeds.Modules),
        new("shell", ScanTargets.Named("run.sh"), TextSeeds.Shells),
        new("requirements", ScanTargets.Named("requirements.txt"), TextSeeds.Requirements),
        new("signatures", ScanTargets.Scan, ScanSeeds.Signatures),
        new("scan", ScanTargets.Scan, () => [.. PickleSeeds.All().Take(6), .. ContainerSeeds.Archives(), .. ScanSeeds.Npy(), .. ScanSeeds.Joblib(), .. ScanSeeds.ZFile()]),
    ];

    public static FuzzTarget Find(string name) =>
        All.FirstOrDefault(t => t.Name == name) ?? throw new ArgumentException($"There is no target {name}; the command list names them.");
}
