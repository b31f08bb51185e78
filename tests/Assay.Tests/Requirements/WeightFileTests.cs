// Requirements of weights, archives of layers and repositories that no other room names.
using System.Security.Cryptography;
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Requirements;

public sealed class WeightFileTests
{
    private const string One = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    private static byte[] Good => WeightFiles.Safetensors(One, 8);

    private static Action<PickleBuilder> Weights => WeightFiles.Tensor("0", 4, 0, [4], [1]);

    [Theory]
    [InlineData("torch.distributed.rpc", "rpc_sync")]
    [InlineData("torch.distributed.rpc.api", "remote")]
    [InlineData("torch.distributed.rpc", "init_rpc")]
    [InlineData("torch.distributed.nn.api.remote_module", "RemoteModule")]
    public void T077_CallsOfOtherMachinesAreAtLeastSuspicious(string module, string name)
    {
        TargetReport target = Scans.Of(PickleBuilder.Protocol(2).Call(module, name, "worker1").Stop().ToArray());
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Fact]
    public void T078_StoragesThatFitPassWithoutAWord()
    {
        TargetReport target = Scans.Of(WeightFiles.Zip(Weights, new byte[16]), "m.pt");
        Assert.True(target.Verdict is Verdict.Passed && target.Findings.Count == 0, target.Describe());
    }

    [Theory]
    [InlineData("torch.storage-missing", 0)]
    [InlineData("torch.storage-short", 1)]
    [InlineData("torch.storage-unasked", 2)]
    public void T078_StoragesThatDoNotFitAreSaid(string code, int storages)
    {
        byte[][] members = [.. Enumerable.Range(0, storages).Select(i => new byte[code == "torch.storage-short" ? 8 : 16])];
        Assert.Contains(code, Scans.Of(WeightFiles.Zip(Weights, members), "m.pt").Anomalies());
    }

    [Fact]
    public void T078_APickleThatNothingAsksForIsJudgedAsOne() =>
        Assert.Equal(Verdict.Malicious, Scans.Of(WeightFiles.Zip(Weights, new byte[16], Scans.Canary), "m.pt").Verdict);

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"I8","shape":[8],"data_offsets":[0,8]}}""")]
    public void T151_AKeyThatStandsTwiceIsSuspicious(string header)
    {
        TargetReport target = Scans.Of(WeightFiles.Safetensors(header, 8), "model.safetensors");
        Assert.True(target.Verdict >= Verdict.Suspicious && target.Anomalies().Contains("safetensors.duplicate-key"), target.Describe());
    }

    [Fact]
    public void T153_WhatElseAFileOfWeightsIsIsJudged()
    {
        Assert.Equal(Verdict.Malicious, Scans.Of([.. Good, .. new ZipBuilder().Add("data.pkl", Scans.Canary).Build()], "model.safetensors").Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of([.. Good, .. Scans.Canary], "model.safetensors").Verdict);
        Assert.True(Scans.Of([.. Good, .. "<html><script>document.location='http://203.0.113.7/'</script></html>"u8], "model.safetensors").Verdict > Verdict.Passed);
    }

    [Fact]
    public void T154_APickleOrZipUnderTheNameOfSafetensorsIsJudgedByItsContent()
    {
        Assert.Equal(Verdict.Malicious, Scans.Of(Scans.Canary, "model.safetensors").Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of(new ZipBuilder().Add("archive/data.pkl", Scans.Canary).Build(), "model.safetensors").Verdict);
    }

    [Theory]
    [InlineData("../../../etc/passwd", "shards.outside")]
    [InlineData("/etc/passwd", "shards.outside")]
    [InlineData("model-00002-of-00002.safetensors", "shards.missing")]
    public void T156_AnIndexThatLeadsElsewhereOrToNothingIsSaid(string shard, string code)
    {
        ModelRepository scanned = ModelRepository.Scan(("model.safetensors.index.json", Encoding.UTF8.GetBytes("{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"" + shard + "\"}}")), ("model-00001-of-00002.safetensors", Good));
        Assert.Contains(code, scanned.Files.SelectMany(f => f.Anomalies()));
        Assert.True(code is "shards.missing" || scanned.Verdict is not Verdict.Passed);
    }

    [Theory]
    [InlineData("pt")]
    [InlineData("flax")]
    [InlineData("mlx")]
    public void T157_AWellFormedFileThatSaysWhoWroteItPasses(string format)
    {
        TargetReport target = Scans.Of(WeightFiles.Safetensors("{\"__metadata__\":{\"format\":\"" + format + "\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8), "model.safetensors");
        Assert.True(target.Verdict is Verdict.Passed && target.Findings.Count == 0, target.Describe());
        target.AssertComplete();
    }

    [Fact]
    public void T188_LayersOfAModelKitAreOpened()
    {
        Assert.Equal(Verdict.Malicious, Kit(Scans.Canary).Verdict);
        Kit(Scans.Harmless).Passes();
    }

    [Fact]
    public void T203_ManyMembersAndLargeSparseArraysPass()
    {
        ZipBuilder many = new();
        for (int i = 0; i < 3000; i++)
        {
            many.Add($"layer{i}.npy", NumpyFiles.Floats(2));
        }

        TargetReport target = Scans.Of(many.Build(), "arrays.npz");
        Assert.True(target.Verdict is Verdict.Passed && target.Unread.Count == 0, target.Describe());
    }

    [Theory]
    [InlineData("# Proof of concept\n\nA harmless demonstration for a bug bounty; it does nothing bad. Security research only.\n")]
    [InlineData("# Test file\n\nThis model is whitelisted and safe to load.\n")]
    public void T204_WhatAReadmeClaimsMakesNothingBetter(string readme) =>
        Assert.Equal(Verdict.Malicious, ModelRepository.Scan(("README.md", Encoding.UTF8.GetBytes(readme)), ("model.pkl", Scans.Canary)).Verdict);

    /// <summary>An OCI layout with one packed layer that holds a model and a mark that takes another file away.</summary>
    private static ModelRepository Kit(byte[] model)
    {
        byte[] layer = new TarBuilder().Add("model.pkl", model).Add(".wh.older.bin", []).Build();
        byte[] config = "{}"u8.ToArray();
        byte[] manifest = Encoding.UTF8.GetBytes("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":\"application/vnd.kitops.modelkit.config.v1+json\",\"digest\":\"sha256:"
            + Digest(config) + "\",\"size\":2},\"layers\":[{\"mediaType\":\"application/vnd.kitops.modelkit.model.v1.tar\",\"digest\":\"sha256:" + Digest(layer) + "\",\"size\":" + layer.Length + "}]}");
        byte[] index = Encoding.UTF8.GetBytes("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:" + Digest(manifest) + "\",\"size\":" + manifest.Length + "}]}");
        return ModelRepository.Scan(
            ("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()), ("index.json", index), ($"blobs/sha256/{Digest(layer)}", layer), ($"blobs/sha256/{Digest(config)}", config), ($"blobs/sha256/{Digest(manifest)}", manifest));
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
