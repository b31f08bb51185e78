// The Fortran compiler of NumPy evaluates expressions.
// https://github.com/advisories/GHSA-r8g5-cgf2-4m4m
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class NumpyF2pyEvaluates
{
    [Theory]
    [InlineData("GHSA-r8g5-cgf2-4m4m", "numpy.f2py.crackfortran", "getlincoef")]
    [InlineData("GHSA-r8g5-cgf2-4m4m", "numpy.f2py.crackfortran", "_eval_length")]
    [InlineData("https://huggingface.co/EnigmaConsultant", "numpy.testing._private.utils", "runstring")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "x", Dict()), 4));
    }
}
