// MediaPipe: graphs in bytes and in text pass complete, with their calculators.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.MediaPipe;

public sealed class MediaPipeFormatTests
{
    public static TheoryData<byte[]> Graphs { get; } =
    [
        new ProtobufBuilder().Message(1, n => n.Text(2, "FlowLimiterCalculator").Text(3, "x").Text(4, "y")).Text(10, "x").Text(15, "y").Build(),
        "# a graph\ninput_stream: \"x\"\nnode {\n calculator: \"FlowLimiterCalculator\"\n input_stream: \"x\"\n options: { [mediapipe.Options.ext] { a: 1 } }\n node_options: { [type.googleapis.com/mediapipe.Options] { a: \"b\" } } }\n"u8.ToArray(),
    ];

    [Theory]
    [MemberData(nameof(Graphs))]
    public void AGraphPassesWithItsCalculators(byte[] graph)
    {
        TargetReport target = Scans.Of(graph, "graph.binarypb");
        Assert.True(target.Verdict == Verdict.Passed && target.Findings.Count == 0, target.Describe());
        Assert.Equal(graph[0] == '#' ? ["mediapipe", "yaml"] : ["mediapipe"], target.Formats);
        target.AssertComplete();
        Assert.Equal("FlowLimiterCalculator", Assert.Single(target.Facts.OfType<OperatorFact>()).Name);
    }
}
