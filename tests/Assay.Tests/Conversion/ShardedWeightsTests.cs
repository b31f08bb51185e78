// A model in several files: converted from its index, through its folder and never past it.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Conversion;

public sealed class ShardedWeightsTests : IDisposable
{
    private const string Index = """{"metadata":{"total_size":16},"weight_map":{"a":"x-1.st","b":"x-2.st"}}""";
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void ShardsOfSafetensorsAreOneModel()
    {
        Put("m/model.safetensors.index.json", Encoding.UTF8.GetBytes(Index));
        Put("m/x-1.st", Shard("a"));
        Put("m/x-2.st", Shard("b"));
        Assert.Equal(0, Run("convert", _tree["m/model.safetensors.index.json"], "-o", _tree["one.safetensors"]));
        using TensorMap one = Read(File.ReadAllBytes(_tree["one.safetensors"]));
        Assert.Equal(["a", "b"], one.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.Equal(0, Run("verify-conversion", _tree["m/model.safetensors.index.json"], _tree["one.safetensors"]));
    }

    [Fact]
    public void ShardsOfPyTorchAreOneModel()
    {
        Put("m/pytorch_model.bin.index.json", """{"weight_map":{"w":"pytorch_model-00001-of-00002.bin","v":"pytorch_model-00002-of-00002.bin"}}"""u8.ToArray());
        Put("m/pytorch_model-00001-of-00002.bin", Zip(Dict("w", Tensor("0", 4, 0, [4], [1])), Floats(1, 2, 3, 4)));
        Put("m/pytorch_model-00002-of-00002.bin", Zip(Dict("v", Tensor("0", 2, 0, [2], [1])), Floats(5, 6)));
        Assert.Equal(0, Run("convert", _tree["m/pytorch_model.bin.index.json"], "-o", _tree["one.safetensors"]));
        using TensorMap one = Read(File.ReadAllBytes(_tree["one.safetensors"]));
        Assert.Equal(Floats(1, 2, 3, 4), Elements(one, "w"));
        Assert.Equal(Floats(5, 6), Elements(one, "v"));
    }

    [Fact]
    public void InADirectoryTheIndexIsMadeAnewAndNothingIsWrittenTwice()
    {
        Put("m/model.safetensors.index.json", Encoding.UTF8.GetBytes(Index));
        Put("m/other-name.json", Encoding.UTF8.GetBytes(Index));
        Put("m/x-1.st", Shard("a"));
        Put("m/x-2.st", Shard("b"));
        Assert.Equal(0, Run("convert", _tree["m"], "-o", _tree["new"]));
        Assert.Equal(["model.safetensors.index.json", "x-1.safetensors", "x-2.safetensors"], Directory.GetFiles(_tree["new"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"missing.st"}}""")]
    [InlineData("""{"weight_map":{"a":"../x-1.st"}}""")]
    [InlineData("""{"weight_map":{"a":"index.json"}}""")]
    [InlineData("""{"weight_map":{"a":"text.txt"}}""")]
    [InlineData("""{"weight_map":{"a":"x-1.st"}} x""")]
    public void AShardThatCannotBeReadIsARefusal(string index) => Assert.Throws<MalformedException>(() => Map(index).Dispose());

    [Theory]
    [InlineData("""{"weight_map":{"a":"x-1.st","c":"x-1.st"}}""", "c")]
    [InlineData("""{"weight_map":{"a":"x-1.st","b":"x-1b.st"}}""", "a")]
    public void ATensorThatIsNotWhereTheIndexSaysOrInTwoFilesIsAProblem(string index, string tensor)
    {
        using TensorMap map = Map(index);
        Assert.Contains(tensor, map.Problems.Select(p => p.Name));
        Assert.Throws<MalformedException>(() => ConversionPlan.Of(map, new ConversionOptions()));
    }

    [Fact]
    public void WithoutAFolderThereAreNoShards() => Assert.Throws<MalformedException>(() => Read(Encoding.UTF8.GetBytes(Index)));

    [Fact]
    public void AShardIsNotOverwritten()
    {
        Put("m/model.safetensors.index.json", """{"weight_map":{"a":"a.safetensors"}}"""u8.ToArray());
        Put("m/a.safetensors", Shard("a"));
        Assert.Equal(4, Run("convert", _tree["m/model.safetensors.index.json"], "-o", _tree["m/a.safetensors"], "--force"));
        Assert.Equal(Shard("a"), File.ReadAllBytes(_tree["m/a.safetensors"]));
    }

    private static byte[] Shard(params string[] names) =>
        Safetensors("{" + string.Join(',', names.Select((n, i) => $$"""
            "{{n}}":{"dtype":"F32","shape":[2],"data_offsets":[{{8 * i}},{{8 * (i + 1)}}]}
            """)) + "}", 8 * names.Length);

    private static TensorMap Map(string index)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(index);
        Dictionary<string, byte[]> files = new() { ["index.json"] = bytes, ["x-1.st"] = Shard("a"), ["x-1b.st"] = Shard("a", "b"), ["text.txt"] = "text"u8.ToArray() };
        return WeightsReader.Read(new MemorySource(bytes), new ReadingOptions { In = new BundlePlace(new Files(files), "index.json") }, TestContext.Current.CancellationToken);
    }

    private void Put(string name, byte[] bytes)
    {
        _tree.Add(name);
        File.WriteAllBytes(_tree[name], bytes);
    }

    private static int Run(params string[] arguments) => Assay.Cli.CommandLine.Run(arguments, Stream.Null, Stream.Null, TextWriter.Null);

    private sealed class Files(Dictionary<string, byte[]> files) : IBundle
    {
        public string Path => "folder";

        public IEnumerable<BundleEntry> List(CancellationToken cancellation = default) => files.Keys.Select(n => new BundleEntry(n, null));

        public BundleOpening TryOpen(string name) =>
            files.TryGetValue(name, out byte[]? bytes) ? BundleOpening.Of(new MemorySource(bytes)) : BundleOpening.Refuse(BundleRefusal.Missing, "There is no such file.");
    }
}
