// Pickles, one or several after the other, with what some libraries put between and behind them.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Pickles;

/// <summary>
/// Pickles of protocols 0 to 5: plain, concatenated, with joblib's array bytes inside the stream, and PyTorch's legacy format of five
/// pickles and raw storages. What runs before a break counts; the break is an unread.
/// </summary>
internal sealed class PickleFormat : IFormat
{
    /// <summary>The C unpickler, over whatever it gets; <c>dill</c> and <c>cloudpickle</c> use it too.</summary>
    private static readonly string[] s_plain = ["c", "c-stream"];

    private static readonly LoaderUse[] s_loaders =
    [
        new("pickle.load") { Dialects = s_plain },
        new("joblib.load") { Dialects = ["joblib"], Encodings = ["ascii"] },
        new("torch.load", SafeSetting: "weights_only=True (the default since 2.6) refuses what is not on its list")
        {
            Dialects = [.. s_plain, "weights-only"], SafeDialect = "weights-only",
        },
        new("numpy.load", SafeSetting: "allow_pickle=False (the default since 1.16.3) refuses pickles")
        {
            Dialects = s_plain, Encodings = ["ascii", "latin1", "bytes"],
        },
    ];

    public string Id => "pickle";

    public string Name => "Pickle";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } =
        [".pkl", ".pickle", ".p", ".pk", ".joblib", ".jl", ".dill", ".pt", ".pth", ".ckpt", ".bin", ".sav", ".pdparams", ".pdopt"];

    public IReadOnlyList<LoaderUse> Loaders => s_loaders;

    public Claim? Probe(ProbeView view) => PickleProbe.Probe(view);

    public void Read(Claim claim, ReadContext context) => new PickleWalk(context.Artifact, claim, context).Run();
}
