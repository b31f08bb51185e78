// Certificates that a user trusts to sign models.
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
                _roots.ImportFromPem(Encoding.ASCII.GetString(SettingFile.Read("certificate", file, WholeFile.Longest)));
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

    /// <summary>Who has signed, where a trusted certificate vouches for the signer's on the day on which that began to be valid; null where none does.</summary>
    public string? SignerOf(ModelSignature signature)
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

            // Nothing says when it was signed that the signer could not have made up; the reference implementation takes the same day.
            chain.ChainPolicy.VerificationTime = leaf.NotBefore;
            foreach (byte[] other in signature.Certificates.Skip(1))
            {
                chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(other));
            }

            using ECDsa? key = leaf.GetECDsaPublicKey();
            return key is not null && chain.Build(leaf) && MaySign(leaf) && signature.Envelope.IsSignedBy(new VerifyingKey(leaf.Subject, key)) ? leaf.Subject : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static bool MaySign(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509KeyUsageExtension>().Any(u => u.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
        || certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(u => u.EnhancedKeyUsages.Cast<Oid>().Any(o => o.Value == CodeSigning));
}
