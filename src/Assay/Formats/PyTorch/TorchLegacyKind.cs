// The kind of pickles that PyTorch wrote before its zips.
using Assay.Artifacts;

namespace Assay.Formats.PyTorch;

/// <summary>PyTorch's legacy format: pickles one after the other, of which the first is a certain number; see <see cref="TorchLegacyLayout"/>.</summary>
internal sealed class TorchLegacyKind : IFormatKind
{
    public static TorchLegacyKind Only { get; } = new();

    public string Id => "torch-legacy";

    public string Name => "PyTorch (legacy)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pt", ".pth"];
}
