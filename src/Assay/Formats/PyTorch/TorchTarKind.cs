// What torch.save wrote before 0.1.2: a tar.
using Assay.Artifacts;
using Assay.Formats.Archives;

namespace Assay.Formats.PyTorch;

/// <summary>torch.save before 0.1.2: a tar of <c>sys_info</c>, <c>pickle</c>, <c>storages</c> and <c>tensors</c>.</summary>
internal sealed class TorchTarKind : ITarKind
{
    public string Id => "torch-tar";

    public string Name => "PyTorch (legacy tar)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pt", ".pth"];

    public bool Matches(IReadOnlySet<string> names) => TorchTarFile.MemberNames.All(n => names.Contains(n) || names.Contains("./" + n));

    public void ReadTensors(ReadContext context)
    {
        context.TakeTensorsOfMembers();
        context.ReadTensors(Id, group => TorchTarFile.Read(new TensorSource(context.Artifact.Bytes, context, group)));
    }
}
