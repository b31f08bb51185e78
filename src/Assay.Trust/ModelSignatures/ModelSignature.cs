// Signatures of models in the format of OpenSSF Model Signing: read, written, and compared with files.
using System.Security.Cryptography;
using System.Text.Json;
using System.Text;
using Assay.Hosting.Files;
using Assay.Hosting;
using Assay.Trust.Signing;

namespace Assay.Trust.ModelSignatures;

/// <summary>
/// A signature of a model (OpenSSF Model Signing 1.0): a bundle of Sigstore around an envelope whose statement lists files with their digests. Nothing in it is believed before the
/// envelope verifies under a key or a certificate that the user has named.
/// </summary>
public sealed class ModelSignature
{
    /// <summary>The predicate type.</summary>
    public const string PredicateType = "https://model_signing/signature/v1.0";

    /// <summary>What people call the file.</summary>
    public const string FileName = "model.sig";

    private const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const int Longest = 64 << 20;
    private const int MostEntries = 16;

    private readonly IReadOnlyList<LogEntry> _log;

    private ModelSignature(Envelope envelope, IReadOnlyList<byte[]> certificates, string hint, IReadOnlyList<LogEntry> log)
    {
        Envelope = envelope;
        Certificates = certificates;
        Hint = hint;
        _log = log;
    }

    /// <summary>What is signed.</summary>
    public Envelope Envelope { get; }

    /// <summary>The certificates that came with it, the signer's first; empty where a key signed.</summary>
    public IReadOnlyList<byte[]> Certificates { get; }

    /// <summary>The digest of the key that signed, as the bundle names it; empty where it does not.</summary>
    public string Hint { get; }

    /// <summary>Whether an entry of a transparency log came with it.</summary>
    public bool HasLog => _log.Count > 0;

    /// <summary>Holds the entries that came with it to the key of a transparency log: the first that holds, or why none does; null where there is none.</summary>
    /// <param name="log">The log's key.</param>
    /// <param name="signer">The key under which this signature holds, which the entry has to name; null where a certificate came with it.</param>
    public LogProof? Prove(VerifyingKey log, VerifyingKey? signer)
    {
        LogProof[] proofs = [.. _log.Select(e => e.Prove(log, this, signer))];
        return proofs.FirstOrDefault(p => p.Why.Length == 0) ?? proofs.FirstOrDefault();
    }

    /// <summary>Reads a bundle.</summary>
    /// <exception cref="SettingException">It cannot be read, or is none.</exception>
    public static ModelSignature Read(string file) => Of(SettingFile.Read("signature", file, Longest), file);

    /// <summary>Reads a bundle that is called <paramref name="name"/> in errors.</summary>
    /// <exception cref="SettingException">It is none.</exception>
    public static ModelSignature Of(byte[] text, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement, material = root.GetProperty("verificationMaterial");
            Envelope? envelope = Envelope.Read(Encoding.UTF8.GetBytes(root.GetProperty("dsseEnvelope").GetRawText()));
            List<byte[]> certificates = [];
            if (material.TryGetProperty("x509CertificateChain", out JsonElement chain))
            {
                certificates.AddRange(chain.GetProperty("certificates").EnumerateArray().Select(c => c.GetProperty("rawBytes").GetBytesFromBase64()));
            }
            else if (material.TryGetProperty("certificate", out JsonElement leaf))
            {
                certificates.Add(leaf.GetProperty("rawBytes").GetBytesFromBase64());
            }

            string hint = material.TryGetProperty("publicKey", out JsonElement key) && key.TryGetProperty("hint", out JsonElement text2) ? text2.GetString() ?? "" : "";
            LogEntry[] entries = material.TryGetProperty("tlogEntries", out JsonElement log) && log.ValueKind == JsonValueKind.Array ? [.. log.EnumerateArray().Take(MostEntries).Select(LogEntry.Read)] : [];
            if (envelope is { PayloadType: Envelope.InToto, Signatures.Count: > 0 } && (certificates.Count > 0 || material.TryGetProperty("publicKey", out _)))
            {
                return new ModelSignature(envelope, certificates, hint, entries);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
        }

        throw new SettingException($"The signature {name} cannot be used: it is no bundle of OpenSSF Model Signing.");
    }

    /// <summary>Signs the model at <paramref name="path"/>, and returns the bundle.</summary>
    /// <exception cref="SettingException">The model cannot be read, or the key is of a kind that the format does not have.</exception>
    public static byte[] Sign(string path, ModelSerialization how, SigningKey key, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(how);
        ArgumentNullException.ThrowIfNull(key);
        if (key.Public.Algorithm != KeyAlgorithm.Ecdsa)
        {
            throw new SettingException($"The key {key.Public.Name} cannot sign a model: OpenSSF Model Signing takes keys of ECDSA only.");
        }

        IReadOnlyList<ModelResource> resources = ModelManifest.Of(path, how, cancellation);
        Envelope envelope = Envelope.Of(Envelope.InToto, Statement(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))), resources, how)).Signed(key);
        return Json(json =>
        {
            json.WriteString("mediaType", MediaType);
            json.WriteStartObject("verificationMaterial");
            json.WriteStartObject("publicKey");
            json.WriteString("hint", HintOf(key.Public));
            json.WriteEndObject();
            json.WriteStartArray("tlogEntries");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject("dsseEnvelope");
            json.WriteString("payload", envelope.Payload);
            json.WriteString("payloadType", envelope.PayloadType);
            json.WriteStartArray("signatures");
            json.WriteStartObject();
            json.WriteString("sig", envelope.Signatures![0]!.Sig);
            json.WriteString("keyid", "");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>What bundles call a key: the digest of its PEM.</summary>
    public static string HintOf(VerifyingKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key.Pem)));
    }

    /// <summary>Whether a key that the user has named has signed it.</summary>
    public bool IsSignedBy(VerifyingKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Certificates.Count == 0 && (Hint.Length == 0 || Hint == HintOf(key)) && Envelope.IsSignedBy(key);
    }

    /// <summary>How the signed list differs from the model at <paramref name="path"/>, in sentences; none where every file is as it was signed. To be asked only once the signature was verified.</summary>
    /// <exception cref="SettingException">The list or the model cannot be read.</exception>
    public IReadOnlyList<string> Compare(string path, IEnumerable<string> ignored, CancellationToken cancellation = default)
    {
        (IReadOnlyList<ModelResource> signed, ModelSerialization how, string root) = Manifest();
        List<string> differences = [];
        if (ModelManifest.Root(signed) != root)
        {
            differences.Add("the digest over the list is not that of the list");
        }

        IReadOnlyList<ModelResource> found = ModelManifest.Of(path, how with { IgnorePaths = [.. how.IgnorePaths, .. ignored] }, cancellation);
        Dictionary<string, string> there = found.ToDictionary(r => r.Name, r => r.Digest);
        if (!Directory.Exists(path) && signed is [{ Name: "." }])
        {
            // Before 1.1 a model of one file was listed under this name.
            there = new() { ["."] = found[0].Digest };
        }

        foreach (ModelResource resource in signed)
        {
            if (!there.Remove(resource.Name, out string? digest))
            {
                differences.Add($"{resource.Name} is missing");
            }
            else if (digest != resource.Digest)
            {
                differences.Add($"{resource.Name} is not what was signed");
            }
        }

        differences.AddRange(there.Keys.Order(StringComparer.Ordinal).Select(n => $"{n} was not signed"));
        return differences;
    }

    private (IReadOnlyList<ModelResource> Resources, ModelSerialization How, string Root) Manifest()
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(Envelope.Bytes);
            JsonElement root = document.RootElement, predicate = root.GetProperty("predicate"), how = predicate.GetProperty("serialization");
            string hash = how.GetProperty("hash_type").GetString() ?? "", method = how.GetProperty("method").GetString() ?? "";
            if (root.GetProperty("_type").GetString() != Statement<string>.V1 || root.GetProperty("predicateType").GetString() != PredicateType)
            {
                throw new SettingException("The signature cannot be used: what it signs is no list of a model's files.");
            }

            if (hash != "sha256" || method is not ("files" or "shards"))
            {
                throw new SettingException($"The signature cannot be used: files digested with {hash}, by {method}, are not supported.");
            }

            List<ModelResource> resources = [];
            foreach (JsonElement resource in predicate.GetProperty("resources").EnumerateArray())
            {
                string digest = resource.GetProperty("digest").GetString() ?? "";
                if (resource.GetProperty("algorithm").GetString() != hash || digest.Length != 64 || !digest.All(char.IsAsciiHexDigitLower))
                {
                    throw new FormatException();
                }

                resources.Add(new ModelResource(resource.GetProperty("name").GetString() ?? "", digest));
            }

            if (resources.Count == 0 || resources.DistinctBy(r => r.Name).Count() != resources.Count || root.GetProperty("subject").GetArrayLength() != 1)
            {
                throw new FormatException();
            }

            ModelSerialization serialization = new()
            {
                ShardSize = method == "shards" ? how.GetProperty("shard_size").GetInt64() is > 0 and long size ? size : throw new FormatException() : null,
                AllowSymlinks = how.TryGetProperty("allow_symlinks", out JsonElement links) && links.ValueKind == JsonValueKind.True,
                IgnorePaths = how.TryGetProperty("ignore_paths", out JsonElement ignored) ? [.. ignored.EnumerateArray().Select(i => i.GetString() ?? "")] : [],
            };
            return (resources, serialization, root.GetProperty("subject")[0].GetProperty("digest").GetProperty("sha256").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SettingException("The signature cannot be used: its list of files is broken.");
        }
    }

    private static byte[] Statement(string name, IReadOnlyList<ModelResource> resources, ModelSerialization how) => Json(json =>
    {
        json.WriteString("_type", Statement<string>.V1);
        json.WriteStartArray("subject");
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteStartObject("digest");
        json.WriteString("sha256", ModelManifest.Root(resources));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("predicateType", PredicateType);
        json.WriteStartObject("predicate");
        json.WriteStartArray("resources");
        foreach (ModelResource resource in resources)
        {
            json.WriteStartObject();
            json.WriteString("name", resource.Name);
            json.WriteString("algorithm", "sha256");
            json.WriteString("digest", resource.Digest);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("serialization");
        json.WriteString("method", how.ShardSize is null ? "files" : "shards");
        json.WriteString("hash_type", "sha256");
        if (how.ShardSize is long size)
        {
            json.WriteNumber("shard_size", size);
        }

        json.WriteBoolean("allow_symlinks", how.AllowSymlinks);
        json.WriteStartArray("ignore_paths");
        foreach (string path in ModelSerialization.AlwaysIgnored.Concat(how.IgnorePaths).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteStringValue(path);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
