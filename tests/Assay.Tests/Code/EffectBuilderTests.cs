// The program that builds effect packs: what it reads, and that the same sources give the same pack.
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Assay.Bytes;
using Assay.EffectBuilder;
using Assay.Effects;
using Assay.Effects.Packs;

namespace Assay.Tests.Code;

public sealed class EffectBuilderTests : IDisposable
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
        BuiltPack pack = Build(Make(kind, Source));
        EffectKnowledge knowledge = new([EffectPack.Open("test", new MemorySource(pack.Bytes))]);
        Assert.Equal("process 0/x", Assert.Single(knowledge.Find("pkg.mod.run").Entry!.Call).ToString());
        Assert.Equal("process 0/x", Assert.Single(knowledge.Find("pkg.run").Entry!.Call).ToString());
        Assert.Equal("exec 1/s.a", Assert.Single(knowledge.Find("pkg.mod.C.__setstate__").Entry!.Call).ToString());
        Assert.Null(knowledge.Find("pkg.tests.helper").Entry);
    }

    [Fact]
    public void TheSameSourcesGiveTheSameBytes() => Assert.Equal(Build(Make("wheel", Source)).Bytes, Build(Make("wheel", Source)).Bytes);

    [Fact]
    public void OfSeveralVersionsEachCounts()
    {
        string first = Make("wheel", Source);
        string second = Make("wheel", "def run(x): exec(x)\n", "2.0");
        BuiltPack pack = Build(first, second);
        Assert.Equal("exec 0/x; process 0/x", string.Join("; ", pack.Entries.Single(e => e.Path is "pkg.mod.run").Entry.Call));
        Assert.Contains(pack.Entries, e => e.Path is "pkg.mod.C.__setstate__");
    }

    [Fact]
    public void TheEvidenceBelongsToThePack()
    {
        BuiltPack pack = Build(Make("folder", Source));
        StringWriter writer = new();
        pack.WriteEvidence(writer);
        using StringReader reader = new(writer.ToString());
        Assert.Equal(pack.Digest, PackEvidence.ReadHead(reader));
        EffectEvidence evidence = Assert.Single(PackEvidence.Of(reader, new HashSet<string> { "pkg.mod.run" }));
        Assert.Equal(("process 0/x", 2), (evidence.Effect, evidence.Line));
    }

    private static BuiltPack Build(params string[] sources) =>
        PackBuild.Run(new BuildOptions("out.pack", null, "test", "1", [], sources), TextWriter.Null);

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
