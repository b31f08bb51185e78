// The module or the name is the result of a call: no text in the file holds it.
// https://huggingface.co/SiggytheShark
// https://github.com/mmaitre314/picklescan/issues/22
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ComputedNames
{
    private static PickleBuilder Named(Action<PickleBuilder> module, Action<PickleBuilder> name) =>
        PickleBuilder.Protocol(4).Push(module).Push(name).Op(Op.STACK_GLOBAL).Push(Tuple("id")).Reduce().Stop();

    [Fact]
    public void T011_ANameThatIsJoinedIsFolded()
    {
        TargetReport report = Scanned.Pickle(Named(
            Call("builtins", "str.join", "", List("o", "s")),
            Call("builtins", "str.join", "", List("sys", "tem"))));
        Assert.True(report.Verdict == Verdict.Malicious && report.Is("callable-command-execution"), report.Describe());
    }

    [Fact]
    public void T011_ANameThatIsDecodedIsFolded()
    {
        TargetReport report = Scanned.Pickle(Named(Call("_codecs", "decode", "bf", "rot13"), Call("_codecs", "decode", "flfgrz", "rot13")));
        Assert.True(report.Verdict == Verdict.Malicious && report.Is("callable-command-execution"), report.Describe());
    }
}
