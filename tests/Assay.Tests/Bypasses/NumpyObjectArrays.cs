// An array of objects is a pickle; np.load with allow_pickle runs it.
// https://nvd.nist.gov/vuln/detail/CVE-2019-6446
// https://nvd.nist.gov/vuln/detail/CVE-2024-34997
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class NumpyObjectArrays
{
    [Fact]
    public void T087_ThePickleInAnNpyIsRead() => Malicious("callable-command-execution", NumpyFiles.Objects(Payload), "array.npy");

    [Theory]
    [InlineData("arr_0.npy")]
    [InlineData("arr_0")]
    [InlineData("weights.bin")]
    public void T088_ThePickleInAnNpzIsRead(string member) => Malicious(
        "callable-command-execution",
        new ZipBuilder().Add("ok.npy", NumpyFiles.Floats(4)).Add(member, NumpyFiles.Objects(Payload), 8).Build(),
        "arrays.npz");

    [Fact]
    public void T088_TheFirstOfTwoMembersWithOneNameIsRead() => Malicious(
        "callable-command-execution",
        new ZipBuilder().Add("a.npy", NumpyFiles.Objects(Payload)).Add("a.npy", NumpyFiles.Floats(4)).Build(),
        "arrays.npz");
}
