// A BUILD behind the call made fickling take the result as used.
// https://github.com/advisories/GHSA-mhc9-48gj-9gp3
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ReduceThenBuild
{
    [Fact]
    public void TheCallIsTold() => MaliciousValue("callable-command-execution", Built(Payload, Dict("a", 1)));

    [Fact]
    public void TheCallOfAnUnknownFunctionIsTold() => Suspicious("unknown-callable-called", PickleOf(Built(Call("mypackage", "run", "/srv/x"), Dict("a", 1))));
}
