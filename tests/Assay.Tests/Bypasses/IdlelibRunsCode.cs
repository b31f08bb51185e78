// Methods of IDLE's shell and completers evaluate their argument; picklescan listed none of them.
// https://github.com/advisories/GHSA-3gf5-cxq9-w223
// https://github.com/advisories/GHSA-j343-8v2j-ff7w
// https://github.com/advisories/GHSA-3vg9-h568-4w9m
// https://github.com/advisories/GHSA-6w4w-5w54-rjvr
// https://github.com/advisories/GHSA-7cq8-mj8x-j263
// https://github.com/advisories/GHSA-8r4j-24qv-fmq9
// https://github.com/advisories/GHSA-9xph-j2h6-g47v
// https://github.com/advisories/GHSA-m869-42cg-3xwr
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class IdlelibRunsCode
{
    [Theory]
    [InlineData("GHSA-3gf5-cxq9-w223", "idlelib.pyshell", "ModifiedInterpreter.runcode")]
    [InlineData("GHSA-j343-8v2j-ff7w", "idlelib.pyshell", "ModifiedInterpreter.runcommand")]
    [InlineData("GHSA-3vg9-h568-4w9m", "idlelib.debugobj", "ObjectTreeItem.SetText")]
    [InlineData("GHSA-6w4w-5w54-rjvr", "idlelib.autocomplete", "AutoComplete.get_entity")]
    [InlineData("GHSA-7cq8-mj8x-j263", "idlelib.autocomplete", "AutoComplete.fetch_completions")]
    [InlineData("GHSA-8r4j-24qv-fmq9", "idlelib.calltip", "Calltip.fetch_tip")]
    [InlineData("GHSA-9xph-j2h6-g47v", "idlelib.calltip", "get_entity")]
    [InlineData("GHSA-m869-42cg-3xwr", "idlelib.run", "Executive.runcode")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
