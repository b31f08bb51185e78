// Which pickle the commands on pickles mean: the file, the named member, or the only one inside.
using System.Text;
using Assay.Cli;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Cli;

public sealed class PickleTargetTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("list")]
    [InlineData("trace")]
    [InlineData("decompile")]
    public void TheOnlyPickleOfAContainerIsTakenAndNamed(string verb)
    {
        string file = File("model.pt", Zip("archive/data.pkl"));
        (int code, string output, string error) = Run("pickle", verb, file);
        Assert.Equal(0, code);
        Assert.Contains("system", output, StringComparison.Ordinal);
        Assert.Contains(file + "!/archive/data.pkl", output + error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("trace")]
    [InlineData("decompile")]
    public void OfSeveralPicklesOneMustBeNamed(string verb)
    {
        string file = File("model.pt", Zip("a.pkl", "b.pkl"));
        (int code, string output, string error) = Run("pickle", verb, file);
        Assert.Equal(4, code);
        Assert.Equal("", output);
        Assert.Contains(file + "!/a.pkl", error, StringComparison.Ordinal);
        Assert.Contains(file + "!/b.pkl", error, StringComparison.Ordinal);
        Assert.Equal(0, Run("pickle", verb, file + "!/b.pkl").Code);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("trace")]
    [InlineData("decompile")]
    public void WhatIsNoPickleAndHoldsNoneIsSaidInOneSentence(string verb)
    {
        foreach (string file in (string[])[File("text.md", "Weights of a model, in words.\n"u8), File("empty.zip", new ZipBuilder().Add("notes.md", "words"u8.ToArray(), 0).Build()), File("none", [])])
        {
            (int code, string output, string error) = Run("pickle", verb, file);
            Assert.Equal(2, code);
            Assert.Equal("", output);
            Assert.Single(error.TrimEnd('\n').Split('\n'));
        }
    }

    [Fact]
    public void AMemberThatIsNoPickleOrNotThereIsSaidWithThoseThatAre()
    {
        string file = File("model.pt", new ZipBuilder().Add("archive/data.pkl", Canary, 0).Add("archive/version", "3"u8.ToArray(), 0).Build());
        foreach (string member in (string[])["!/archive/version", "!/nope"])
        {
            (int code, _, string error) = Run("pickle", "list", file + member);
            Assert.Equal(2, code);
            Assert.Contains(file + "!/archive/data.pkl", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void PicklesAreFoundInArchivesInArchivesAndUnderDirectoriesWithMarks()
    {
        string file = File("a!/m.zip", new ZipBuilder().Add("x.zip", Zip("data.pkl"), 0).Build());
        Assert.Equal(0, Run("pickle", "list", file).Code);
        Assert.Equal(0, Run("pickle", "list", file + "!/x.zip!/data.pkl").Code);
    }

    [Fact]
    public void APickleBehindAnArchiveIsNotTakenForItsMembers()
    {
        string file = File("model.pt", [.. Zip("archive/data.pkl"), .. Canary]);
        (int code, _, string error) = Run("pickle", "list", file);
        Assert.Equal(4, code);
        Assert.Contains("(at offset ", error, StringComparison.Ordinal);
        Assert.Equal(0, Run("pickle", "list", file + "!/archive/data.pkl").Code);
    }

    [Fact]
    public void RawTakesTheBytesWhateverTheyLookLike() =>
        Assert.Equal(0, Run("pickle", "list", "--raw", File("text.md", "Weights of a model, in words.\n"u8)).Code);

    [Fact]
    public void WhatCannotBeOpenedIsTwo()
    {
        _tree.Fifo("pipe");
        Assert.Equal(2, Run("pickle", "list", _tree["nope"]).Code);
        Assert.Equal(2, Run("pickle", "list", _tree.Root).Code);
        Assert.Equal(2, Run("pickle", "list", _tree["pipe"]).Code);
    }

    [Fact]
    public void AMemberIsInspectedByItsPath()
    {
        string file = File("model.pt", Zip("archive/data.pkl"));
        (int code, string output, _) = Run("inspect", file + "!/archive/data.pkl");
        Assert.Equal(0, code);
        Assert.Contains("data.pkl", output, StringComparison.Ordinal);
        Assert.Contains("pickle", output, StringComparison.Ordinal);
        Assert.Equal(2, Run("inspect", file + "!/nope").Code);
    }

    private static byte[] Canary { get; } = PickleOf(Call("os", "system", "echo canary"));

    private static byte[] Zip(params string[] names) => names.Aggregate(new ZipBuilder(), (zip, name) => zip.Add(name, Canary, 0)).Build();

    private string File(string name, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_tree[name])!);
        System.IO.File.WriteAllBytes(_tree[name], bytes.ToArray());
        return _tree[name];
    }

    private (int Code, string Out, string Error) Run(params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new() { NewLine = "\n" };
        int code = CommandLine.Run(arguments, new Host { Input = Stream.Null, Output = output, Error = error, TemporaryDirectory = _tree.Root });
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
