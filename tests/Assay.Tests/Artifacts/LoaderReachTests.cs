// Which loaders come to a fact follows from the formats of its artifact and of those around it.
using Assay.Artifacts;
using Assay.Formats;
using Assay.Pickle;

namespace Assay.Tests.Artifacts;

public sealed class LoaderReachTests
{
    /// <summary>What lies in what, outermost first, and the loaders that come to a call in the innermost.</summary>
    public static TheoryData<string, string> Nestings => new()
    {
        { "pickle", "pickle.load dill.load cloudpickle.load joblib.load pandas.read_pickle numpy.load torch.load" },
        { "gzip > pickle", "pickle.load(gzip.open) joblib.load pandas.read_pickle" },
        { "zlib > pickle", "joblib.load" },
        { "zip > pickle", "pandas.read_pickle" },
        { "npy > object-array:pickle", "numpy.load" },
        { "zip > a.npy:npy > object-array:pickle", "numpy.load" },
        { "zip+torch-zip > m/data.pkl:pickle", "pandas.read_pickle torch.load" },
        { "zip+torch-zip > M/DATA.PKL:pickle", "pandas.read_pickle torch.load" },
        { "zip+torch-zip > m/data.pkl@0x20:pickle", "pandas.read_pickle torch.load" },
        { "tar > pickle", "pandas.read_pickle" },
        { "gzip > tar > pickle", "pandas.read_pickle" },
        { "tar+torch-tar > storages:torch-tar-member", "torch.load" },
        { "zip+sb3-zip > data:sb3-json > serialized@0x5:pickle", "stable_baselines3 load" },
        { "zip+sb3-zip > policy.pth:zip+torch-zip > m/data.pkl:pickle", "stable_baselines3 load" },
    };

    [Theory]
    [MemberData(nameof(Nestings))]
    public void ACallIsReachedByTheLoadersThatOpenEveryLayerAroundIt(string nesting, string loaders)
    {
        IReadOnlyList<LoaderUse> uses = Uses(Facts(nesting));
        Assert.Equal(loaders, string.Join(' ', uses.Select(u => u.Loader)));
        Assert.All(uses, u => Assert.Equal(("", 0), (u.Of, u.From)));
    }

    /// <summary>What lies in what, where nobody opens the outermost, and what must be unpacked first.</summary>
    public static TheoryData<string, string, string> Unpacked => new()
    {
        { "7z > pickle", "x!/1", "pickle.load dill.load cloudpickle.load joblib.load pandas.read_pickle numpy.load torch.load" },
        { "7z > zip+torch-zip > m/data.pkl:pickle", "x!/1", "torch.load" },
        { "gzip > zip+torch-zip > m/data.pkl:pickle", "x!/1", "torch.load" },
        { "gzip > gzip > pickle", "x!/1", "pickle.load(gzip.open) joblib.load pandas.read_pickle" },
        { "zip+torch-zip > m/extra.pkl:pickle", "x!/m/extra.pkl", "pickle.load dill.load cloudpickle.load joblib.load pandas.read_pickle numpy.load torch.load" },
        { "zip+torch-zip > m/data.pkl@local:pickle", "x!/m/data.pkl@local", "pickle.load dill.load cloudpickle.load joblib.load pandas.read_pickle numpy.load torch.load" },
    };

    [Theory]
    [MemberData(nameof(Unpacked))]
    public void WhereNobodyOpensTheInputTheOutermostThatSomebodyOpensIsNamed(string nesting, string of, string loaders)
    {
        // The zips hold something else beside.
        IReadOnlyList<LoaderUse> uses = Uses(Facts(nesting, members: 2));
        Assert.Equal(loaders, string.Join(' ', uses.Select(u => u.Loader)));
        Assert.All(uses, u => Assert.Equal((of, 0), (u.Of, u.From)));
    }

    [Fact]
    public void WhatLoadersGoByIsTheFirstBytes()
    {
        List<Fact> facts = Facts("zip+torch-zip > m/data.pkl:pickle", members: 2);
        facts[..2].ForEach(f => facts[facts.IndexOf(f)] = ((FormatFact)f) with { Head = "6a756e6b" });
        Assert.Equal("x!/m/data.pkl", Uses(facts)[0].Of);
    }

    [Theory]
    [InlineData(10, "pickle.load dill.load cloudpickle.load joblib.load pandas.read_pickle numpy.load torch.load", 0)]
    [InlineData(60, "pickle.load dill.load cloudpickle.load", 50)]
    public void AFurtherPickleIsReachedByThoseWhoReadOn(long offset, string loaders, long from)
    {
        List<Fact> facts = [.. Facts("pickle"), Format("x", "pickle", null) with { Offset = 50 }];
        IReadOnlyList<LoaderUse> uses = new LoaderReach(facts).Of(Call("x") with { Offset = offset });
        Assert.Equal(loaders, string.Join(' ', uses.Select(u => u.Loader)));
        Assert.All(uses, u => Assert.Equal(from, u.From));
    }

    [Theory]
    [InlineData(4, "torch.load")]
    [InlineData(5, "pickle.load dill.load cloudpickle.load")]
    public void TorchLoadReadsFivePicklesOfItsLegacyFormat(int ordinal, string loaders)
    {
        FormatFact[] streams = [.. Enumerable.Range(0, 6).Select(i => Format("x", "pickle", null) with { Offset = 20 * i })];
        IReadOnlyList<LoaderUse> uses = new LoaderReach([.. streams, Format("x", "torch-legacy", null)]).Of(Call("x") with { Offset = (20 * ordinal) + 3 });
        Assert.Equal(loaders, string.Join(' ', uses.Select(u => u.Loader)));
    }

    /// <summary>What a pickle knows of a call, and the loaders that come there.</summary>
    public static TheoryData<string[], string[], string[], bool, string> Restrictions => new()
    {
        { ["python"], [], [], false, "" },
        { ["joblib"], [], [], false, "joblib.load" },
        { ["c-stream"], [], [], false, "pickle.load dill.load cloudpickle.load pandas.read_pickle numpy.load torch.load" },
        { ["weights-only"], [], [], false, "" },
        { ["weights-only"], [], ["weights-only"], false, "torch.load" },
        { [], ["utf-8"], [], false, "pickle.load dill.load cloudpickle.load torch.load" },
        { [], ["latin1", "bytes"], [], false, "pickle.load dill.load cloudpickle.load pandas.read_pickle numpy.load torch.load" },
        { [], [], [], true, "" },
    };

    [Theory]
    [MemberData(nameof(Restrictions))]
    public void UnpicklersThatStopBeforeAreNotNamed(string[] dialects, string[] encodings, string[] allowed, bool persistent, string loaders)
    {
        CallableFact call = Call("x") with
        {
            Pickle = new PickleUse { Opcode = "REDUCE", Dialects = dialects, Encodings = encodings, AllowedBy = allowed, IsBehindPersistentId = persistent },
        };
        Assert.Equal(loaders, string.Join(' ', new LoaderReach(Facts("pickle")).Of(call).Select(u => u.Loader)));
    }

    [Fact]
    public void ASafeSettingThatAllowsTheNameIsNone()
    {
        CallableFact call = Call("x!/m/data.pkl") with { Pickle = new PickleUse { Opcode = "REDUCE", AllowedBy = ["weights-only"] } };
        Assert.Equal("", Assert.Single(new LoaderReach(Facts("zip+torch-zip > m/data.pkl:pickle", members: 2)).Of(call)).SafeSetting);
    }

    [Fact]
    public void WhatAPickleHandsToALoaderIsReachedByThoseWhoLoadThePickle()
    {
        List<Fact> facts = [.. Facts("pickle"), Format("x!/bytes@0x10", "pickle", "x") with { IsLoaded = true }];
        Assert.Contains("joblib.load", new LoaderReach(facts).Of(Call("x!/bytes@0x10") with { Pickle = new PickleUse { Opcode = "REDUCE", Dialects = ["c"] } }).Select(u => u.Loader));
        facts[^1] = ((FormatFact)facts[^1]) with { IsLoaded = false };
        Assert.All(new LoaderReach(facts).Of(Call("x!/bytes@0x10")), u => Assert.Equal("x!/bytes@0x10", u.Of));
    }

    [Fact]
    public void AnOddityOfAContainerNamesThoseWhoOpenIt()
    {
        LoaderReach reach = new(Facts("zip+torch-zip > m/data.pkl:pickle", members: 2));
        Assert.Equal(["torch.load"], reach.Of(new AnomalyFact { Path = "x", Code = "zip.duplicate-name" }).Select(u => u.Loader));
        Assert.Empty(reach.Of(Call("x!/m/data.pkl") with { Reached = false }));
        Assert.Empty(reach.Of(Call("elsewhere")));
    }

    [Fact]
    public void WhatWasSeenInATestLoadNamesTheLoaderThatRan()
    {
        BehaviourFact seen = new() { Path = "x", Kind = "process-start", Source = BehaviourSource.Syscall, Loader = "torch.load(weights_only=True), +400 days" };
        Assert.Equal(["torch.load"], new LoaderReach(Facts("pickle")).Of(seen).Select(u => u.Loader));
    }

    [Fact]
    public void NamesInPathsDoNotLead()
    {
        // A member may be called as if it lay in another one.
        List<Fact> facts = [Format("x", "7z", null), Format("x!/a", "gzip", "x"), Format("x!/a!/b", "pickle", "x")];
        Assert.All(new LoaderReach(facts).Of(Call("x!/a!/b")), u => Assert.Equal("x!/a!/b", u.Of));
    }

    [Fact]
    public void TheTableNamesFormatsThatThereAre()
    {
        IEnumerable<string> layers = Loaders.All.SelectMany(l => l.Routes).SelectMany(r => r.Layers).Select(l => l.Format);
        Assert.Empty(layers.Except(FormatCatalog.Kinds.Select(k => k.Id)));
        Assert.All(Loaders.All, l => Assert.NotEmpty(l.Routes));
        Assert.Distinct(Loaders.All.Select(l => l.Id));
    }

    [Fact]
    public void TheTableNamesUnpicklersThatThereAre()
    {
        string[] dialects = [.. Enum.GetValues<PickleDialect>().Select(DialectNames.Of)];
        Assert.Empty(Loaders.All.SelectMany(l => l.Dialects).Except(dialects));
        Assert.Empty(Loaders.All.SelectMany(l => l.Encodings).Except(DialectNames.Of(PickleEncodings.All)));
    }

    private static IReadOnlyList<LoaderUse> Uses(List<Fact> facts) => new LoaderReach(facts).Of(Call(facts[^1].Path));

    private static CallableFact Call(string path) => new() { Path = path, Callee = "os.system", Resolved = "os.system", Use = CallableUse.Called, Pickle = new PickleUse { Opcode = "REDUCE" } };

    /// <summary>The formats of a nesting; a layer is its formats, and before a colon the name in what holds it, else its number.</summary>
    private static List<Fact> Facts(string nesting, long members = 1)
    {
        List<Fact> facts = [];
        string? container = null;
        foreach ((int at, string layer) in nesting.Split(" > ").Index())
        {
            string[] parts = layer.Split(':');
            string path = container is null ? "x" : $"{container}!/{(parts.Length > 1 ? parts[0] : at.ToString(System.Globalization.CultureInfo.InvariantCulture))}";
            facts.AddRange(parts[^1].Split('+').Select(f => Format(path, f, container) with { Members = members }));
            container = path;
        }

        return facts;
    }

    private static FormatFact Format(string path, string format, string? container) => new()
    {
        Path = path,
        Format = format,
        Container = container,
        Main = format == "torch-zip" ? "m/data.pkl" : "",
        Head = format switch { "zip" or "torch-zip" or "sb3-zip" => "504b030414000000", "zlib" => "789c010203040506", _ => "" },
    };
}
