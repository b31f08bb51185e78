// Reads the tensors of a file that begins with a pickle.
using System.Globalization;
using Assay.Artifacts;
using Assay.Formats.PyTorch;

namespace Assay.Formats.Pickles;

/// <summary>
/// Reads the tensors of a file that begins with a pickle: arrays and tensors in plain and joblib pickles, and PyTorch's legacy stream, which is
/// told by the number that its first pickle makes.
/// </summary>
internal static class PickleTensors
{
    /// <summary>Reads the tensors of the value that the first pickle makes, or of the legacy stream.</summary>
    public static void Read(ReadContext context, string kind) =>
        context.ReadTensors(kind, group =>
        {
            TensorSource source = new(context.Artifact.Bytes, context, group);
            using PickleRun run = PickleRun.Of(source, 0, "The pickle");
            if (TorchSavedFile.IsLegacy(run))
            {
                group.Kind = TorchLegacyKind.Only.Id;
                TorchSavedFile.ReadLegacy(source, run.End);
                return;
            }

            if (TorchDistributedMetadata.IsMetadata(run.Machine, run.Value))
            {
                group.Kind = TorchDistributedKind.Only.Id;
                TorchDistributedTensors.Read(source, run);
                context.Meta("files", string.Join(", ", group.Companions));
                return;
            }

            if (run.End < source.Bytes.Length)
            {
                group.Leave("", "bytes behind the pickle", "Loaders do not read them.");
            }

            group.StreamArrays += run.Arrays.Count;
            new WeightWalk(run, new NoStorages(), source).Run(run.Value);
            if (group.StreamArrays > 0)
            {
                context.Meta("joblib arrays in the stream", group.StreamArrays.ToString(CultureInfo.InvariantCulture));
            }

            if (group.Companions.Count > 0)
            {
                context.Meta("joblib files beside", string.Join(", ", group.Companions));
            }
        });
}
