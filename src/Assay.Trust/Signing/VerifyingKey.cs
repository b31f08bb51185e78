// Keys that sign and keys that verify.
using System.Globalization;
using System.Security.Cryptography;
using Assay.Hosting;

namespace Assay.Trust.Signing;

/// <summary>The kinds of keys that are made.</summary>
public enum KeyAlgorithm
{
    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    Ecdsa,

    /// <summary>Ed25519.</summary>
    Ed25519,
}

/// <summary>A key by which signatures are verified.</summary>
public sealed class VerifyingKey
{
    /// <summary>What stands before the PEM of a key that its owner uses no longer, with the time since when.</summary>
    private const string RetiredMark = "# retired ";
    private readonly KeyPair _pair;

    internal VerifyingKey(string name, KeyPair pair, DateTimeOffset? retired = null)
    {
        Name = name;
        RetiredAt = retired;
        _pair = pair;
        Id = Convert.ToHexStringLower(SHA256.HashData(pair.PublicInfo));
    }

    /// <summary>Whose it is.</summary>
    public string Name { get; }

    /// <summary>The SHA-256 of the key (SubjectPublicKeyInfo), in lower-case hex.</summary>
    public string Id { get; }

    /// <summary>What kind of key it is.</summary>
    public KeyAlgorithm Algorithm => _pair is EdwardsKeyPair ? KeyAlgorithm.Ed25519 : KeyAlgorithm.Ecdsa;

    /// <summary>Since when its owner uses a newer one; what this one has signed until then still holds. Null for a key in use.</summary>
    public DateTimeOffset? RetiredAt { get; }

    /// <summary>Whether <paramref name="signature"/> (DER of ECDSA, 64 bytes of Ed25519) is this key's for <paramref name="bytes"/>.</summary>
    public bool Verifies(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature) => _pair.Verifies(bytes, signature);

    /// <summary>The key as PEM.</summary>
    public string Pem => PemEncoding.WriteString("PUBLIC KEY", _pair.PublicInfo) + "\n";

    /// <summary>The key as PEM, marked as one that is used no longer.</summary>
    internal string RetiredPem(DateTimeOffset now) => $"{RetiredMark}{now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}\n{Pem}";

    /// <summary>Reads a public key from PEM.</summary>
    /// <exception cref="SettingException">It is no public key of a kind that is known.</exception>
    public static VerifyingKey OfPem(string name, string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        try
        {
            PemFields fields = PemEncoding.Find(pem);
            return pem[fields.Label] == "PUBLIC KEY"
                ? new VerifyingKey(name, KeyPair.OfPublic(Convert.FromBase64String(pem[fields.Base64Data])), Retired(pem))
                : throw new CryptographicException();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            throw new SettingException($"The key {name} cannot be used: it is no public key of ECDSA or Ed25519 in PEM.");
        }
    }

    private static DateTimeOffset? Retired(string pem) => !pem.StartsWith(RetiredMark, StringComparison.Ordinal) ? null
        : DateTimeOffset.TryParse(pem[RetiredMark.Length..pem.IndexOf('\n', StringComparison.Ordinal)], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at) ? at
        : throw new FormatException();
}

/// <summary>A key that signs.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly KeyPair _pair;

    private SigningKey(string name, KeyPair pair)
    {
        _pair = pair;
        Public = new VerifyingKey(name, pair);
    }

    /// <summary>What verifies its signatures.</summary>
    public VerifyingKey Public { get; }

    /// <summary>What its signatures name.</summary>
    public string Id => Public.Id;

    /// <summary>A new key.</summary>
    public static SigningKey New(string name, KeyAlgorithm algorithm = KeyAlgorithm.Ecdsa) => new(name, algorithm == KeyAlgorithm.Ed25519 ? EdwardsKeyPair.New() : EllipticKeyPair.New());

    /// <summary>Reads a private key from PEM, opened with a passphrase where it is locked.</summary>
    /// <exception cref="SettingException">It is no such key, or the passphrase is not its own.</exception>
    public static SigningKey OfPem(string name, string pem, string? passphrase)
    {
        if (IsLocked(pem) && passphrase is null)
        {
            throw new SettingException($"The key {name} is locked: --passphrase-file FILE or ASSAY_PASSPHRASE opens it.");
        }

        try
        {
            return new SigningKey(name, KeyPair.OfPrivate(pem, passphrase));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            throw new SettingException(IsLocked(pem)
                ? $"The key {name} cannot be opened: the passphrase is not its own, or the file is broken."
                : $"The key {name} cannot be used: it is no private key of ECDSA or Ed25519 in PEM.");
        }
    }

    /// <summary>Whether a passphrase is needed.</summary>
    public static bool IsLocked(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        return pem.Contains("ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
    }

    /// <summary>The key as PEM, locked where there is a passphrase.</summary>
    public string Pem(string? passphrase) => _pair.PrivatePem(passphrase);

    /// <summary>A signature: DER of ECDSA, 64 bytes of Ed25519.</summary>
    public byte[] Sign(ReadOnlySpan<byte> bytes) => _pair.Sign(bytes);

    /// <inheritdoc/>
    public void Dispose() => _pair.Dispose();
}
