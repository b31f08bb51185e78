// Arrays that old joblib kept in files beside the pickle: read from there, and from nowhere else.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Cli;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Conversion;

public sealed class JoblibCompanionTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void ArraysBesideThePickleAreWhatJoblibLoads()
    {
        using Stream stream = typeof(JoblibCompanionTests).Assembly.GetManifestResourceStream("conversion/oldjoblib.py")!;
        using StreamReader reader = new(stream);
        string[] lines = CPython.Lines(reader.ReadToEnd(), _tree["old"], "joblib", "numpy");
        Assert.Equal(18, lines.Length);
        foreach (string[] line in lines.Select(l => l.Split(' ')))
        {
            string output = _tree[$"{line[0]}.safetensors"];
            Assert.Equal(0, Run("convert", _tree[$"old/{line[0]}"], "-o", output, "--force"));
            Assert.Equal(0, Run("inspect", _tree[$"old/{line[0]}"]));
            using TensorMap map = Read(File.ReadAllBytes(output));
            Assert.Equal(["list.0", "plain", "small"], map.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
            Assert.Equal((line[0], line[1], line[2]), (line[0], line[1], Convert.ToHexStringLower(Elements(map, line[1]))));
        }

        // In a folder, arrays go with their pickle and are not converted a second time.
        Assert.Equal(0, Run("convert", _tree["old"], "-o", _tree["new"]));
        Assert.Equal(6, Directory.GetFiles(_tree["new"]).Length);
    }

    [Fact]
    public void AFileThatIsMissingIsRefusedByName()
    {
        byte[] pickle = Wrapper("m.pkl_01.npy");
        using TensorMap map = Map(pickle, _ => null);
        TensorProblem problem = Assert.Single(map.Problems);
        Assert.Equal("w", problem.Name);
        Assert.Contains("m.pkl_01.npy", problem.What, StringComparison.Ordinal);
        Assert.Throws<MalformedException>(() => ConversionPlan.Of(map, new ConversionOptions()));
        using TensorMap alone = Read(pickle);
        Assert.Single(alone.Problems);
    }

    [Theory]
    [InlineData("../secret.npy")]
    [InlineData("/etc/secret.npy")]
    [InlineData("sub/secret.npy")]
    [InlineData("sub\\secret.npy")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void NoNameOutsideTheFolderIsAskedFor(string name)
    {
        bool asked = false;
        using TensorMap map = Map(Wrapper(name), _ =>
        {
            asked = true;
            return null;
        });
        Assert.Single(map.Problems);
        Assert.False(asked);
    }

    [Fact]
    public void ALinkOutOfTheFolderIsNotFollowed()
    {
        _tree.Add("secret.npy");
        File.WriteAllBytes(_tree["secret.npy"], Npy);
        _tree.Link("in/m.pkl_01.npy", _tree["secret.npy"]);
        File.WriteAllBytes(_tree["in/m.pkl"], Wrapper("m.pkl_01.npy"));
        Assert.Equal(2, Run("convert", _tree["in/m.pkl"], "-o", _tree["out.safetensors"]));
        Assert.False(File.Exists(_tree["out.safetensors"]));
        File.Delete(_tree["in/m.pkl_01.npy"]);
        File.WriteAllBytes(_tree["in/m.pkl_01.npy"], Npy);
        Assert.Equal(0, Run("convert", _tree["in/m.pkl"], "-o", _tree["out.safetensors"]));
    }

    [Fact]
    public void AFileBesideThatHoldsNoArrayIsAProblem()
    {
        using TensorMap map = Map(Wrapper("x.npy"), _ => new MemorySource(new byte[64]));
        Assert.Single(map.Problems);
        using TensorMap raw = Map(Wrapper("x.npy.z", "ZNDArrayWrapper"), _ => new MemorySource(Npy));
        Assert.Single(raw.Problems);
    }

    private static byte[] Npy => Builders.NumpyFiles.Floats(1);

    private static byte[] Wrapper(string file, string type = "NDArrayWrapper") =>
        PickleOf(Dict("w", Built(New("joblib.numpy_pickle", type), Dict("filename", file, "allow_mmap", true))));

    private static TensorMap Map(byte[] pickle, Func<string, ByteSource?> companion) =>
        WeightsReader.Read(new MemorySource(pickle), new ReadingOptions { In = new BundlePlace(new Beside(companion), "m.pkl") }, TestContext.Current.CancellationToken);

    /// <summary>A bundle of what a test hands out.</summary>
    private sealed class Beside(Func<string, ByteSource?> companion) : IBundle
    {
        public string Path => "folder";

        public IEnumerable<BundleEntry> List(CancellationToken cancellation = default) => [];

        public BundleOpening TryOpen(string name) =>
            companion(name) is { } bytes ? BundleOpening.Of(bytes) : BundleOpening.Refuse(BundleRefusal.Missing, "It is missing.");
    }

    private static int Run(params string[] arguments) => Assay.Cli.CommandLine.Run(arguments, Stream.Null, Stream.Null, TextWriter.Null);
}
