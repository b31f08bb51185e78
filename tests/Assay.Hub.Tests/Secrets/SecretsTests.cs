// Keys and logins are found where users keep them, sign as S3 asks, and are never printed.
using Assay.Hosting;
using Assay.Hub.Secrets;
using Assay.Hub.Targets;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Secrets;

public sealed class SecretsTests : IDisposable
{
    private readonly TemporaryTree _home = new();

    public void Dispose() => _home.Dispose();

    // The examples of Amazon's documentation of Signature Version 4 for S3.
    [Theory]
    [InlineData("https://examplebucket.s3.amazonaws.com/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    [InlineData("https://examplebucket.s3.amazonaws.com/?prefix=J&max-keys=2", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void RequestsAreSignedAsS3Asks(string place, string signature)
    {
        BucketKey key = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null, "us-east-1");
        string header = key.Sign("GET", new Uri(place), new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero)).Single(h => h.Name == "Authorization").Value;
        Assert.Equal($"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}", header);
    }

    [Fact]
    public void AKeyStandsInTheEnvironmentOrInAProfile()
    {
        Assert.Null(Key());
        Assert.Equal("eu-central-1", Key(("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "hidden"), ("AWS_REGION", "eu-central-1"))!.Region);
        Assert.Null(Key(("AWS_ACCESS_KEY_ID", "id")));
        _home.Add(".aws/credentials", "[default]\naws_access_key_id = one\naws_secret_access_key=hidden\n\n# words\n[work]\naws_access_key_id=two\naws_secret_access_key=hid=den\naws_session_token=session\n");
        _home.Add(".aws/config", "[default]\nregion=us-west-2\n[profile work]\nregion = eu-west-3\ns3 =\n  max_concurrent_requests = 2\n[profile sso]\nsso_start_url = https://example.org\n");
        Assert.Contains("Credential=one/", Signed(Key()!), StringComparison.Ordinal);
        Assert.Equal("us-west-2", Key()!.Region);
        Assert.Contains("Credential=two/", Signed(Key(("AWS_PROFILE", "work"))!), StringComparison.Ordinal);
        Assert.Contains("x-amz-security-token", Signed(Key(("AWS_PROFILE", "work"))!), StringComparison.Ordinal);
        Assert.Equal("eu-west-3", Key(("AWS_PROFILE", "work"))!.Region);
        Assert.Throws<SettingException>(() => Key(("AWS_PROFILE", "sso")));
        Assert.Throws<SettingException>(() => Key(("AWS_PROFILE", "missing")));
        Assert.Throws<SettingException>(() => Key(("AWS_ACCESS_KEY_ID", "i d"), ("AWS_SECRET_ACCESS_KEY", "hidden")));
    }

    [Theory]
    [InlineData("s3+https://bucket.s3.eu-west-1.amazonaws.com/a", "eu-west-1")]
    [InlineData("s3+https://bucket.s3-us-west-2.amazonaws.com/a", "us-west-2")]
    [InlineData("s3+https://bucket.s3.dualstack.eu-north-1.amazonaws.com/a", "eu-north-1")]
    [InlineData("s3+https://s3.ap-south-1.amazonaws.com/bucket/a", "ap-south-1")]
    [InlineData("s3+https://bucket.s3.amazonaws.com/a", null)]
    [InlineData("s3+https://minio.example.org/bucket/a", null)]
    public void AHostOfAmazonsHoldsItsRegion(string target, string? region) => Assert.Equal(region, Assert.IsType<BucketTarget>(RemoteTarget.Parse(target, new HubOptions())).Region);

    [Theory]
    [InlineData("registry.example", "org/model", "registry")]
    [InlineData("registry.example", "team/model", "team")]
    [InlineData("registry.example", "teams/model", "registry")]
    [InlineData("registry-1.docker.io", "library/model", "docker")]
    [InlineData("other.example", "org/model", null)]
    [InlineData("registry.example.evil", "org/model", null)]
    public void ALoginIsThatOfTheRegistryAndOfTheArtifact(string host, string name, string? user)
    {
        string Entry(string at, string who) => $"\"{at}\":{{\"auth\":\"{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(who + ":secret"))}\"}}";
        _home.Add(".docker/config.json", $"{{\"auths\":{{{Entry("https://registry.example/v2/", "registry")},{Entry("registry.example/team", "team")},{Entry("https://index.docker.io/v1/", "docker")},\"empty.example\":{{}}}}}}");
        RegistryLogin? login = RegistrySettings.Find(Home, host, name);
        Assert.Equal(user is null ? null : AccessToken.OfPassword(user, "secret").Header, login?.Password?.Header);
    }

    [Fact]
    public void WhatIsNoFileOfLoginsIsSaid()
    {
        Assert.Null(RegistrySettings.Find(Home, "a", "b"));
        _home.Add(".docker/config.json", "{\"auths\":[]}");
        Assert.Null(RegistrySettings.Find(Home, "a", "b"));
        foreach (string text in (string[])["no json", "{\"auths\":{\"a\":{\"auth\":\"***\"}}}"])
        {
            File.WriteAllText(_home[".docker/config.json"], text);
            Assert.Throws<SettingException>(() => RegistrySettings.Find(Home, "a", "b"));
        }
    }

    [Fact]
    public void NothingPrintsASecret()
    {
        BucketKey key = new("id", "secretOfThisTest", "sessionOfThisTest", "r");
        HubOptions options = new() { Token = new AccessToken("tokenOfThisTest"), FindBucketKey = () => key };
        string all = $"{options} {key} {AccessToken.OfPassword("ada", "secretOfThisTest")} {new RegistryLogin(null, "identityOfThisTest")} {key.Hide("a secretOfThisTest b sessionOfThisTest")} {Signed(key).Replace("sessionOfThisTest", "", StringComparison.Ordinal)}";
        Assert.DoesNotContain("OfThisTest", all, StringComparison.OrdinalIgnoreCase);
        AccessToken login = AccessToken.OfPassword("ada", "secretOfThisTest");
        Assert.DoesNotContain("OfThisTest", login.Hide($"{login.Header} secretOfThisTest"), StringComparison.Ordinal);
        Assert.DoesNotContain(login.Header[6..], login.Hide(login.Header), StringComparison.Ordinal);
    }

    private static string Signed(BucketKey key) => string.Join('\n', key.Sign("GET", new Uri("https://host/a"), DateTimeOffset.UnixEpoch).Select(h => $"{h.Name}: {h.Value}"));

    private BucketKey? Key(params (string Name, string Value)[] variables) => BucketSettings.Find(name => variables.FirstOrDefault(v => v.Name == name).Value ?? Home(name));

    private string? Home(string name) => name == "HOME" ? _home.Root : null;
}
