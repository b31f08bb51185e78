// Plain web servers, buckets and registries as bundles.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Assay.Detection;
using Assay.Hub.Bundles;
using Assay.Hub.Http;
using Assay.Hub.Secrets;
using Assay.Hub.Targets;
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Server;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Bundles;

public sealed class OtherServersTests
{
    private static async Task<RemoteBundle> OpenAsync(TestHub hub, string target)
    {
        // The hub's own host is named, whatever else lies on it.
        HubOptions options = Hubs.Options(hub, token: true);
        return await RemoteBundle.OpenAsync(RemoteTarget.Parse(target, options), options, TestContext.Current.CancellationToken);
    }

    private static TargetReport Scan(RemoteBundle bundle) =>
        new Scanner(new ScanOptions { Rules = RuleSet.Default }).Scan(Assert.Single(bundle.Inputs(_ => true, TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken).Report!;

    [Fact]
    public async Task AFileOnAWebServerIsReadByParts()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.WebFiles["a/model.safetensors"] = TestFile.Sparse("model.safetensors", Hubs.Safetensors("w", 5_000_000_000).Length, (0, Hubs.Safetensors("w", 5_000_000_000).Head));
        using RemoteBundle bundle = await OpenAsync(hub, new UriBuilder(hub.Storage) { Port = hub.Endpoint.Port }.Uri + "files/a/model.safetensors?sig=secret");
        Assert.Equal(Verdict.Passed, Scan(bundle).Verdict);
        Assert.DoesNotContain("secret", bundle.Path + bundle.Single, StringComparison.Ordinal);
        Assert.InRange(hub.Log.Sent, 1, 1_000_000);
        Assert.All(hub.Log.All, r => Assert.Null(r.Authorization));
    }

    [Theory]
    [InlineData(200_000, Verdict.Malicious)]
    [InlineData(2_000_000, Verdict.Incomplete)]
    public async Task AWebServerWithoutPartsGivesSmallFilesOnly(int size, Verdict verdict)
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.OnRequest = _ => new Fault { IgnoresRanges = true };
        hub.WebFiles["bad.bin"] = TestFile.Plain("bad.bin", Hubs.Torch(Hubs.Pickle("os", "system", "echo canary"), size));
        using RemoteBundle bundle = await OpenAsync(hub, new UriBuilder(hub.Storage) { Port = hub.Endpoint.Port }.Uri + "files/bad.bin");
        Assert.Equal(verdict, Scan(bundle).Verdict);
    }

    [Fact]
    public async Task AFileThatIsExchangedInTheMiddleIsUnread()
    {
        await using TestHub hub = await TestHub.StartAsync();
        int asked = 0;
        hub.WebFiles["model.safetensors"] = TestFile.Plain("model.safetensors", Hubs.SafetensorsFile("w", 2_000_000));
        hub.OnRequest = _ => new Fault { GivesParts = false, Headers = Interlocked.Increment(ref asked) > 2 ? [("ETag", "\"another\"")] : [] };
        using RemoteBundle bundle = await OpenAsync(hub, new UriBuilder(hub.Storage) { Port = hub.Endpoint.Port }.Uri + "files/model.safetensors");
        Assert.Equal(Verdict.Incomplete, Scan(bundle).Verdict);
    }

    [Fact]
    public async Task TheObjectsOfABucketAreABundle()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.PageSize = 3;
        foreach (TestFile file in Hubs.Everything)
        {
            hub.Objects["s3/models/a/" + file.Path] = TestFile.Plain("models/a/" + file.Path, file.ToArray());
        }

        hub.Objects["s3/models/another/x.txt"] = TestFile.Plain("models/another/x.txt", "words & <more>");
        hub.Add("org/model").Commit("main", Hubs.Everything);
        using RemoteBundle bundle = await OpenAsync(hub, $"s3+{hub.Endpoint}s3/models/a/");
        (await Judged.OfAsync(hub, "hf://org/model")).Equals("bucket", await Judged.OfAsync(bundle));
        Assert.All(hub.Log.All.Where(r => r.Path.StartsWith("/s3", StringComparison.Ordinal)), r => Assert.Null(r.Authorization));
    }

    [Theory]
    [InlineData("<html/>")]
    [InlineData("no XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><ListBucketResult><Contents><Key>&x;</Key></Contents></ListBucketResult>")]
    [InlineData("<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>")]
    public async Task WhatIsNoListingOfABucketIsRefused(string answer)
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.OnRequest = _ => new Fault { Body = Encoding.UTF8.GetBytes(answer), Status = 200 };
        Assert.Equal(RemoteFault.Malformed, (await Assert.ThrowsAsync<RemoteException>(() => OpenAsync(hub, $"s3+{hub.Endpoint}bucket/a"))).Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnArtifactOfARegistryIsABundle(bool asks)
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.RegistryAsks = asks;
        byte[] manifest = Publish(hub);
        using RemoteBundle bundle = await OpenAsync(hub, $"oci+{hub.Endpoint}org/model:v1");
        (await Judged.OfAsync(hub, "hf://org/model")).Equals("registry", await Judged.OfAsync(bundle));
        Assert.EndsWith("@sha256:" + Convert.ToHexStringLower(SHA256.HashData(manifest)), bundle.Path, StringComparison.Ordinal);
        Assert.DoesNotContain(hub.Log.All, r => r.Path.StartsWith("/v2", StringComparison.Ordinal) && r.Authorization == "Bearer " + TestHub.Token);
    }

    [Theory]
    [InlineData("Basic", false)]
    [InlineData("Token", true)]
    [InlineData("Identity", true)]
    public async Task ARegistryThatAsksWhoOneIsIsOpenedByTheLoginOfTheUser(string how, bool asks)
    {
        await using TestHub hub = await TestHub.StartAsync();
        (hub.RegistryAsks, hub.RegistryLogin) = (asks, how);
        Publish(hub);
        string packed = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebAnswers.User}:{WebAnswers.Password}"));
        string entry = how == "Identity" ? $"{{\"auth\":\"{Convert.ToBase64String("<token>:"u8)}\",\"identitytoken\":\"{WebAnswers.Identity}\"}}" : $"{{\"auth\":\"{packed}\"}}";
        using TemporaryTree home = new();
        home.Add("config.json", $"{{\"auths\":{{\"other.example\":{{\"auth\":\"eDp5\"}},\"{hub.Endpoint.Authority}\":{entry}}},\"credsStore\":\"never-run\"}}");
        string target = $"oci+{hub.Endpoint}org/model:v1";
        RemoteException closed = await Assert.ThrowsAsync<RemoteException>(() => OpenAsync(hub, target));
        Assert.Equal(RemoteFault.NoRepository, closed.Fault);
        HubOptions options = Hubs.Options(hub) with { FindLogin = (host, name) => RegistrySettings.Find(v => v == "DOCKER_CONFIG" ? home.Root : null, host, name) };
        using RemoteBundle bundle = await RemoteBundle.OpenAsync(RemoteTarget.Parse(target, options), options, TestContext.Current.CancellationToken);
        Assert.Equal(Hubs.Everything.Length, bundle.Names.Count);
        (await Judged.OfAsync(hub, "hf://org/model")).Equals("registry", await Judged.OfAsync(bundle));
    }

    [Fact]
    public async Task ABucketThatIsClosedIsOpenedByTheKeyOfTheUser()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.BucketKey = "AKIATEST";
        foreach (TestFile file in Hubs.Everything)
        {
            hub.Objects["s3/" + file.Path] = TestFile.Plain(file.Path, file.ToArray());
        }

        hub.Add("org/model").Commit("main", Hubs.Everything);
        string target = $"s3+{hub.Endpoint}s3";
        Assert.Equal(RemoteFault.Forbidden, (await Assert.ThrowsAsync<RemoteException>(() => OpenAsync(hub, target))).Fault);
        HubOptions options = Hubs.Options(hub) with { FindBucketKey = () => new BucketKey("AKIATEST", "secretOfThisTest", "sessionOfThisTest", "eu-west-1") };
        using RemoteBundle bundle = await RemoteBundle.OpenAsync(RemoteTarget.Parse(target, options), options, TestContext.Current.CancellationToken);
        (await Judged.OfAsync(hub, "hf://org/model")).Equals("bucket", await Judged.OfAsync(bundle));
        Assert.Contains(hub.Log.All, r => r.Authorization?.Contains("/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(hub.Log.All, r => r.IsStorage && r.Authorization is not null);
    }

    [Fact]
    public async Task ACertificateThatNobodyVouchesForIsRefused()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using TestHub hub = await TestHub.StartAsync(certificate);
        RemoteException failure = await Assert.ThrowsAsync<RemoteException>(() => OpenAsync(hub, "hf://org/model"));
        Assert.Equal(RemoteFault.Certificate, failure.Fault);
        Assert.Equal(0, hub.Log.Count);
    }

    private static byte[] Publish(TestHub hub)
    {
        hub.Add("org/model").Commit("main", Hubs.Everything);
        List<string> layers = [];
        foreach (TestFile file in Hubs.Everything)
        {
            hub.Registry["org/model/sha256:" + file.Sha256] = ("application/octet-stream", file);
            layers.Add($$$"""{"mediaType":"application/octet-stream","digest":"sha256:{{{file.Sha256}}}","size":{{{file.Length}}},"annotations":{"org.opencontainers.image.title":"{{{file.Path}}}"}}""");
        }

        byte[] manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[{{string.Join(',', layers)}}]}""");
        hub.Registry["org/model/v1"] = ("application/vnd.oci.image.manifest.v1+json", TestFile.Plain("manifest", manifest));
        return manifest;
    }
}
