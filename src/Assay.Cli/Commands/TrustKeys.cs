// assay trust key: keys that sign and keys that are trusted.
using System.CommandLine;
using System.Globalization;
using Assay.Hosting.Files;
using Assay.Reports;
using Assay.Trust.Signing;

namespace Assay.Cli.Commands;

/// <summary><c>assay trust key new|rotate|list|export|import|remove</c>, and how commands that sign come to a key.</summary>
internal static class TrustKeys
{
    private const string Variable = "ASSAY_PASSPHRASE";

    /// <summary><c>assay trust key</c>.</summary>
    public static Command Create(Host host)
    {
        Command command = new("key", "Keys that sign, and keys of people whom you trust.") { New(host), Rotate(host), List(host), Export(host), Import(host), Remove(host) };
        return command;
    }

    /// <summary><c>--passphrase-file FILE</c>.</summary>
    public static Option<string?> PassphraseFile() => new("--passphrase-file") { Description = $"The first line of this file opens the key; without it the variable {Variable}.", HelpName = "FILE" };

    /// <summary>The key by which <paramref name="name"/> signs: the only one there is where no name is given, and a new one where there is none.</summary>
    public static SigningKey OpenToSign(Host host, KeyRing keys, string? name, string? passphraseFile)
    {
        string? passphrase = Passphrase(passphraseFile);
        IReadOnlyList<(string Name, bool IsLocked)> own = Meant(keys, name);
        if (name is null && own.Count == 0)
        {
            name = string.Concat(host.User.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')).TrimStart('.', '_', '-') is { Length: > 0 } user ? user : "me";
            keys.New(name, passphrase);
            host.Error.WriteLine($"assay: The key {name} was made to sign with{(passphrase is null ? "; no passphrase locks it, and assay trust key rotate makes one that is" : "")}.");
        }

        return keys.Open(name ?? own[0].Name, passphrase);
    }

    /// <summary>The keys of the user; it is said before anybody is asked anything where one has to be named.</summary>
    public static IReadOnlyList<(string Name, bool IsLocked)> Meant(KeyRing keys, string? name)
    {
        IReadOnlyList<(string Name, bool IsLocked)> own = keys.Own();
        return name is null && own.Count > 1 ? throw new UsageException($"There are several keys: --key {string.Join(" or --key ", own.Select(k => k.Name))}.") : own;
    }

    /// <summary>The passphrase, or null where none was given.</summary>
    public static string? Passphrase(string? file)
    {
        if (file is null)
        {
            return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : null;
        }

        using StreamReader reader = new(SettingFile.Open("passphrase", file));
        return reader.ReadLine() is { Length: > 0 } line ? line : throw new UsageException($"The passphrase {file} is empty.");
    }

    private static KeyRing Ring(Host host) => DecisionPlaces.Of(host, null).Keys;

    private static Argument<string> Name() => new("NAME") { Description = "What the key is called." };

    private static Command New(Host host)
    {
        Argument<string> name = Name();
        Option<string?> passphrase = PassphraseFile();
        Option<string> algorithm = Algorithm();
        Command command = new("new", "Make a key that signs, locked where there is a passphrase.") { name, passphrase, algorithm };
        command.SetAction(parsed => Told(host, Ring(host).New(parsed.GetValue(name)!, Passphrase(parsed.GetValue(passphrase)), Named(parsed.GetValue(algorithm)!))));
        return command;
    }

    private static Command Rotate(Host host)
    {
        Argument<string> name = Name();
        Option<string?> passphrase = PassphraseFile();
        Option<bool> compromised = new("--compromised") { Description = "Somebody else may have the old one: what it has signed does not hold any more." };
        Option<string> algorithm = Algorithm();
        Command command = new("rotate", "Make a new key in the place of one.") { name, passphrase, compromised, algorithm };
        command.SetAction(parsed => Told(host, Ring(host).Rotate(parsed.GetValue(name)!, Passphrase(parsed.GetValue(passphrase)), parsed.GetValue(compromised), TimeProvider.System.GetUtcNow(), Named(parsed.GetValue(algorithm)!))));
        return command;
    }

    private static Option<string> Algorithm()
    {
        Option<string> algorithm = new("--algorithm") { Description = "ecdsa (on P-256; signs models as well) or ed25519.", HelpName = "ecdsa|ed25519", DefaultValueFactory = _ => "ecdsa" };
        algorithm.AcceptOnlyFromAmong("ecdsa", "ed25519");
        return algorithm;
    }

    private static KeyAlgorithm Named(string text) => text == "ed25519" ? KeyAlgorithm.Ed25519 : KeyAlgorithm.Ecdsa;

    private static Command List(Host host)
    {
        Command command = new("list", "The keys: name, what they do, and the digest by which people compare them.");
        command.SetAction(_ =>
        {
            KeyRing ring = Ring(host);
            Dictionary<string, bool> own = ring.Own().ToDictionary(k => k.Name, k => k.IsLocked);
            using StreamWriter writer = host.Writer();
            if (ring.Trusted().Count == 0)
            {
                host.Error.WriteLine("assay: There are no keys; assay trust key new makes one, and import trusts somebody's.");
            }

            foreach (VerifyingKey key in ring.Trusted())
            {
                string what = key.RetiredAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"retired {at:yyyy-MM-dd}, trusted for what it signed until then") : !own.TryGetValue(key.Name, out bool isLocked) ? "trusted" : isLocked ? "signs, locked" : "signs";
                writer.WriteLine($"{key.Name}  {what}  {(key.Algorithm == KeyAlgorithm.Ed25519 ? "ed25519" : "ecdsa")}  {key.Id}");
            }

            if (ring.Rule() is { } rule)
            {
                writer.WriteLine($"To allow takes {rule.Need} of {string.Join(", ", rule.Names)}.");
            }

            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Export(Host host)
    {
        Argument<string> name = Name();
        Command command = new("export", "Write the public half of a key, for others to trust.") { name };
        command.SetAction(parsed =>
        {
            VerifyingKey key = Ring(host).Trusted().FirstOrDefault(k => k.Name == parsed.GetValue(name) && k.RetiredAt is null) ?? throw new UsageException($"There is no key {parsed.GetValue(name)}.");
            using StreamWriter writer = host.Writer();
            writer.Write(key.Pem);
            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Import(Host host)
    {
        Argument<string> name = Name();
        Argument<string> file = new("FILE") { Description = "A public key in PEM." };
        Option<bool> rotated = new("--rotated") { Description = "It comes in the place of their old one; what that has signed until now still holds." };
        Command command = new("import", "Trust somebody's key: what it signs holds here.") { name, file, rotated };
        command.SetAction(parsed => Told(host, Ring(host).Import(parsed.GetValue(name)!, parsed.GetValue(file)!, parsed.GetValue(rotated) ? TimeProvider.System.GetUtcNow() : null)));
        return command;
    }

    private static Command Remove(Host host)
    {
        Argument<string> name = Name();
        Command command = new("remove", "Trust a key no longer; what it has signed does not hold any more.") { name };
        command.SetAction(parsed =>
        {
            Ring(host).Remove(parsed.GetValue(name)!);
            using StreamWriter writer = host.Writer();
            writer.WriteLine($"{Escape.Visible(parsed.GetValue(name)!)} is trusted no longer.");
            return ExitCode.Passed;
        });
        return command;
    }

    private static int Told(Host host, VerifyingKey key)
    {
        using StreamWriter writer = host.Writer();
        writer.WriteLine($"{Escape.Visible(key.Name)}  {key.Id}");
        return ExitCode.Passed;
    }
}
