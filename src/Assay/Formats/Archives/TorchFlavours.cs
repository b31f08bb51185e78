// The kinds of zip that PyTorch writes.
using Assay.Artifacts;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>
/// torch.save since 1.6: <c>data.pkl</c> and <c>data/*</c> under one folder, whose name the loader takes from the first record of
/// the directory. Its zip reader compares names without regard to case and takes the first of several.
/// </summary>
internal sealed class TorchZipFlavour : IZipFlavour
{
    public string Id => "torch-zip";

    public string Name => "PyTorch (zip)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pt", ".pth", ".bin", ".ckpt"];

    public bool Matches(ZipDirectory directory) => ZipFlavours.Names(directory).Any(IsPickle);

    /// <summary>
    /// <c>data.pkl</c> in the folder of the first record. Where a <c>constants.pkl</c> lies beside it, spelt exactly so, <c>torch.load</c> takes
    /// the file for TorchScript and unpickles nothing; without a <c>version</c> its reader refuses the file.
    /// </summary>
    public string Main(ZipDirectory directory)
    {
        string top = ZipFlavours.Top(directory.FirstName);
        bool Has(string name, StringComparison comparison) => directory.Entries.Any(e => e.Name.Equals($"{top}/{name}", comparison));
        return Has("constants.pkl", StringComparison.Ordinal)
            || !(Has("version", StringComparison.OrdinalIgnoreCase) || Has(".data/version", StringComparison.OrdinalIgnoreCase)) ? "" : $"{top}/data.pkl";
    }

    public void Inspect(ZipDirectory directory, ReadContext context)
    {
        List<ZipEntry> pickles = [.. directory.Entries.Where(e => IsPickle(e.Name) || (e.Local is { } local && IsPickle(local.Name)))];
        foreach (IGrouping<string, ZipEntry> same in pickles.GroupBy(e => e.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (same.Count() > 1)
            {
                ZipEntry last = same.Last();
                string all = string.Join(", ", same.Take(8).Select(e => $"0x{e.Offset:X}"));
                context.Anomaly(
                    "torch.duplicate-pickle",
                    last.Offset,
                    0,
                    $"There are {same.Count()} members \"{last.Name}\", at {all}: miniz (torch.load) takes the first, zipfile the last.");
            }
        }

        string top = ZipFlavours.Top(directory.FirstName);
        ZipEntry? stranger = pickles.Find(e => !string.Equals(ZipFlavours.Top(e.Name), top, StringComparison.OrdinalIgnoreCase));
        if (stranger is not null && directory.Views.Count > 0)
        {
            context.Anomaly(
                "torch.archive-name",
                stranger.Offset,
                0,
                $"\"{stranger.Name}\" is not under \"{top}\", the folder of the first record, where torch.load looks.");
        }
    }

    internal static bool IsPickle(string name) => ZipFlavours.Tail(name).Equals("data.pkl", StringComparison.OrdinalIgnoreCase);
}

/// <summary>torch.jit.save: as above, with <c>constants.pkl</c> and TorchScript source under <c>code/</c>.</summary>
internal sealed class TorchScriptFlavour : IZipFlavour
{
    public string Id => "torchscript";

    public string Name => "TorchScript";

    public FormatSupport Support => FormatSupport.Recognised;

    public IReadOnlyList<string> Extensions { get; } = [".pt", ".pth", ".ptl"];

    public bool Matches(ZipDirectory directory) =>
        ZipFlavours.Names(directory).Any(n => ZipFlavours.Tail(n).Equals("constants.pkl", StringComparison.OrdinalIgnoreCase));

    public void Inspect(ZipDirectory directory, ReadContext context)
    {
        List<ZipEntry> code = [.. directory.Entries.Where(e => ZipFlavours.Tail(e.Name).StartsWith("code/", StringComparison.OrdinalIgnoreCase)
            && e.Name.EndsWith(".py", StringComparison.OrdinalIgnoreCase))];
        if (code.Count > 0)
        {
            context.Anomaly("torchscript.code", code[0].Offset, 0, $"The model carries {code.Count} files of TorchScript, which is run and not yet examined.");
        }
    }
}

/// <summary>torch.package: Python modules that are run on import, and pickles of any name.</summary>
internal sealed class TorchPackageFlavour : IZipFlavour
{
    public string Id => "torch-package";

    public string Name => "torch.package archive";

    public FormatSupport Support => FormatSupport.Recognised;

    public IReadOnlyList<string> Extensions { get; } = [".pt"];

    public bool Matches(ZipDirectory directory) => ZipFlavours.Names(directory)
        .Any(n => n == ".data/extern_modules" || ZipFlavours.Tail(n) == ".data/extern_modules");

    public void Inspect(ZipDirectory directory, ReadContext context)
    {
        List<ZipEntry> modules = [.. directory.Entries.Where(e => e.Name.EndsWith(".py", StringComparison.OrdinalIgnoreCase))];
        if (modules.Count > 0)
        {
            context.Anomaly("torch-package.source", modules[0].Offset, 0, $"The package carries {modules.Count} Python modules, which run when they are imported.");
        }
    }
}
