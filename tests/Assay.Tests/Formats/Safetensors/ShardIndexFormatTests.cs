// The index of sharded weights: where its names lead.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Safetensors;

public sealed class ShardIndexFormatTests
{
    [Fact]
    public void AnIndexWhoseShardsAreThereIsComplete()
    {
        TargetReport target = Scan("""{"metadata":{"total_size":3},"weight_map":{"a":"s-1.safetensors","b":"s-1.safetensors","c":"s-2.safetensors"}}""", "s-1.safetensors", "s-2.safetensors");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
        Assert.Equal(
            [("s-1.safetensors", ReferencePlace.Inside), ("s-2.safetensors", ReferencePlace.Inside)],
            target.Facts.OfType<ReferenceFact>().Select(r => (r.Target, r.Place)));
    }

    [Fact]
    public void AShardThatIsMissingIsSaid()
    {
        TargetReport target = Scan("""{"weight_map":{"a":"s-1.safetensors"}}""");
        Assert.Equal(ReferencePlace.Missing, Assert.Single(target.Facts.OfType<ReferenceFact>()).Place);
        Assert.Contains("shards.missing", target.Anomalies());
    }

    [Theory]
    [InlineData("../other.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\\\x.safetensors")]
    [InlineData("https://example.org/x.safetensors")]
    [InlineData("")]
    [InlineData("sub/../../x")]
    public void ANameThatLeadsElsewhereIsSaidAndNeverOpened(string name)
    {
        TargetReport target = Scan("{\"weight_map\":{\"a\":\"" + name + "\"}}");
        Assert.Contains("shards.outside", target.Anomalies());
        Assert.NotEqual(Verdict.Passed, target.Verdict);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":7}}""")]
    [InlineData("""{"weight_map":["a"]}""")]
    public void AMapThatIsNoneIsSaid(string text) => Assert.Contains("shards.index-broken", Scan(text).Anomalies());

    [Theory]
    [InlineData("""{"weight_map":{"a":"x"}""")]
    [InlineData("""{"weight_map":{"a":"x"}} trailing""")]
    public void AnIndexThatBreaksIsUnread(string text) => Assert.Contains(UnreadCause.Malformed, Scan(text, "x").Causes());

    [Fact]
    public void WithoutABundleNothingIsMissing()
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes("""{"weight_map":{"a":"s.safetensors"}}"""), "model.safetensors.index.json");
        Assert.Equal(Verdict.Passed, target.Verdict);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InAnArchiveTheOtherMembersAreBesideIt(bool tar)
    {
        byte[] index = Encoding.UTF8.GetBytes("""{"weight_map":{"a":"s-1.safetensors","b":"s-2.safetensors"}}""");
        byte[] shard = Conversion.WeightFiles.Safetensors("{}", 0);
        byte[] archive = tar
            ? new TarBuilder().Add("m/model.safetensors.index.json", index).Add("m/s-1.safetensors", shard).Build()
            : new ZipBuilder().Add("m/model.safetensors.index.json", index).Add("m/s-1.safetensors", shard, 8).Build();
        Assert.Equal(
            [("m/s-1.safetensors", ReferencePlace.Inside), ("m/s-2.safetensors", ReferencePlace.Missing)],
            Scans.Of(archive).Facts.OfType<ReferenceFact>().Select(r => (r.Resolved, r.Place)));
    }

    private static TargetReport Scan(string index, params string[] files)
    {
        ScanInput input = Scans.Input(Encoding.UTF8.GetBytes(index), "model.safetensors.index.json") with { In = new BundlePlace(new Files(files), "model.safetensors.index.json") };
        return Assert.Single(Scans.Run(input).Targets);
    }

    private sealed class Files(string[] names) : IBundle
    {
        public string Path => "folder";

        public IEnumerable<BundleEntry> List(CancellationToken cancellation = default) => names.Select(n => new BundleEntry(n, 1));

        public BundleOpening TryOpen(string name)
        {
            Assert.True(BundleName.IsPlain(name));
            return names.Contains(name) ? BundleOpening.Of(new MemorySource(new byte[1])) : BundleOpening.Refuse(BundleRefusal.Missing, "It is not there.");
        }
    }
}
