// MXNet: arrays of every version pass, and graphs that call code are said.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.MxNet;

public sealed class MxNetFormatTests
{
    [Theory]
    [InlineData(0xF993FAC8)]
    [InlineData(0xF993FAC9)]
    [InlineData(0xF993FACA)]
    public void AGoodListOfArraysPasses(uint version)
    {
        TargetReport target = Scans.Of(Params(version, 2, 3), "m.params");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Theory]
    [InlineData(1L << 40, 1L << 40)]
    [InlineData(-1, 2)]
    public void AShapeBeyondTheFileIsSaid(long rows, long columns) => Assert.Contains("mxnet.shape", Scans.Of(Params(0xF993FAC9, rows, columns), "m.params").Anomalies());

    [Fact]
    public void AFileThatIsCutIsNotPassed()
    {
        byte[] whole = Params(0xF993FAC9, 2, 3);
        for (int length = 24; length < whole.Length; length += 5)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "m.params").Verdict);
        }
    }

    [Theory]
    [InlineData("Convolution", "", Verdict.Passed)]
    [InlineData("Custom", "\"op_type\": \"evil\"", Verdict.Suspicious)]
    [InlineData("_Native", "\"info\": \"0x7f0000000000\"", Verdict.Malicious)]
    public void T180_AGraphThatCallsCodeIsSaid(string op, string attributes, Verdict verdict)
    {
        string json = $"{{\"nodes\": [{{\"op\": \"null\", \"name\": \"data\", \"inputs\": []}}, {{\"op\": \"{op}\", \"name\": \"x\", \"attrs\": {{{attributes}}}, \"inputs\": [[0,0,0]]}}], \"arg_nodes\": [0], \"heads\": [[1,0,0]]}}";
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(json), "m-symbol.json");
        Assert.Equal(verdict, target.Verdict);
        Assert.Contains(target.Facts.OfType<OperatorFact>(), o => o.Name == op);
        target.AssertComplete();
    }

    private static byte[] Params(uint version, long rows, long columns) =>
    [
        .. BitConverter.GetBytes(0x112L), .. BitConverter.GetBytes(0L), .. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(version), .. version > 0xF993FAC8 ? BitConverter.GetBytes(0) : [],
        .. BitConverter.GetBytes(2), .. BitConverter.GetBytes(rows), .. BitConverter.GetBytes(columns), .. BitConverter.GetBytes(1), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(0),
        .. Enumerable.Repeat((byte)1, 24), .. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(5L), .. "arg:w"u8,
    ];
}
