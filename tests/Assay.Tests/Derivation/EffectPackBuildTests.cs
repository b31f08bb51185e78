// Effect packs from source: what is read, that the same sources give the same pack, and what is put together.
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Assay.Bytes;
using Assay.Derivation;
using Assay.Detection;
using Assay.Effects;
using Assay.Effects.Packs;
using Assay.Hosting;
using Assay.Hosting.Packs;

namespace Assay.Tests.Derivation;

public sealed class EffectPackBuildTests : IDisposable
{
    private const string Source = "import os\ndef run(x): os.system(x)\nclass C:\n  def __setstate__(self, s): exec(s['a'])\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-builder").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("folder")]
    [InlineData("wheel")]
    [InlineData("sdist")]
    public void NamesOfEachKindOfSourceAreInThePack(string kind)
    {
        EffectKnowledge knowledge = Knowledge(Build(Make(kind, Source)));
        Assert.Equal("process 0/x", Assert.Single(knowledge.Find("pkg.mod.run").Entry!.Call).ToString());
        Assert.Equal("process 0/x", Assert.Single(knowledge.Find("pkg.run").Entry!.Call).ToString());
        Assert.Equal("exec 1/s.a", Assert.Single(knowledge.Find("pkg.mod.C.__setstate__").Entry!.Call).ToString());
        Assert.Null(knowledge.Find("pkg.tests.helper").Entry);
    }

    [Fact]
    public void TheSameSourcesGiveTheSameBytes() => Assert.Equal(Build(Make("wheel", Source)).Pack("a", "1", false), Build(Make("wheel", Source)).Pack("a", "1", false));

    [Fact]
    public void OfSeveralVersionsEachCounts()
    {
        EffectKnowledge knowledge = Knowledge(Build(Make("wheel", Source), Make("wheel", "def run(x): exec(x)\n", "2.0")));
        Assert.Equal("exec 0/x; process 0/x", string.Join("; ", knowledge.Find("pkg.mod.run").Entry!.Call));
        Assert.NotNull(knowledge.Find("pkg.mod.C.__setstate__").Entry);
    }

    [Fact]
    public void WhatIsFoundIsSaidToBeDerivedAndNotHarmfulByItsName()
    {
        EffectEntry entry = Knowledge(Build(Make("folder", Source))).Find("pkg.mod.run").Entry!;
        Assert.True(entry.IsDerived);
        Assert.False(entry.IsHarmful);
    }

    [Fact]
    public void TheEvidenceBelongsToThePack()
    {
        EffectPackBuild build = Build(Make("folder", Source));
        byte[] pack = build.Pack("test", "1", false);
        StringWriter writer = new();
        build.WriteEvidence(writer, pack);
        using StringReader reader = new(writer.ToString());
        Assert.Equal(EffectPack.Open("test", new MemorySource(pack)).Digest, PackEvidence.ReadHead(reader));
        EffectEvidence evidence = Assert.Single(PackEvidence.Of(reader, new HashSet<string> { "pkg.mod.run" }));
        Assert.Equal(("process 0/x", 2), (evidence.Effect, evidence.Line));
    }

    [Fact]
    public void AListingGivesThePackThatItWasWrittenWith()
    {
        EffectPackBuild first = Build(Make("folder", Source));
        StringWriter listing = new();
        first.WriteListing(listing);
        EffectPackBuild second = new(RuleSet.Default, true, _ => null);
        second.AddListing(new StringReader(listing.ToString()));
        Assert.Equal(first.Pack("a", "1", false), second.Pack("a", "1", false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("assay-effects 2\n")]
    [InlineData("assay-effects 1\na\tb\n")]
    [InlineData("assay-effects 1\na\t\t0\tanalysed-a\tdata\tnonsense 0\t\n")]
    [InlineData("assay-effects 1\na\t\t9\tanalysed-a\tdata\t\t\n")]
    public void ABrokenListingIsRefused(string text) =>
        Assert.Throws<EffectPackException>(() => new EffectPackBuild(RuleSet.Default, true, _ => null).AddListing(new StringReader(text)));

    [Fact]
    public void ImportsAreFoundInTheLibrary()
    {
        string library = Path.Combine(_folder, "library", "other");
        Directory.CreateDirectory(library);
        File.WriteAllText(Path.Combine(library, "__init__.py"), "import os\ndef act(y): os.system(y)\n");
        EffectPackBuild build = new(RuleSet.Default, true, PythonSources.Library([Path.GetDirectoryName(library)!]));
        build.Add([PythonSources.Read(Make("folder", "import other\ndef run(x): other.act(x)\n"))], _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal("process 0/x", Assert.Single(Knowledge(build).Find("pkg.mod.run").Entry!.Call).ToString());
    }

    [Fact]
    public void WhatAnEarlierPackSaysOfASourceAtHandCountsForNothing()
    {
        EffectPack earlier = EffectPack.Open("earlier", new MemorySource(Build(Make("wheel", Source)).Pack("earlier", "1", false)));
        EffectPackBuild build = new(RuleSet.With([], [earlier]), true, _ => null);
        build.Add([PythonSources.Read(Make("folder", "def run(x): return 1\n"))], _ => { }, TestContext.Current.CancellationToken);
        Assert.Empty(Knowledge(build).Find("pkg.run").Entry!.Call);
    }

    [Fact]
    public void AStopEndsTheAnalysis()
    {
        using CancellationTokenSource stop = new();
        EffectPackBuild build = new(RuleSet.Default, true, path =>
        {
            // The first import comes while the analysis runs.
            stop.Cancel();
            return null;
        });
        PythonDistribution source = PythonSources.Read(Make("folder", "import other\ndef run(x): other.act(x)\n"));
        Assert.Throws<OperationCanceledException>(() => build.Add([source], _ => { }, stop.Token));
    }

    [Theory]
    // A folder with no __init__ whose modules import each other is the package of its name; one that holds such a package, or whose modules do not, is where Python looks.
    [InlineData("from .other import x", "space.mod")]
    [InlineData("from space.other import x", "space.mod")]
    [InlineData("import spaceship", "mod")]
    public void AFolderIsAPackageWhereItsModulesSaySo(string source, string name)
    {
        string folder = Path.Combine(_folder, "space");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "mod.py"), $"{source}\nimport os\ndef run(x): os.system(x)\n");
        Assert.Equal("process 0/x", Assert.Single(Knowledge(Build(folder)).Find($"{name}.run").Entry!.Call).ToString());
    }

    [Fact]
    public void WhatIsNoSourceIsSaid()
    {
        string file = Path.Combine(_folder, "a.txt");
        File.WriteAllText(file, "x");
        Assert.Throws<SettingException>(() => PythonSources.Read(file));
        Assert.Throws<SettingException>(() => PythonSources.Read(Path.Combine(_folder, "missing.whl")));
    }

    private static EffectPackBuild Build(params string[] sources)
    {
        EffectPackBuild build = new(RuleSet.Default, true, _ => null);
        build.Add([.. sources.Select(PythonSources.Read)], _ => { }, TestContext.Current.CancellationToken);
        return build;
    }

    private static EffectKnowledge Knowledge(EffectPackBuild build) => new([EffectPack.Open("test", new MemorySource(build.Pack("test", "1", false)))]);

    private string Make(string kind, string source, string version = "1.0")
    {
        (string Path, string Text)[] files = [("pkg/__init__.py", "from .mod import run"), ("pkg/mod.py", source), ("pkg/tests/__init__.py", ""), ("pkg/tests/helper.py", source), ("setup.py", "import os")];
        string path = Path.Combine(_folder, kind is "wheel" ? $"pkg-{version}-py3-none-any.whl" : kind is "sdist" ? $"pkg-{version}.tar.gz" : "tree");
        if (kind is "wheel")
        {
            using ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create);
            foreach ((string name, string text) in files)
            {
                using StreamWriter writer = new(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }
        else if (kind is "sdist")
        {
            using TarWriter archive = new(new GZipStream(File.Create(path), CompressionLevel.Fastest));
            foreach ((string name, string text) in files)
                archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"pkg-{version}/{name}") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }
        else
        {
            foreach ((string name, string text) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(path, name))!);
                File.WriteAllText(Path.Combine(path, name), text);
            }
        }

        return path;
    }
}
