// Ed25519 is that of RFC 8032, and both kinds of keys are what openssl takes for them.
using Assay.Hosting;
using Assay.Tests.Builders;
using Assay.Trust.Signing;

namespace Assay.Trust.Tests.Signing;

public sealed class KeyPairTests : IDisposable
{
    private const string PrivateHead = "302e020100300506032b657004220420";
    private const string PublicHead = "302a300506032b6570032100";
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    // RFC 8032, 7.1: tests 1, 2, 3 and that of SHA(abc).
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [InlineData(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704")]
    public void TheVectorsOfTheSpecificationHold(string secret, string open, string message, string signature)
    {
        byte[] bytes = Convert.FromHexString(message);
        using SigningKey key = SigningKey.OfPem("rfc", Pem("PRIVATE KEY", PrivateHead + secret), null);
        Assert.Equal(Pem("PUBLIC KEY", PublicHead + open), key.Public.Pem);
        Assert.Equal(signature, Convert.ToHexStringLower(key.Sign(bytes)));
        VerifyingKey read = VerifyingKey.OfPem("rfc", key.Public.Pem);
        byte[] signed = Convert.FromHexString(signature);
        Assert.True(read.Verifies(bytes, signed));
        for (int at = 0; at < signed.Length; at++)
        {
            signed[at] ^= 1;
            Assert.False(read.Verifies(bytes, signed));
            signed[at] ^= 1;
        }

        Assert.False(read.Verifies([.. bytes, 0], signed));
        Assert.False(read.Verifies(bytes, [.. signed, 0]));
        Assert.False(read.Verifies(bytes, signed.AsSpan(1)));
    }

    // Points of small order: one signature would fit every text.
    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751")]
    public void WhatIsNoKeyIsNone(string open) => Assert.Throws<SettingException>(() => VerifyingKey.OfPem("x", Pem("PUBLIC KEY", PublicHead + open)));

    [Theory]
    [InlineData(KeyAlgorithm.Ed25519)]
    [InlineData(KeyAlgorithm.Ecdsa)]
    public void OpenSslReadsTheKeysAndTakesTheSignatures(KeyAlgorithm algorithm)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "There is no openssl.");
        KeyRing ring = new(_tree["keys"]);
        ring.New("ada", "open sesame", algorithm);
        ring.New("bob", null, algorithm);
        _tree.Add("text", "hello");
        string hash = algorithm == KeyAlgorithm.Ed25519 ? "-rawin" : "-rawin -digest sha256";
        foreach (string name in (string[])["ada", "bob"])
        {
            using SigningKey key = ring.Open(name, name == "ada" ? "open sesame" : null);
            Assert.Equal(algorithm, key.Public.Algorithm);
            File.WriteAllBytes(_tree["sig"], key.Sign("hello"u8));
            _tree.Shell($"openssl pkeyutl -verify -pubin -inkey keys/{name}.pub {hash} -in text -sigfile sig >/dev/null");
            _tree.Shell($"openssl pkey -in keys/{name}.key -passin 'pass:open sesame' -pubout >public && cmp public keys/{name}.pub");
        }

        _tree.Shell($"openssl genpkey -algorithm {(algorithm == KeyAlgorithm.Ed25519 ? "ed25519" : "EC -pkeyopt ec_paramgen_curve:P-256")} -out theirs.key && openssl pkeyutl -sign -inkey theirs.key {hash} -in text -out sig && openssl pkey -in theirs.key -pubout >theirs.pub");
        Assert.True(ring.Import("theirs", _tree["theirs.pub"]).Verifies("hello"u8, File.ReadAllBytes(_tree["sig"])));
        using SigningKey theirs = SigningKey.OfPem("theirs", File.ReadAllText(_tree["theirs.key"]), null);
        Assert.Equal(theirs.Id, ring.Trusted().Single(k => k.Name == "theirs").Id);
    }

    [Fact]
    public void SomebodysNewKeyComesInThePlaceOfTheirOldOne()
    {
        KeyRing ada = new(_tree["ada"]), bob = new(_tree["bob"]);
        ada.New("ada", null);
        bob.Import("ada", _tree["ada/ada.pub"]);
        DateTimeOffset now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        ada.Rotate("ada", null, compromised: false, now, KeyAlgorithm.Ed25519);
        Assert.Throws<SettingException>(() => bob.Import("ada", _tree["ada/ada.pub"]));
        bob.Import("ada", _tree["ada/ada.pub"], now);
        Assert.Equal(ada.Trusted().Select(k => (k.Name, k.Id, k.RetiredAt)), bob.Trusted().Select(k => (k.Name, k.Id, k.RetiredAt)));
        Assert.Equal([null, now], bob.Trusted().Select(k => k.RetiredAt).Order());
        bob.New("bob", null);
        Assert.Throws<SettingException>(() => bob.Import("bob", _tree["ada/ada.pub"], now));
    }

    private static string Pem(string label, string hex) => System.Security.Cryptography.PemEncoding.WriteString(label, Convert.FromHexString(hex)) + "\n";
}
