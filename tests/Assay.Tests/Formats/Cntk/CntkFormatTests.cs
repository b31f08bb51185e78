// CNTK: ordinary models pass, functions of somebody's are said.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Cntk;

public sealed class CntkFormatTests
{
    [Fact]
    public void T180_AnOrdinaryModelPasses()
    {
        TargetReport target = Scans.Of(Model(("type", "PrimitiveFunction"), ("uid", "Times4")), "m.model");
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == "cntk");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Theory]
    [InlineData("type=UserFunction module=os class=system", "cntk.user-function", Verdict.Malicious)]
    [InlineData("type=PrimitiveFunction op=UserDefinedFunction module=os class=system deserialize_method=x", "cntk.user-function", Verdict.Malicious)]
    [InlineData("module=evil class=Layer", "cntk.user-function", Verdict.Malicious)]
    [InlineData("type=NativeUserDefinedFunction", "cntk.native-function", Verdict.Suspicious)]
    public void T180_AFunctionOfSomebodysIsSaid(string entries, string code, Verdict verdict)
    {
        TargetReport target = Scans.Of(Model([.. entries.Split(' ').Select(e => (e.Split('=')[0], e.Split('=')[1]))]), "m.dnn");
        Assert.Contains(code, target.Anomalies());
        Assert.Equal(verdict, target.Verdict);
    }

    /// <summary>A composite function with one other in a list.</summary>
    private static byte[] Model(params (string Key, string Value)[] entries)
    {
        ProtobufBuilder inner = new ProtobufBuilder().Number(1, 1);
        foreach ((string key, string value) in entries)
        {
            inner.Message(2, e => e.Text(1, key).Message(2, v => v.Number(1, 1).Number(2, 6).Text(8, value)));
        }

        ProtobufBuilder array = new ProtobufBuilder().Number(1, 1).Message(3, s => s.Packed(1, 2)).Message(4, f => f.Bytes(1, [0, 0, 128, 63, 0, 0, 0, 64]));
        inner.Message(2, e => e.Text(1, "value").Message(2, v => v.Number(1, 1).Number(2, 11).Message(13, array)));
        return new ProtobufBuilder().Number(1, 1)
            .Message(2, e => e.Text(1, "type").Message(2, v => v.Number(1, 1).Number(2, 6).Text(8, "CompositeFunction")))
            .Message(2, e => e.Text(1, "primitive_functions").Message(2, v => v.Number(1, 1).Number(2, 9).Message(11, l => l.Message(1, w => w.Number(1, 1).Number(2, 10).Message(12, inner)))))
            .Build();
    }
}
