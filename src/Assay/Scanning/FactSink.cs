// What a scan takes from a walk: everything that it wants becomes a fact.
using Assay.Artifacts;

namespace Assay.Scanning;

/// <summary>
/// Turns what a scan wants beside what readers say as facts into facts: members, tensors and texts. A file may have a million of them, so a scan
/// wants them only where a rule asks for them or where its facts are written out.
/// </summary>
internal sealed class FactSink(FactLog log, ReadingParts wants) : ReadingSink
{
    public override ReadingParts Wants => wants;

    public override void Member(Artifact container, MemberFact member) => log.Add(member);

    public override void Meta(Artifact artifact, string key, string value) =>
        log.Add(new EntryFact { Path = artifact.Path, Source = "metadata", Key = KeyPath.Append("", key), Value = value });

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
