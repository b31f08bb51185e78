// What a scan takes from a walk: everything that it wants becomes a fact.
using Assay.Artifacts;

namespace Assay.Scanning;

/// <summary>
/// Turns what a scan wants beside what readers say as facts into facts: members and tensors. A file may have a million of them, so a scan wants
/// them only where a rule asks for them.
/// </summary>
internal sealed class FactSink(FactLog log, ReadingParts wants) : ReadingSink
{
    public override ReadingParts Wants => wants;

    public override void Member(Artifact container, MemberFact member) => log.Add(member);

    public override void Tensors(Artifact artifact, Claim claim, TensorGroup group)
    {
        foreach (StoredTensor tensor in group.Tensors)
        {
            log.Add(new TensorFact
            {
                Path = artifact.Path,
                Name = tensor.Name,
                ElementType = tensor.Packing?.Name ?? tensor.View.Type.ToString(),
                Shape = tensor.Packing?.Shape ?? tensor.View.Shape,
                Bytes = tensor.View.Bytes,
                Storage = tensor.Storage.Key,
            });
        }
    }
}
