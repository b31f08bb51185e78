// Folders of arrays: metadata of zarr and Orbax, and their chunks.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Zarr;

public sealed class ZarrFormatTests
{
    private const string Array = """{"zarr_format":2,"shape":[4],"chunks":[4],"dtype":"<f4","compressor":{"id":"zstd","level":1},"fill_value":null,"filters":null,"order":"C"}""";

    [Theory]
    [InlineData(Array)]
    [InlineData("""{"zarr_format":3,"node_type":"array","shape":[4],"data_type":"float32","codecs":[{"name":"bytes","configuration":{"endian":"little"}},{"name":"zstd"}]}""")]
    [InlineData("""{"tree_metadata":{"('params', 'w')":{"key_metadata":[{"key":"params","key_type":2},{"key":"w","key_type":2}],"value_metadata":{"value_type":"jax.Array"}}},"use_ocdbt":true}""")]
    [InlineData("""{"item_handlers":"orbax.checkpoint.StandardCheckpointHandler","metrics":{},"init_timestamp_nsecs":1,"commit_timestamp_nsecs":2}""")]
    public void OrdinaryMetadataPasses(string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), "_METADATA");
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
        report.AssertComplete();
    }

    [Theory]
    [InlineData("""{"zarr_format":2,"shape":[4],"dtype":"|O","filters":[{"id":"pickle","protocol":5}]}""")]
    [InlineData("""{"zarr_format":3,"codecs":[{"name":"numcodecs.pickle"}]}""")]
    [InlineData("""{"zarr_consolidated_format":1,"metadata":{"a/.zarray":{"zarr_format":2,"filters":[{"id":"pickle"}]}}}""")]
    public void ACodecThatUnpicklesIsFlagged(string text) => Assert.True(Scans.Of(Encoding.UTF8.GetBytes(text), ".zarray").Is("zarr-pickle-codec"));

    [Theory]
    [InlineData("../../x")]
    [InlineData("/etc/x")]
    public void NamesThatClimbOutAreFlagged(string name)
    {
        string text = $$$$"""{"tree_metadata":{"k":{"key_metadata":[{"key":"assets","key_type":2},{"key":"{{{{name}}}}","key_type":2}]}}}""";
        Assert.True(Scans.Of(Encoding.UTF8.GetBytes(text), "_METADATA").Is("orbax-name-traversal"));
    }

    [Fact]
    public void AManifestOfOcdbtIsReadAndWhatFollowsItIsNot()
    {
        byte[] manifest = [0x0C, 0xDB, 0x3A, 0x2A, 40, 0, 0, 0, 0, 0, 0, 0, .. new byte[28]];
        Assert.Equal(Verdict.Passed, Scans.Of(manifest, "manifest.ocdbt").Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of([.. manifest, .. Scans.Canary], "manifest.ocdbt").Verdict);
    }
}
