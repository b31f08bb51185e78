// What torch-model-archiver writes for TorchServe: a zip of a model and the code that serves it.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;
using Assay.Formats.Archives;
using Assay.Formats.Json;

namespace Assay.Formats.PyTorch;

/// <summary>
/// A <c>.mar</c> file, or a tar of the same (<c>--archive-format tgz</c>): <c>MAR-INF/MANIFEST.json</c> says which member is the model, which the handler, and what to install. TorchServe imports the handler and installs the
/// requirements when it loads the model. Specification: <c>model-archiver/model_archiver/manifest_components</c>.
/// </summary>
internal sealed class TorchServeKind : IZipKind, ITarKind
{
    public string Id => "mar";

    public string Name => "TorchServe model archive";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".mar"];

    public bool Matches(ZipDirectory directory) => ZipNames.Of(directory).Any(IsManifest);

    public bool Matches(IReadOnlySet<string> names) => names.Any(IsManifest);

    public void Read(ZipDirectory directory, ReadContext context)
    {
        foreach (ZipEntry entry in directory.Entries.Where(e => e.Name.EndsWith("requirements.txt", StringComparison.OrdinalIgnoreCase)).Take(1))
            context.Anomaly("mar.requirements", entry.Offset, 0, "TorchServe installs packages that the archive names, where it is told to.");
    }

    public string? ReadAs(string name) => IsManifest(name) ? TorchServeManifestFormat.FormatId : name.EndsWith(".py", StringComparison.OrdinalIgnoreCase) ? TorchModuleCodeFormat.FormatId : null;

    private static bool IsManifest(string name) => (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name) is "MAR-INF/MANIFEST.json" or "MAR_INF/MANIFEST.json";
}

/// <summary>The manifest of a TorchServe archive.</summary>
internal sealed class TorchServeManifestFormat : IFormat
{
    /// <summary>The id, by which the archive says what the member is.</summary>
    public const string FormatId = "mar-manifest";

    private const int MaxDepth = 256;

    public string Id => FormatId;

    public string Name => "TorchServe manifest";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => null;

    public void Read(Claim claim, ReadContext context) => JsonDocumentWalk.Read(claim.Range, context, MaxDepth, (json, path) =>
    {
        if (json.Type != JsonTokenType.String || path[^1] is not ("handler" or "serializedFile" or "modelFile" or "requirementsFile" or "configFile" or "extraFiles"))
            return;

        // A handler may be a function of a file, or the name of one that TorchServe brings.
        string text = json.LooseText();
        string file = path[^1] == "handler" ? text.Split(':')[0] : text;
        if (path[^1] == "handler")
            context.Meta("handler", text.Length > 200 ? text[..200] : text);

        if (file.Length > 0 && (path[^1] != "handler" || file.EndsWith(".py", StringComparison.Ordinal) || file.Contains('/', StringComparison.Ordinal) || file.Contains('\\', StringComparison.Ordinal)))
            context.Refer("mar-file", file, json.Offset);
    });
}
