// What torch.package writes: a zip of modules and pickles.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.PyTorch;

/// <summary>torch.package: Python modules that are run on import, and pickles of any name.</summary>
internal sealed class TorchPackageKind : IZipKind
{
    public string Id => "torch-package";

    public string Name => "torch.package archive";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pt"];

    public bool Matches(ZipDirectory directory) => ZipNames.Of(directory)
        .Any(n => n == ".data/extern_modules" || ZipNames.Tail(n) == ".data/extern_modules");

    public bool HoldsData(string name) =>
        ZipNames.Tail(name).StartsWith(TorchPackageFile.Data, StringComparison.Ordinal) && name.EndsWith(".storage", StringComparison.Ordinal);

    public bool HasTensors => true;

    public string? ReadAs(string name) => name.EndsWith(".py", StringComparison.OrdinalIgnoreCase) ? TorchModuleCodeFormat.FormatId : null;

    public long? PickleIn(string name, ByteSource member, ReadContext context) => TorchPackageFile.IsPickle(name, member) ? 0 : null;

    public void ReadTensors(ZipDirectory directory, ReadContext context) =>
        ZipContent.ReadTensors(context, directory, Id, isTorch: true, TorchPackageFile.Read);

    public void Read(ZipDirectory directory, ReadContext context)
    {
        TorchArchiveTexts.Tell(directory, context);
        List<ZipEntry> modules = [.. directory.Entries.Where(e => e.Name.EndsWith(".py", StringComparison.OrdinalIgnoreCase))];
        if (modules.Count > 0)
        {
            context.Anomaly("torch-package.source", modules[0].Offset, 0, $"The package carries {modules.Count} Python modules, which run when they are imported.");
        }
    }
}
