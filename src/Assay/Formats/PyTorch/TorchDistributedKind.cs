// The kind of pickles that say where the tensors of a distributed checkpoint lie.
using Assay.Artifacts;

namespace Assay.Formats.PyTorch;

/// <summary>
/// The file <c>.metadata</c> of a distributed checkpoint: a pickle that says which tensors there are, and in which files beside it
/// (<c>__0_0.distcp</c>) the parts of each lie. See <see cref="TorchDistributedMetadata"/>.
/// </summary>
internal sealed class TorchDistributedKind : IFormatKind
{
    public static TorchDistributedKind Only { get; } = new();

    public string Id => "torch-distributed";

    public string Name => "PyTorch (distributed checkpoint)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];
}
