// Signatures of models: those of the reference implementation and of the specification verify, and a change of anything does not.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Hosting;
using Assay.Tests.Builders;
using Assay.Trust.ModelSignatures;
using Assay.Trust.Signing;
using Assay.Trust.Tests.Builders;

namespace Assay.Trust.Tests.ModelSignatures;

public sealed class ModelSignatureTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("v1.0.0-elliptic-key.sig", false)]
    [InlineData("v1.0.1-elliptic-key.sig", true)]
    [InlineData("v1.1.0-elliptic-key.sig", true)]
    [InlineData("spec-key.json", true)]
    public void WhatTheReferenceHasSignedWithAKeyVerifies(string name, bool isFolder)
    {
        ModelSignature signature = ModelSignature.Of(Bytes(name), name);
        string model = Lay();
        Assert.True(signature.IsSignedBy(VerifyingKey.OfPem("signer", Encoding.ASCII.GetString(Bytes("signer.pem")))));
        Assert.Empty(Compare(signature, isFolder ? model : Path.Join(model, "signme-1"), []));
        using SigningKey other = SigningKey.New("other");
        Assert.False(signature.IsSignedBy(other.Public));
    }

    [Theory]
    [InlineData("v1.0.0-certificate.sig", "")]
    [InlineData("v1.1.0-certificate.sig", "")]
    [InlineData("spec-certificate.json", "\n")]
    public void WhatTheReferenceHasSignedWithACertificateVerifies(string name, string end)
    {
        ModelSignature signature = ModelSignature.Of(Bytes(name), name);
        File.WriteAllBytes(_tree["ca.pem"], Bytes("ca.pem"));
        Assert.NotNull(new CertificateTrust([_tree["ca.pem"]]).SignerOf(signature));
        Assert.Empty(Compare(signature, Lay(end), []));
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.3.3", X509KeyUsageFlags.DigitalSignature, true)]
    [InlineData(null, X509KeyUsageFlags.DigitalSignature, true)]
    [InlineData("1.3.6.1.5.5.7.3.3", null, true)]
    [InlineData("1.3.6.1.5.5.7.3.1", X509KeyUsageFlags.DigitalSignature, false)]
    [InlineData("1.3.6.1.5.5.7.3.3", X509KeyUsageFlags.KeyAgreement, false)]
    [InlineData(null, null, false)]
    public void ACertificateForSomethingElseSignsNoModel(string? purpose, X509KeyUsageFlags? usage, bool signs)
    {
        // A house has one authority for its web servers and for whoever signs; the key of a server is not one of those.
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256), leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest root = new("CN=house", rootKey, HashAlgorithmName.SHA256), leaf = new("CN=leaf", leafKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (usage is { } flags)
        {
            leaf.CertificateExtensions.Add(new X509KeyUsageExtension(flags, true));
        }

        if (purpose is not null)
        {
            leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        }

        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 authority = root.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));
        using X509Certificate2 signer = leaf.Create(authority, now.AddDays(-1), now.AddDays(1), [1, 2, 3, 4]);
        File.WriteAllText(_tree["house.pem"], authority.ExportCertificatePem());
        JsonNode bundle = JsonNode.Parse(Bytes("spec-certificate.json"))!;
        byte[] payload = Convert.FromBase64String((string)bundle["dsseEnvelope"]!["payload"]!);
        bundle["dsseEnvelope"]!["signatures"]![0]!["sig"] = Convert.ToBase64String(leafKey.SignData(Envelope.Encoding(Envelope.InToto, payload), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        bundle["verificationMaterial"]!["x509CertificateChain"] = new JsonObject { ["certificates"] = new JsonArray(new JsonObject { ["rawBytes"] = Convert.ToBase64String(signer.RawData) }) };
        Assert.Equal(signs, new CertificateTrust([_tree["house.pem"]]).SignerOf(ModelSignature.Of(Encoding.UTF8.GetBytes(bundle.ToJsonString()), "x")) is not null);
    }

    [Theory]
    [InlineData("invalid-empty.json")]
    [InlineData("invalid-missing-envelope.json")]
    [InlineData("invalid-missing-verification-material.json")]
    public void WhatTheSpecificationCallsInvalidIsRefused(string name) => Assert.Throws<SettingException>(() => ModelSignature.Of(Bytes(name), name));

    [Fact]
    public void AnotherPredicateIsNoListOfFiles() =>
        Assert.Throws<SettingException>(() => Compare(ModelSignature.Of(Bytes("invalid-wrong-predicate.json"), "x"), Lay(), []));

    [Fact]
    public void EveryChangeOfAModelIsNamed()
    {
        ModelSignature signature = ModelSignature.Of(Bytes("spec-key.json"), "x");
        string model = Lay();
        File.WriteAllText(Path.Join(model, "signme-1"), "signme-x");
        Assert.Equal(["signme-1 is not what was signed"], Compare(signature, model, []));
        Lay();
        File.WriteAllText(Path.Join(model, "more"), "x");
        Assert.Equal(["more was not signed"], Compare(signature, model, []));
        Assert.Empty(Compare(signature, model, ["more"]));
        Lay();
        File.Delete(Path.Join(model, "signme-2"));
        Assert.Equal(["signme-2 is missing"], Compare(signature, model, []));
    }

    [Fact]
    public void EachChangedByteOfTheSignedListUndoesTheSignature()
    {
        VerifyingKey key = VerifyingKey.OfPem("signer", Encoding.ASCII.GetString(Bytes("signer.pem")));
        JsonNode bundle = JsonNode.Parse(Bytes("spec-key.json"))!;
        byte[] payload = Convert.FromBase64String((string)bundle["dsseEnvelope"]!["payload"]!);
        for (int at = 0; at < payload.Length; at += 7)
        {
            payload[at] ^= 1;
            bundle["dsseEnvelope"]!["payload"] = Convert.ToBase64String(payload);
            payload[at] ^= 1;
            Assert.False(ModelSignature.Of(Encoding.UTF8.GetBytes(bundle.ToJsonString()), "x").IsSignedBy(key));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(4L)]
    public void WhatIsSignedHereVerifiesHere(long? shard)
    {
        string model = Lay();
        Directory.CreateDirectory(Path.Join(model, "sub/.git"));
        Directory.CreateDirectory(Path.Join(model, ".git"));
        foreach (string name in (string[])[".git/config", ".gitattributes", "sub/.git/config", "sub/é", "sub/𐀀", "sub/﹀"])
        {
            File.WriteAllText(Path.Join(model, name), name);
        }

        using SigningKey key = SigningKey.New("ada");
        byte[] bundle = Sign(model, new ModelSerialization { ShardSize = shard }, key);
        ModelSignature signature = ModelSignature.Of(bundle, "x");
        Assert.True(signature.IsSignedBy(key.Public));
        Assert.Empty(Compare(signature, model, []));
        JsonNode statement = JsonNode.Parse(signature.Envelope.Bytes)!;
        string[] names = [.. statement["predicate"]!["resources"]!.AsArray().Select(r => (string)r!["name"]!)];
        Assert.DoesNotContain(names, n => n.StartsWith(".git", StringComparison.Ordinal));
        Assert.Contains(names, n => n.StartsWith("sub/.git/config", StringComparison.Ordinal));

        // Code points, and not the units of UTF-16.
        Assert.True(Array.FindIndex(names, n => n.StartsWith("sub/﹀", StringComparison.Ordinal)) < Array.FindIndex(names, n => n.StartsWith("sub/𐀀", StringComparison.Ordinal)));
        Assert.Equal("model", (string)statement["subject"]![0]!["name"]!);
    }

    [Fact]
    public void PythonWritesTheSameRootAndHint()
    {
        // The two digests that an implementation can get wrong without noticing, worked out as the specification says by another program.
        string model = Lay();
        using SigningKey key = SigningKey.New("ada");
        JsonNode statement = JsonNode.Parse(ModelSignature.Of(Sign(model, new ModelSerialization(), key), "x").Envelope.Bytes)!;
        Assert.Equal("92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4", (string)statement["subject"]![0]!["digest"]!["sha256"]!);
        Assert.Equal("e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e", ModelSignature.HintOf(VerifyingKey.OfPem("signer", Encoding.ASCII.GetString(Bytes("signer.pem")))));
    }

    [Fact]
    public void ALinkIsNotFollowedUnlessTheSignerDid()
    {
        string model = Lay();
        _tree.Link("model/link", "signme-1");
        using SigningKey key = SigningKey.New("ada");
        Assert.Throws<SettingException>(() => Sign(model, new ModelSerialization(), key));
        _tree.Link("model/circle", "../model");
        byte[] bundle = Sign(model, new ModelSerialization { AllowSymlinks = true }, key);
        Assert.Empty(Compare(ModelSignature.Of(bundle, "x"), model, []));
    }

    [Fact]
    public void TheCommandsSignAndVerify()
    {
        string model = Lay(), home = _tree["home"];
        Commanded Run(params string[] arguments) => Commanded.Run(home, _tree.Root, arguments);
        Run("verify-signature", model).Ended(4);
        Run("sign", model).Ended(0);
        Run("verify-signature", model).Ended(0);
        Commanded.Run(_tree["other"], _tree.Root, ["verify-signature", model]).Ended(1);
        File.AppendAllText(Path.Join(model, "signme-1"), "!");
        Assert.Contains("signme-1 is not what was signed", Run("verify-signature", model).Ended(1), StringComparison.Ordinal);
        Run("sign", Path.Join(model, "signme-1"), "-o", _tree["one.sig"]).Ended(0);
        Run("verify-signature", Path.Join(model, "signme-1"), "--signature", _tree["one.sig"]).Ended(0);
        Run("sign", _tree["missing"]).Ended(4);
        Run("sign", model, "-o", _tree["missing/x"]).Ended(4);
        Run("verify-signature", model, "--signature", _tree["missing"]).Ended(4);
        Run("verify-signature", model, "--public-key", Path.Join(model, "signme-1")).Ended(4);
        Run("verify-signature", model, "--certificate", Path.Join(model, "signme-1")).Ended(4);
    }

    private string Lay(string end = "\n")
    {
        string model = _tree["model"];
        if (Directory.Exists(model))
        {
            Directory.Delete(model, recursive: true);
        }

        _tree.Add("model/signme-1", "signme-1" + end);
        _tree.Add("model/signme-2", "signme-2");
        return model;
    }

    private static IReadOnlyList<string> Compare(ModelSignature signature, string model, string[] ignored) => signature.Compare(model, ignored, TestContext.Current.CancellationToken);

    private static byte[] Sign(string model, ModelSerialization how, SigningKey key) => ModelSignature.Sign(model, how, key, TestContext.Current.CancellationToken);

    private static byte[] Bytes(string name)
    {
        using Stream stream = typeof(ModelSignatureTests).Assembly.GetManifestResourceStream("signatures/" + name)!;
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
