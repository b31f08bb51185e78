// Entries of transparency logs are held to the log's key, and every change of one undoes it.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Tests.Builders;
using Assay.Trust.ModelSignatures;
using Assay.Trust.Signing;
using Assay.Trust.Tests.Builders;

namespace Assay.Trust.Tests.ModelSignatures;

public sealed class LogEntryTests : IDisposable
{
    private readonly TemporaryTree _tree = new();
    private readonly SigningKey _signer = SigningKey.New("signer");
    private readonly SigningKey _log = SigningKey.New("log");

    public void Dispose()
    {
        _tree.Dispose();
        _signer.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 7)]
    [InlineData(6, 7)]
    [InlineData(4, 5)]
    [InlineData(5, 8)]
    public void AnEntryIsProvenByItsPath(int index, int size)
    {
        JsonNode bundle = Bundle(index, size);
        LogProof proof = Prove(bundle);
        Assert.Equal("", proof.Why);
        Assert.Equal(1_760_062_340, proof.At!.Value.ToUnixTimeSeconds());
        Assert.Equal(4711, proof.Number);
    }

    [Fact]
    public void EitherHalfIsEnoughAndNeitherIsNone()
    {
        JsonNode promised = Bundle(1, 3), proven = Bundle(1, 3), bare = Bundle(1, 3);
        Entry(promised).Remove("inclusionProof");
        Entry(proven).Remove("inclusionPromise");
        Assert.Equal("", Prove(promised).Why);
        Assert.Equal(("", (DateTimeOffset?)null), (Prove(proven).Why, Prove(proven).At));
        Entry(bare).Remove("inclusionProof");
        Entry(bare).Remove("inclusionPromise");
        Assert.NotEqual("", Prove(bare).Why);
    }

    [Fact]
    public void EachChangeOfAnEntryUndoesIt()
    {
        JsonObject good = Entry(Bundle(2, 5));
        foreach (string place in (string[])["logIndex", "integratedTime", "logId.keyId", "canonicalizedBody", "inclusionPromise.signedEntryTimestamp", "inclusionProof.logIndex", "inclusionProof.treeSize", "inclusionProof.rootHash", "inclusionProof.hashes", "inclusionProof.checkpoint.envelope"])
        {
            JsonNode bundle = Bundle(2, 5);
            JsonObject at = Entry(bundle);
            string[] parts = place.Split('.');
            foreach (string part in parts[..^1])
            {
                at = at[part]!.AsObject();
            }

            at[parts[^1]] = at[parts[^1]] switch
            {
                JsonArray hashes => new JsonArray([.. hashes.Skip(1).Select(h => h!.DeepClone())]),
                var text when text!.GetValue<string>().All(char.IsAsciiDigit) => (long.Parse(text.GetValue<string>(), CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture),
                var text when place.EndsWith("envelope", StringComparison.Ordinal) => text!.GetValue<string>().Replace("\n5\n", "\n6\n", StringComparison.Ordinal),
                var text => Convert.ToBase64String([.. Convert.FromBase64String(text!.GetValue<string>()).Select((b, i) => i == 9 ? (byte)(b ^ 1) : b)]),
            };
            Assert.True(Prove(bundle).Why.Length > 0, place);
        }

        Assert.NotNull(good);
        using SigningKey other = SigningKey.New("other");
        Assert.NotEqual("", ModelSignature.Of(Encoding.UTF8.GetBytes(Bundle(2, 5).ToJsonString()), "x").Prove(other.Public, _signer.Public)!.Why);
    }

    [Fact]
    public void AnEntryAboutAnotherSignatureIsNone()
    {
        JsonNode bundle = Bundle(0, 1), theirs = Bundle(0, 1, "another model");
        bundle["verificationMaterial"]!["tlogEntries"] = theirs["verificationMaterial"]!["tlogEntries"]!.DeepClone();
        Assert.NotEqual("", Prove(bundle).Why);
    }

    [Fact]
    public void AnEntryAboutTheSignatureOfSomebodyElseInTheSameEnvelopeIsNone()
    {
        // The signer's signature was never taken in. Somebody adds their own over the same text, has that taken in, and takes out the hint to the key.
        JsonNode theirs = Bundle(0, 1);
        using SigningKey trusted = SigningKey.New("trusted");
        JsonNode envelope = theirs["dsseEnvelope"]!;
        byte[] signed = Envelope.Encoding(Envelope.InToto, Convert.FromBase64String((string)envelope["payload"]!));
        envelope["signatures"]!.AsArray().Add(new JsonObject { ["sig"] = Convert.ToBase64String(trusted.Sign(signed)), ["keyid"] = "" });
        theirs["verificationMaterial"]!["publicKey"]!["hint"] = "";
        ModelSignature both = ModelSignature.Of(Encoding.UTF8.GetBytes(theirs.ToJsonString()), "x");
        Assert.True(both.IsSignedBy(trusted.Public));
        Assert.NotEqual("", both.Prove(_log.Public, trusted.Public)!.Why);
        Assert.Equal("", both.Prove(_log.Public, _signer.Public)!.Why);
        Assert.NotEqual("", both.Prove(_log.Public, null)!.Why);
    }

    [Fact]
    public void TheCommandHoldsASignatureToTheLog()
    {
        JsonNode bundle = Bundle(1, 3);
        File.WriteAllText(_tree["model"], "words");
        File.WriteAllText(_tree["model.sig"], bundle.ToJsonString());
        File.WriteAllText(_tree["signer.pub"], _signer.Public.Pem);
        File.WriteAllText(_tree["log.pub"], _log.Public.Pem);
        string[] command = ["verify-signature", _tree["model"], "--public-key", _tree["signer.pub"]];
        Assert.Contains("entry 4711", Commanded.Run(_tree["home"], _tree.Root, [.. command, "--log-key", _tree["log.pub"]]).Ended(0), StringComparison.Ordinal);
        Commanded.Run(_tree["home"], _tree.Root, [.. command, "--log-key", _tree["signer.pub"]]).Ended(1);
        Commanded.Run(_tree["home"], _tree.Root, [.. command, "--identity", "somebody"]).Ended(4);
        bundle["verificationMaterial"]!["tlogEntries"] = new JsonArray();
        File.WriteAllText(_tree["model.sig"], bundle.ToJsonString());
        Commanded.Run(_tree["home"], _tree.Root, [.. command, "--log-key", _tree["log.pub"]]).Ended(1);
        Commanded.Run(_tree["home"], _tree.Root, command).Ended(0);
    }

    private static JsonObject Entry(JsonNode bundle) => bundle["verificationMaterial"]!["tlogEntries"]![0]!.AsObject();

    private LogProof Prove(JsonNode bundle) => ModelSignature.Of(Encoding.UTF8.GetBytes(bundle.ToJsonString()), "x").Prove(_log.Public, _signer.Public)!;

    /// <summary>A signed model, taken into a log of <paramref name="size"/> entries as the one at <paramref name="index"/>.</summary>
    private JsonNode Bundle(int index, int size, string text = "words")
    {
        File.WriteAllText(_tree["model"], text);
        JsonNode bundle = JsonNode.Parse(ModelSignature.Sign(_tree["model"], new ModelSerialization(), _signer))!;
        JsonNode envelope = bundle["dsseEnvelope"]!;
        JsonObject said = new()
        {
            ["apiVersion"] = "0.0.1",
            ["kind"] = "dsse",
            ["spec"] = new JsonObject
            {
                ["payloadHash"] = new JsonObject { ["algorithm"] = "sha256", ["value"] = Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String((string)envelope["payload"]!))) },
                ["signatures"] = new JsonArray(new JsonObject { ["signature"] = (string)envelope["signatures"]![0]!["sig"]!, ["verifier"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(_signer.Public.Pem)) }),
            },
        };
        byte[] body = Encoding.UTF8.GetBytes(said.ToJsonString());
        byte[][] leaves = [.. Enumerable.Range(0, size).Select(i => SHA256.HashData(i == index ? [0, .. body] : [0, (byte)i]))];
        (byte[] root, List<byte[]> path) = Path(leaves, index);
        string note = $"log.example\n{size}\n{Convert.ToBase64String(root)}\n";
        string promise = $"{{\"body\":\"{Convert.ToBase64String(body)}\",\"integratedTime\":1760062340,\"logID\":\"{_log.Id}\",\"logIndex\":4711}}";
        bundle["verificationMaterial"]!["tlogEntries"] = new JsonArray(new JsonObject
        {
            ["logIndex"] = "4711",
            ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(Convert.FromHexString(_log.Id)) },
            ["kindVersion"] = new JsonObject { ["kind"] = "dsse", ["version"] = "0.0.1" },
            ["integratedTime"] = "1760062340",
            ["inclusionPromise"] = new JsonObject { ["signedEntryTimestamp"] = Convert.ToBase64String(_log.Sign(Encoding.UTF8.GetBytes(promise))) },
            ["inclusionProof"] = new JsonObject
            {
                ["logIndex"] = index.ToString(CultureInfo.InvariantCulture),
                ["treeSize"] = size.ToString(CultureInfo.InvariantCulture),
                ["rootHash"] = Convert.ToBase64String(root),
                ["hashes"] = new JsonArray([.. path.Select(h => (JsonNode)Convert.ToBase64String(h))]),
                ["checkpoint"] = new JsonObject { ["envelope"] = $"{note}\n\u2014 log.example {Convert.ToBase64String([1, 2, 3, 4, .. _log.Sign(Encoding.UTF8.GetBytes(note))])}\n" },
            },
            ["canonicalizedBody"] = Convert.ToBase64String(body),
        });
        return bundle;
    }

    /// <summary>The root over leaves and the path to one of them, as RFC 9162 defines both (2.1.1 and 2.1.3.1).</summary>
    private static (byte[] Root, List<byte[]> Path) Path(byte[][] leaves, int index)
    {
        if (leaves.Length == 1)
        {
            return (leaves[0], []);
        }

        int half = 1;
        while (half * 2 < leaves.Length)
        {
            half *= 2;
        }

        (byte[] left, List<byte[]> leftPath) = Path(leaves[..half], Math.Min(index, half - 1));
        (byte[] right, List<byte[]> rightPath) = Path(leaves[half..], Math.Max(0, index - half));
        return (SHA256.HashData([1, .. left, .. right]), index < half ? [.. leftPath, right] : [.. rightPath, left]);
    }
}
