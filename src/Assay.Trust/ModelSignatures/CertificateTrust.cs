// Certificates that a user trusts to sign models.
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using System.Text;
using Assay.Hosting.Files;
using Assay.Hosting;
using Assay.Trust.Signing;
using Assay.Trust.Storage;

namespace Assay.Trust.ModelSignatures;

/// <summary>Certificates that a user trusts to sign models, and no others: neither those of the system nor what can be fetched.</summary>
public sealed class CertificateTrust
{
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";
    private const string Provider = "1.3.6.1.4.1.57264.1.8";
    private const string OldProvider = "1.3.6.1.4.1.57264.1.1";
    private readonly X509Certificate2Collection _roots = [];

    /// <summary>Reads certificates in PEM.</summary>
    /// <exception cref="SettingException">One of the files cannot be read, or holds none.</exception>
    public CertificateTrust(IEnumerable<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        foreach (string file in files)
        {
            int before = _roots.Count;
            try
            {
                _roots.ImportFromPem(Encoding.ASCII.GetString(SettingFile.Read("certificate", file, SmallFile.Longest)));
            }
            catch (CryptographicException)
            {
            }

            if (_roots.Count == before)
            {
                throw new SettingException($"The certificate {file} cannot be used: it is none in PEM.");
            }
        }
    }

    /// <summary>Whom the signer's certificate has to be for; null for anybody for whom it vouches.</summary>
    public string? Identity { get; init; }

    /// <summary>Who has to have known the signer (the issuer of the identity, as Fulcio writes it); null for anybody.</summary>
    public string? IdentityProvider { get; init; }

    /// <summary>
    /// Who has signed, where a trusted certificate vouches for the signer's at the time at which a log has seen the signature, or, where that is not known, on the day on which the signer's began to be valid;
    /// null where none does.
    /// </summary>
    public string? SignerOf(ModelSignature signature, DateTimeOffset? seen = null)
    {
        ArgumentNullException.ThrowIfNull(signature);
        if (signature.Certificates.Count == 0)
        {
            return null;
        }

        try
        {
            using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(signature.Certificates[0]);
            using X509Chain chain = new();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;

            // Without a log nothing says when it was signed that the signer could not have made up; the reference implementation takes the same day.
            chain.ChainPolicy.VerificationTime = seen?.LocalDateTime ?? leaf.NotBefore;
            foreach (byte[] other in signature.Certificates.Skip(1))
            {
                chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(other));
            }

            using ECDsa? key = leaf.GetECDsaPublicKey();
            return key is not null && chain.Build(leaf) && MaySign(leaf) && IsAsked(leaf) && signature.Envelope.IsSignedBy(new VerifyingKey(leaf.Subject, new EllipticKeyPair(key))) ? NameOf(leaf) : null;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    private bool IsAsked(X509Certificate2 certificate) => (Identity is null || NameOf(certificate) == Identity) && (IdentityProvider is null || ProviderOf(certificate) == IdentityProvider);

    private static string? ProviderOf(X509Certificate2 certificate) =>
        certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == Provider) is { } extension ? AsnDecoder.ReadCharacterString(extension.RawData, AsnEncodingRules.DER, UniversalTagNumber.UTF8String, out _)
        : certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == OldProvider) is { } old ? Encoding.UTF8.GetString(old.RawData) : null;

    /// <summary>Who the certificate says that it is for: its subject, or the address that stands in its place where an identity provider has vouched for somebody.</summary>
    private static string NameOf(X509Certificate2 certificate) => certificate.Subject.Length > 0 ? certificate.Subject
        : certificate.GetNameInfo(X509NameType.EmailName, false) is { Length: > 0 } mail ? mail
        : certificate.GetNameInfo(X509NameType.UrlName, false) is { Length: > 0 } place ? place : "somebody without a name";

    /// <summary>Whether the certificate is for signing: what it says of its use allows that, and where it says for what, it is for code. One of a server of the same house is not.</summary>
    private static bool MaySign(X509Certificate2 certificate)
    {
        X509KeyUsageExtension[] usages = [.. certificate.Extensions.OfType<X509KeyUsageExtension>()];
        X509EnhancedKeyUsageExtension[] purposes = [.. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()];
        return usages.Length + purposes.Length > 0
            && usages.All(u => u.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
            && purposes.All(u => u.EnhancedKeyUsages.Cast<Oid>().Any(o => o.Value == CodeSigning));
    }
}
