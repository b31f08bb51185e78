// PyTorch's compiler evaluates guards, which are texts.
// https://github.com/advisories/GHSA-86cj-95qr-2p4f
// https://github.com/advisories/GHSA-f4x7-rfwp-v3xw
// https://github.com/advisories/GHSA-vr7h-p6mm-wpmh
// https://nvd.nist.gov/vuln/detail/CVE-2022-45907
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class TorchEvaluatesGuards
{
    [Theory]
    [InlineData("GHSA-86cj-95qr-2p4f", "torch._dynamo.guards", "GuardBuilder.get")]
    [InlineData("GHSA-f4x7-rfwp-v3xw", "torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression")]
    [InlineData("GHSA-vr7h-p6mm-wpmh", "torch.jit.unsupported_tensor_ops", "execWrapper")]
    [InlineData("https://nvd.nist.gov/vuln/detail/CVE-2022-45907", "torch.jit.annotations", "parse_type_line")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
