// Calls of source are judged by their effects and by when they happen.
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Sources;

public sealed class SourceJudgeTests
{
    [Theory]
    [InlineData("source-runs-program", "import os.system ./x")]
    [InlineData("source-runs-program", "load subprocess.Popen ./x")]
    [InlineData("source-runs-decoded", "call+base64 builtins.exec x")]
    [InlineData("source-hides-name", "import ?os.system x")]
    [InlineData("source-opens-connection", "import urllib.request.urlopen http://x")]
    [InlineData("source-does-on-import", "import subprocess.check_output nvidia-smi")]
    public void WhatACallDoesIsFound(string rule, string use) => Assert.Contains(rule, Rules(use));

    [Theory]
    [InlineData("call os.system ./x")]
    [InlineData("call requests.post http://x")]
    [InlineData("import os.path.join a")]
    [InlineData("cell os.system ./x")]
    [InlineData("import builtins.exec x = 1")]
    public void WhatProgramsDoIsNoFinding(string use) => Assert.DoesNotContain(Rules(use), r => r != "source-code");

    private static IEnumerable<string> Rules(string use) => FactBuilder.Judge($"{{code: python, uses: [\"{use}\"]}}").Select(f => f.Rule.Id);
}
