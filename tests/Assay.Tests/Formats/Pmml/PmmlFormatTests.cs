// PMML: what trainers write passes; classes as functions, code in extensions, entities and foreign schemas are flagged.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Pmml;

public sealed class PmmlFormatTests
{
    private static byte[] Document(string body, string prelude = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", string attributes = "") => Encoding.UTF8.GetBytes($"""
        {prelude}
        <PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {attributes}>
          <Header copyright="somebody"><Application name="sklearn2pmml" version="0.1"/></Header>
          <DataDictionary numberOfFields="1"><DataField name="x" optype="continuous" dataType="double"/></DataDictionary>
          {body}
          <RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><RegressionTable intercept="1.0"><NumericPredictor name="x" coefficient="2"/></RegressionTable></RegressionModel>
        </PMML>
        """);

    private const string Functions = """
        <TransformationDictionary>
          <DefineFunction name="f" optype="continuous"><ParameterField name="a"/><Apply function="+"><FieldRef field="a"/><Constant>1</Constant></Apply></DefineFunction>
          <DefineFunction name="g" optype="continuous"><ParameterField name="a"/><Apply function="f"><FieldRef field="a"/></Apply><Extension name="note" value="plain"/></DefineFunction>
          <DerivedField name="y" optype="continuous" dataType="double"><Apply function="x-expit"><FieldRef field="x"/></Apply></DerivedField>
        </TransformationDictionary>
        """;

    [Fact]
    public void T178_ElementsThatLieInEachOtherWithoutEndAreSuspicious() =>
        Assert.True(Scans.Of(Document(string.Concat(Enumerable.Repeat("<Extension>", 2500)) + string.Concat(Enumerable.Repeat("</Extension>", 2500))), "model.pmml").Is("xml-deep-nesting"));

    [Theory]
    [InlineData("")]
    [InlineData(Functions)]
    [InlineData("<Extension extender=\"KNIME\" name=\"x\"><X-Note>text of a person</X-Note></Extension>")]
    [InlineData("<Extension name=\"script_version\" value=\"1.2 (beta)\"/>")]
    public void WhatTrainersWritePasses(string body)
    {
        TargetReport target = Scans.Of(Document(body, attributes: "xsi:schemaLocation=\"http://www.dmg.org/PMML-4_4 http://www.dmg.org/v4-4/pmml-4-4.xsd\""), "model.pmml");
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        Assert.Equal(["pmml"], target.Formats);
        target.AssertComplete();
    }

    [Theory]
    [InlineData("<TransformationDictionary><DerivedField name=\"y\"><Apply function=\"com.example.Evil\"/></DerivedField></TransformationDictionary>", "pmml-class-as-function")]
    [InlineData("<TransformationDictionary><DefineFunction name=\"f\"><Apply function=\"g\"/></DefineFunction><DefineFunction name=\"g\"><Apply function=\"f\"/></DefineFunction></TransformationDictionary>", "pmml-function-loop")]
    [InlineData("<TransformationDictionary><DefineFunction name=\"f\"><Apply function=\"f\"/></DefineFunction></TransformationDictionary>", "pmml-function-loop")]
    [InlineData("<Extension name=\"x\" value=\"Runtime.getRuntime().exec('id')\"/>", "pmml-code-in-extension")]
    [InlineData("<Extension name=\"script\">import os; os.system('id')</Extension>", "pmml-code-in-extension")]
    [InlineData("<Extension><script language=\"groovy\">x.execute()</script><y>new java.io.File('x')</y></Extension>", "pmml-code-in-extension")]
    [InlineData("<Extension name=\"lookup\" value=\"ldap://127.0.0.1/x\"/>", "pmml-code-in-extension")]
    [InlineData("<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/hostname\"/>", "xml-external-entity")]
    public void T178_WhatRunsOrLeavesIsFlagged(string body, string rule)
    {
        TargetReport target = Scans.Of(Document(body), "model.pmml");
        Assert.True(target.Verdict >= Verdict.Suspicious && target.Is(rule), target.Describe());
    }

    [Theory]
    [InlineData("<!DOCTYPE PMML [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>")]
    [InlineData("<!DOCTYPE PMML SYSTEM \"http://127.0.0.1/x.dtd\">")]
    [InlineData("<!DOCTYPE PMML [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>")]
    public void T178_ADocumentTypeIsFlaggedHoweverLongThePreludeIs(string doctype)
    {
        foreach (string prelude in (string[])[doctype, $"<!-- {new string('x', 100_000)} -->\n{doctype}"])
        {
            TargetReport target = Scans.Of(Document("", prelude), "model.pmml");
            Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
            Assert.Contains("pmml", target.Formats);
        }
    }

    [Theory]
    [InlineData("xsi:schemaLocation=\"http://www.dmg.org/PMML-4_4 http://attacker.example/x.xsd\"")]
    [InlineData("xsi:noNamespaceSchemaLocation=\"file:///etc/hostname\"")]
    public void T178_ASchemaElsewhereIsFlagged(string attributes)
    {
        TargetReport target = Scans.Of(Document("", attributes: attributes), "model.pmml");
        Assert.True(target.Is("pmml-schema-elsewhere"), target.Describe());
    }

    [Fact]
    public void ADocumentThatIsCutIsNotPassed()
    {
        byte[] whole = Document(Functions);
        for (int length = 200; length < whole.Length - 8; length += 61)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "model.pmml").Verdict);
        }
    }

    [Fact]
    public void FunctionsAreFacts() =>
        Assert.Contains(Scans.Of(Document(Functions), "model.pmml").Facts.OfType<OperatorFact>(), o => o is { Domain: "pmml", Name: "x-expit" });
}
