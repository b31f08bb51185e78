// PaddlePaddle: programs and parameters pass complete; operators that call, open or connect are said.
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Paddle;

public sealed class PaddleFormatTests
{
    [Theory]
    [InlineData("conv2d", "", "", null, Verdict.Passed)]
    [InlineData("py_func", "forward_callable_id", "0", "paddle-python", Verdict.Suspicious)]
    [InlineData("load_combine", "file_path", "__params__", "paddle-files", Verdict.Suspicious)]
    [InlineData("load", "file_path", "/etc/passwd", "paddle-path", Verdict.Malicious)]
    [InlineData("save", "file_path", "../../x", "paddle-path", Verdict.Malicious)]
    [InlineData("send", "endpoints", "10.0.0.1:1", "paddle-network", Verdict.Suspicious)]
    public void T139_OperatorsAreToldByNameAndPath(string op, string attribute, string value, string? rule, Verdict verdict)
    {
        TargetReport target = Scans.Of(Program(o => o.Text(3, op).Message(4, a => a.Text(1, attribute).Number(2, 2).Text(5, value))), "model.pdmodel");
        Assert.True(target.Verdict == verdict && (rule is null ? target.Findings.Count == 0 : target.Is(rule)), target.Describe());
        Assert.Equal(["paddle"], target.Formats);
        target.AssertComplete();
    }

    [Theory]
    [InlineData("linear_0.w_0", Verdict.Passed)]
    [InlineData("../../x", Verdict.Malicious)]
    [InlineData("/etc/passwd", Verdict.Malicious)]
    public void AParameterIsNoNameOfAFileElsewhere(string name, Verdict verdict)
    {
        byte[] program = new ProtobufBuilder().Message(1, b => b.Number(1, 0).Number(2, -1).Message(3, v => v.Text(1, name).Message(2, t => t.Number(1, 7)).Number(3, 1))).Message(4, v => v.Number(1, 0)).Build();
        Assert.Equal(verdict, Scans.Of(program).Verdict);
    }

    [Fact]
    public void T139_ParametersOfTheOldKindAreThePickleThatTheyAre() => Assert.Equal(Verdict.Malicious, Scans.Of(Scans.Canary, "model.pdparams").Verdict);

    [Fact]
    public void ParametersAreReadTensorByTensor()
    {
        byte[] one = WeightFiles.Floats(1, 2);
        byte[] file = [.. Tensor(one, 2), .. Tensor(WeightFiles.Floats(3), 1)];
        TargetReport target = Scans.Of(file, "model.pdiparams");
        Assert.True(target.Verdict == Verdict.Passed && target.Findings.Count == 0, target.Describe());
        target.AssertComplete();
        TensorMap map = WeightFiles.Read(file);
        Assert.Equal(one, WeightFiles.Elements(map, "0"));
        Assert.Equal(2, map.Tensors.Count);
        Assert.Contains(UnreadCause.Truncated, Scans.Of(file[..^1], "model.pdiparams").Causes());
        Assert.NotEqual(Verdict.Passed, Scans.Of([.. file, .. "rest"u8], "model.pdiparams").Verdict);
    }

    private static byte[] Program(Action<ProtobufBuilder> op) => new ProtobufBuilder()
        .Message(1, b => b.Number(1, 0).Number(2, -1).Message(3, v => v.Text(1, "feed").Message(2, t => t.Number(1, 9))).Message(4, op)).Message(4, v => v.Number(1, 0)).Build();

    private static byte[] Tensor(byte[] elements, long size)
    {
        byte[] description = new ProtobufBuilder().Number(1, 5).Number(2, size).Build();
        return [.. new byte[16], (byte)description.Length, 0, 0, 0, .. description, .. elements];
    }
}
