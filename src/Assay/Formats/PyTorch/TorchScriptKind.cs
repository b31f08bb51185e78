// What torch.jit.save writes: a zip with code.
using Assay.Artifacts;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.PyTorch;

/// <summary>
/// torch.jit.save: as torch.save, with <c>constants.pkl</c> and TorchScript source under <c>code/</c>; up to 1.3 with <c>model.json</c> in the place of the
/// pickles. What the lite interpreter loads has its operators in <c>bytecode.pkl</c> as well.
/// </summary>
internal sealed class TorchScriptKind : IZipKind
{
    public string Id => "torchscript";

    public string Name => "TorchScript";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pt", ".pth", ".ptl"];

    public bool Matches(ZipDirectory directory)
    {
        bool code = false;
        bool old = false;
        foreach (string name in ZipNames.Of(directory))
        {
            string tail = ZipNames.Tail(name);
            if (tail.Equals("constants.pkl", StringComparison.OrdinalIgnoreCase))
                return true;

            code |= IsSource(name);
            old |= tail.Equals("model.json", StringComparison.OrdinalIgnoreCase);
        }

        return code && old;
    }

    public void Read(ZipDirectory directory, ReadContext context)
    {
        // The members say all.
    }

    public string? ReadAs(string name) => IsSource(name) ? TorchScriptCodeFormat.FormatId : null;

    private static bool IsSource(string name) =>
        ZipNames.Tail(name).StartsWith("code/", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".py", StringComparison.OrdinalIgnoreCase);
}
