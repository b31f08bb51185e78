// assay convert, verify-conversion and inspect as a user meets them.
using System.Text;
using System.Text.Json;
using Assay.Bytes;
using Assay.Cli;
using Assay.Conversion;
using Assay.Hosting.Files;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Cli;

public sealed class ConvertCommandTests : IDisposable
{
    private static readonly byte[] s_model = Zip(Dict("w", WeightFiles.Tensor("0", 4, 0, [4], [1]), "epoch", 3), Floats(1, 2, 3, 4));
    private static readonly byte[] s_bad = Zip(Dict("w", WeightFiles.Tensor("0", 4, 0, [5], [1])), Floats(1, 2, 3, 4));
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void AFileIsConvertedAndEqualsItsOriginal()
    {
        string file = Add("m.pt", s_model);
        Result result = Run("convert", file, "-o", _tree["m.safetensors"]);
        Assert.Equal(0, result.Code);
        Assert.Contains("epoch", result.Out, StringComparison.Ordinal);
        Assert.Equal(0, Run("verify-conversion", file, _tree["m.safetensors"]).Code);
        Assert.Equal(s_model, File.ReadAllBytes(file));
    }

    [Fact]
    public void OfAModuleItsStateIsWrittenAndTheRestWhereItIsAskedFor()
    {
        byte[] module = Zip(
            Built(New("my", "Layer"), Dict(
                "_parameters", Dict("weight", WeightFiles.Tensor("0", 4, 0, [4], [1])),
                "_buffers", Dict("mean", WeightFiles.Tensor("0", 4, 0, [2], [1]), "fleeting", WeightFiles.Tensor("0", 4, 1, [2], [1])),
                "_non_persistent_buffers_set", Call("builtins", "set", List("fleeting")),
                "_modules", Dict(),
                "same", WeightFiles.Tensor("0", 4, 0, [4], [1]),
                "plain", WeightFiles.Tensor("0", 4, 3, [1], [1]))),
            Floats(1, 2, 3, 4));
        string file = Add("m.pt", module);
        Assert.Equal(1, Run("convert", file, "-o", _tree["m.safetensors"], "--strict").Code);
        Result result = Run("convert", file, "-o", _tree["m.safetensors"]);
        Assert.Equal(0, result.Code);
        Assert.Contains("fleeting, plain: state_dict() does not give them", result.Out, StringComparison.Ordinal);
        Assert.Equal(["weight", "mean"], Names("m.safetensors"));
        Assert.Equal(0, Run("verify-conversion", file, _tree["m.safetensors"]).Code);
        Assert.Equal(0, Run("convert", file, "-o", _tree["n.safetensors"], "--unsaved").Code);
        Assert.Equal(["weight", "mean"], Names("n.safetensors"));
        Assert.Equal(["fleeting", "plain"], Names("n.unsaved.safetensors"));
    }

    private IEnumerable<string> Names(string file)
    {
        using TensorMap map = WeightFiles.Read(File.ReadAllBytes(_tree[file]));
        return [.. map.Tensors.Select(t => t.Name)];
    }

    [Fact]
    public void VerifyConversionTellsTheFirstDifference()
    {
        string other = Add("o.pt", Zip(Dict("w", WeightFiles.Tensor("0", 4, 0, [4], [1])), Floats(1, 2, 3, 5)));
        Result result = Run("verify-conversion", Add("m.pt", s_model), other);
        Assert.Equal(1, result.Code);
        Assert.StartsWith("w: ", result.Out, StringComparison.Ordinal);
        Assert.Equal(2, Run("verify-conversion", other, _tree["nope"]).Code);
        Assert.Equal(2, Run("verify-conversion", other, Add("bad.pt", s_bad)).Code);
    }

    [Fact]
    public void ARefusalNamesTheTensorAndLeavesNothingBehind()
    {
        Result result = Run("convert", Add("in/m.pt", s_bad), "-o", _tree["m.safetensors"]);
        Assert.Equal(2, result.Code);
        Assert.Contains("w: ", result.Error, StringComparison.Ordinal);
        Assert.Equal([_tree["in"]], Directory.GetFileSystemEntries(_tree.Root));
    }

    [Fact]
    public void ACancelledConversionLeavesNothingBehind()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        string file = Add("in/m.pt", s_model);
        Host host = new() { Input = Stream.Null, Output = Stream.Null, Error = TextWriter.Null, TemporaryDirectory = _tree.Root, Cancellation = source.Token };
        Assert.Equal(2, CommandLine.Run(["convert", file, "-o", _tree["m.safetensors"]], host));
        Assert.Equal([_tree["in"]], Directory.GetFileSystemEntries(_tree.Root));
    }

    [Fact]
    public void FilesThatAreNotCommittedGoAway()
    {
        using (FileOutput output = new(_tree.Root, replace: false))
        {
            ConversionFile first = output.Create("a.safetensors", 3);
            first.Append("abc"u8);
            using (ByteSource read = first.OpenRead())
            {
                Assert.Equal("abc"u8.ToArray(), read.ReadUpTo(0, 3));
            }

            output.Create("b.safetensors", 0);
            Assert.Equal(2, Directory.GetFiles(_tree.Root).Length);
            Assert.False(File.Exists(_tree["a.safetensors"]));
        }

        Assert.Empty(Directory.GetFiles(_tree.Root));
    }

    [Fact]
    public void ATargetThatAppearsMeanwhileIsNotReplacedAndNothingOfTheRestStays()
    {
        using (FileOutput output = new(_tree.Root, replace: false))
        {
            output.Create("a.safetensors", 0);
            output.Create("b.safetensors", 0);
            _tree.Add("b.safetensors", "mine");
            Assert.Throws<ScanStopException>(output.Commit);
        }

        Assert.Equal([_tree["b.safetensors"]], Directory.GetFiles(_tree.Root));
        Assert.Equal("mine", File.ReadAllText(_tree["b.safetensors"]));
    }

    [Fact]
    public void WhatIsThereIsReplacedOnlyWhenAsked()
    {
        string file = Add("m.pt", s_model);
        string target = _tree.Add("m.safetensors", "mine");
        Assert.Equal(4, Run("convert", file, "-o", target).Code);
        Assert.Equal("mine", File.ReadAllText(target));
        Assert.Equal(0, Run("convert", file, "-o", target, "--force").Code);
        Assert.Equal(0, Run("verify-conversion", file, target).Code);
    }

    [Fact]
    public void TheInputIsNeverOverwritten()
    {
        string file = Add("m.pt", s_model);
        Assert.Equal(4, Run("convert", file, "-o", file, "--force").Code);
        _tree.Link("link.safetensors", file);
        Assert.Equal(4, Run("convert", file, "-o", _tree["link.safetensors"], "--force").Code);
        Assert.Equal(s_model, File.ReadAllBytes(file));
    }

    [Theory]
    [InlineData("convert")]
    [InlineData("convert", "m.pt")]
    [InlineData("convert", "m.pt", "-o", "no/such/x.safetensors")]
    [InlineData("convert", "m.pt", "-o", "x.safetensors", "--max-shard-size", "0")]
    [InlineData("convert", "m.pt", "-o", "x.safetensors", "--max-shard-size", "many")]
    [InlineData("verify-conversion", "m.pt")]
    [InlineData("inspect")]
    public void ACommandThatCannotBeCarriedOutAsWrittenIsFour(params string[] arguments)
    {
        Add("m.pt", s_model);
        Assert.Equal(4, Run([.. arguments.Select(a => a.Contains('.', StringComparison.Ordinal) ? _tree[a] : a)]).Code);
    }

    [Fact]
    public void AFileWithoutTensorsIsThree()
    {
        Assert.Equal(3, Run("convert", Add("m.pkl", PickleOf(Dict("a", 1))), "-o", _tree["m.safetensors"]).Code);
        Assert.False(File.Exists(_tree["m.safetensors"]));
    }

    [Fact]
    public void AFolderBecomesAFolderThatLoadersKnow()
    {
        Add("repo/pytorch_model-00001-of-00002.bin", s_model);
        Add("repo/pytorch_model-00002-of-00002.bin", Zip(Dict("v", WeightFiles.Tensor("0", 4, 0, [4], [1])), Floats(5, 6, 7, 8)));
        _tree.Add("repo/pytorch_model.bin.index.json", "{}");
        _tree.Add("repo/config.json", "{\"a\": 1}");
        _tree.Add("repo/modeling.py", "print('canary')");
        Add("repo/sub/training_args.bin", PickleOf(Dict("lr", 1)));
        Assert.Equal(0, Run("convert", _tree["repo"], "-o", _tree["new"]).Code);
        Assert.Equal(
            ["config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"],
            Directory.GetFileSystemEntries(_tree["new"]).Select(Path.GetFileName).Order());
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(_tree["new/model.safetensors.index.json"]));
        Assert.Equal("model-00002-of-00002.safetensors", index.RootElement.GetProperty("weight_map").GetProperty("v").GetString());
        Assert.Equal(4, Run("convert", _tree["repo"], "-o", _tree["new"]).Code);
        Assert.Equal(4, Run("convert", _tree["repo"], "-o", _tree["repo/inside"]).Code);
    }

    [Fact]
    public void AFolderWithABrokenFileLeavesNothingBehind()
    {
        Add("repo/a.bin", s_model);
        Add("repo/b.bin", s_bad);
        Assert.Equal(2, Run("convert", _tree["repo"], "-o", _tree["new"]).Code);
        Assert.Equal([_tree["repo"]], Directory.GetFileSystemEntries(_tree.Root));
    }

    [Fact]
    public void InspectShowsTensorsAsTreeAndAsJson()
    {
        string file = Add("m.pt", Zip(Dict("a", Dict("w", WeightFiles.Tensor("0", 4, 0, [2, 2], [1, 2]), "t", WeightFiles.Tensor("0", 4, 0, [2, 2], [1, 2]))), Floats(1, 2, 3, float.NaN)));
        Assert.Contains("F32 [2, 2]", Run("inspect", file).Out, StringComparison.Ordinal);
        Result json = Run("inspect", file, "--json", "--stats");
        Assert.Equal(0, json.Code);
        using JsonDocument document = JsonDocument.Parse(json.Out);
        JsonElement[] tensors = [.. document.RootElement.GetProperty("tensors").EnumerateArray()];
        Assert.Equal("a.w", tensors[0].GetProperty("name").GetString());
        Assert.Equal((1, 3, 2), (tensors[0].GetProperty("statistics").GetProperty("min").GetDouble(), tensors[0].GetProperty("statistics").GetProperty("max").GetDouble(), tensors[0].GetProperty("statistics").GetProperty("mean").GetDouble()));
        Assert.Equal(1, tensors[0].GetProperty("statistics").GetProperty("nan").GetInt64());
        Assert.Equal("a.w", tensors[1].GetProperty("tiedTo").GetString());
        Assert.Equal(2, Run("inspect", Add("bad.pt", s_bad)).Code);
        Assert.Equal(2, Run("inspect", _tree.Add("text.pt", "hello")).Code);
    }

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
