// Caffe: nets in bytes and in text pass complete; layers in Python are said, whatever stands in front of them.
using System.Text;
using Assay.Conversion;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Caffe;

public sealed class CaffeFormatTests
{
    private const string Good = "name: \"net\" # a net\nlayer { name: \"data\" type: \"Input\" top: \"data\" input_param { shape { dim: 1 dim: 3 } } }\nlayer {\n name: 'c' type: \"Convolution\" convolution_param { num_output: 2 kernel_size: [3, 3] weight_filler { type: \"xavier\" } } }";

    [Fact]
    public void GoodNetsPassComplete()
    {
        foreach (TargetReport target in new[] { Scans.Of(Encoding.ASCII.GetBytes(Good), "net.prototxt"), Scans.Of(Net("Convolution"), "net.caffemodel") })
        {
            Assert.True(target.Verdict == Verdict.Passed && target.Findings.Count == 0, target.Describe());
            target.AssertComplete();
        }
    }

    [Theory]
    [InlineData("rpn.proposal_layer", "ProposalLayer", "'feat_stride': 16", Verdict.Suspicious)]
    [InlineData("os", "system", "id", Verdict.Malicious)]
    [InlineData("layers", "L", "__import__('os').system('id')", Verdict.Malicious)]
    public void T180_LayersInPythonAreToldByWhatTheyTake(string module, string layer, string text, Verdict verdict)
    {
        string net = $"{Good}\n# {new string('x', 5000)}\nlayer {{ type: \"Python\" name: \"p\" python_param < module: '{module}' layer: '{layer}' param_str: \"{text}\" > }}";
        TargetReport target = Scans.Of(Encoding.ASCII.GetBytes(net), "net.prototxt");
        Assert.True(target.Verdict == verdict && target.Is("caffe-python-layer"), target.Describe());
        TargetReport bytes = Scans.Of(Net("Python", l => l.Message(130, p => p.Text(1, module).Text(2, layer).Text(3, text))));
        Assert.True(bytes.Verdict == verdict && bytes.Is("caffe-python-layer"), bytes.Describe());
    }

    [Fact]
    public void TheSettingsOfATrainingAreReadWithTheNetsInThem()
    {
        Assert.Empty(Scans.Of("net: \"examples/mnist/lenet.prototxt\"\nbase_lr: 0.01\nlr_policy: \"inv\"\n"u8.ToArray(), "solver.prototxt").Findings);
        Assert.True(Scans.Of("# settings\nbase_lr: 0.01 max_iter: 1\nnet_param { layer { type: \"Python\" python_param { module: \"os\" } } }"u8.ToArray()).Is("caffe-python-harmful"));
    }

    [Fact]
    public void BlobsAreTensors()
    {
        TensorMap map = WeightFiles.Read(Net("InnerProduct", l => l.Message(7, b => b.Bytes(5, WeightFiles.Floats(1, 2)).Message(7, s => s.Packed(1, 2)))));
        Assert.Equal(WeightFiles.Floats(1, 2), WeightFiles.Elements(map, "l.0"));
    }

    private static byte[] Net(string type, Action<ProtobufBuilder>? more = null) => new ProtobufBuilder().Text(1, "net").Message(100, l =>
    {
        l.Text(1, "l").Text(2, type);
        more?.Invoke(l);
    }).Build();
}
