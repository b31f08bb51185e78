// The source of a traced graph (torch.fx) passes where it computes with tensors, and is told where it does anything else: who rebuilds the graph runs all of it.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class TracedGraphTests
{
    private const string Imports = "import torch\\nfrom math import inf\\nfrom torch import device\\nNoneType = type(None)";

    [Theory]
    [InlineData("def forward(self, x):\\n    return x")]
    [InlineData("\\n\\n\\ndef forward(self, x, y = None):\\n    c = self.c(x);  x = None\\n    relu = torch.nn.functional.relu(c, inplace = False);  c = None\\n    return relu")]
    [InlineData("def forward(self, x : torch.Tensor):\\n    l = getattr(self.layers, '0')(x)\\n    v = l.view(l.size(0), -1)[(slice(None, None, None), None)]\\n    return {'out': v * 1.41, 'x': (v, v.shape[-1])}")]
    [InlineData("def forward(self, x):\\n    e = torch.functional.einsum('bi,bi->bi', x, x)\\n    a = torch.ops.aten.add.Tensor(e, 1)\\n    return torch.cat([a, e], -1).to(torch.float32)")]
    public void CodeThatComputesWithTensorsIsOrdinary(string code)
    {
        List<Finding> found = Judge(code);
        Assert.DoesNotContain(found, f => f.Severity >= Severity.Medium);
        Assert.Contains(found, f => f.Rule.Id == "carried-code");
    }

    [Theory]
    [InlineData("def forward(self, x):\\n    return x\\nopen('canary', 'w')")]
    [InlineData("def forward(self, x):\\n    import os\\n    return x")]
    [InlineData("def forward(self, x):\\n    y = open('canary', 'w');  return x")]
    [InlineData("def forward(self, x):\\n    y = torch.os.mkdir('canary');  return x")]
    [InlineData("def forward(self, x):\\n    y = getattr(torch.os, 'mkdir')('canary');  return x")]
    [InlineData("def forward(self, x):\\n    y = torch.os.mkdir\\n    z = y('canary');  return x")]
    [InlineData("def forward(self, x):\\n    y = torch.save(x, 'canary');  return x")]
    [InlineData("def forward(self, x):\\n    y = x.numpy().tofile('canary');  return x")]
    [InlineData("def forward(self, x):\\n    y = self.__class__.__init__.__globals__;  return x")]
    [InlineData("def forward(self, x, y=open('canary', 'w')):\\n    return x")]
    [InlineData("def forward(self, x : exec('1')):\\n    return x")]
    [InlineData("@open\\ndef forward(self, x):\\n    return x")]
    [InlineData("def forward(self, x):\\n    y = [p for p in x];  return x")]
    [InlineData("def forward(self, x):\\n    y = (lambda: 1)();  return x")]
    [InlineData("def forward(self, x):\\n    y = f'{x}';  return x")]
    [InlineData("def forward(self, x):\\n    y = 'a'.format(x);  return x")]
    [InlineData("def forward(self, x):\\n    self = x;  return x")]
    [InlineData("def forward(self, x):\\n    y = lib.fetch(x);  return x", "import torch\\nimport lib")]
    [InlineData("def forward(self, x):\\n    y = relu('canary');  return x", "from os import mkdir as relu")]
    [InlineData("def forward(self, x):\\n    y = torch.relu(x);  return x", "import os as torch")]
    [InlineData("def forward(self, x):\\n    return x", "from os import *")]
    [InlineData("def forward(self, x):\\n    return x", "import antigravity")]
    [InlineData("def forward(self, x):\\n    y = torch.import_ir_module('canary');  return x")]
    [InlineData("def forward(self, x):\\n    y = torch.ops.aten.unknown('canary');  return x")]
    [InlineData("def forward(self, x):\\n    y = torch.set_num_threads(1);  return x")]
    [InlineData("def forward(self, x):\\n    y = [1] * 100000000000;  return x")]
    [InlineData("def forward(self, x):\\n    y = self.p.rename('canary');  return x")]
    [InlineData("x = 1", Imports)]
    public void WhateverElseStandsInItIsTold(string code, string imports = Imports) => Assert.Contains(Judge(code, imports), f => f.Severity >= Severity.High);

    [Theory]
    [InlineData("f: {import: os.mkdir}")]
    [InlineData("f: {result: functools.partial, args: [{import: pkg.run}]}")]
    [InlineData("f: {import: pkg.run}")]
    [InlineData("_tracer_cls: {import: tempfile.TemporaryDirectory}")]
    [InlineData("code: 'import os'")]
    [InlineData("training: {import: pkg.run}")]
    public void WhatTheCodeCouldReachInTheModuleIsTold(string held) =>
        Assert.Contains(Judge("def forward(self, x):\\n    y = self.f('canary');  return x", Imports, held), f => f.Severity >= Severity.High);

    private static List<Finding> Judge(string code, string imports = Imports, string held = "training: true") =>
        FactBuilder.Judge(FactBuilder.Facts($"[{{call: torch.fx.graph_module.reduce_graph_module, args: [{{_code: \"\\n{code}\", {held}, _tracer_extras: {{}}}}, \"{imports}\"]}}]"), RuleSet.Default);
}
