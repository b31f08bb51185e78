// The kinds of keys, and what each signs and verifies by.
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Assay.Trust.Signing;

/// <summary>A key of one kind, with its private half where that is known.</summary>
internal abstract class KeyPair : IDisposable
{
    /// <summary>Turns of PBKDF2 for a passphrase.</summary>
    private const int Turns = 600_000;

    /// <summary>The public half (SubjectPublicKeyInfo, RFC 5280).</summary>
    public abstract byte[] PublicInfo { get; }

    /// <summary>The private half (PrivateKeyInfo, RFC 5208).</summary>
    protected abstract byte[] PrivateInfo { get; }

    /// <summary>Whether <paramref name="signature"/> is that of this key for <paramref name="bytes"/>.</summary>
    public abstract bool Verifies(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature);

    /// <summary>A signature.</summary>
    public abstract byte[] Sign(ReadOnlySpan<byte> bytes);

    /// <summary>The public key of a SubjectPublicKeyInfo.</summary>
    /// <exception cref="CryptographicException">It is of no kind that is known.</exception>
    public static KeyPair OfPublic(byte[] info) => (KeyPair?)EdwardsKeyPair.OfPublicInfo(info) ?? EllipticKeyPair.OfPublicInfo(info);

    /// <summary>The private key of a PEM, opened with a passphrase where it is locked.</summary>
    /// <exception cref="CryptographicException">It is of no kind that is known, or the passphrase is not its own.</exception>
    public static KeyPair OfPrivate(string pem, string? passphrase)
    {
        PemFields fields = PemEncoding.Find(pem);
        byte[] text = Convert.FromBase64String(pem[fields.Base64Data]);
        switch (pem[fields.Label])
        {
            case "ENCRYPTED PRIVATE KEY":
                Pkcs8PrivateKeyInfo opened = Pkcs8PrivateKeyInfo.DecryptAndDecode(passphrase, text, out _);
                return OfPrivateInfo(opened.Encode());
            case "PRIVATE KEY":
                return OfPrivateInfo(text);
            default:
                ECDsa old = ECDsa.Create();
                old.ImportFromPem(pem);
                old.ExportParameters(includePrivateParameters: true);
                return new EllipticKeyPair(old);
        }
    }

    /// <summary>The private half as PEM, locked where there is a passphrase.</summary>
    public string PrivatePem(string? passphrase) => (passphrase is { Length: > 0 }
        ? PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", Pkcs8PrivateKeyInfo.Decode(PrivateInfo, out _, skipCopy: true).Encrypt(passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Turns)))
        : PemEncoding.WriteString("PRIVATE KEY", PrivateInfo)) + "\n";

    public abstract void Dispose();

    private static KeyPair OfPrivateInfo(byte[] info) => (KeyPair?)EdwardsKeyPair.OfPrivateInfo(info) ?? EllipticKeyPair.OfPrivateInfo(info);
}

/// <summary>A key of ECDSA, by the platform; its signatures are DER, over the digest that goes with the size of the curve.</summary>
internal sealed class EllipticKeyPair(ECDsa key) : KeyPair
{
    public override byte[] PublicInfo { get; } = key.ExportSubjectPublicKeyInfo();

    protected override byte[] PrivateInfo => key.ExportPkcs8PrivateKey();

    private HashAlgorithmName Hash => key.KeySize switch
    {
        <= 256 => HashAlgorithmName.SHA256,
        <= 384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    public static EllipticKeyPair New() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static EllipticKeyPair OfPublicInfo(byte[] info)
    {
        ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(info, out _);
        return new EllipticKeyPair(key);
    }

    public static EllipticKeyPair OfPrivateInfo(byte[] info)
    {
        ECDsa key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(info, out _);
        return new EllipticKeyPair(key);
    }

    public override bool Verifies(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        try
        {
            return key.VerifyData(bytes, signature, Hash, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public override byte[] Sign(ReadOnlySpan<byte> bytes) => key.SignData(bytes, Hash, DSASignatureFormat.Rfc3279DerSequence);

    public override void Dispose() => key.Dispose();
}

/// <summary>A key of Ed25519 (RFC 8032, in the forms of RFC 8410), by Bouncy Castle: .NET has none. A key of small order, under which a signature fits more than one text, is none.</summary>
internal sealed class EdwardsKeyPair : KeyPair
{
    private static readonly byte[] s_publicHead = Convert.FromHexString("302a300506032b6570032100");
    private static readonly byte[] s_privateHead = Convert.FromHexString("302e020100300506032b657004220420");
    private readonly byte[] _public;
    private readonly byte[]? _private;

    private EdwardsKeyPair(byte[] open, byte[]? secret)
    {
        _public = open;
        _private = secret;
    }

    public override byte[] PublicInfo => [.. s_publicHead, .. _public];

    protected override byte[] PrivateInfo => [.. s_privateHead, .. _private ?? throw new CryptographicException()];

    public static EdwardsKeyPair New() => OfSecret(RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize));

    public static EdwardsKeyPair? OfPublicInfo(byte[] info)
    {
        if (!info.AsSpan().StartsWith(s_publicHead))
        {
            return null;
        }

        byte[] key = info[s_publicHead.Length..];
        return key.Length == Ed25519.PublicKeySize && Ed25519.ValidatePublicKeyFull(key, 0) ? new EdwardsKeyPair(key, null) : throw new CryptographicException();
    }

    public static EdwardsKeyPair? OfPrivateInfo(byte[] info) =>
        !info.AsSpan().StartsWith(s_privateHead) ? null
        : info.Length == s_privateHead.Length + Ed25519.SecretKeySize ? OfSecret(info[s_privateHead.Length..]) : throw new CryptographicException();

    public override bool Verifies(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature) =>
        signature.Length == Ed25519.SignatureSize && Ed25519.Verify(signature.ToArray(), 0, _public, 0, bytes.ToArray(), 0, bytes.Length);

    public override byte[] Sign(ReadOnlySpan<byte> bytes)
    {
        byte[] signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_private ?? throw new CryptographicException(), 0, _public, 0, bytes.ToArray(), 0, bytes.Length, signature, 0);
        return signature;
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_private);

    private static EdwardsKeyPair OfSecret(byte[] secret)
    {
        byte[] open = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(secret, 0, open, 0);
        return new EdwardsKeyPair(open, secret);
    }
}
