// Signed payloads as DSSE has them.
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Trust.Signing;

/// <summary>A signature in an envelope.</summary>
public sealed record EnvelopeSignature
{
    /// <summary>Which key made it: a hint, and nothing that is relied on.</summary>
    [JsonPropertyName("keyid")]
    public string? KeyId { get; init; }

    /// <summary>The signature in base64.</summary>
    [JsonPropertyName("sig")]
    public string? Sig { get; init; }
}

/// <summary>
/// A signed payload (DSSE v1, https://github.com/secure-systems-lab/dsse). What is signed is the type and the bytes of the payload, each with its length, so that nothing of
/// the envelope has to be put into a canonical form.
/// </summary>
public sealed record Envelope
{
    /// <summary>The type of in-toto statements.</summary>
    public const string InToto = "application/vnd.in-toto+json";

    /// <summary>More signatures nobody needs, and each costs whoever verifies them.</summary>
    private const int MostSignatures = 64;

    /// <summary>What the payload is.</summary>
    public string? PayloadType { get; init; }

    /// <summary>The payload in base64.</summary>
    public string? Payload { get; init; }

    /// <summary>The signatures.</summary>
    public IReadOnlyList<EnvelopeSignature?>? Signatures { get; init; }

    /// <summary>The bytes of the payload.</summary>
    [JsonIgnore]
    public byte[] Bytes => Decoded(Payload) ?? [];

    /// <summary>What the envelope is called: the beginning of the digest of what it holds.</summary>
    [JsonIgnore]
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Bytes))[..16];

    /// <summary>An envelope without signatures.</summary>
    public static Envelope Of(string type, ReadOnlySpan<byte> payload) => new() { PayloadType = type, Payload = Convert.ToBase64String(payload), Signatures = [] };

    /// <summary>Reads an envelope; null where the text is none.</summary>
    public static Envelope? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SigningJson.Default.Envelope) is { PayloadType: not null, Signatures: null or { Count: <= MostSignatures } } envelope && Decoded(envelope.Payload) is not null ? envelope : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The envelope as text.</summary>
    public byte[] Write() => [.. JsonSerializer.SerializeToUtf8Bytes(this, SigningJson.Default.Envelope), (byte)'\n'];

    /// <summary>The same with a signature of <paramref name="key"/>.</summary>
    public Envelope Signed(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        EnvelopeSignature signature = new() { KeyId = key.Id, Sig = Convert.ToBase64String(key.Sign(Encoding(PayloadType!, Bytes))) };
        return this with { Signatures = [.. (Signatures ?? []).Where(s => s?.KeyId != key.Id), signature] };
    }

    /// <summary>Whether one of the signatures was made by <paramref name="key"/>.</summary>
    public bool IsSignedBy(VerifyingKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] signed = Encoding(PayloadType!, Bytes);
        return (Signatures ?? []).Any(s => Decoded(s?.Sig) is { } signature && key.Verifies(signed, signature));
    }

    /// <summary>What is signed: the pre-authentication encoding of DSSE.</summary>
    public static byte[] Encoding(string type, ReadOnlySpan<byte> payload)
    {
        byte[] name = System.Text.Encoding.UTF8.GetBytes(type);
        byte[] head = System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {name.Length} "));
        byte[] length = System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {payload.Length} "));
        return [.. head, .. name, .. length, .. payload];
    }

    private static byte[]? Decoded(string? text)
    {
        if (text is null)
        {
            return null;
        }

        // The specification lets readers take either alphabet of base64.
        string plain = text.Replace('-', '+').Replace('_', '/');
        byte[] bytes = new byte[(plain.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(plain, bytes, out int length) ? bytes[..length] : null;
    }
}
