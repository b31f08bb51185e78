// Envelopes are those of DSSE, and say nothing that was not signed.
using System.Text;
using System.Text.Json.Nodes;
using Assay.Hosting;
using Assay.Tests.Builders;
using Assay.Trust.Signing;

namespace Assay.Trust.Tests.Signing;

public sealed class EnvelopeTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void WhatIsSignedIsTheEncodingOfTheProtocol() =>
        // The example of the specification (protocol.md of DSSE).
        Assert.Equal("DSSEv1 29 http://example.com/HelloWorld 11 hello world", Encoding.UTF8.GetString(Envelope.Encoding("http://example.com/HelloWorld", "hello world"u8)));

    [Fact]
    public void AnyOtherByteOfWhatIsSignedBreaksIt()
    {
        using SigningKey key = SigningKey.New("ada");
        using SigningKey other = SigningKey.New("eve");
        Envelope envelope = Envelope.Of("text/plain", "hello"u8).Signed(key);
        Assert.True(envelope.IsSignedBy(key.Public));
        Assert.False(envelope.IsSignedBy(other.Public));
        Assert.False((envelope with { PayloadType = "text/html" }).IsSignedBy(key.Public));
        byte[] payload = envelope.Bytes, signature = Convert.FromBase64String(envelope.Signatures![0]!.Sig!);
        for (int at = 0; at < payload.Length; at++)
        {
            payload[at] ^= 1;
            Assert.False((envelope with { Payload = Convert.ToBase64String(payload) }).IsSignedBy(key.Public));
            payload[at] ^= 1;
        }

        for (int at = 0; at < signature.Length; at++)
        {
            byte[] changed = [.. signature];
            changed[at] ^= 1;
            Assert.False((envelope with { Signatures = [new EnvelopeSignature { KeyId = key.Id, Sig = Convert.ToBase64String(changed) }] }).IsSignedBy(key.Public));
        }
    }

    [Fact]
    public void TwoSignBesideEachOtherAndOneSignsOnce()
    {
        using SigningKey ada = SigningKey.New("ada");
        using SigningKey grace = SigningKey.New("grace");
        Envelope envelope = Envelope.Of("text/plain", "x"u8).Signed(ada).Signed(grace).Signed(ada);
        Assert.Equal(2, envelope.Signatures!.Count);
        Assert.True(envelope.IsSignedBy(ada.Public) && envelope.IsSignedBy(grace.Public));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"payloadType\":\"x\"}")]
    [InlineData("{\"payloadType\":\"x\",\"payload\":\"***\",\"signatures\":[]}")]
    [InlineData("{\"payloadType\":1,\"payload\":\"\",\"signatures\":[]}")]
    public void WhatIsNoEnvelopeIsNone(string text) => Assert.Null(Envelope.Read(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void SignaturesAreCounted(int count, bool isOne) =>
        Assert.Equal(isOne, Envelope.Read(Encoding.UTF8.GetBytes($"{{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[{string.Join(',', Enumerable.Repeat("{\"sig\":\"\"}", count))}]}}")) is not null);

    [Theory]
    [InlineData("{\"payloadType\":\"x\",\"payload\":\"\"}")]
    [InlineData("{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[null,{},{\"sig\":\"!\"},{\"sig\":\"\"}]}")]
    public void BrokenSignaturesSignNothing(string text)
    {
        using SigningKey key = SigningKey.New("ada");
        Assert.False(Envelope.Read(Encoding.UTF8.GetBytes(text))!.IsSignedBy(key.Public));
    }

    [Fact]
    public void KeysAreKeptLockedAndRotated()
    {
        KeyRing ring = new(_tree["keys"]);
        VerifyingKey first = ring.New("ada", "open sesame");
        Assert.Equal([("ada", true)], ring.Own());
        Assert.Throws<SettingException>(() => ring.New("ada", null));
        Assert.Throws<SettingException>(() => ring.Open("ada", null));
        Assert.Throws<SettingException>(() => ring.Open("ada", "open barley"));
        Assert.Throws<SettingException>(() => ring.New("../ada", null));
        string secret = File.ReadAllText(_tree["keys/ada.key"]);
        Assert.Contains("ENCRYPTED", secret, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_tree["keys/ada.key"]));
        }

        Envelope envelope;
        using (SigningKey key = ring.Open("ada", "open sesame"))
        {
            envelope = Envelope.Of("text/plain", "x"u8).Signed(key);
        }

        VerifyingKey second = ring.Rotate("ada", null, compromised: false, s_now);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal([(first.Id, true), (second.Id, false)], ring.Trusted().Select(k => (k.Id, k.RetiredAt is not null)).OrderBy(k => k.Item2 ? 0 : 1));
        Assert.All(ring.Trusted(), k => Assert.Equal("ada", k.Name));
        Assert.Contains(ring.Trusted(), k => envelope.IsSignedBy(k));
        ring.Remove("ada");
        Assert.Empty(ring.Trusted());
        ring.New("ada", null);
        ring.Rotate("ada", null, compromised: true, s_now);
        Assert.Single(ring.Trusted());
    }

    [Fact]
    public void OnlyPublicKeysAreTrusted()
    {
        KeyRing ring = new(_tree["keys"]);
        ring.New("ada", null);
        KeyRing other = new(_tree["other"]);
        Assert.Equal(ring.Trusted()[0].Id, other.Import("ada", _tree["keys/ada.pub"]).Id);
        Assert.Throws<SettingException>(() => other.Import("eve", _tree["keys/ada.key"]));
        Assert.Throws<SettingException>(() => other.Import("eve", _tree.Add("text", "words")));
        ring.New("grace", null);
        Assert.Throws<SettingException>(() => other.Import("ada", _tree["keys/grace.pub"]));
    }

    [Fact]
    public void ARuleNamesKeysThatAreThere()
    {
        KeyRing ring = new(_tree["keys"]);
        ring.New("ada", null);
        Assert.Null(ring.Rule());
        Assert.Throws<SettingException>(() => ring.Require(new TrustRule(1, ["eve"])));
        Assert.Throws<SettingException>(() => ring.Require(new TrustRule(2, ["ada"])));
        ring.Require(new TrustRule(1, ["ada"]));
        Assert.Equal(1, ring.Rule()!.Need);
        File.WriteAllText(_tree["keys/rule.json"], "{}");
        Assert.Throws<SettingException>(ring.Rule);
        ring.Require(null);
        Assert.Null(ring.Rule());
    }

    [Fact]
    public void OpenSslAgreesAboutASignature()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "There is no openssl.");
        KeyRing ring = new(_tree["keys"]);
        ring.New("ada", null);
        using SigningKey key = ring.Open("ada", null);
        Envelope envelope = Envelope.Of("text/plain", "hello"u8).Signed(key);
        File.WriteAllBytes(_tree["signed"], Envelope.Encoding("text/plain", "hello"u8));
        File.WriteAllBytes(_tree["sig"], Convert.FromBase64String((string)JsonNode.Parse(envelope.Write())!["signatures"]![0]!["sig"]!));
        _tree.Shell("openssl dgst -sha256 -verify keys/ada.pub -signature sig signed >said");
        Assert.Equal("Verified OK\n", File.ReadAllText(_tree["said"]));
    }
}
