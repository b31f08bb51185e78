// ML.NET: a zip of parts, each with a header that names what loads it.
using Assay.Artifacts;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.MlNet;

/// <summary>A model of ML.NET: its parts are read by <see cref="MlNetPartFormat"/>; what lies beside them are schemas, tables and models of other kinds.</summary>
internal sealed class MlNetKind : IZipKind
{
    private static readonly string[] s_roots = ["TransformerChain", "TrainingInfo", "Predictor", "DataLoaderModel", "Schema", "TransformModel", "RoleMapping.txt"];

    public string Id => "mlnet";

    public string Name => "ML.NET model";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".mlnet"];

    public bool Matches(ZipDirectory directory)
    {
        IReadOnlyCollection<string> names = [.. ZipNames.Of(directory)];
        return names.Any(n => n == "Model.key" || n.EndsWith("/Model.key", StringComparison.Ordinal) || n.EndsWith("\\Model.key", StringComparison.Ordinal))
            || names.Any(n => n is "TrainingInfo/Version.txt" or "TrainingInfo\\Version.txt");
    }

    public void Read(ZipDirectory directory, ReadContext context)
    {
    }

    /// <summary>Tables and schemas of the parts; models of other kinds (ONNX, TensorFlow) are told by their bytes.</summary>
    public bool HoldsData(string name) => s_roots.Contains(name.Split('/', '\\')[0]);
}
