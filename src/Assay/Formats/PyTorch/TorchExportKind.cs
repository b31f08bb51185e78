// What torch.export.save and AOTInductor write: a zip of programs, weights and perhaps native code.
using Assay.Artifacts;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.PyTorch;

/// <summary>
/// A <c>.pt2</c> file: graphs as JSON, weights and sample inputs as pickles of PyTorch, which its loader unpickles without a safe mode, and with AOTInductor shared objects that it loads.
/// Up to 2.7 the members lie flat. Specification: <c>torch/export/pt2_archive/constants.py</c>, <c>torch/export/__init__.py</c>.
/// </summary>
internal sealed class TorchExportKind : IZipKind
{
    public string Id => "pt2";

    public string Name => "torch.export archive";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pt2"];

    public bool Matches(ZipDirectory directory) => ZipNames.Of(directory).Any(n =>
        ZipNames.Tail(n) is "archive_format" or "serialized_exported_program.json" || n is "serialized_exported_program.json" or "archive_format");

    public void Read(ZipDirectory directory, ReadContext context)
    {
        foreach (ZipEntry entry in directory.Entries.Where(e => IsNative(e.Name)).Take(1))
            context.Anomaly("pt2.native-code", entry.Offset, 0, $"The member \"{entry.Name}\" is native code, which the loader of such packages loads.");
    }

    public string? ReadAs(string name) => IsProgram(name) ? TorchExportProgramFormat.FormatId : null;

    public bool HoldsData(string name) => Under(name, "data/weights/") || Under(name, "data/constants/") || Under(name, "extra/") || Under(name, "data/aotinductor/")
        || ZipNames.Tail(name) is "byteorder" or "version" or "archive_version" or "archive_format" or ".data/serialization_id";

    private static bool IsProgram(string name) => name.EndsWith(".json", StringComparison.Ordinal)
        && (name.EndsWith("serialized_exported_program.json", StringComparison.Ordinal) || Under(name, "models/") || name.EndsWith("_config.json", StringComparison.Ordinal));

    private static bool IsNative(string name)
    {
        string file = name[(name.LastIndexOf('/') + 1)..];
        return file.EndsWith(".so", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".pyd", StringComparison.OrdinalIgnoreCase)
            || file.EndsWith(".dylib", StringComparison.OrdinalIgnoreCase) || file.Contains(".so.", StringComparison.OrdinalIgnoreCase);
    }

    private static bool Under(string name, string folder) => name.StartsWith(folder, StringComparison.Ordinal) || ZipNames.Tail(name).StartsWith(folder, StringComparison.Ordinal);
}
