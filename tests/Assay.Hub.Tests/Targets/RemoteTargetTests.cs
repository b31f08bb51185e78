// Addresses, and what they name.
using Assay.Hosting;
using Assay.Hub.Targets;

namespace Assay.Hub.Tests.Targets;

public sealed class RemoteTargetTests
{
    [Theory]
    [InlineData("hf://org/model", HubKind.Model, "org/model", null, "")]
    [InlineData("hf://models/org/model/config.json", HubKind.Model, "org/model", null, "config.json")]
    [InlineData("hf://gpt2", HubKind.Model, "gpt2", null, "")]
    [InlineData("hf://gpt2@v1.0/sub/file.bin", HubKind.Model, "gpt2", "v1.0", "sub/file.bin")]
    [InlineData("hf://datasets/org/data@refs/pr/10/data.csv", HubKind.Dataset, "org/data", "refs/pr/10", "data.csv")]
    [InlineData("hf://datasets/org/data@refs/convert/parquet/x.parquet", HubKind.Dataset, "org/data", "refs/convert/parquet", "x.parquet")]
    [InlineData("hf://spaces/user/app@feature%2Fone", HubKind.Space, "user/app", "feature/one", "")]
    [InlineData("https://huggingface.co/org/model", HubKind.Model, "org/model", null, "")]
    [InlineData("https://huggingface.co/org/model/tree/main", HubKind.Model, "org/model", "main", "")]
    [InlineData("https://huggingface.co/org/model/blob/main/a/b.bin?download=true", HubKind.Model, "org/model", "main", "a/b.bin")]
    [InlineData("https://hf.co/datasets/org/data/resolve/refs/pr/1/x.csv", HubKind.Dataset, "org/data", "refs/pr/1", "x.csv")]
    [InlineData("https://huggingface.co/gpt2", HubKind.Model, "gpt2", null, "")]
    [InlineData("https://huggingface.co/gpt2/blob/main/config.json", HubKind.Model, "gpt2", "main", "config.json")]
    public void ARepositoryIsNamed(string address, HubKind kind, string name, string? revision, string path) =>
        Assert.Equal(new HubTarget(kind, name, revision, path), RemoteTarget.Parse(address, new HubOptions()));

    [Theory]
    [InlineData("hf://")]
    [InlineData("hf://org/")]
    [InlineData("hf:///model")]
    [InlineData("hf://org/model@")]
    [InlineData("hf://org/model@..")]
    [InlineData("hf://org/model@main/../../x")]
    [InlineData("hf://org/mo del")]
    [InlineData("hf://org/model?x=1")]
    [InlineData("hf://org--name/model")]
    [InlineData("https://")]
    [InlineData("https://user:word@example.org/model.bin")]
    [InlineData("s3+https://example.org/")]
    [InlineData("oci://example.org")]
    [InlineData("oci://example.org/UPPER")]
    [InlineData("oci://example.org/name@sha256:12")]
    public void WhatNamesNothingIsRefused(string address)
    {
        SettingException refusal = Assert.Throws<SettingException>(() => RemoteTarget.Parse(address, new HubOptions()));
        Assert.DoesNotContain("word@", refusal.Message.Replace("a password", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void OtherServersAreNamed()
    {
        Assert.Equal(new WebTarget(new Uri("https://example.org/a/model.bin?sig=1")), RemoteTarget.Parse("https://example.org/a/model.bin?sig=1", new HubOptions()));
        Assert.Equal(new BucketTarget(new Uri("https://example.org/bucket/"), "a/b"), RemoteTarget.Parse("s3+https://example.org/bucket/a/b", new HubOptions()));
        Assert.Equal(new BucketTarget(new Uri("https://bucket.s3.eu-west-1.amazonaws.com/"), "a/b"), RemoteTarget.Parse("s3+https://bucket.s3.eu-west-1.amazonaws.com/a/b", new HubOptions()));
        Assert.Equal(new RegistryTarget(new Uri("https://ghcr.io/"), "org/model", "v1"), RemoteTarget.Parse("oci://ghcr.io/org/model:v1", new HubOptions()));
        Assert.Equal(new RegistryTarget(new Uri("http://localhost:5000/"), "model", "latest"), RemoteTarget.Parse("oci+http://localhost:5000/model", new HubOptions()));
    }

    [Theory]
    [InlineData("model.bin", false)]
    [InlineData("./hf://x", false)]
    [InlineData("C:/hf", false)]
    [InlineData("hf://x", true)]
    [InlineData("HTTPS://x", true)]
    public void PathsAreNoAddresses(string text, bool isRemote) => Assert.Equal(isRemote, RemoteTarget.IsRemote(text));
}
