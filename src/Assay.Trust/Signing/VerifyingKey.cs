// Keys that sign and keys that verify: ECDSA on P-256 with SHA-256.
using System.Security.Cryptography;
using Assay.Hosting;

namespace Assay.Trust.Signing;

/// <summary>A key by which signatures are verified.</summary>
public sealed class VerifyingKey
{
    private readonly ECDsa _key;

    internal VerifyingKey(string name, ECDsa key, bool isRetired = false)
    {
        Name = name;
        IsRetired = isRetired;
        _key = key;
        Id = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>Whose it is.</summary>
    public string Name { get; }

    /// <summary>The SHA-256 of the key (SubjectPublicKeyInfo), in lower-case hex.</summary>
    public string Id { get; }

    /// <summary>Whether its owner has a newer one; what this one has signed still holds.</summary>
    public bool IsRetired { get; }

    /// <summary>Whether <paramref name="signature"/> (DER) is this key's for <paramref name="bytes"/>.</summary>
    public bool Verifies(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        try
        {
            return _key.VerifyData(bytes, signature, Hash(_key), DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The key as PEM.</summary>
    public string Pem => _key.ExportSubjectPublicKeyInfoPem() + "\n";

    /// <summary>Reads a public key from PEM.</summary>
    /// <exception cref="SettingException">It is no public key on a curve that is known.</exception>
    public static VerifyingKey OfPem(string name, string pem, bool isRetired = false)
    {
        ECDsa key = ECDsa.Create();
        try
        {
            if (!pem.Contains("PUBLIC KEY", StringComparison.Ordinal))
            {
                throw new CryptographicException();
            }

            key.ImportFromPem(pem);
            return new VerifyingKey(name, key, isRetired);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new SettingException($"The key {name} cannot be used: it is no public key of ECDSA in PEM.");
        }
    }

    /// <summary>The digest that goes with the size of a curve.</summary>
    internal static HashAlgorithmName Hash(ECDsa key) => key.KeySize switch
    {
        <= 256 => HashAlgorithmName.SHA256,
        <= 384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };
}

/// <summary>A key that signs.</summary>
public sealed class SigningKey : IDisposable
{
    /// <summary>Turns of PBKDF2 for a passphrase.</summary>
    private const int Turns = 600_000;
    private readonly ECDsa _key;

    private SigningKey(string name, ECDsa key)
    {
        _key = key;
        Public = new VerifyingKey(name, key);
    }

    /// <summary>What verifies its signatures.</summary>
    public VerifyingKey Public { get; }

    /// <summary>What its signatures name.</summary>
    public string Id => Public.Id;

    /// <summary>A new key.</summary>
    public static SigningKey New(string name) => new(name, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a private key from PEM, opened with a passphrase where it is locked.</summary>
    /// <exception cref="SettingException">It is no such key, or the passphrase is not its own.</exception>
    public static SigningKey OfPem(string name, string pem, string? passphrase)
    {
        ECDsa key = ECDsa.Create();
        try
        {
            if (IsLocked(pem))
            {
                key.ImportFromEncryptedPem(pem, passphrase ?? throw new SettingException($"The key {name} is locked: --passphrase-file FILE or ASSAY_PASSPHRASE opens it."));
            }
            else
            {
                key.ImportFromPem(pem);
                key.ExportParameters(includePrivateParameters: true);
            }

            return new SigningKey(name, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or SettingException)
        {
            key.Dispose();
            throw e as SettingException ?? new SettingException(IsLocked(pem)
                ? $"The key {name} cannot be opened: the passphrase is not its own, or the file is broken."
                : $"The key {name} cannot be used: it is no private key of ECDSA in PEM.");
        }
    }

    /// <summary>Whether a passphrase is needed.</summary>
    public static bool IsLocked(string pem) => pem.Contains("ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);

    /// <summary>The key as PEM, locked where there is a passphrase.</summary>
    public string Pem(string? passphrase) => (passphrase is { Length: > 0 }
        ? _key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Turns))
        : _key.ExportPkcs8PrivateKeyPem()) + "\n";

    /// <summary>A signature (DER).</summary>
    public byte[] Sign(ReadOnlySpan<byte> bytes) => _key.SignData(bytes, VerifyingKey.Hash(_key), DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
