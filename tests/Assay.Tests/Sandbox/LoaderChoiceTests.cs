// The loaders that are tried on a file are those of the table that open it and that the box has.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Sandbox.Loading;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class LoaderChoiceTests
{
    [Fact]
    public void EveryLoaderOfTheHarnessIsInTheTable() =>
        Assert.Empty(LoaderChoice.Harness.Except(Loaders.All.SelectMany(l => new[] { l.Id, l.SafeId })));

    /// <summary>The ways of all loaders that the harness has, but for plain pickles in those that only hand them to <c>pickle.load</c>.</summary>
    public static TheoryData<string, string> Ways => [.. Loaders.All
        .Where(l => LoaderChoice.Harness.Contains(l.Id))
        .SelectMany(l => l.Routes.Select(r => new TheoryDataRow<string, string>(l.Id, string.Join(" > ", r.Layers.Select(y => y.Format)))))
        .Where(w => w.Data is not (Loaders.NumpyLoad or Loaders.CloudpickleLoad, "pickle"))];

    [Theory]
    [MemberData(nameof(Ways))]
    public void EveryFormatIsTriedByTheLoadersThatTakeIt(string loader, string way)
    {
        LoaderRoute route = Loaders.All.Single(l => l.Id == loader).Routes.First(r => string.Join(" > ", r.Layers.Select(y => y.Format)) == way);
        Assert.Contains(loader, LoaderChoice.For("x", Facts(route, Loaders.All.Single(l => l.Id == loader).Library)).Select(l => l.Name));
    }

    [Theory]
    [InlineData("keras-zip", "keras.models.load_model", "model.keras")]
    [InlineData("hdf5", "keras.models.load_model h5py.File", "model.h5")]
    [InlineData("onnx", "onnx.load onnxruntime.InferenceSession", "model")]
    [InlineData("r-data", "readRDS or load (R)", "model")]
    [InlineData("torchscript", "torch.load torch.jit.load", "model")]
    [InlineData("skops", "skops.io.load", "model")]
    [InlineData("npy", "numpy.load", "model")]
    [InlineData("pickle", "pickle.load", "model")]
    [InlineData("mar", "", "")]
    [InlineData("gguf", "", "")]
    public void LoadersFollowTheFormat(string format, string loaders, string file)
    {
        IReadOnlyList<KnownLoader> chosen = LoaderChoice.For("x", [new FormatFact { Path = "x", Format = format }]);
        Assert.Equal(loaders, string.Join(' ', chosen.Select(l => l.Name)));
        Assert.All(chosen, l => Assert.Equal(file, l.File));
    }

    [Theory]
    [InlineData("gzip", false, "model.gz")]
    [InlineData("gzip", true, "model.tar.gz")]
    [InlineData("zstd", false, "model.zst")]
    public void AFileIsNamedAfterWhatItsBytesAre(string format, bool tar, string file)
    {
        LoaderRoute route = new([format, .. tar ? new LoaderLayer[] { "tar" } : [], "pickle"]);
        Assert.Equal(file, LoaderChoice.For("x", Facts(route, "")).Single(l => l.Name == Loaders.PandasReadPickle).File);
    }

    [Fact]
    public void OneOfThoseThatAloneComeToSomethingIsTried()
    {
        FormatFact format = new() { Path = "x", Format = "pickle" };
        CallableFact call = Call("os") with { Pickle = new PickleUse { Opcode = "REDUCE", Dialects = ["joblib"] } };
        Assert.Equal("pickle.load joblib.load", string.Join(' ', LoaderChoice.For("x", [format, call]).Select(l => l.Name)));
    }

    [Fact]
    public void WhatTheBoxDoesNotHaveIsSaid()
    {
        Assert.Contains("TorchServe", LoaderChoice.Missing("x", [new FormatFact { Path = "x", Format = "mar" }]), StringComparison.Ordinal);
        Assert.DoesNotContain(":", LoaderChoice.Missing("x", [new FormatFact { Path = "x", Format = "7z" }]), StringComparison.Ordinal);
    }

    [Fact]
    public void AKerasModelIsLoadedOrKerasIsSaidNotToBeThere()
    {
        Boxed.Needs();
        using Boxed box = new();
        byte[] model = new ZipBuilder().Add("metadata.json", "{}").Add("config.json", "{}").Add("model.weights.h5", "").Build();
        TargetReport report = new Scanner(new ScanOptions { Rules = RuleSet.Default, TestLoad = box.Loader })
            .Scan(new ScanInput { Path = "x", Open = () => new MemorySource(model), Named = true }, TestContext.Current.CancellationToken).Report!;
        Assert.Contains(report.Unread, u => u.Cause == UnreadCause.NotDetonated && u.Detail.Contains(Loaders.KerasLoadModel, StringComparison.Ordinal));
    }

    /// <summary>Facts of a file that the route leads through, with a call of the library in it.</summary>
    private static List<Fact> Facts(LoaderRoute route, string library)
    {
        List<Fact> facts = [];
        string path = "x";
        foreach ((int at, LoaderLayer layer) in route.Layers.Index())
        {
            string? container = at == 0 ? null : path;
            string member = at == 0 ? "" : route.Layers[at - 1] is { Main: true } ? "m/data.pkl" : route.Layers[at - 1].Member.Replace("*", "a", StringComparison.Ordinal);
            path = container is null ? "x" : $"{container}!/{(member.Length > 0 ? member : "content")}";
            string[] formats = layer.Format switch { "torch-zip" => ["zip", "torch-zip"], "torch-tar" => ["tar", "torch-tar"], "torch-legacy" => ["pickle", "torch-legacy"], string f => [f] };
            facts.AddRange(formats.Select(f => new FormatFact { Path = path, Format = f, Container = container, Members = 1, Main = layer.Main ? "m/data.pkl" : "", Head = layer.Heads.FirstOrDefault("") }));
        }

        return library.Length > 0 ? [.. facts, Call(library) with { Path = path }] : facts;
    }

    private static CallableFact Call(string module) =>
        new() { Path = "x", Callee = module + ".f", Resolved = module + ".f", Module = module, Name = "f", Use = CallableUse.Called, Pickle = new PickleUse { Opcode = "REDUCE" } };
}
