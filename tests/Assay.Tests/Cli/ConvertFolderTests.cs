// assay convert on whole repositories: right, or refused with nothing left behind.
using System.Text;
using System.Text.Json;
using Assay.Cli;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Cli;

public sealed class ConvertFolderTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void TwoFilesOfOneNameThatDifferAreRefused()
    {
        Add("repo/model.bin", Weights("w", 1));
        Add("repo/pytorch_model.bin", Weights("w", 2));
        Result result = Convert();
        Assert.Equal(2, result.Code);
        Assert.Contains("model.bin", result.Error, StringComparison.Ordinal);
        Assert.Contains("pytorch_model.bin", result.Error, StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:6fc9d8e0e2f8c0e1a1a1f2f3f4f5f6f7f8f9fafbfcfdfeff0001020304050607\nsize 1234\n")]
    [InlineData("7z\u00bc\u00af'\u001c")]
    public void AModelOfWhichSomeWeightsAreNotHereIsNotConverted(string there)
    {
        Add("repo/unet/model.bin", Weights("w", 1));
        _tree.Add("repo/vae/model.bin", there);
        Result result = Convert();
        Assert.Equal(2, result.Code);
        Assert.Contains("vae/model.bin", result.Out, StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void ALinkToWeightsElsewhereIsNamed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        Add("repo/a.bin", Weights("w", 1));
        Add("elsewhere/b.bin", Weights("v", 1));
        File.CreateSymbolicLink(_tree["repo/b.bin"], _tree["elsewhere/b.bin"]);
        Assert.Equal(2, Convert().Code);
        NothingIsLeft();
    }

    [Fact]
    public void ASnapshotInTheCacheOfTheHubIsConvertedByItsNames()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        Add("blobs/0a", Weights("w", 1));
        _tree.Add("blobs/0b", "{}");
        _tree.Add("snapshots/r/x", "");
        File.Delete(_tree["snapshots/r/x"]);
        File.CreateSymbolicLink(_tree["snapshots/r/pytorch_model.bin"], "../../blobs/0a");
        File.CreateSymbolicLink(_tree["snapshots/r/config.json"], "../../blobs/0b");
        Assert.Equal(0, Run("convert", _tree["snapshots/r"], "-o", _tree["new"]).Code);
        Assert.Equal(["config.json", "model.safetensors"], Names());
    }

    [Fact]
    public void TwoFilesOfOneNameThatHoldTheSameAreOne()
    {
        Add("repo/model.bin", Weights("w", 1));
        Add("repo/pytorch_model.bin", Weights("w", 1));
        Assert.Equal(0, Convert().Code);
        Assert.Equal(["model.safetensors"], Names());
    }

    [Fact]
    public void WhatIsSafeAlreadyKeepsItsName()
    {
        Add("repo/a.bin", Weights("w", 1));
        Add("repo/source.bin", Weights("w", 1));
        Assert.Equal(0, Run("convert", _tree["repo/source.bin"], "-o", _tree["repo/a.safetensors"]).Code);
        File.Delete(_tree["repo/source.bin"]);
        Assert.Equal(0, Convert().Code);
        Assert.Equal(["a.safetensors"], Names());
    }

    [Theory]
    [InlineData("pytorch_model-00001-of-00003.bin", "pytorch_model-00003-of-00003.bin")]
    [InlineData("pytorch_model-00001-of-00002.bin")]
    [InlineData("pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00003.bin")]
    public void FilesOfANumberedModelThatAreNotAllThereAreRefused(params string[] names)
    {
        foreach (string name in names)
        {
            Add("repo/" + name, Weights(name[..20].Replace('-', '_'), 1));
        }

        Assert.Equal(2, Convert().Code);
        NothingIsLeft();
    }

    [Fact]
    public void ATensorInTwoNumberedFilesIsRefused()
    {
        Add("repo/model-00001-of-00002.bin", Weights("w", 1));
        Add("repo/model-00002-of-00002.bin", Weights("w", 1));
        Assert.Equal(2, Convert().Code);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("""{"weight_map": {"w": "../outside.bin"}}""")]
    [InlineData("""{"weight_map": {"w": "pytorch_model-00001-of-00002.bin", "v": "pytorch_model-00002-of-00002.bin"}}""")]
    [InlineData("""{"weight_map": {"w": "a.bin", "v": "a.bin"}}""")]
    public void AnIndexThatPromisesWhatIsNotThereIsRefused(string index)
    {
        Add("outside.bin", Weights("w", 1));
        Add("repo/a.bin", Weights("w", 1));
        _tree.Add("repo/pytorch_model.bin.index.json", index);
        Assert.Equal(2, Convert().Code);
        Assert.False(Directory.Exists(_tree["new"]));
    }

    [Fact]
    public void AnIndexWithNamesOfItsOwnGetsANewOneThatNamesTheSame()
    {
        Add("repo/first.bin", Weights("w", 1));
        Add("repo/second.bin", Weights("v", 2));
        _tree.Add("repo/pytorch_model.bin.index.json", """{"weight_map": {"w": "first.bin", "v": "second.bin"}}""");
        Assert.Equal(0, Convert().Code);
        Assert.Equal(["first.safetensors", "model.safetensors.index.json", "second.safetensors"], Names());
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(_tree["new/model.safetensors.index.json"]));
        Assert.Equal("second.safetensors", index.RootElement.GetProperty("weight_map").GetProperty("v").GetString());
        Assert.Equal(0, Run("verify-conversion", _tree["repo/pytorch_model.bin.index.json"], _tree["new/model.safetensors.index.json"]).Code);
    }

    [Fact]
    public void AFileBesideAnIndexThatDoesNotNameItIsRefused()
    {
        Add("repo/pytorch_model-00001-of-00002.bin", Weights("w", 1));
        Add("repo/pytorch_model-00002-of-00002.bin", Weights("v", 1));
        _tree.Add("repo/pytorch_model.bin.index.json", """{"weight_map": {"w": "pytorch_model-00001-of-00002.bin"}}""");
        Assert.Equal(2, Convert().Code);
        NothingIsLeft();
    }

    [Fact]
    public void WhatTheScanObjectsToIsNotCarriedOver()
    {
        Add("repo/pytorch_model.bin", Weights("w", 1));
        _tree.Add("repo/config.json", """{"_target_": "os.system", "command": "echo canary"}""");
        _tree.Add("repo/generation_config.json", """{"max_length": 20}""");
        Assert.Equal(0, Convert().Code);
        Assert.Equal(["generation_config.json", "model.safetensors"], Names());
        Assert.Equal(0, Run("scan", _tree["new"], "--quiet").Code);
    }

    [Fact]
    public void StrictWritesNothingWhereSomethingWouldBeLeftBehind()
    {
        Add("repo/pytorch_model.bin", Zip(Dict("w", WeightFiles.Tensor("0", 4, 0, [4], [1]), "epoch", 3), Floats(1, 2, 3, 4)));
        Assert.Equal(1, Run("convert", _tree["repo"], "-o", _tree["new"], "--strict").Code);
        NothingIsLeft();
        Assert.Equal(1, Run("convert", _tree["repo/pytorch_model.bin"], "-o", _tree["m.safetensors"], "--strict").Code);
        NothingIsLeft();
        Assert.Equal(0, Run("convert", Add("whole.bin", Weights("w", 1)), "-o", _tree["m.safetensors"], "--strict").Code);
    }

    [Fact]
    public void WhatIsLostIsSaidBeforeWhatIsKept()
    {
        string file = Add("m.pt", Zip(Dict("w", WeightFiles.Tensor("0", 4, 0, [4], [1]), "epoch", 3), Floats(1, 2, 3, 4)));
        string told = Run("convert", file, "-o", _tree["m.safetensors"]).Out;
        Assert.InRange(told.IndexOf("epoch", StringComparison.Ordinal), 0, told.IndexOf("m.safetensors", StringComparison.Ordinal));
    }

    [Fact]
    public void TwoFilesWithoutTensorsAreNoSuccess()
    {
        string file = Add("m.pkl", PickleOf(Dict("a", 1)));
        Assert.Equal(3, Run("verify-conversion", file, file).Code);
    }

    [Fact]
    public void WhatAKilledRunLeftIsRemovedAndWhatIsBeingWrittenStays()
    {
        string left = _tree.Add(".assay-abcdefgh.xyz", "left");
        string written = _tree[".assay-hgfedcba.zyx"];
        using FileStream other = new(written, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        _tree.Add(".assay-abcdefgh.abc/.held", "");
        _tree.Add(".assay-abcdefgh.abc/model.safetensors", "left");
        _tree.Add(".assay-notes", "mine");
        Add("repo/pytorch_model.bin", Weights("w", 1));
        Assert.Equal(0, Convert().Code);
        Assert.False(File.Exists(left));
        Assert.False(Directory.Exists(_tree[".assay-abcdefgh.abc"]));
        Assert.True(File.Exists(written));
        Assert.True(File.Exists(_tree[".assay-notes"]));
        Assert.Equal(["model.safetensors"], Names());
    }

    private static byte[] Weights(string name, float first) => Zip(Dict(name, WeightFiles.Tensor("0", 4, 0, [4], [1])), Floats(first, 2, 3, 4));

    private Result Convert() => Run("convert", _tree["repo"], "-o", _tree["new"]);

    private string[] Names() => [.. Directory.GetFileSystemEntries(_tree["new"]).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    private void NothingIsLeft() => Assert.DoesNotContain(Directory.GetFileSystemEntries(_tree.Root), p => Path.GetFileName(p) is not ("repo" or "elsewhere"));

    private string Add(string name, byte[] content)
    {
        _tree.Add(name);
        File.WriteAllBytes(_tree[name], content);
        return _tree[name];
    }

    private Result Run(params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new() { NewLine = "\n" };
        int code = CommandLine.Run(arguments, new Host { Input = Stream.Null, Output = output, Error = error, TemporaryDirectory = _tree.Root });
        return new Result(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private sealed record Result(int Code, string Out, string Error);
}
