// StyleGAN's persistence runs the source of its modules, which is a text in the pickle.
// https://huggingface.co/xiaoyaoes/stylegan3-mfv-poc
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class StyleGanPersistence
{
    [Fact]
    public void TheSourceIsTold() => MaliciousValue(
        "callable-code-execution",
        Call("torch_utils.persistence", "_reconstruct_persistent_obj", Dict("type", "class", "version", 6, "module_src", "print(1)", "class_name", "G", "state", null)));
}
