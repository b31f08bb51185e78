// What torch.jit.save writes: a zip with code.
using Assay.Artifacts;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.PyTorch;

/// <summary>torch.jit.save: as above, with <c>constants.pkl</c> and TorchScript source under <c>code/</c>.</summary>
internal sealed class TorchScriptKind : IZipKind
{
    public string Id => "torchscript";

    public string Name => "TorchScript";

    public FormatSupport Support => FormatSupport.Recognised;

    public IReadOnlyList<string> Extensions { get; } = [".pt", ".pth", ".ptl"];

    public bool Matches(ZipDirectory directory) =>
        ZipNames.Of(directory).Any(n => ZipNames.Tail(n).Equals("constants.pkl", StringComparison.OrdinalIgnoreCase));

    public void Read(ZipDirectory directory, ReadContext context)
    {
        List<ZipEntry> code = [.. directory.Entries.Where(e => ZipNames.Tail(e.Name).StartsWith("code/", StringComparison.OrdinalIgnoreCase)
            && e.Name.EndsWith(".py", StringComparison.OrdinalIgnoreCase))];
        if (code.Count > 0)
        {
            context.Anomaly("torchscript.code", code[0].Offset, 0, $"The model carries {code.Count} files of TorchScript, which is run and not yet examined.");
        }
    }
}
