// The keys of a user: their own, those of people whom they trust, and how many of them it takes.
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Trust.Storage;

namespace Assay.Trust.Signing;

/// <summary>How many people it takes to allow something: <see cref="Need"/> of those in <see cref="Names"/>.</summary>
public sealed record TrustRule(int Need, IReadOnlyList<string> Names);

/// <summary>
/// The keys of a user, one file each in a folder that only they write: <c>NAME.key</c> signs, <c>NAME.pub</c> is trusted. A key is trusted because it lies here, and for no
/// other reason.
/// </summary>
public sealed partial class KeyRing(string folder)
{
    private const string Private = ".key";
    private const string Public = ".pub";
    private const string Retired = ".retired.pub";
    private const string RuleName = "rule.json";

    /// <summary>The keys that are trusted, by their names.</summary>
    /// <exception cref="SettingException">One of them cannot be used.</exception>
    public IReadOnlyList<VerifyingKey> Trusted()
    {
        List<VerifyingKey> keys = [];
        foreach (string file in Files("*" + Public))
        {
            string name = Path.GetFileName(file)[..^Public.Length];
            keys.Add(VerifyingKey.OfPem(name.EndsWith(Retired[..^Public.Length], StringComparison.Ordinal) ? name.Split('~')[0] : name, Text(file)));
        }

        return keys;
    }

    /// <summary>The names of keys that sign, and whether each is locked by a passphrase.</summary>
    public IReadOnlyList<(string Name, bool IsLocked)> Own() => [.. Files("*" + Private).Select(f => (Path.GetFileName(f)[..^Private.Length], SigningKey.IsLocked(Text(f))))];

    /// <summary>Makes a key, and trusts it.</summary>
    /// <exception cref="SettingException">The name is none, or there is one already.</exception>
    public VerifyingKey New(string name, string? passphrase, KeyAlgorithm algorithm = KeyAlgorithm.Ecdsa)
    {
        if (File.Exists(PathOf(name, Private)) || File.Exists(PathOf(name, Public)))
        {
            throw new SettingException($"There is a key {name} already; assay trust key rotate {name} makes a new one in its place.");
        }

        using SigningKey key = SigningKey.New(name, algorithm);
        SmallFile.Write(PathOf(name, Private), Encoding.ASCII.GetBytes(key.Pem(passphrase)), replace: false, isSecret: true);
        SmallFile.Write(PathOf(name, Public), Encoding.ASCII.GetBytes(key.Public.Pem), replace: false);
        return key.Public;
    }

    /// <summary>Makes a new key in the place of one. What the old one has signed until <paramref name="now"/> still holds, unless it is <paramref name="compromised"/>.</summary>
    /// <exception cref="SettingException">There is no such key.</exception>
    public VerifyingKey Rotate(string name, string? passphrase, bool compromised, DateTimeOffset now, KeyAlgorithm algorithm = KeyAlgorithm.Ecdsa)
    {
        string secret = PathOf(name, Private), open = PathOf(name, Public);
        if (!File.Exists(secret))
        {
            throw new SettingException($"There is no key {name} that signs.");
        }

        // The old one is kept before the new one stands; killed between the two writes, the new pair lacks its public half, which Open puts there.
        if (File.Exists(open) && !compromised)
        {
            Retire(VerifyingKey.OfPem(name, Text(open)), now);
        }

        using SigningKey key = SigningKey.New(name, algorithm);
        SmallFile.Write(secret, Encoding.ASCII.GetBytes(key.Pem(passphrase)), replace: true, isSecret: true);
        SmallFile.Write(open, Encoding.ASCII.GetBytes(key.Public.Pem), replace: true);
        return key.Public;
    }

    /// <summary>Opens a key to sign with.</summary>
    /// <exception cref="SettingException">There is none, or it cannot be opened.</exception>
    public SigningKey Open(string name, string? passphrase)
    {
        string file = PathOf(name, Private);
        if (!File.Exists(file))
        {
            throw new SettingException($"There is no key {name} that signs; assay trust key new {name} makes one.");
        }

        SigningKey key = SigningKey.OfPem(name, Text(file), passphrase);
        if (!File.Exists(PathOf(name, Public)) || VerifyingKey.OfPem(name, Text(PathOf(name, Public))).Id != key.Id)
        {
            SmallFile.Write(PathOf(name, Public), Encoding.ASCII.GetBytes(key.Public.Pem), replace: true);
        }

        return key;
    }

    /// <summary>Trusts somebody's key. Where they had another one before, <paramref name="rotated"/> is since when they use it no longer; what it has signed until then still holds.</summary>
    /// <exception cref="SettingException">It is none, or there is another one of that name.</exception>
    public VerifyingKey Import(string name, string file, DateTimeOffset? rotated = null)
    {
        VerifyingKey key = VerifyingKey.OfPem(name, Text(file));
        string target = PathOf(name, Public);
        if (File.Exists(PathOf(name, Private)) && !(File.Exists(target) && VerifyingKey.OfPem(name, Text(target)).Id == key.Id))
        {
            throw new SettingException($"The key {name} is one that signs here; somebody else's has to have another name.");
        }

        if (File.Exists(target) && VerifyingKey.OfPem(name, Text(target)) is var other && other.Id != key.Id)
        {
            Retire(other, rotated ?? throw new SettingException($"There is another key {name} already: --rotated where it is of the same person; assay trust key remove {name} takes it away."));
        }

        SmallFile.Write(target, Encoding.ASCII.GetBytes(key.Pem), replace: true);
        return key;
    }

    /// <summary>Trusts a key no longer. A key that signs goes as well, so nothing can be signed by it any more.</summary>
    /// <exception cref="SettingException">There is no such key.</exception>
    public void Remove(string name)
    {
        string[] files = [.. new[] { PathOf(name, Private), PathOf(name, Public) }.Where(File.Exists), .. Files($"{name}~*{Retired}")];
        if (files.Length == 0)
        {
            throw new SettingException($"There is no key {name}.");
        }

        foreach (string file in files)
        {
            File.Delete(file);
        }
    }

    /// <summary>How many people it takes, or null where one is enough.</summary>
    /// <exception cref="SettingException">It is not readable.</exception>
    public TrustRule? Rule()
    {
        string file = Path.Join(folder, RuleName);
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(SettingFile.Read("trust rule", file, SmallFile.Longest), SigningJson.Default.TrustRule) is { Need: > 0, Names: not null } rule
                ? rule : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new SettingException($"The trust rule {file} cannot be used: it is not what assay trust require has written.");
        }
    }

    /// <summary>Says how many people it takes; null for one of any.</summary>
    /// <exception cref="SettingException">It names a key that is not there, or more than are named.</exception>
    public void Require(TrustRule? rule)
    {
        string file = Path.Join(folder, RuleName);
        if (rule is null)
        {
            File.Delete(file);
            return;
        }

        HashSet<string> known = [.. Trusted().Select(k => k.Name)];
        if (rule.Names.FirstOrDefault(n => !known.Contains(n)) is { } missing)
        {
            throw new SettingException($"There is no key {missing}; assay trust key import trusts somebody's.");
        }

        if (rule.Need < 1 || rule.Need > rule.Names.Distinct().Count())
        {
            throw new SettingException($"{rule.Need} of {rule.Names.Count} keys cannot be had.");
        }

        SmallFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(rule, SigningJson.Default.TrustRule), replace: true);
    }

    private void Retire(VerifyingKey old, DateTimeOffset now) =>
        SmallFile.Write(PathOf($"{old.Name}~{old.Id[..8]}", Retired), Encoding.ASCII.GetBytes(old.RetiredPem(now)), replace: true);

    private IEnumerable<string> Files(string pattern) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal) : [];

    private static string Text(string file) => Encoding.ASCII.GetString(SettingFile.Read("key", file, 1 << 16));

    private string PathOf(string name, string ending) =>
        Name().IsMatch(name) ? Path.Join(folder, name + ending) : throw new SettingException($"A key is called by up to 64 letters, digits and ._@-, and not {name}.");

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}(~[0-9a-f]{8})?$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
