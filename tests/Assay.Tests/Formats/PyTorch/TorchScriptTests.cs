// Which operators TorchScript uses, by its source.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.PyTorch;
using Assay.Python.Syntax;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Formats.PyTorch;

public sealed class TorchScriptTests
{
    [Theory]
    [InlineData("torch.add(x, 1)", "aten::add")]
    [InlineData("ops.quantized.linear(x, 'a')", "quantized::linear a")]
    [InlineData("y = __torch__.torch.classes.tensorrt.Engine(x)", "torch.classes.tensorrt::Engine")]
    [InlineData("y = __torch__.mine.save(x)", "")]
    [InlineData("(self.layer).save(x, '/a')", "")]
    [InlineData("t = torch\n    u = t\n    u.save(x, '/a')", "aten::save /a")]
    [InlineData("f = getattr(getattr(ops, 'aten'), 'save')", "aten::save")]
    [InlineData("y = 'torch.save'", "")]
    [InlineData("# torch.save(x)\n    pass", "")]
    public void UsesOfOperatorsAreFound(string body, string expected)
    {
        string[] found = [.. Uses($"def f(self, x):\n    {body}\n").All.Select(u => $"{u.FullName} {u.Arguments}".TrimEnd())];
        Assert.Equal(expected.Length == 0 ? [] : [expected], found);
    }

    [Fact]
    public void WhatStandsInSetStateRunsWhenTheModelIsLoaded()
    {
        TorchScriptUses uses = Uses("class M(Module):\n  def forward(self, x):\n    return torch.relu(x)\n  def __setstate__(self, s):\n    torch.save(s, '/a')\n  def g(self):\n    torch.relu(1)\n");
        Assert.True(uses.RunsAtLoad);
        Assert.Equal([("aten::relu", false, 2), ("aten::save", true, 1)], uses.All.Select(u => (u.FullName, u.AtLoad, (int)u.Count)));
    }

    [Fact]
    public void SourceThatIsNotUnderstoodIsUnread()
    {
        Recording read = Read("def f(x):\n  ^g(x)\n  torch.save(x, 'a')\n");
        Assert.Equal([UnreadCause.Malformed], read.Unreads);
        Assert.Contains(read.Facts.OfType<OperatorFact>(), o => o.Name == "save");
    }

    [Fact]
    public void DeclarationsOfEncodingsMeanNothing()
    {
        Recording read = Read("# coding: utf-7\ndef f(x):\n  torch.save(x, 'a')\n");
        Assert.Contains(read.Facts.OfType<OperatorFact>(), o => o.Name == "save");
    }

    [Fact]
    public void AFloodOfDifferentUsesIsSaid()
    {
        StringBuilder source = new("def f(x):\n");
        for (int i = 0; i < 10_002; i++)
            source.Append("  ops.a.f").Append(i).Append("(x)\n");

        Assert.Equal([UnreadCause.Limit], Read(source.ToString()).Unreads);
    }

    [Fact]
    public void WorkGrowsWithTheSourceWhereVariablesChain()
    {
        // Each round finds one more of these: the rounds are bounded, and what is left is said.
        StringBuilder source = new("def f(x):\n");
        for (int i = 200; i > 0; i--)
            source.Append("  v").Append(i).Append(" = v").Append(i - 1).Append('\n');

        source.Append("  v0 = torch\n");
        Assert.Equal([UnreadCause.Limit], Read(source.ToString()).Unreads);
    }

    [Theory]
    [InlineData("m/code/a.py", "m/constants.pkl", true)]
    [InlineData("m/code/a.py", "m/model.json", true)]
    [InlineData("m/code/a.py", "m/data.json", false)]
    public void OnlyInAnArchiveOfTorchScriptIsASourceRead(string source, string other, bool isRead)
    {
        byte[] zip = new ZipBuilder().Add(source, "def f(x):\n  torch.save(x, 'a')\n"u8.ToArray()).Add(other, PickleOf(Tuple())).Build();
        Assert.Equal(isRead, Scanned.Bytes(zip, "m.pt").Is("torchscript-file"));
    }

    private static TorchScriptUses Uses(string source)
    {
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System);
        return TorchScriptUses.Of(PythonParser.Parse(SourceText.OfString(source), budget), budget);
    }

    private static Recording Read(string source)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(source);
        Recording recording = Recording.Of(bytes);
        new TorchScriptCodeFormat().Read(new Claim(new ByteRange(0, bytes.Length), ClaimStrength.Certain), recording);
        return recording;
    }
}
