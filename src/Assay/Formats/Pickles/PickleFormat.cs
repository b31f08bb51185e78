// Pickles, one or several after the other, with what some libraries put between and behind them.
using Assay.Artifacts;
using Assay.Formats.PyTorch;

namespace Assay.Formats.Pickles;

/// <summary>
/// Pickles of protocols 0 to 5: plain, concatenated, with joblib's array bytes inside the stream, and PyTorch's legacy format of five
/// pickles and raw storages. What runs before a break counts; the break is an unread.
/// </summary>
internal sealed class PickleFormat : IFormat
{
    public string Id => "pickle";

    public string Name => "Pickle";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } =
        [".pkl", ".pickle", ".p", ".pk", ".joblib", ".jl", ".dill", ".pt", ".pth", ".ckpt", ".bin", ".sav", ".pdparams", ".pdopt"];

    public IReadOnlyList<IFormatKind> Kinds { get; } = [TorchLegacyKind.Only];

    public Claim? Probe(ProbeView view) => PickleProbe.Probe(view);

    public void Read(Claim claim, ReadContext context) => new PickleWalk(context.Artifact, claim, context).Run();
}
