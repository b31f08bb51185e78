// Evidence of a pack is found by the path, and belongs to its pack.
using Assay.Effects.Packs;

namespace Assay.Tests.Effects.Packs;

public sealed class PackEvidenceTests
{
    private static readonly EffectEvidence s_run = new("acme.run", "call", "process 0", "acme/runner.py", 12, ["acme.run", "acme.runner.start", "subprocess.run"]);
    private static readonly EffectEvidence s_save = new("acme.save", "call", "write 0", "acme/files.py", 3, []);

    [Fact]
    public void WhatIsWrittenIsFoundByItsPath()
    {
        using StringReader reader = new(Written(s_run, s_save));
        Assert.Equal("0123", PackEvidence.ReadHead(reader));
        EffectEvidence found = Assert.Single(PackEvidence.Of(reader, new HashSet<string> { "acme.run" }));
        Assert.Equal(s_run with { Calls = [] }, found with { Calls = [] });
        Assert.Equal(s_run.Calls, found.Calls);
    }

    [Fact]
    public void ATabOrALineBreakInACellStartsNoOther()
    {
        using StringReader reader = new(Written(s_save with { File = "a\tb\nc.py" }));
        PackEvidence.ReadHead(reader);
        Assert.Equal("a b c.py", Assert.Single(PackEvidence.Of(reader, new HashSet<string> { "acme.save" })).File);
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else\n")]
    public void AnotherFileIsRefused(string text)
    {
        using StringReader reader = new(text);
        Assert.Throws<EffectPackException>(() => PackEvidence.ReadHead(reader));
    }

    [Theory]
    [InlineData("acme.save")]
    [InlineData("acme.save\tcall\twrite 0\tf.py\tx\t")]
    [InlineData("acme.save\tcall")]
    public void ALineThatIsNoneIsRefused(string line)
    {
        using StringReader reader = new(line + "\n");
        Assert.Throws<EffectPackException>(() => PackEvidence.Of(reader, new HashSet<string> { "acme.save" }).ToList());
    }

    private static string Written(params EffectEvidence[] evidence)
    {
        using StringWriter writer = new();
        PackEvidence.Write(writer, "0123", evidence);
        return writer.ToString();
    }
}
