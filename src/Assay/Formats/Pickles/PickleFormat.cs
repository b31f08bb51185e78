// Pickles, one or several after the other, with what some libraries put between and behind them.
using System.Globalization;
using System.Runtime.ExceptionServices;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.PyTorch;
using Assay.Pickle;

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

    public IReadOnlyList<IFormatKind> Kinds { get; } = [TorchLegacyKind.Only, TorchDistributedKind.Only];

    public Claim? Probe(ProbeView view) => PickleProbe.Probe(view);

    public void Read(Claim claim, ReadContext context)
    {
        if (context.Wants(ReadingParts.Metadata) && claim.Range.Offset == 0 && context.Artifact.Bytes.ReadUpTo(0, 2) is [var first, var second])
        {
            context.Meta("protocol", first == (byte)Op.PROTO ? second.ToString(CultureInfo.InvariantCulture) : "0 or 1");
        }

        // Whoever wants tensors as well takes them from the same run.
        ScanStopException? stop = null;
        // A pickle behind something else is no file of weights.
        bool hasTensors = context.Wants(ReadingParts.Tensors) && claim.Range.Offset == 0;
        using PickleWalk walk = new(context.Artifact, claim, context, hasTensors);
        try
        {
            if (context.Wants(ReadingParts.Facts))
            {
                walk.Run();
            }
        }
        catch (ScanStopException e) when (e.Reason == StopReason.Limit)
        {
            stop = e;
        }

        if (hasTensors)
        {
            PickleTensors.Read(context, Id);
        }

        if (stop is not null)
        {
            ExceptionDispatchInfo.Throw(stop);
        }
    }
}
