// assay sign and assay verify-signature: signatures of models in the format of OpenSSF Model Signing.
using System.CommandLine;
using System.Globalization;
using Assay.Cli.Files;
using Assay.Reports;
using Assay.Trust.ModelSignatures;
using Assay.Trust.Signing;
using Assay.Hosting.Files;

namespace Assay.Cli.Commands;

/// <summary><c>assay sign MODEL</c> and <c>assay verify-signature MODEL</c>.</summary>
internal static class SignCommand
{
    private const int MostTold = 50;

    /// <summary><c>assay sign</c>.</summary>
    public static Command Create(Host host)
    {
        Argument<string> model = new("MODEL") { Description = "A model: a file, or a folder with all that lies below it." };
        Option<string?> output = new("--output", "-o") { Description = "Where the signature goes; otherwise model.sig in the folder, or FILE.sig.", HelpName = "FILE" };
        Option<string?> key = new("--key") { Description = "The key that signs; without it the only one there is.", HelpName = "NAME" };
        Option<string?> passphrase = TrustKeys.PassphraseFile();
        Option<string[]> ignore = Ignore();
        Command command = new("sign", "Sign a model (OpenSSF Model Signing): whoever trusts the key can see that every file is what was signed.") { model, output, key, passphrase, ignore };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(model)!;
            string file = parsed.GetValue(output) ?? Beside(path);
            if (!Path.Exists(path))
            {
                throw new UsageException($"There is no model at {path}.");
            }

            ReportFile target = new(file, CommandInputs.Of(host, parsed, null, output));

            // The list is made before a key is asked for: a model that cannot be listed needs none.
            ModelSerialization how = new() { IgnorePaths = [.. Ignored(path, file, parsed.GetValue(ignore) ?? [])] };
            ModelManifest.Of(path, how, host.Cancellation);
            using SigningKey signing = TrustKeys.OpenToSign(host, DecisionPlaces.Of(host, null).Keys, parsed.GetValue(key), parsed.GetValue(passphrase));
            byte[] bundle = ModelSignature.Sign(path, how, signing, host.Cancellation);
            bool replaced = target.Real is not null;
            target.Write(stream => stream.Write(bundle));
            using StreamWriter writer = host.Writer();
            writer.WriteLine(Escape.Visible($"{path} is signed by {signing.Public.Name} in {file}{(replaced ? ", in the place of the signature that was there" : "")}."));
            return ExitCode.Passed;
        });
        return command;
    }

    /// <summary><c>assay verify-signature</c>.</summary>
    public static Command CreateVerify(Host host)
    {
        Argument<string> model = new("MODEL") { Description = "A model: a file, or a folder with all that lies below it." };
        Option<string?> signature = new("--signature") { Description = "The signature; otherwise model.sig in the folder, or FILE.sig.", HelpName = "FILE" };
        Option<string[]> keys = new("--public-key") { Description = "A public key in PEM that may have signed; may be repeated. Without it and --certificate the keys that you trust.", HelpName = "FILE" };
        Option<string[]> certificates = new("--certificate") { Description = "A certificate in PEM that vouches for the signer's; may be repeated.", HelpName = "FILE" };
        Option<string?> identity = new("--identity") { Description = "Whom the signer's certificate has to be for: its subject, or the address or URL in it.", HelpName = "NAME" };
        Option<string?> provider = new("--identity-provider") { Description = "Who has to have known the signer, as the certificates of Sigstore say.", HelpName = "URL" };
        Option<string?> log = new("--log-key") { Description = "The public key in PEM of the transparency log that has to have taken the signature in.", HelpName = "FILE" };
        Option<string[]> ignore = Ignore();
        Command command = new("verify-signature", "Verify the signature of a model, offline, by keys or certificates that you name.") { model, signature, keys, certificates, identity, provider, log, ignore };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(model)!;
            string file = parsed.GetValue(signature) ?? Beside(path);
            if (!Path.Exists(path))
            {
                throw new UsageException($"There is no model at {path}.");
            }

            string[] named = parsed.GetValue(keys) ?? [], vouching = parsed.GetValue(certificates) ?? [];
            ModelSignature read = ModelSignature.Read(file);
            IReadOnlyList<VerifyingKey> trusted = named.Length + vouching.Length == 0
                ? DecisionPlaces.Of(host, null).Keys.Trusted()
                : [.. named.Select(Named)];
            if (vouching.Length == 0 && (parsed.GetValue(identity) ?? parsed.GetValue(provider)) is not null)
            {
                throw new UsageException("--identity and --identity-provider are about the signer's certificate: --certificate FILE names one that vouches for it.");
            }

            VerifyingKey? key = trusted.FirstOrDefault(read.IsSignedBy);
            LogProof? proof = parsed.GetValue(log) is { } logKey ? read.Prove(Named(logKey), key) ?? new LogProof(0, null, "there is none") : null;
            string? signer = key?.Name ?? (vouching.Length > 0 ? new CertificateTrust(vouching) { Identity = parsed.GetValue(identity), IdentityProvider = parsed.GetValue(provider) }.SignerOf(read, proof?.At) : null);
            using StreamWriter writer = host.Writer();
            if (proof is { Why.Length: > 0 })
            {
                writer.WriteLine(Escape.Visible($"The entry of a transparency log in {file} does not hold: {proof.Why}."));
                return ExitCode.Findings;
            }

            if (signer is null)
            {
                writer.WriteLine(Escape.Visible($"{file} is signed by nobody whom {(named.Length + vouching.Length == 0 ? "you trust" : "you have named")}; nothing that it says counts."));
                return ExitCode.Findings;
            }

            IReadOnlyList<string> differences = read.Compare(path, Ignored(path, file, parsed.GetValue(ignore) ?? []), host.Cancellation);
            writer.WriteLine(Escape.Visible($"{file} is signed by {signer}{(differences.Count == 0 ? $", and {path} is what was signed." : $", and {path} is not what was signed:")}"));
            foreach (string difference in differences.Take(MostTold))
            {
                writer.WriteLine("  " + Escape.Visible(difference));
            }

            if (differences.Count > MostTold)
            {
                writer.WriteLine($"  and {differences.Count - MostTold} more");
            }

            if (proof is not null)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  It is entry {proof.Number} of the transparency log{(proof.At is { } at ? $", taken in {at:yyyy-MM-dd HH:mm} UTC" : "")}."));
            }
            else if (read.HasLog)
            {
                writer.WriteLine("  The entry of a transparency log that came with it was not held to a key; --log-key names one.");
            }

            return differences.Count == 0 ? ExitCode.Passed : ExitCode.Findings;
        });
        return command;
    }

    private static VerifyingKey Named(string file)
    {
        using StreamReader reader = new(SettingFile.Open("key", file));
        return VerifyingKey.OfPem(file, reader.ReadToEnd());
    }

    private static Option<string[]> Ignore() => new("--ignore-path") { Description = "A path below the folder that is left out, with all below it; may be repeated.", HelpName = "PATH" };

    private static string Beside(string path) => Directory.Exists(path) ? Path.Join(path, ModelSignature.FileName) : path + ".sig";

    /// <summary>What is left out: what was named, and the signature itself where it lies in the model.</summary>
    private static IEnumerable<string> Ignored(string path, string file, string[] named)
    {
        string own = Path.GetRelativePath(Path.GetFullPath(path), Path.GetFullPath(file)).Replace(Path.DirectorySeparatorChar, '/');
        IEnumerable<string> given = named.Select(n => n.Replace(Path.DirectorySeparatorChar, '/').Trim('/'));
        return own.StartsWith("..", StringComparison.Ordinal) || own == "." ? given : given.Append(own);
    }
}
