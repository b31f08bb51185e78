// The settings that users of huggingface_hub have already.
using Assay.Hosting;
using Assay.Hub.Http;
using Assay.Hub.Secrets;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests;

public sealed class HubSettingsTests
{
    private static HubOptions Read(params (string Name, string Value)[] variables) =>
        HubSettings.Read(variables.ToDictionary(v => v.Name, v => (string?)v.Value).GetValueOrDefault);

    [Fact]
    public void WithoutSettingsThePublicHubIsAskedWithoutAToken()
    {
        HubOptions options = Read();
        Assert.Equal(HubOptions.PublicHub, options.Endpoint);
        Assert.Null(options.Token);
        Assert.Null(options.CacheDirectory);
    }

    [Fact]
    public void TheTokenComesFromTheEnvironmentOrFromTheHome()
    {
        using TemporaryTree tree = new();
        tree.Add("hf/token", "hf_fromFile\n");
        tree.Add("cache/huggingface/token", "hf_fromCache\n");
        Assert.Equal("Bearer hf_fromFile", Read(("HF_HOME", tree["hf"])).Token!.Header);
        Assert.Equal("Bearer hf_fromCache", Read(("XDG_CACHE_HOME", tree["cache"])).Token!.Header);
        Assert.Equal("Bearer hf_direct", Read(("HF_HOME", tree["hf"]), ("HF_TOKEN", " hf_direct\n")).Token!.Header);
        Assert.Null(Read(("HF_HOME", tree["hf"]), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")).Token);
    }

    [Theory]
    [InlineData("HF_ENDPOINT", "ftp://example.org")]
    [InlineData("HF_ENDPOINT", "example.org")]
    [InlineData("HF_ENDPOINT", "https://user:word@example.org")]
    [InlineData("HF_TOKEN", "two\nlines")]
    [InlineData("HF_TOKEN", "ümlaut")]
    [InlineData("HF_HUB_OFFLINE", "1")]
    public void WhatCannotBeMeantIsRefusedWithoutSayingTheSecret(string name, string value)
    {
        SettingException refusal = Assert.Throws<SettingException>(() => Read((name, value)));
        Assert.DoesNotContain("word", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("lines", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATokenIsNeverPrinted()
    {
        HubOptions options = new() { Token = new AccessToken("hf_secret") };
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
        Assert.Equal("a (token) b", options.Token.Hide("a HF_SECRET b"));
    }
}
