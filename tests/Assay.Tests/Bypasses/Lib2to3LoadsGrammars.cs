// The grammars of lib2to3 are pickles, and its parser generator evaluates names.
// https://github.com/advisories/GHSA-f54q-57x4-jg88
// https://github.com/advisories/GHSA-p9w7-82w4-7q8m
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class Lib2to3LoadsGrammars
{
    [Theory]
    [InlineData("GHSA-f54q-57x4-jg88", "lib2to3.pgen2.grammar", "Grammar.loads")]
    [InlineData("GHSA-p9w7-82w4-7q8m", "lib2to3.pgen2.pgen", "ParserGenerator.make_label")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
