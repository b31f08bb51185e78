// assay recipe: the Python that it writes loads the file that it was written for, and none other.
using System.Text;
using Assay.Cli;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Cli;

public sealed class RecipeCommandTests : IDisposable
{
    private static readonly byte[] s_model = Zip(Dict("w", WeightFiles.Tensor("0", 4, 0, [4], [1])), Floats(1, 2, 3, 4));
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void WeightsOfPyTorchGetTheRestrictedUnpickler()
    {
        Result result = Recipe(Add("m.pt", s_model));
        Assert.Equal(0, result.Code);
        Assert.Contains("weights_only=True", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("add_safe_globals", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void ASiblingWithTheSameTensorsComesFirst()
    {
        string file = Add("pytorch_model.bin", s_model);
        Assert.Equal(0, Run("convert", file, "-o", _tree["model.safetensors"]).Code);
        Assert.Contains($"load_file(\"{_tree["model.safetensors"]}\")", Recipe(file).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void ASiblingWithOtherTensorsIsNone()
    {
        string file = Add("m.pt", s_model);
        Assert.Equal(0, Run("convert", Add("o.pt", Zip(Dict("w", WeightFiles.Tensor("0", 4, 0, [4], [1])), Floats(1, 2, 3, 5))), "-o", _tree["m.safetensors"]).Code);
        Result result = Recipe(file);
        Assert.Contains("weights_only=True", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("load_file", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void AHostileFileGetsNoLoader()
    {
        Result result = Recipe(Add("m.pkl", PickleOf(Call("os", "system", "true"))));
        Assert.Equal(1, result.Code);
        Assert.DoesNotContain(".load(", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void OfAHostileFileTheTensorsCanBeTakenOut()
    {
        Result result = Recipe(Add("m.pt", Zip(Dict("w", WeightFiles.Tensor("0", 4, 0, [4], [1]), "x", Call("os", "system", "true")), Floats(1, 2, 3, 4))));
        Assert.Equal(1, result.Code);
        Assert.Contains("\"convert\"", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("torch.load", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void ARestrictedUnpicklerLoadsThisFileAndNoOther()
    {
        CPython.Needs("pickle");
        string file = Add("m.pkl", PickleOf(Call("collections", "OrderedDict", List(Tuple("a", 1))), 4));
        Result result = Recipe(file);
        Assert.Equal(0, result.Code);
        Assert.Equal("OrderedDict([('a', 1)])", Python(result.Out + "\nprint(model)"));
        File.WriteAllBytes(file, PickleOf(Call("builtins", "print", "canary"), 4));
        Assert.Equal("builtins.print is not allowed", Python("try:\n" + Indented(result.Out) + "\nexcept Exception as error:\n    print(error)"));
    }

    [Fact]
    public void ANameWithQuotesStaysAText()
    {
        CPython.Needs("pickle");
        string file = Add("m\"+exit()+\".pkl", PickleOf(Dict("a", 1), 4));
        Assert.Equal("{'a': 1}", Python(Recipe(file).Out + "\nprint(model)"));
    }

    [Fact]
    public void AFolderIsNoModelFile() => Assert.Equal(4, Recipe(_tree.Root).Code);

    private static string Python(string source) => Encoding.UTF8.GetString(CPython.Run(source)).Trim();

    private static string Indented(string text) => string.Join('\n', text.Split('\n').Select(l => "    " + l));

    private Result Recipe(string path) => Run("recipe", path);

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
