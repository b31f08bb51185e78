// What a file holds, as an inspection tells it: whole, broken and hostile files.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;
using Assay.Inspection;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Formats.Onnx;
using Assay.Tests.Reports;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Inspection;

public sealed class InspectorTests
{
    private static readonly JsonSchema s_schema = JsonSchema.FromDocs("inspect.schema.json");
    private static readonly byte[] s_model = WeightFiles.Zip(
        Dict("a", Dict("w", WeightFiles.Tensor("0", 4, 0, [2, 2], [1, 2])), "epoch", 3), WeightFiles.Floats(1, 2, 3, 4));

    [Fact]
    public void MembersTellHowTheyAreStoredAndWhatTheyAre()
    {
        byte[] plain = PickleOf(Dict("a", 1));
        byte[] zip = new ZipBuilder().Add("m.pt", s_model, 8).Add("dir/", "").Add("plain.pkl", plain)
            .Add(new ZipMember("secret", new byte[40]) { Flags = 1, Crc = 5 }).Build();
        InspectedArtifact file = Inspect(zip);
        Assert.Equal(["m.pt", "dir/", "plain.pkl", "secret"], file.Members.Select(m => m.Name));
        InspectedArtifact model = file.Members[0];
        Assert.Equal(("deflate", 0L, (long)s_model.Length), (model.Stored!.Method, model.Stored.Offset, model.Size));
        Assert.Equal(ZipBuilder.Deflate(s_model).Length, model.Stored.Packed);
        Assert.Equal(["zip", "torch-zip"], model.Formats.Select(f => f.Id));
        Assert.Equal(("little", "3"), (model.Metadata["byteorder"], model.Metadata["version"]));
        Assert.Equal("a.w", Assert.Single(model.Tensors!.Tensors).Name);
        Assert.Contains("archive/data.pkl", model.Members.Select(m => m.Name));
        Assert.All(model.Members, m => Assert.Null(m.Tensors));
        Assert.Equal("directory", file.Members[1].Stored!.Method);
        Assert.Equal((0, "2"), (file.Members[2].Tensors!.Tensors.Count, file.Members[2].Metadata["protocol"]));
        Assert.True(file.Members[3].Stored!.IsEncrypted);
        Assert.False(file.Members[3].WasRead);
        Assert.Contains(file.Unread, u => u.Cause == UnreadCause.Encrypted);
        Assert.False(file.IsComplete);
    }

    [Fact]
    public void ArraysStandBelowTheirArchiveAndTheirHeadersBelowTheMembers()
    {
        byte[] array = Builders.NumpyFiles.Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", WeightFiles.Floats(1, 2));
        InspectedArtifact file = Inspect(new ZipBuilder().Add("x.npy", array).Add("y.npy", array, 8).Build(), statistics: true);
        Assert.Contains("npz", file.Formats.Select(f => f.Id));
        Assert.Equal([("x", "x.npy"), ("y", "y.npy")], file.Tensors!.Tensors.Select(t => (t.Name, t.StorageKey)));
        Assert.All(file.Tensors.Tensors, t => Assert.Equal((1, 2, 1.5), (t.Statistics!.Value.Min, t.Statistics.Value.Max, t.Statistics.Value.Mean)));
        Assert.All(file.Members, m =>
        {
            Assert.Null(m.Tensors);
            Assert.StartsWith("{'descr'", m.Metadata["header"], StringComparison.Ordinal);
            Assert.Equal("1.0", m.Metadata["version"]);
        });
        Assert.True(file.IsComplete);
    }

    [Theory]
    [InlineData("tar")]
    [InlineData("7z")]
    [InlineData("rar4")]
    [InlineData("rar5")]
    [InlineData("gzip")]
    public void AModelInAnyArchiveIsThere(string kind)
    {
        byte[] archive = kind switch
        {
            "tar" => new TarBuilder().Add("m.pt", s_model).Build(),
            "7z" => Wrapping.SevenZip("m.pt", s_model),
            "rar4" => RarBuilder.Archive4(RarBuilder.File4("m.pt", s_model)),
            "rar5" => RarBuilder.Archive5(RarBuilder.File5("m.pt", s_model)),
            _ => Wrapping.Compress("gz", s_model),
        };
        InspectedArtifact file = Inspect(archive);
        InspectedArtifact member = file.Members.Single(m => m.Name == (kind == "gzip" ? "content" : "m.pt"));
        Assert.Equal("a.w", Assert.Single(member.Tensors!.Tensors).Name);
        Assert.Equal((long)s_model.Length, member.Size);
        Assert.Equal((long)s_model.Length, member.Stored!.Size);
        Assert.True(member.Stored.Packed is > 0);
        Assert.Null(file.Tensors);
    }

    [Fact]
    public void ATarThatEndsWithAModelIsNoModelWithoutStorages()
    {
        InspectedArtifact file = Inspect(new TarBuilder().Add("a.txt", "hello"u8.ToArray()).Add("m.pt", s_model).Build(end: false));
        Assert.Equal(["a.w"], All(file).SelectMany(a => a.Tensors?.Tensors ?? []).Select(t => t.Name));
        Assert.All(All(file), a => Assert.True(a.Tensors is null or { Failure: null, Problems.Count: 0 }));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("7z")]
    [InlineData("rar4")]
    [InlineData("rar5")]
    public void APickleInAnArchiveFindsTheArraysBesideIt(string kind)
    {
        byte[] array = Builders.NumpyFiles.Floats(1);
        byte[] pickle = PickleOf(Dict("w", Built(New("joblib.numpy_pickle", "NDArrayWrapper"), Dict("filename", "m.pkl_01.npy", "allow_mmap", true))));
        InspectedArtifact file = Inspect(kind switch
        {
            "zip" => new ZipBuilder().Add("a/m.pkl", pickle).Add("a/m.pkl_01.npy", array, 8).Build(),
            "tar" => new TarBuilder().Add("a/m.pkl", pickle).Add("a/m.pkl_01.npy", array).Build(),
            "7z" => Wrapping.SevenZip(("a/m.pkl", pickle), ("a/m.pkl_01.npy", array)),
            "rar4" => RarBuilder.Archive4([.. RarBuilder.File4("a/m.pkl", pickle), .. RarBuilder.File4("a/m.pkl_01.npy", array)]),
            _ => RarBuilder.Archive5([.. RarBuilder.File5("a/m.pkl", pickle), .. RarBuilder.File5("a/m.pkl_01.npy", array)]),
        });
        InspectedArtifact model = file.Members.Single(m => m.Name == "a/m.pkl");
        Assert.Equal("w", Assert.Single(model.Tensors!.Tensors).Name);
        Assert.Equal("m.pkl_01.npy", model.Metadata["joblib files beside"]);
        Assert.True(file.IsComplete);
    }

    [Fact]
    public void TheConstantsOfTorchScriptAreTensors()
    {
        byte[] script = new ZipBuilder().Add("m/data.pkl", PickleOf(Dict("w", WeightFiles.Tensor("0", 4, 0, [4], [1])))).Add("m/data/0", WeightFiles.Floats(1, 2, 3, 4))
            .Add("m/constants.pkl", PickleOf(Tuple(7, WeightFiles.Tensor("0", 2, 0, [2], [1])))).Add("m/constants/0", WeightFiles.Floats(5, 6)).Add("m/code/__torch__.py", "x").Add("m/version", "3\n").Build();
        InspectedArtifact file = Inspect(script);
        Assert.Equal(["w", "constants.1"], file.Tensors!.Tensors.Select(t => t.Name));
        Assert.True(file.IsComplete);
    }

    [Fact]
    public void SafetensorsShowTheirTextsAndAreComplete()
    {
        byte[] bytes = WeightFiles.Safetensors("""{"__metadata__":{"by":"me"},"a":{"dtype":"F4","shape":[2,2],"data_offsets":[0,2]}}""", 2);
        InspectedArtifact file = Inspect(bytes);
        Assert.Equal("me", file.Metadata["by"]);
        Assert.Equal("F4", Json(file).GetProperty("tensors")[0].GetProperty("dtype").GetString());
        Assert.True(file.IsComplete);
    }

    [Fact]
    public void ABrokenArchiveShowsWhatCouldBeRead()
    {
        byte[] cut = s_model[..^80];
        InspectedArtifact file = Inspect(cut);
        Assert.False(file.IsComplete);
        Assert.NotEmpty(file.Unread);
        Assert.NotNull(file.Tensors!.Failure);
        Assert.Contains("archive/data.pkl", file.Members.Select(m => m.Name));
        Assert.All(file.Members, m => Assert.Null(m.Tensors));
    }

    [Fact]
    public void ATensorThatLiesIsAProblemBesideTheOthers()
    {
        InspectedArtifact file = Inspect(WeightFiles.Zip(
            Dict("good", WeightFiles.Tensor("0", 4, 0, [4], [1]), "bad", WeightFiles.Tensor("0", 4, 0, [long.MaxValue], [1])), WeightFiles.Floats(1, 2, 3, 4)));
        Assert.Equal("good", Assert.Single(file.Tensors!.Tensors).Name);
        Assert.Equal("bad", Assert.Single(file.Tensors.Problems).Name);
        Assert.False(file.IsComplete);
    }

    [Fact]
    public void EveryFileOfTheFuzzCorpusGivesATreeThatConformsAndNeverADefect()
    {
        int files = 0;
        foreach (string path in Directory.GetFiles(Repository.Full("tests/Assay.Fuzz/Corpus"), "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(path);
            foreach (byte[] input in (byte[][])[bytes, bytes[..(bytes.Length / 2)], Wrapping.Compress("gz", bytes)])
            {
                InspectedArtifact file = Inspect(input);
                Assert.Empty(s_schema.Errors(Json(file)));
                Assert.DoesNotContain(All(file), a => a.Unread.Any(u => u.Cause == UnreadCause.Fault) || a.Tensors?.Failure?.What.StartsWith("A reader failed", StringComparison.Ordinal) == true);
                Assert.NotEmpty(Text(file));
                files++;
            }
        }

        Assert.True(files > 500);
    }

    [Fact]
    public void TheSameBytesGiveTheSameDocument() => Assert.Equal(JsonBytes(Inspect(s_model)), JsonBytes(Inspect(s_model)));

    [Fact]
    public void ControlCharactersNeverReachATerminal()
    {
        string evil = "a\u001b[31m\n\u202e\u0007";
        byte[] model = WeightFiles.Zip(Dict(evil, WeightFiles.Tensor("0", 4, 0, [4], [1])), WeightFiles.Floats(1, 2, 3, 4));
        InspectedArtifact file = Inspect(new ZipBuilder().Add(evil + ".pt", model).Build(), path: evil);
        Assert.DoesNotContain(Text(file), c => (char.IsControl(c) && c != '\n') || c == '\u202e');
        Assert.All(JsonBytes(file), b => Assert.True(b is (byte)'\n' or (>= 0x20 and < 0x7F)));
        Assert.Equal(evil, Json(file).GetProperty("path").GetString());
    }

    [Fact]
    public void LinesOverTheMostAreCountedAndShownWhenAskedFor()
    {
        object?[] pairs = [.. Enumerable.Range(0, 1000).SelectMany(i => new object?[] { $"t{i}", WeightFiles.Tensor("0", 4, 0, [4], [1]) })];
        InspectedArtifact file = Inspect(WeightFiles.Zip(Dict(pairs), WeightFiles.Floats(1, 2, 3, 4)));
        string few = Text(file);
        Assert.Equal(InspectReport.DefaultRows + 1, few.Count(c => c == '\n'));
        string all = Text(file, long.MaxValue);
        Assert.Contains("t999", all, StringComparison.Ordinal);
        Assert.Contains($"{all.Count(c => c == '\n') - InspectReport.DefaultRows} more lines", few, StringComparison.Ordinal);
        Assert.Equal(1000, Json(file).GetProperty("tensors").GetArrayLength());
        Assert.Equal(InspectReport.DefaultRows + 1, new StringReader(few).ReadToEnd().Split('\n').Length - 1);
    }

    [Fact]
    public void ABombIsBoundedAndSaid()
    {
        byte[] bomb = Wrapping.Compress("gz", new byte[8 << 20]);
        InspectedArtifact file = Inspect(bomb, limits: new ScanLimits { InflatedBytes = 1 << 20 });
        Assert.False(file.IsComplete);
        Assert.Contains(All(file), a => a.Unread.Any(u => u.Cause == UnreadCause.Limit));
    }

    [Theory]
    [InlineData("pickle")]
    [InlineData("zip")]
    [InlineData("compressed zip")]
    [InlineData("constants")]
    [InlineData("package")]
    [InlineData("compressed package")]
    [InlineData("npy")]
    [InlineData("npz")]
    [InlineData("compressed npz")]
    [InlineData("legacy")]
    public void WhatAPickleDoesAndItsTensorsComeFromOneRun(string kind)
    {
        object?[] pairs = ["texts", List([.. Enumerable.Range(0, 2_000).Select(i => $"text number {i}")]), "w", WeightFiles.Tensor("0", 4, 0, [4], [1])];
        byte[] pickle = PickleOf(Dict(pairs));
        byte[] floats = WeightFiles.Floats(1, 2, 3, 4);
        int method = kind.StartsWith("compressed", StringComparison.Ordinal) ? 8 : 0;
        byte[] file = kind switch
        {
            "pickle" => PickleOf(Dict(pairs[..2])),
            "zip" or "compressed zip" => new ZipBuilder().Add("m/data.pkl", pickle, method).Add("m/data/0", floats).Add("m/version", "3\n").Build(),
            "constants" => new ZipBuilder().Add("m/data.pkl", pickle).Add("m/data/0", floats).Add("m/constants.pkl", pickle, 8).Add("m/constants/0", floats).Add("m/version", "3\n").Build(),
            "package" or "compressed package" => new ZipBuilder().Add("m/.data/extern_modules", "").Add("m/.data/0.storage", floats).Add("m/a/one.pkl", pickle, method)
                .Add("m/two.pkl", pickle, method).Add("m/.data/version", "6\n").Build(),
            "npy" => NumpyFiles.Objects(List(pairs[1])),
            "npz" or "compressed npz" => new ZipBuilder().Add("a.npy", NumpyFiles.Objects(List(pairs[1])), method).Add("b.npy", NumpyFiles.Objects(List(pairs[1])), method).Build(),
            _ => Builders.TorchFiles.Legacy(PickleOf(Dict(pairs[..2])), ordinal: 3),
        };
        InspectionSink sink = new("m", new InspectionOptions(), TestContext.Current.CancellationToken);
        long inspected = Opcodes(file, _ => sink);
        Assert.NotNull(sink.Root.Tensors);
        Assert.Null(sink.Root.Tensors.Failure);
        long scanned = Opcodes(file, log => new FactSink(log, ReadingParts.Facts));
        Assert.True(scanned > 2_000);
        Assert.Equal(scanned, inspected);
    }

    /// <summary>How many opcodes of pickles a walk runs.</summary>
    private static long Opcodes(byte[] file, Func<FactLog, ReadingSink> sink)
    {
        ScanLimits limits = new();
        FactLog log = new(limits);
        ScanBudget budget = new(limits, TimeProvider.System, TestContext.Current.CancellationToken);
        budget.Admit(file.Length);
        using MemorySource bytes = new(file);
        new ArtifactScanner(log, budget, new MemoryScratch(), FormatCatalog.All) { Sink = sink(log) }.Scan(new Artifact("m", bytes), mustClaim: true);
        return budget.Opcodes;
    }

    [Fact]
    public void OperatorsAndReferencesOfAGraphAreInTheTree()
    {
        byte[] model = OnnxModels.Model(g => g
            .Message(1, OnnxModels.Node("Relu", "", ["x"], ["a"])).Message(1, OnnxModels.Node("Relu", "", ["a"], ["b"])).Message(1, OnnxModels.Node("Gelu", "com.microsoft", ["b"], ["y"]))
            .Message(5, OnnxModels.External(("location", "weights.bin"))));
        InspectedArtifact file = Inspect(model);
        Assert.Equal([("", "Relu", 2L), ("com.microsoft", "Gelu", 1L)], file.Operators.Select(o => (o.Domain, o.Name, o.Count)));
        Assert.Equal([("external-data", "weights.bin")], file.References.Select(r => (r.Kind, r.Target)));
        Assert.Contains("Relu x 2", Text(file), StringComparison.Ordinal);
        Assert.Empty(s_schema.Errors(Json(file)));
    }

    [Fact]
    public void WhatACardSaysOfItsModelIsInTheTree()
    {
        InspectedArtifact card = Inspect("---\nlicense: apache-2.0\nbase_model: a/b\ntags:\n- x\n---\n# Card\n"u8.ToArray(), path: "README.md");
        Assert.Equal("apache-2.0", card.Metadata["license"]);
        Assert.Equal("a/b", card.Metadata["base_model"]);
    }

    [Fact]
    public void CancellingIsNoTree()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Equal(StopReason.Cancelled, Assert.Throws<ScanStopException>(() => Inspector.Inspect("x", () => new MemorySource(s_model), new InspectionOptions(), source.Token)).Reason);
    }

    private static InspectedArtifact Inspect(byte[] bytes, bool statistics = false, string path = "file", ScanLimits? limits = null) => Inspector.Inspect(
        path, () => new MemorySource(bytes), new InspectionOptions { Statistics = statistics, Reading = new ReadingOptions { Limits = limits ?? new ScanLimits() } }, TestContext.Current.CancellationToken);

    private static List<InspectedArtifact> All(InspectedArtifact file)
    {
        List<InspectedArtifact> all = [file];
        for (int i = 0; i < all.Count; i++)
        {
            all.AddRange(all[i].Members);
        }

        return all;
    }

    private static byte[] JsonBytes(InspectedArtifact file)
    {
        using MemoryStream output = new();
        InspectJson.Write(file, output);
        return output.ToArray();
    }

    private static JsonElement Json(InspectedArtifact file) => JsonDocument.Parse(Encoding.UTF8.GetString(JsonBytes(file))).RootElement;

    private static string Text(InspectedArtifact file, long rows = InspectReport.DefaultRows)
    {
        using StringWriter writer = new();
        InspectReport.Text(file, writer, rows);
        return writer.ToString();
    }

    /// <summary>Counts the bytes that are read.</summary>
    private sealed class CountingSource(byte[] bytes) : ByteSource
    {
        public long Read { get; private set; }

        public override long Length => bytes.Length;

        public override int ReadAt(long offset, Span<byte> destination)
        {
            int count = (int)Math.Clamp(bytes.Length - offset, 0, destination.Length);
            bytes.AsSpan((int)Math.Min(offset, bytes.Length), count).CopyTo(destination);
            Read += count;
            return count;
        }
    }
}
