// A callable gets a number in one call and is called by the number; its name is never near the call.
// https://huggingface.co/hacnho/model-format-bypass-pickle-ext-copyreg
// https://github.com/promptfoo/modelaudit/issues/623
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ExtensionCodes
{
    [Fact]
    public void T020_TheRegistrationIsTold() => Malicious(
        "callable-import",
        PickleBuilder.Protocol(2).Invoke("copyreg", "add_extension", "os", "system", 240).Pop().Op(Op.EXT1).Raw(240).Push(Tuple("id")).Reduce().Stop());

    [Theory]
    [InlineData(Op.EXT1, 1)]
    [InlineData(Op.EXT2, 2)]
    [InlineData(Op.EXT4, 4)]
    public void T019_ACodeThatNothingRegistersIsSuspicious(object opcode, int bytes) =>
        Suspicious("pickle-extension-unregistered", PickleBuilder.Protocol(2).Op((Op)opcode).Raw([7, .. new byte[bytes - 1]]).Stop());
}
