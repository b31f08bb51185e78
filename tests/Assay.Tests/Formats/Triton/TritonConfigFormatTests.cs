// Triton: configurations pass complete; libraries and files elsewhere are said.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Triton;

public sealed class TritonConfigFormatTests
{
    private const string Good = "name: \"m\"\nplatform: \"onnxruntime_onnx\"\nmax_batch_size: 8\ninput [ { name: \"x\" data_type: TYPE_FP32 dims: [ -1, 3 ] } ]\noutput [ { name: \"y\" data_type: TYPE_FP32 dims: [ 2 ] } ]\ninstance_group [ { count: 1 kind: KIND_GPU } ]\n";

    [Theory]
    [InlineData("", null, Verdict.Passed)]
    [InlineData("backend: \"python\"", "triton-python", Verdict.Passed)]
    [InlineData("model_operations { op_library_filename: [\"ops.so\"] }", "triton-library", Verdict.Suspicious)]
    [InlineData("model_operations { op_library_filename: \"/tmp/x.so\" }", "triton-path-leaves", Verdict.Malicious)]
    [InlineData("default_model_filename: \"../../x\"", "triton-path-leaves", Verdict.Malicious)]
    [InlineData("parameters: { key: \"EXECUTION_ENV_PATH\", value: { string_value: \"/tmp/env.tar.gz\" } }", "triton-environment", Verdict.Suspicious)]
    public void ConfigurationsAreToldByWhatTheyName(string more, string? rule, Verdict verdict)
    {
        TargetReport target = Scans.Of(Encoding.ASCII.GetBytes(Good + more), "config.pbtxt");
        Assert.True(target.Verdict == verdict && (rule is null ? target.Findings.Count == 0 : target.Is(rule)), target.Describe());
        Assert.Equal(["triton-config"], target.Formats);
        target.AssertComplete();
    }

    /// <summary>A draft that a script fills in is read by no server; what breaks under the name of a configuration stays unread.</summary>
    [Fact]
    public void ADraftIsNoConfiguration()
    {
        byte[] draft = Encoding.ASCII.GetBytes("name: \"m\"\nbackend: \"onnxruntime\"\nmax_batch_size: 8\nparameters [ { key: \"a\" value: { string_value: \"b\" } } ]\ninput [ { name: \"x\" dims: [ #d ] } ]\n");
        Scans.Of(draft, "config_template.pbtxt").AssertComplete();
        Assert.Equal(Verdict.Incomplete, Scans.Of(draft, "config.pbtxt").Verdict);
        Assert.DoesNotContain("triton-config", Scans.Of(Encoding.ASCII.GetBytes("model_name: a b\nbackend: x\nmax_batch_size: 1\n"), "config.yaml").Formats);
    }
}
