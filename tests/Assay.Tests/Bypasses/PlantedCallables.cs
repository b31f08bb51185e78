// A callable in the state of a known object is called by the items that come after the state.
using Assay.Pickle;
using Assay.Policies;
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Bypasses;

public sealed class PlantedCallables
{
    [Fact]
    public void ItemsAfterAStateReachWhatTheStatePlanted() => Suspicious(
        "unknown-callable-called",
        PickleBuilder.Protocol(4).Push(Built(Call("configparser", "ConfigParser"), Dict("optionxform", Import("somepackage.disk", "mkdirp"))))
            .Push("section").Push(Dict("/tmp/canary", "x")).Op(Op.SETITEM).Stop());

    [Fact]
    public void ItemsBeforeTheStateAreOrdinary() => Assert.Equal(
        Verdict.Passed,
        Scanned.Bytes(PickleBuilder.Protocol(4).Push(Call("collections", "OrderedDict")).Push("key").Push(1).Op(Op.SETITEM)
            .Push(Dict("convert", Import("somepackage", "convert"))).Build().Stop().ToArray()).Verdict);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(40)]
    public void CopiesOfADescriptorHideItNot(int copies)
    {
        object member = Call("builtins", "property", null, Import("somepackage.disk", "mkdirp"));
        for (int i = 0; i < copies; i++)
            member = Call("copy", "copy", member);

        Malicious("hook-planted", PickleBuilder.Protocol(4).Push(Call("builtins", "type", "X", Tuple(), Dict("plain", member))).Stop());
    }

    [Fact]
    public void AFinderThatGivesASinkIsSaidWhereverItsResultGoes() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(4).Push(Built(Call("types", "SimpleNamespace"), Dict("policy", Call("numpy.core", "_ufunc_reconstruct", "os", "system")))).Stop());
}
