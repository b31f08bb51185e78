// Two members of PyTorch's oldest format, in which pickles and raw numbers take turns.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Pickles;
using Assay.Pickle;

namespace Assay.Formats.PyTorch;

/// <summary>
/// The members <c>storages</c> and <c>tensors</c> of the tar that <c>torch.save</c> wrote up to 0.1.1. <c>torch.load</c> opens them by
/// these names, so here the name of a member is a part of the format.
/// </summary>
internal sealed class TorchTarMemberFormat : IFormat
{
    public string Id => "torch-tar-member";

    public string Name => "PyTorch (legacy tar) storages and tensors";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions => [];

    public Claim? Probe(ProbeView view) =>
        view.Artifact.Parent is not null && view.IsWhole && view.Head.Length > 0 && OpcodeTable.IsOpcode(view.Head.Span[0])
        && MemberName(view.Artifact) is "storages" or "tensors"
            ? new Claim(view.Range, ClaimStrength.Likely)
            : null;

    public void Read(Claim claim, ReadContext context)
    {
        Artifact artifact = context.Artifact;
        PickleStepper stepper = new(context);
        if (MemberName(artifact) == "storages")
        {
            TorchTarMembers.ReadStorages(artifact.Bytes, stepper, context);
        }
        else
        {
            TorchTarMembers.ReadTensors(artifact.Bytes, stepper, context);
        }
    }

    private static string MemberName(Artifact artifact) =>
        artifact.Name.StartsWith("./", StringComparison.Ordinal) ? artifact.Name[2..] : artifact.Name;
}
