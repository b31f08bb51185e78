// Files of data that a model beside them names: accounted for as far as it does, and no further.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.NamedData;

public sealed class NamedDataFormatTests
{
    private static readonly byte[] s_data = [.. Enumerable.Range(0, 64).Select(i => (byte)((i * 37) | 0x81))];

    [Theory]
    [InlineData("model.onnx", "model.onnx.data", "model.onnx.data")]
    [InlineData("onnx/model.onnx", "onnx/weights/w.bin", "weights/w.bin")]
    public void ExternalDataOfOnnxIsTheModels(string model, string data, string location)
    {
        MemoryBundle folder = new((model, Onnx(location, 0, 64)), (data, s_data));
        TargetReport target = folder.Scan(data);
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
        Assert.Equal(Verdict.Passed, folder.Scan(model).Verdict);
    }

    [Fact]
    public void BytesThatNoTensorHasStayUnread()
    {
        TargetReport target = new MemoryBundle(("model.onnx", Onnx("d.bin", 0, 32)), ("d.bin", s_data)).Scan("d.bin");
        Assert.Equal(Verdict.Incomplete, target.Verdict);
        Assert.Equal(32, target.Bytes.Unknown);
    }

    [Fact]
    public void APickleInNamedDataIsRead()
    {
        TargetReport target = new MemoryBundle(("model.onnx", Onnx("d.bin", 0, Scans.Canary.Length)), ("d.bin", Scans.Canary)).Scan("d.bin");
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Fact]
    public void AFileThatNobodyNamesIsIncomplete() =>
        Assert.Equal(Verdict.Incomplete, new MemoryBundle(("model.onnx", Onnx("other.bin", 0, 32)), ("d.bin", s_data)).Scan("d.bin").Verdict);

    [Theory]
    [InlineData("{\"modelTopology\": {}, \"weightsManifest\": [{\"paths\": [\"weights.bin\"], \"weights\": []}]}", "model.json")]
    [InlineData("[{\"paths\": [\"weights.bin\"], \"weights\": []}]", "face-weights_manifest.json")]
    public void ShardsOfTensorFlowJsHaveAnyName(string manifest, string name) =>
        Assert.Equal(Verdict.Passed, new MemoryBundle((name, Encoding.UTF8.GetBytes(manifest)), ("weights.bin", s_data)).Scan("weights.bin").Verdict);

    [Fact]
    public void ItemsOfACoreMlPackageAreItsOwn()
    {
        const string manifest = "{\"fileFormatVersion\": \"1.0.0\", \"rootModelIdentifier\": \"A\", \"itemInfoEntries\": {\"A\": {\"path\": \"com.apple.CoreML/model.mlmodel\"}, \"B\": {\"path\": \"com.apple.CoreML/weights\"}}}";
        const string data = "m.mlpackage/Data/com.apple.CoreML/weights/weight.bin";
        MemoryBundle folder = new(("m.mlpackage/Manifest.json", Encoding.UTF8.GetBytes(manifest)), (data, s_data));
        Assert.Equal(Verdict.Passed, folder.Scan(data).Verdict);
    }

    private static byte[] Onnx(string location, long offset, long length) => new ProtobufBuilder()
        .Number(1, 8)
        .Message(7, graph => graph.Text(2, "g").Message(5, tensor => tensor.Packed(1, length / 4).Number(2, 1).Text(8, "w")
            .Message(13, e => e.Text(1, "location").Text(2, location))
            .Message(13, e => e.Text(1, "offset").Text(2, offset.ToString(null, null)))
            .Message(13, e => e.Text(1, "length").Text(2, length.ToString(null, null)))
            .Number(14, 1)))
        .Message(8, o => o.Text(1, "").Number(2, 17))
        .Build();
}
