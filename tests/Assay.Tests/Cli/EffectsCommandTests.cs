// Effect packs are used, named in reports and refused by the program, and what is known of a callable is shown.
using System.Text;
using System.Text.Json;
using Assay.Cli;
using Assay.Effects;
using Assay.Effects.Packs;
using Assay.Tests.Builders;

namespace Assay.Tests.Cli;

public sealed class EffectsCommandTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void ANameOfAPackIsJudgedByWhatThePackSays()
    {
        string model = Write("model.pkl", PickleBuilder.Protocol(4).Call("acme.tools", "build", "/srv/data").Stop().ToArray());
        Assert.Equal(1, Run("scan", model).Code);
        Assert.Equal(0, Run("scan", model, "--effects", Pack()).Code);
    }

    [Theory]
    [InlineData("scan")]
    [InlineData("judge")]
    public void ReportsNameThePackByItsDigest(string command)
    {
        string model = Write("model.pkl", PickleBuilder.Protocol(4).Call("acme.tools", "launch", "x").Stop().ToArray());
        string pack = Pack();
        Run("scan", model, "--facts", _tree["facts"]);
        (int code, string output) = Run(command, command == "scan" ? model : _tree["facts"], "--effects", pack, "--format", "json");
        Assert.Equal(1, code);
        using JsonDocument report = JsonDocument.Parse(output);
        JsonElement named = Assert.Single(report.RootElement.GetProperty("tool").GetProperty("effectPacks").EnumerateArray());
        Assert.Equal(("acme", "2.0", Digest(pack)), (named.GetProperty("name").GetString(), named.GetProperty("version").GetString(), named.GetProperty("digest").GetString()));
        Assert.Contains("callable-command-execution", output, StringComparison.Ordinal);
    }

    [Fact]
    public void ReportsWithoutPacksNameNone()
    {
        using JsonDocument report = JsonDocument.Parse(Run("scan", Write("model.pkl", PickleBuilder.Protocol(4).Stop().ToArray()), "--format", "json").Output);
        Assert.Empty(report.RootElement.GetProperty("tool").GetProperty("effectPacks").EnumerateArray());
    }

    [Fact]
    public void APackTakesNoHarmAwayThatTheRulesSee()
    {
        string model = Write("model.pkl", PickleBuilder.Protocol(4).Call("os", "system", "id").Stop().ToArray());
        EffectTable table = new();
        table.Add("os", "system", new EffectEntry { Kind = NameKind.Function, Origin = new EffectOrigin("forged", "says that it does nothing", []) });
        string pack = Write("forged.pack", EffectPackWriter.Write(table, new PackProvenance("forged", "1", [])));
        Assert.Contains("callable-command-execution", Run("scan", model, "--effects", pack, "--format", "json").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70)]
    [InlineData(200)]
    public void APackThatDoesNotHoldTogetherIsAUsageError(int changed)
    {
        byte[] bytes = File.ReadAllBytes(Pack());
        bytes[changed] ^= 1;
        Assert.Equal(4, Run("scan", _tree.Root, "--effects", Write("broken.pack", bytes)).Code);
    }

    [Fact]
    public void APackThatIsNotThereIsAUsageError() => Assert.Equal(4, Run("scan", _tree.Root, "--effects", _tree["nothing"]).Code);

    [Theory]
    [InlineData("posix.system", "os.system", true)]
    [InlineData("acme.tools.launch", "acme.tools.launch", true)]
    [InlineData("acme.other", "acme.other", false)]
    public void WhatIsKnownIsShown(string name, string path, bool known)
    {
        using JsonDocument shown = JsonDocument.Parse(Run("effects", "show", name, "--effects", Pack(), "--format", "json").Output);
        Assert.Equal((path, known), (shown.RootElement.GetProperty("path").GetString(), shown.RootElement.GetProperty("known").GetBoolean()));
        Assert.Equal(0, Run("effects", "show", name, "--effects", Pack()).Code);
    }

    [Fact]
    public void AShownRuleNameHasItsLine()
    {
        using JsonDocument shown = JsonDocument.Parse(Run("effects", "show", "os.system", "--format", "json").Output);
        string[] from = shown.RootElement.GetProperty("from").GetString()!.Split(':');
        Assert.Contains("set: " + shown.RootElement.GetProperty("set").GetString(), WrittenRules.Texts.Single(t => t.Name == from[0]).Text.Split('\n')[int.Parse(from[1]) - 1], StringComparison.Ordinal);
    }

    [Fact]
    public void EvidenceIsShownWithTheEffectThatItIsFor()
    {
        string pack = Pack();
        string evidence = Evidence(Digest(pack));
        using JsonDocument shown = JsonDocument.Parse(Run("effects", "show", "acme.tools.launch", "--effects", pack, "--evidence", evidence, "--format", "json").Output);
        JsonElement rests = Assert.Single(Assert.Single(shown.RootElement.GetProperty("call").EnumerateArray()).GetProperty("evidence").EnumerateArray());
        Assert.Equal(("acme/tools.py", 7), (rests.GetProperty("file").GetString(), rests.GetProperty("line").GetInt32()));
        Assert.Contains("acme/tools.py:7", Run("effects", "show", "acme.tools.launch", "--effects", pack, "--evidence", evidence).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ABuildWritesItsPackItsListingAndItsEvidence()
    {
        string source = _tree["acme"];
        Directory.CreateDirectory(Path.Join(source, "acme"));
        File.WriteAllText(Path.Join(source, "acme", "__init__.py"), "import os\nclass Tool:\n    def __setstate__(self, state):\n        os.system(state['go'])\n");
        (string pack, string listing, string evidence) = (_tree["acme.pack"], _tree["acme.effects"], _tree["acme.evidence"]);
        Assert.Equal(0, Run("effects", "build", "-o", pack, "--listing", listing, "--evidence", evidence, source).Code);
        Assert.Equal(0, Run("effects", "build", "-o", _tree["again.pack"], listing).Code);
        Assert.Contains("acme/__init__.py:4", Run("effects", "show", "acme.Tool.__setstate__", "--effects", pack, "--evidence", evidence).Output, StringComparison.Ordinal);
        Assert.Contains("process", Run("effects", "show", "acme.Tool.__setstate__", "--effects", _tree["again.pack"]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void EvidenceOfAnotherPackIsAUsageError() =>
        Assert.Equal(4, Run("effects", "show", "acme.tools.launch", "--effects", Pack(), "--evidence", Evidence(new string('0', 64))).Code);

    private string Pack()
    {
        EffectTable table = new();
        EffectOrigin origin = new("acme", "What the code of acme does.", []);
        table.Add("acme.tools", "build", new EffectEntry { Kind = NameKind.Function, Origin = origin, Returns = EffectText.ParseReturn("data")! });
        table.Add("acme.tools", "launch", new EffectEntry { Kind = NameKind.Function, Origin = origin, Call = [EffectText.Parse("process 0/program")!], Imported = ReferenceWeight.Suspicious });
        return Write("acme.pack", EffectPackWriter.Write(table, new PackProvenance("acme", "2.0", ["acme 2.0"])));
    }

    private string Evidence(string digest)
    {
        using StringWriter writer = new();
        PackEvidence.Write(writer, digest, [new EffectEvidence("acme.tools.launch", "call", "process 0/program", "acme/tools.py", 7, ["acme.tools.launch", "subprocess.run"])]);
        return Write("acme.evidence", Encoding.UTF8.GetBytes(writer.ToString()));
    }

    private static string Digest(string pack) => Convert.ToHexStringLower(File.ReadAllBytes(pack).AsSpan(PackLayout.DigestAt, 32));

    private string Write(string name, byte[] bytes)
    {
        string file = _tree.Add(name, "");
        File.WriteAllBytes(file, bytes);
        return file;
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, Stream.Null, output, error, TestContext.Current.CancellationToken);
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }
}
