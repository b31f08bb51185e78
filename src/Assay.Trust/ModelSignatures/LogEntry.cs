// The entry of a transparency log that came with a signature, held to the log's key without asking the log.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Trust.Signing;

namespace Assay.Trust.ModelSignatures;

/// <summary>What holding an entry to the log's key came to.</summary>
/// <param name="Number">The number of the entry in the log.</param>
/// <param name="At">When the log took it in, where the log has signed that.</param>
/// <param name="Why">Why it does not hold; empty where it does.</param>
public sealed record LogProof(long Number, DateTimeOffset? At, string Why);

/// <summary>
/// An entry of a log like Rekor's: what was signed and by which key, the log's promise to keep it (a signature over the entry and the time), and the proof that it is kept (a path through a tree
/// of hashes, RFC 9162, to a root that the log has signed). Nothing of it is believed without the log's key.
/// </summary>
internal sealed class LogEntry
{
    private const int MostHashes = 64;
    private byte[] _body = [];
    private byte[] _log = [];
    private long _number;
    private long _time;
    private byte[]? _promise;
    private (long Index, long Size, byte[] Root, List<byte[]> Hashes, string Checkpoint)? _proof;

    /// <summary>Reads an entry of a bundle.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static LogEntry Read(JsonElement entry)
    {
        LogEntry read = new()
        {
            _body = entry.GetProperty("canonicalizedBody").GetBytesFromBase64(),
            _log = entry.GetProperty("logId").GetProperty("keyId").GetBytesFromBase64(),
            _number = Number(entry, "logIndex"),
            _time = entry.TryGetProperty("integratedTime", out _) ? Number(entry, "integratedTime") : 0,
        };
        if (entry.TryGetProperty("inclusionPromise", out JsonElement promise) && promise.TryGetProperty("signedEntryTimestamp", out JsonElement signed))
        {
            read._promise = signed.GetBytesFromBase64();
        }

        if (entry.TryGetProperty("inclusionProof", out JsonElement proof))
        {
            JsonElement hashes = proof.TryGetProperty("hashes", out JsonElement found) ? found : default;
            read._proof = (Number(proof, "logIndex"), Number(proof, "treeSize"), proof.GetProperty("rootHash").GetBytesFromBase64(),
                hashes.ValueKind == JsonValueKind.Array ? [.. hashes.EnumerateArray().Take(MostHashes + 1).Select(h => h.GetBytesFromBase64())] : [],
                proof.GetProperty("checkpoint").GetProperty("envelope").GetString() ?? "");
        }

        return read;
    }

    /// <summary>Holds the entry to the log's key, and to the signature that it is said to be about.</summary>
    /// <param name="log">The log's key.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="signer">The key under which the signature holds; null where that is the one in its certificate.</param>
    public LogProof Prove(VerifyingKey log, ModelSignature signature, VerifyingKey? signer)
    {
        LogProof Not(string why) => new(_number, null, why);
        if (Convert.ToHexStringLower(_log) != log.Id)
        {
            return Not("it is of another log than the key that you have named");
        }

        if (!IsAbout(signature, signer))
        {
            return Not("it is about another signature");
        }

        if (_promise is null && _proof is null)
        {
            return Not("the log has signed nothing of it");
        }

        if (_promise is null && signature.Certificates.Count > 0)
        {
            // Whoever gets hold of the key of a certificate that has ended could still have a new signature taken in.
            return Not("the log has signed no time, and a certificate is held to one");
        }

        if (_promise is not null && !log.Verifies(Promised(), _promise))
        {
            return Not("the log's promise is not signed by its key");
        }

        if (_proof is { } proof && Fault(proof, log) is { } fault)
        {
            return Not(fault);
        }

        return new LogProof(_number, _promise is null ? null : DateTimeOffset.FromUnixTimeSeconds(_time), "");
    }

    /// <summary>Whether the entry names the text, a signature and the key or certificate of the bundle.</summary>
    private bool IsAbout(ModelSignature signature, VerifyingKey? signer)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(_body);
            JsonElement root = document.RootElement, spec = root.GetProperty("spec");
            string payload = Convert.ToHexStringLower(SHA256.HashData(signature.Envelope.Bytes));
            bool nested = root.GetProperty("kind").GetString() == "intoto";
            if (!nested && root.GetProperty("kind").GetString() != "dsse")
            {
                return false;
            }

            JsonElement content = nested ? spec.GetProperty("content") : spec;
            if (content.GetProperty("payloadHash").GetProperty("algorithm").GetString() != "sha256" || content.GetProperty("payloadHash").GetProperty("value").GetString() != payload)
            {
                return false;
            }

            HashSet<string> signatures = [.. (signature.Envelope.Signatures ?? []).Select(s => s?.Sig ?? "")];
            foreach (JsonElement one in (nested ? content.GetProperty("envelope") : spec).GetProperty("signatures").EnumerateArray())
            {
                // Entries of the older kind pack both once more.
                string sig = one.GetProperty(nested ? "sig" : "signature").GetString() ?? "", key = one.GetProperty(nested ? "publicKey" : "verifier").GetString() ?? "";
                sig = nested ? Encoding.UTF8.GetString(Convert.FromBase64String(sig)) : sig;
                if (signatures.Contains(sig) && IsKeyOf(Encoding.UTF8.GetString(Convert.FromBase64String(key)), signature, signer))
                {
                    return true;
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
        }

        return false;
    }

    /// <summary>Whether the log has noted this key: another one may have signed the same text in the same envelope.</summary>
    private static bool IsKeyOf(string pem, ModelSignature signature, VerifyingKey? signer)
    {
        if (!PemEncoding.TryFind(pem, out PemFields fields))
        {
            return false;
        }

        byte[] given = Convert.FromBase64String(pem[fields.Base64Data]);
        return signature.Certificates.Count > 0
            ? given.AsSpan().SequenceEqual(signature.Certificates[0])
            : signer is not null && signer.Id == Convert.ToHexStringLower(SHA256.HashData(given));
    }

    /// <summary>What the log signs when it takes an entry in: canonical JSON (RFC 8785) of these four.</summary>
    private byte[] Promised() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{{\"body\":\"{Convert.ToBase64String(_body)}\",\"integratedTime\":{_time},\"logID\":\"{Convert.ToHexStringLower(_log)}\",\"logIndex\":{_number}}}"));

    private string? Fault((long Index, long Size, byte[] Root, List<byte[]> Hashes, string Checkpoint) proof, VerifyingKey log)
    {
        if (Root(proof.Index, proof.Size, proof.Hashes) is not { } root || !root.AsSpan().SequenceEqual(proof.Root))
        {
            return "the path of hashes does not lead to the root that it names";
        }

        // A note: the name of the log, how many entries, the root, and behind an empty line the signatures, each with a hint of four bytes.
        int end = proof.Checkpoint.IndexOf("\n\n", StringComparison.Ordinal);
        string[] lines = end < 0 ? [] : proof.Checkpoint[..end].Split('\n');
        if (lines.Length < 3 || lines[1] != proof.Size.ToString(CultureInfo.InvariantCulture) || lines[2] != Convert.ToBase64String(proof.Root))
        {
            return "what the log has signed is another root";
        }

        byte[] text = Encoding.UTF8.GetBytes(proof.Checkpoint[..(end + 1)]);
        return proof.Checkpoint[(end + 2)..].Split('\n').Select(l => l.Split(' ')).Where(l => l is ["—", _, _]).Any(l => Decoded(l[2]) is { Length: > 4 } signed && log.Verifies(text, signed.AsSpan(4)))
            ? null : "the root is not signed by the log's key";
    }

    /// <summary>The root to which a path leads from this entry (RFC 9162, 2.1.3.2); null where the path has another length than it must have.</summary>
    private byte[]? Root(long index, long size, List<byte[]> hashes)
    {
        if (index < 0 || index >= size || hashes.Count > MostHashes)
        {
            return null;
        }

        byte[] hash = SHA256.HashData([0, .. _body]);
        (long at, long last) = (index, size - 1);
        foreach (byte[] other in hashes)
        {
            if (last == 0)
            {
                return null;
            }

            if ((at & 1) == 1 || at == last)
            {
                hash = SHA256.HashData([1, .. other, .. hash]);
                for (; (at & 1) == 0 && at != 0; at >>= 1, last >>= 1)
                {
                }
            }
            else
            {
                hash = SHA256.HashData([1, .. hash, .. other]);
            }

            (at, last) = (at >> 1, last >> 1);
        }

        return last == 0 ? hash : null;
    }

    private static byte[]? Decoded(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : null;
    }

    /// <summary>Numbers of 64 bits are texts in the JSON of protocol buffers.</summary>
    private static long Number(JsonElement element, string name) => element.GetProperty(name) is { ValueKind: JsonValueKind.String } text
        ? long.Parse(text.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture) : element.GetProperty(name).GetInt64();
}
