// OpenVINO: an ordinary model passes with its weights, and what needs native code, lies elsewhere or lies about its sizes is said.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.OpenVino;

public sealed class OpenVinoFormatTests
{
    private const string Const = """<layer id="1" name="c" type="Const" version="opset1"><data element_type="f32" shape="2, 2" offset="0" size="16"/><output><port id="0"/></output></layer>""";

    [Fact]
    public void AGoodModelPassesWithItsWeights()
    {
        MemoryBundle folder = new(("model.xml", Model(Const)), ("model.bin", [.. Enumerable.Repeat((byte)0x3F, 16)]));
        foreach (string name in (string[])["model.xml", "model.bin"])
        {
            TargetReport target = folder.Scan(name);
            Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
            target.AssertComplete();
        }
    }

    [Fact]
    public void AModelWhoseWeightsAreMissingSaysSoAndPasses()
    {
        TargetReport target = new MemoryBundle(("model.xml", Model(Const))).Scan("model.xml");
        Assert.Equal(Verdict.Passed, target.Verdict);
        Assert.Contains("openvino.weights-missing", target.Anomalies());
    }

    [Fact]
    public void T136_ALongDocumentTypeHidesNothing()
    {
        string doctype = $"<!DOCTYPE net [<!ENTITY x SYSTEM \"file:///etc/passwd\">{string.Concat(Enumerable.Repeat("<!ELEMENT a (#PCDATA)>", 1_000))}]>";
        TargetReport target = Scans.Of(Model(Const, doctype + new string(' ', 20_000) + $"<!-- {new string('x', 20_000)} -->"), "model.xml");
        Assert.Equal(["openvino"], target.Formats);
        Assert.Contains("xml.external-entity", target.Anomalies());
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Theory]
    [InlineData("<!DOCTYPE net><!-- -->")]
    [InlineData("<!DOCTYPE net [<!ENTITY a \"1\">]>")]
    [InlineData("<!DOCTYPE net SYSTEM \"http://example.org/x.dtd\">")]
    public void T136_ADocumentTypeIsSaid(string prelude) => Flags(null, Model(Const, prelude));

    [Theory]
    [InlineData("EvilOp", "extension")]
    [InlineData("EvilOp", "custom_opset")]
    [InlineData("EvilOp", "opset1")]
    public void T136_AnOperatorThatNeedsALibraryIsSaid(string type, string version) =>
        Flags(null, Model($"<layer id=\"1\" name=\"x\" type=\"{type}\" version=\"{version}\"/>"));

    [Theory]
    [InlineData("BPETokenizer", "extension")]
    [InlineData("Convolution", "opset1")]
    [InlineData("ScaledDotProductAttention", "opset13")]
    public void AnOperatorOfOpenVinoOrItsTokenizersIsNot(string type, string version) =>
        Assert.Equal(Verdict.Passed, Scans.Of(Model($"<layer id=\"1\" name=\"x\" type=\"{type}\" version=\"{version}\"/>"), "model.xml").Verdict);

    [Theory]
    [InlineData("library=\"./libevil.so\"")]
    [InlineData("path=\"/etc/passwd\"")]
    [InlineData("file=\"../../x\"")]
    [InlineData("source=\"http://example.org/x\"")]
    [InlineData("source=\"C:\\x\"")]
    public void T136_APathInALayerIsSaid(string attribute) =>
        Flags(null, Model($"<layer id=\"1\" name=\"x\" type=\"Parameter\" version=\"opset1\"><data {attribute}/></layer>"));

    [Theory]
    [InlineData("offset=\"8\" size=\"16\"", "openvino.constant-outside")]
    [InlineData("offset=\"9223372036854775807\" size=\"16\"", "openvino.constant-broken")]
    [InlineData("offset=\"-1\" size=\"16\"", "openvino.constant-broken")]
    [InlineData("offset=\"0\" size=\"8\"", "openvino.size-mismatch")]
    public void T136_AConstantOutsideOfItsFileIsSaid(string place, string code)
    {
        byte[] model = Model($"<layer id=\"1\" name=\"c\" type=\"Const\" version=\"opset1\"><data element_type=\"f32\" shape=\"2,2\" {place}/></layer>");
        TargetReport target = new MemoryBundle(("model.xml", model), ("model.bin", new byte[16])).Scan("model.xml");
        Assert.Contains(code, target.Anomalies());
        Assert.Equal(Verdict.Suspicious, target.Verdict);
    }

    [Fact]
    public void WhatLiesBesideTheConstantsIsExamined()
    {
        MemoryBundle folder = new(("model.xml", Model(Const)), ("model.bin", [.. Enumerable.Repeat((byte)0x3F, 16), .. Scans.Canary]));
        Assert.Equal(Verdict.Malicious, folder.Scan("model.bin").Verdict);
    }

    [Fact]
    public void ADocumentThatIsCutIsNeverPassed()
    {
        // Before its root element is whole, it is a text that no loader opens as a model.
        byte[] whole = Model(Const);
        for (int length = Encoding.UTF8.GetString(whole).IndexOf("<layers", StringComparison.Ordinal); length < whole.Length; length += 3)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "model.xml").Verdict);
        }
    }

    [Fact]
    public void OperatorsAreCounted()
    {
        OperatorFact fact = Assert.Single(Scans.Of(Model(Const + Const.Replace("id=\"1\"", "id=\"2\"", StringComparison.Ordinal)), "model.xml").Facts.OfType<OperatorFact>());
        Assert.Equal(("Const", "opset1", 2L), (fact.Name, fact.Domain, fact.Count));
    }

    private static byte[] Model(string layers, string prelude = "") => Encoding.UTF8.GetBytes(
        $"<?xml version=\"1.0\"?>\n{prelude}<net name=\"m\" version=\"11\"><layers>{layers}</layers><edges></edges><rt_info><framework value=\"onnx\"/></rt_info></net>");

    private static void Flags(string? code, byte[] model)
    {
        TargetReport target = Scans.Of(model, "model.xml");
        Assert.Contains(target.Verdict, (IEnumerable<Verdict>)[Verdict.Malicious, Verdict.Suspicious]);
        if (code is not null)
        {
            Assert.Contains(code, target.Anomalies());
        }
    }
}
